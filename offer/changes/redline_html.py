"""The redline as HTML: for pages of the site, of the service, and for the feed.

What is marked is marked three times: by an element (`ins`, `del`), by a sign and a line that need
no colour (house.css), and by words for those who listen. Everything from a text is escaped.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from offer.changes.block_changes import BlockChange
from offer.changes.change_sentences import ChangeSentence
from offer.changes.enumeration import enumerated
from offer.changes.word_changes import Piece, trimmed
from offer.redline import ClauseChange, clause_name, clause_note

_MARKS = {"added": ("ins", "добавлено"), "removed": ("del", "удалено")}
_LISTS = {"item": "ul", "step": "ol", "head": "table", "row": "table"}


def redline_html(changes: Sequence[ClauseChange], *, level: int = 3) -> str:
    """A section per clause with the id of its change; unchanged ones folded in `<details>`.

    `changes` are those of `compare`, or only some of them. `level` is the level of the headings.
    """
    titles = {change.number: change for change in changes if _is_section(change)}
    return f'<div class="redline">{"".join(_parts(changes, titles, level))}</div>'


def redline_legend(changes: Sequence[ClauseChange]) -> str:
    """What the marks mean, those that `changes` have; "" when they have none."""
    kinds = _marks_of(changes)
    named = [
        ("added", _mark("ins", "добавленные слова")),
        ("removed", _mark("del", "удалённые слова")),
        ("moved", '<span class="redline-moved-mark">перенесено</span>'),
    ]
    shown = ", ".join(mark for kind, mark in named if kind in kinds)
    return f'<p class="redline-legend">Обозначения: {shown}.</p>' if shown else ""


def _marks_of(changes: Sequence[ClauseChange]) -> set[str]:
    pieces = {p.kind for c in changes for b in c.blocks for cell in b.cells for p in cell}
    moved = any(it.kind == "moved" or any(b.kind == "moved" for b in it.blocks) for it in changes)
    return {*pieces, *(["moved"] if moved else [])}


def _mark(tag: str, text: str) -> str:
    return f"<{tag}>{text}</{tag}>"


# --- folding


def _fold_of(change: ClauseChange) -> str:
    if change.kind != "same":
        return ""
    return "renumbered" if change.renumbered else "same"


def _folds(changes: Sequence[ClauseChange]) -> list[tuple[str, list[ClauseChange]]]:
    """Runs of unchanged clauses, and of those that only have new numbers; others one by one."""
    folds = [(fold, list(run)) for fold, run in groupby(changes, _fold_of)]
    for (fold, run), following in zip(folds, [*folds[1:], None], strict=True):
        if fold and following and not following[0] and _is_title_only(run[-1]):
            run.pop()  # it stands over the change that follows
    return [(fold, run) for fold, run in folds if run]


def _is_section(change: ClauseChange) -> bool:
    return bool(change.number) and "." not in change.number and change.kind != "removed"


def _is_title_only(change: ClauseChange) -> bool:
    return _is_section(change) and all(block.shape == "title" for block in change.blocks)


def _parts(
    changes: Sequence[ClauseChange], titles: Mapping[str, ClauseChange], level: int
) -> Iterator[str]:
    under = ""
    for fold, run in _folds(changes):
        if fold:
            yield _fold(fold, run, level, _whole_sections(changes, run))
            continue
        for change in run:
            section = change.number.split(".")[0]
            title = titles.get(section)
            if section != under and title and title.kind == "same" and title is not change:
                yield f'<p class="redline-section">{section}. {escape(title.title)}</p>'
            under = section
            yield _section(change, level)


def _fold(fold: str, run: Sequence[ClauseChange], level: int, whole: Collection[str]) -> str:
    inside = "".join(_section(change, level) for change in run)
    return (
        f'<details class="redline-same"><summary>{escape(_fold_title(fold, run, whole))}</summary>'
        f"{inside}</details>"
    )


def _fold_title(fold: str, run: Sequence[ClauseChange], whole: Collection[str]) -> str:
    """«Без изменений: пп. 3.2–3.7, раздел 5»: a section stands for its clauses if all are in."""
    shown = [it for it in run if it.number in whole or it.number.split(".")[0] not in whole]
    above = {it.number.rpartition(".")[0] for it in shown}
    shown = [it for it in shown if not it.number or it.number not in above]
    numbers = enumerated([it.number for it in shown])
    if fold == "same":
        return f"Без изменений: {numbers}"
    old = enumerated([it.was or "" for it in shown])
    return f"Изменились только номера: {numbers} (прежде {old})"


def _whole_sections(changes: Sequence[ClauseChange], run: Sequence[ClauseChange]) -> set[str]:
    """The sections of which nothing stands outside the run."""
    inside = {change.anchor for change in run}
    outside = {it.number.split(".")[0] for it in changes if it.anchor not in inside}
    return {it.number for it in run if "." not in it.number} - outside - {""}


# --- one clause


def _section(change: ClauseChange, level: int) -> str:
    edited = " redline-edited" if change.kind == "moved" and change.edited else ""
    return (
        f'<section class="redline-clause redline-{change.kind}{edited}" id="{change.anchor}">'
        f"{_heading(change, level)}{_blocks(change)}</section>"
    )


def _heading(change: ClauseChange, level: int) -> str:
    note = clause_note(change)
    kind = "moved-mark" if change.kind == "moved" else "note"
    noted = f' <span class="redline-{kind}">{escape(note)}</span>' if note else ""
    return f"<h{level}>{escape(clause_name(change.number))}{noted}</h{level}>"


def _blocks(change: ClauseChange) -> str:
    whole = change.kind in ("added", "removed")
    written = []
    for (tag, _), run in groupby(change.blocks, lambda it: (_LISTS.get(it.shape), it.table)):
        blocks = list(run)
        if tag == "table":
            written.append(_table(blocks, change.number, whole))
        elif tag:
            items = "".join(_item(block, whole) for block in blocks)
            written.append(f"<{tag}>{items}</{tag}>")
        else:
            written += [_paragraph(block, whole) for block in blocks]
    return "".join(written)


def _paragraph(block: BlockChange, whole: bool) -> str:
    words = _words(block.cells[0], whole)
    if block.shape in ("title", "heading"):
        return f'<p class="redline-title">{_moved(block)}{words}</p>'
    return f"<p>{_moved(block)}{words}</p>"


def _item(block: BlockChange, whole: bool) -> str:
    value = f' value="{block.ordinal}"' if block.shape == "step" else ""
    return f"<li{value}>{_moved(block)}{_words(_line(block), whole)}</li>"


def _line(block: BlockChange) -> tuple[Piece, ...]:
    return tuple(piece for cell in block.cells for piece in cell)


def _moved(block: BlockChange) -> str:
    if block.kind != "moved":
        return ""
    return '<span class="redline-moved-mark">перенесено</span> '


def _table(rows: Sequence[BlockChange], number: str, whole: bool) -> str:
    name = escape(f"Таблица, {clause_name(number).lower()}")
    head = [row for row in rows if row.shape == "head"]
    body = [row for row in rows if row.shape == "row"]
    written = "".join(_row(row, "th", ' scope="col"', whole) for row in head)
    top = f"<thead>{written}</thead>" if head else ""
    rest = "".join(_row(row, "td", "", whole) for row in body)
    return (
        f'<div class="redline-table" role="group" aria-label="{name}" tabindex="0">'
        f"<table>{top}<tbody>{rest}</tbody></table></div>"
    )


def _row(row: BlockChange, tag: str, attributes: str, whole: bool) -> str:
    cells = [_words(cell, whole) for cell in row.cells]
    if cells:
        cells[0] = _moved(row) + cells[0]
    written = "".join(f"<{tag}{attributes}>{cell}</{tag}>" for cell in cells)
    kind = f' class="redline-row-{row.kind}"' if row.kind in _MARKS else ""
    return f"<tr{kind}>{written}</tr>"


# --- words


def _words(pieces: Sequence[Piece], whole: bool) -> str:
    """Marked words of a paragraph or cell; of a `whole` clause the heading says what it is."""
    written = ""
    for at, piece in enumerate(pieces):
        if piece.kind == "same":
            written += escape(piece.text)
            continue
        follows = pieces[at + 1].kind if at + 1 < len(pieces) else ""
        written += _marked(piece, whole, follows)
    return written.strip(" ")


def _marked(piece: Piece, whole: bool, follows: str) -> str:
    tag, said = _MARKS[piece.kind]
    start, text, end = trimmed(piece.text)
    if follows == "added":
        end = end or " "
    before = "" if whole else _spoken(f"{said}: ")
    after = _spoken("; далее: ") if follows == "same" and not whole else ""
    after = _spoken("; ") if follows and follows != "same" and not whole else after
    return f"{start}<{tag}>{before}{escape(text)}{after}</{tag}>{end}"


def _spoken(words: str) -> str:
    return f'<span class="visually-hidden">{words}</span>'


def change_list(sentences: Sequence[ChangeSentence]) -> str:
    """What changed, a sentence for each clause with a link to its place; "" when nothing did."""
    items = "".join(f"<li>{_linked(it)}</li>" for it in sentences)
    return f'<ul class="redline-changes">{items}</ul>' if items else ""


def _linked(it: ChangeSentence) -> str:
    name = enumerated([it.number])
    where = "" if name.lower() in it.sentence.lower() else f' <span class="quiet">({name})</span>'
    return f'<a href="#{escape(it.anchor)}">{escape(it.sentence)}</a>{where}'
