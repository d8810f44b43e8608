"""`offer verify`: what a certificate, an archive, a text or a hash is, and whether it holds."""

import argparse
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from offer.clauses import decode
from offer.commands.asked import NAMES, in_repository
from offer.commands.bounded import bounded
from offer.commands.known import KnownEdition, from_manifest, from_tags
from offer.editions import sha256
from offer.errors import OfferError
from offer.evidence.bundle import Bundle
from offer.evidence.chain import instant
from offer.evidence.strict_json import at, number_at, same, text_at
from offer.evidence.verdict import Check, Mark, fails, holds, sound, unknown
from offer.manifest import badge
from offer.tags import ZONE
from offer.wording import printable

HASH = re.compile(r"[0-9a-fA-F]{64}")
SHORT = re.compile(r"([0-9a-fA-F]{4})[\s\u00a0]?([0-9a-fA-F]{4})")
LARGEST = 64 * 1024 * 1024  # an archive with many letters has a tenth of it
ALL_WELL = "всё, что можно проверить здесь, сходится."
SAMPLE = "это ОБРАЗЕЦ, он ничего не подтверждает; файлы в нём сходятся."
SAVED = {document: f"/{document}/editions.json" for document in ("offer", "consent")}
MANIFEST = SAVED["offer"]
SAID = ("sha256", "tag_id", "published_at")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument(
        "given", metavar="FILE", nargs="+", help="файл: PDF, ZIP, .md; либо SHA-256 или знак"
    )
    parser.add_argument("--editions", type=Path, metavar="FILE", help="сохранённый editions.json")
    in_repository(parser)


def run(chosen: argparse.Namespace) -> int:
    """Prints what was found out; 1 when anything is wrong."""
    given = " ".join(chosen.given)
    if HASH.fullmatch(given):
        return _told(_editions_with(_known(chosen), given.lower(), None))
    if SHORT.fullmatch(given) and not Path(given).exists():
        return _told(_beginning(_known(chosen), "".join(given.lower().split())))
    data = _read(Path(given), LARGEST)
    with bounded():
        return _examine(chosen, data, Path(given).name)


def _read(file: Path, largest: int) -> bytes:
    """The bytes of a plain file that is not too large. Raises OfferError, OSError."""
    found = file.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(None, None, str(file))
    if not stat.S_ISREG(found.st_mode):
        raise OfferError("no_file", f"{file} — не обычный файл.")
    if found.st_size > largest:
        megabytes = f"{found.st_size // 1024 // 1024} МиБ, а доказательства — не больше"
        sentence = f"{file}: файл занимает {megabytes} {largest // 1024 // 1024} МиБ. Не читаю."
        raise OfferError("too_large", sentence)
    if not found.st_size:
        raise OfferError("empty", f"{file}: файл пуст.")
    with file.open("rb") as opened:
        return opened.read(largest)


def _examine(chosen: argparse.Namespace, data: bytes, name: str) -> int:
    # what reads PDFs takes a while to import, and texts do not need it
    from offer.evidence import examining

    if examining.is_pdf(data, name):
        found = examining.examine_pdf(data)
    elif examining.is_zip(data, name):
        found = examining.examine_zip(data)
    else:
        return _told(_editions_with(_known(chosen), sha256(data), data))
    print(printable(found.what))
    bundles = [*([("", found.bundle)] if found.bundle else []), *found.inside]
    edition = [
        replace(it, about=f"{within}: {it.about}" if within else it.about)
        for within, bundle in bundles
        for it in _edition(chosen, bundle)
    ]
    sample = any(same(at(bundle.summary, "sample"), True) for _, bundle in bundles)
    return _told([*found.checks, *edition], SAMPLE if sample else ALL_WELL)


def _told(checks: Sequence[Check], well: str = ALL_WELL) -> int:
    """Each check, then one line of all; a single line needs no other."""
    for check in checks:
        print(check)
    right = sound(checks)
    if len(checks) > 1:
        print(f"Итог: {well if right else _wrong(checks)}")
    return 0 if right else 1


def _wrong(checks: Sequence[Check]) -> str:
    wrong = dict.fromkeys(it.about for it in checks if it.mark is Mark.FAILS)
    return printable(f"НЕ СХОДИТСЯ: {', '.join(wrong)}.")


def _known(chosen: argparse.Namespace) -> tuple[KnownEdition, ...]:
    """Raises OfferError when there is nothing here to hold a text against."""
    if chosen.editions is not None:
        return from_manifest(chosen.editions)
    try:
        return from_tags(chosen.repository)
    except OfferError as error:
        if error.code != "no_repository":
            raise
        cure = f"Сохраните {MANIFEST} с сайта и назовите его: --editions editions.json."
        raise OfferError(error.code, f"{error.sentence} {cure}") from None


def _editions_with(known: Sequence[KnownEdition], wanted: str, data: bytes | None) -> list[Check]:
    found = [edition for edition in known if edition.sha256 == wanted]
    if found:
        return [holds(NAMES[it.document], f"{_badge(it)}, метка {it.tag}") for it in found]
    return [fails(f"SHA-256 {wanted}", f"такой редакции нет.{_near(data, known)}")]


def _beginning(known: Sequence[KnownEdition], start: str) -> list[Check]:
    """A badge's eight digits name an edition and prove nothing."""
    alike = [edition for edition in known if edition.sha256.startswith(start)]
    if not alike:
        return [fails(start, "хеш ни одной редакции так не начинается")]
    named = [
        unknown(NAMES[it.document], f"так начинается хеш: {_badge(it)}, {it.sha256}")
        for it in alike
    ]
    return [*named, unknown(start, "восемь знаков — не доказательство: сверьте весь хеш")]


def _badge(edition: KnownEdition) -> str:
    return badge(edition.number, edition.published_at, edition.sha256, ZONE)


def _near(data: bytes | None, known: Sequence[KnownEdition]) -> str:
    """A text that a program saved with other line ends is not the edition, but it is close."""
    text = _words(data)
    alike = [it for it in known if text is not None and _same_words(text, data, it)]
    if not alike:
        return ""
    return f" Слова те же, что в {alike[-1].tag}: отличаются концы строк или метка порядка байтов."


def _same_words(text: str, data: bytes | None, edition: KnownEdition) -> bool:
    if edition.text is not None:
        words = _words(edition.text)
        return words is not None and words.strip() == text.strip()
    spelled = text.strip("\n")
    return edition.sha256 in (sha256(spelled.encode()), sha256(f"{spelled}\n".encode()))


def _words(data: bytes | None) -> str | None:
    try:
        return None if data is None else decode(data, "")
    except OfferError:
        return None


def _edition(chosen: argparse.Namespace, bundle: Bundle) -> list[Check]:
    """Which editions the accepted texts are, by the tags or the manifest at hand."""
    try:
        known = _known(chosen)
    except OfferError as error:
        if chosen.editions is not None:
            raise
        hint = f"сверьте хеш с {_site(bundle)}{MANIFEST} (сохраните и добавьте --editions ФАЙЛ)"
        why = "" if error.code == "no_repository" else f". {error.sentence}"
        return [unknown("редакция", hint + why)]
    return list(_named_editions(known, bundle))


def _named_editions(known: Sequence[KnownEdition], bundle: Bundle) -> Iterator[Check]:
    for name, document in (("edition", "offer"), ("consent", "consent")):
        said, number = at(bundle.summary, name), number_at(bundle.summary, name, "number")
        if not isinstance(said, dict):
            continue
        here = [it for it in known if it.document == document]
        found = next((it for it in here if it.number == number), None)
        about = NAMES[document]
        if not here:
            yield unknown(about, f"списка редакций здесь нет: сохраните {SAVED[document]} с сайта")
        elif found is None:
            yield fails(about, f"редакции {number} в списке нет: {_cure(here)}")
        elif _as_said(found) == tuple(text_at(said, it) for it in SAID):
            yield holds(about, f"{_badge(found)}, метка {found.tag}: тот же текст и та же метка")
        else:
            yield fails(about, f"{_badge(found)} — другой текст, метка или дата, чем здесь")


def _as_said(known: KnownEdition) -> tuple[str, ...]:
    return known.sha256, known.tag_id, instant(known.published_at)


def _cure(known: Sequence[KnownEdition]) -> str:
    if any(it.text is not None for it in known):
        return "получите все метки (git fetch --tags)"
    return f"если она новее, сохраните {SAVED[known[0].document]} заново"


def _site(bundle: Bundle) -> str:
    """The address of the site that the summary names, "" when it names none."""
    url, number = (
        text_at(bundle.summary, "edition", "url"),
        number_at(bundle.summary, "edition", "number"),
    )
    end = f"/offer/{number}/"
    return url.removesuffix(end) if url.startswith("https://") and url.endswith(end) else ""
