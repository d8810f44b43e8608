"""`offer check --watch`: the report again whenever the text changes, and what publishing would do.

The file is read over and over and its bytes compared. That is a few kilobytes twice a second, and
unlike notices or times of the file system it is right for every editor: also for one that puts
another file in its place, keeps the time, or works on a network drive.
"""

from collections.abc import Callable
from pathlib import Path

from offer import git
from offer.changes.redline_lines import redline_lines
from offer.check import check, report
from offer.clauses import decode
from offer.editions import Edition, editions_of
from offer.errors import OfferError
from offer.manifest import edition_terms
from offer.redline import redline
from offer.shelf import CHANGES
from offer.summary import change_class, check_editorial, summary
from offer.values import Terms
from offer.wording import NBSP

EVERY_SECONDS = 0.25
RULE = "─" * 72


def watch(file: Path, say: Callable[[str], None], wait: Callable[[], None]) -> None:
    """Say what the file means, now and after each change, until `wait` raises.

    A change counts once two looks in a row see the same bytes: an editor may be half way through.
    Raises OSError when the file is not there to begin with; later it may be gone for a while.
    """
    shown = seen = file.read_bytes()
    say(watched(shown, file))
    while True:
        wait()
        before, now = seen, _bytes(file)
        seen = before if now is None else now
        if now == before != shown:
            shown = before
            say(f"{RULE}\n{watched(shown, file)}")


def watched(data: bytes, file: Path) -> str:
    """The report of `offer check`, and the text beside the edition in force of its repository."""
    checked = check(data, str(file))
    try:
        text = decode(data, str(file))
        beside = _beside(text, data, checked.terms, file)
    except OfferError as error:
        beside = f"Сравнить с{NBSP}действующей редакцией нельзя: {error.sentence}"
    return f"{report(checked)}\n{beside}\n"


def _bytes(file: Path) -> bytes | None:
    """None while the file is away: some editors remove it before they put the new one there."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _beside(text: str, data: bytes, terms: Terms | None, file: Path) -> str:
    repository = git.find(file.parent)
    editions = editions_of(repository, "offer") if repository else ()
    if not editions:
        return (
            "Опубликованных редакций здесь нет. Если они есть на сервере, получите их: "
            "git fetch --tags; если нет, этот текст станет первой."
        )
    last = editions[-1]
    if data == last.text:
        return f"Это точный текст редакции{NBSP}{last.number}: публиковать нечего."
    changes = redline(decode(last.text, last.tag), text)
    words = "\n".join(redline_lines(changes)).strip() or "Слова те же."
    return (
        f"По сравнению с{NBSP}редакцией{NBSP}{last.number}:\n\n{words}\n\n"
        f"{_outcome(last, text, terms)}"
    )


def _outcome(last: Edition, text: str, terms: Terms | None) -> str:
    """What publishing would make of it."""
    if terms is None:
        return "Опубликовать нельзя, пока в тексте есть ошибки."
    before = edition_terms(last)
    what = summary(decode(last.text, last.tag), text, before, terms)
    kind = CHANGES[change_class(before, terms, editorial=False)]
    said = f"Если опубликовать: редакция{NBSP}{last.number + 1} — {kind}. {what}."
    if not _may_be_editorial(last, text, terms):
        return said
    return (
        f"{said}\nУсловия не изменились, поэтому с{NBSP}пометкой «Change: editorial» в последней "
        "строке сообщения коммита это будет редакционная правка."
    )


def _may_be_editorial(last: Edition, text: str, after: Terms) -> bool:
    try:
        change_class(edition_terms(last), after, editorial=True)
        check_editorial(decode(last.text, last.tag), text)
    except OfferError:
        return False
    return True
