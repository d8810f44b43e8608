"""The command `offer`: what the text means, which editions there are, publishing, proving."""

import argparse
import io
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from offer.addresses import page_url
from offer.check import run_check
from offer.clauses import decode
from offer.clock import clock_of
from offer.draft import UnsellableError
from offer.editions import DOCUMENTS, Edition, read_editions, sha256
from offer.errors import OfferError
from offer.imports import run_import
from offer.manifest import badge
from offer.publish import Published, current_release, publish
from offer.redline import clause_title, redline
from offer.tags import ZONE

NO_EDITIONS = (
    "Редакций ещё нет. Если они есть на сервере, где публикуется оферта: git fetch --tags "
    "(для неполной копии — git fetch --unshallow --tags)."
)
NAMES = {
    "offer": "оферта",
    "consent": "согласие на обработку персональных данных",
    "privacy": "политика обработки персональных данных",
}
HASH = re.compile(r"[0-9a-fA-F]{64}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when all is well, 1 with one sentence on standard error when not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # the texts are, whatever the terminal's locale
    chosen = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = chosen.command
    try:
        return command(chosen)
    except OfferError as error:
        return _refuse(error.sentence)
    except IsADirectoryError as error:
        return _refuse(f"{error.filename} — папка, а нужен файл.")
    except FileNotFoundError as error:
        return _refuse(f"Нет такого файла: {error.filename}.")
    except OSError as error:
        return _refuse(
            f"{error.filename or 'Файл'}: не читается или не пишется ({error.strerror})."
        )


def _refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _check(chosen: argparse.Namespace) -> int:
    """The terms as understood, errors and advice; 1 when the text cannot be sold by."""
    code, said = run_check(chosen.file.read_bytes(), str(chosen.file), as_json=chosen.json)
    sys.stdout.write(said)
    return code


def _import(chosen: argparse.Namespace) -> int:
    markdown, dropped = run_import(chosen.page.read_bytes(), str(chosen.page))
    sys.stdout.write(markdown)
    sys.stderr.write(dropped)
    return 0


def _show(chosen: argparse.Namespace) -> int:
    """All editions, or the exact bytes of one: `offer show 3 | sha256sum`."""
    editions = _editions(chosen)
    if chosen.number is None:
        for edition in editions:
            print(f"{_badge(edition)} — {edition.summary}")
        return 0
    sys.stdout.buffer.write(_numbered(editions, chosen.number).text)
    sys.stdout.buffer.flush()
    return 0


def _diff(chosen: argparse.Namespace) -> int:
    editions = _editions(chosen)
    old, new = _numbered(editions, chosen.old), _numbered(editions, chosen.new)
    print(f"{_badge(old)} → {_badge(new)}")
    changes = redline(decode(old.text, old.tag), decode(new.text, new.tag))
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    for change in changes:
        print(f"\n{clause_title(change)}")
        print("".join(marks[piece.kind].format(piece.text) for piece in change.pieces))
    if not changes:
        print("Слова те же." if old.text != new.text else "Тексты совпадают байт в байт.")
    return 0


def _publish(chosen: argparse.Namespace) -> int:
    try:
        done = publish(
            chosen.repository,
            chosen.to,
            now=clock_of(chosen.clock_file),
            ref=chosen.ref,
            url=chosen.url,
        )
    except (OfferError, OSError) as error:
        return _not_published(error, chosen.to)
    for line in _published(done, (chosen.url or "").rstrip("/")):
        print(line)
    return 0


def _published(done: Published, url: str) -> list[str]:
    """What the person who pushed reads; the offer's own line comes last."""
    lines = [
        f"Опубликовано: {NAMES[edition.document]}, редакция {edition.number}"
        f"{_address(url, edition.document, edition.number)}"
        for edition in done.created
        if edition.document != "offer"
    ]
    offer = done.release.current("offer")
    if offer:
        news = any(edition.document == "offer" for edition in done.created)
        state = "" if news else " (прежняя), обновлены страницы сайта"
        state = state if news or done.switched else " (прежняя), менять нечего"
        lines.append(
            f"Опубликовано: редакция {offer.number}{state}{_address(url, 'offer', offer.number)}"
        )
    return lines


def _address(url: str, document: str, number: int) -> str:
    return f", {url}{page_url(document, number)}" if url else ""


def _not_published(error: OfferError | OSError, to: Path) -> int:
    if isinstance(error, UnsellableError) and len(error.problems) > 1:
        for problem in error.problems:
            print(problem.sentence, file=sys.stderr)
    reason = error.sentence if isinstance(error, OfferError) else str(error)
    release = current_release(to)
    offer = release.current("offer") if release else None
    left = f"по-прежнему редакция {offer.number}" if offer else "пока ничего не опубликовано"
    return _refuse(f"НЕ ОПУБЛИКОВАНО: {reason.rstrip('.')}. На сайте {left}.")


def _verify(chosen: argparse.Namespace) -> int:
    """Which edition a file or a hash is; 1 when it is none."""
    given = str(chosen.text)
    data = None if HASH.fullmatch(given) else Path(given).read_bytes()
    wanted = given.lower() if data is None else sha256(data)
    editions = [edition for document in DOCUMENTS for edition in _all(chosen, document)]
    if not editions:
        raise OfferError("no_editions", NO_EDITIONS)
    found = [edition for edition in editions if edition.sha256 == wanted]
    for edition in found:
        print(f"✓ {NAMES[edition.document]}: {_badge(edition)}, метка {edition.tag}")
    if not found:
        print(f"✗ SHA-256 {wanted}: такой редакции нет.{_near(data, editions)}")
    return 0 if found else 1


def _near(data: bytes | None, editions: Sequence[Edition]) -> str:
    """A text that a program saved with other line ends is not the edition, but it is close."""
    try:
        text = None if data is None else decode(data, "")
    except OfferError:
        return ""
    alike = [e for e in editions if text is not None and decode(e.text, "").strip() == text.strip()]
    if not alike:
        return ""
    return f" Слова те же, что в {alike[-1].tag}: отличаются концы строк или метка порядка байтов."


def _all(chosen: argparse.Namespace, document: str) -> tuple[Edition, ...]:
    return read_editions(chosen.repository, document)


def _editions(chosen: argparse.Namespace) -> tuple[Edition, ...]:
    editions = _all(chosen, chosen.document)
    if not editions:
        raise OfferError("no_editions", NO_EDITIONS)
    return editions


def _numbered(editions: Sequence[Edition], number: int) -> Edition:
    for edition in editions:
        if edition.number == number:
            return edition
    raise OfferError("no_edition", f"Редакции {number} нет: есть с 1 по {len(editions)}.")


def _badge(edition: Edition) -> str:
    return badge(edition.number, edition.published_at, edition.sha256, ZONE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="offer", description="Публичная оферта из git.")
    commands = parser.add_subparsers(required=True, metavar="КОМАНДА")
    check = commands.add_parser("check", help="что значит текст и можно ли по нему продавать")
    check.add_argument("file", nargs="?", type=Path, default=Path("docs/offer.md"), metavar="FILE")
    check.add_argument("--json", action="store_true", help="для программ")
    check.set_defaults(command=_check)
    page = commands.add_parser("import", help="страница с текстом оферты → Markdown")
    page.add_argument("page", type=Path, metavar="PAGE.txt")
    page.set_defaults(command=_import)
    show = commands.add_parser("show", help="все редакции или точный текст одной")
    show.add_argument("number", nargs="?", type=int, metavar="N")
    diff = commands.add_parser("diff", help="что изменилось между двумя редакциями")
    diff.add_argument("old", type=int, metavar="A")
    diff.add_argument("new", type=int, metavar="B")
    verify = commands.add_parser("verify", help="какая это редакция: файл или SHA-256")
    verify.add_argument("text", metavar="FILE")
    public = commands.add_parser("publish", help="опубликовать ветку: редакция и сайт")
    public.add_argument("--to", type=Path, required=True, metavar="DIR", help="папка выпусков")
    public.add_argument("--ref", default="main", help="ветка, которая публикуется")
    public.add_argument("--url", help="адрес сайта")
    public.add_argument("--clock-file", type=Path, help=argparse.SUPPRESS)
    for command, run in ((show, _show), (diff, _diff), (verify, _verify), (public, _publish)):
        command.add_argument("--repository", type=Path, default=Path(), metavar="R")
        command.set_defaults(command=run)
    for command in (show, diff):
        command.add_argument("--document", choices=DOCUMENTS, default="offer")
    return parser


if __name__ == "__main__":
    sys.exit(main())
