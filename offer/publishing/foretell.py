"""What a publish would change, told without changing anything: `offer publish --dry-run`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from offer.changes.redline_lines import redline_lines
from offer.clauses import decode
from offer.draft import draft_of
from offer.editions import Edition, repository_at
from offer.publish import commit_of, public_editions
from offer.publishing.continuity import before, prove
from offer.redline import redline
from offer.shelf import CHANGES, TITLES
from offer.wording import NBSP

NOTHING = (
    "Тексты те же, что опубликованы: новой редакции не будет, обновятся только страницы сайта."
)


def foretell(
    repository: Path, to: Path, *, now: Callable[[], datetime], ref: str = "main"
) -> list[str]:
    """Lines for a person: each edition that would be made, its class, summary and redline.

    Raises the OfferError that publishing would; only building the pages is not tried.
    """
    found = repository_at(repository)
    published = public_editions(found)
    last = before(to) if to.is_dir() else None
    prove([edition for editions in published.values() for edition in editions], last)
    draft = draft_of(found, commit_of(found, ref), published, now())
    lines = [line for edition in draft.editions for line in _foretold(edition, published)]
    if not published["offer"]:
        lines.append(
            "Опубликованных редакций здесь нет. Если они есть на сервере: git fetch --tags."
        )
    return [*(lines or [NOTHING]), "Ничего не изменено: это только проверка (--dry-run)."]


def _foretold(edition: Edition, published: Mapping[str, Sequence[Edition]]) -> Iterator[str]:
    kind = f" — {CHANGES[edition.change]}" if edition.change else ""
    title = TITLES[edition.document]
    yield f"{title}: будет редакция{NBSP}{edition.number}{kind}. {edition.summary}."
    if published[edition.document]:
        last = published[edition.document][-1]
        old, new = decode(last.text, last.tag), decode(edition.text, edition.tag)
        yield from redline_lines(redline(old, new))
        yield ""
