"""A certificate or an archive, examined whole: from bytes to lines."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from offer.evidence import agreeing, checking
from offer.evidence import dossier as the
from offer.evidence.archive_checks import ARCHIVE, certificate, later, remade, same_inside
from offer.evidence.bundle import Bundle
from offer.evidence.certificate_checks import DOCUMENT, closed, made_again, own_hash
from offer.evidence.pdf_reading import Unpacked, UnreadableError, own_hash_holds, read_pdf
from offer.evidence.strict_json import text_at
from offer.evidence.takeout import folder_of
from offer.evidence.verdict import Check, Mark, fails, holds, sound, unknown
from offer.evidence.zip_reading import packed_again, read_zip
from offer.wording import counted

COPY = "копия данных кабинета"
COPY_FOLDER, ACCOUNT = "account", "account.json"
FOREIGN = "доказательств внутри нет: это не свидетельство и не архив этой программы"


@dataclass(frozen=True)
class Examined:
    """What it is in a few words, the checks, and the files they were about (None: unreadable).

    `inside` are the archives that lie in a copy of an account, each by its name in it.
    """

    what: str
    checks: tuple[Check, ...]
    bundle: Bundle | None = None
    inside: tuple[tuple[str, Bundle], ...] = ()


def is_pdf(data: bytes, name: str) -> bool:
    """By its first bytes, or by its name when these are spoilt."""
    return b"%PDF-" in data[:1024] or name.lower().endswith(".pdf")


def is_zip(data: bytes, name: str) -> bool:
    """By its first bytes, or by its name when these are spoilt."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06") or name.lower().endswith(".zip")


def examine_pdf(data: bytes) -> Examined:
    """Everything that can be said of a certificate by itself."""
    sealed = own_hash(own_hash_holds(data))
    try:
        read = read_pdf(data)
    except UnreadableError as error:
        return Examined("Файл PDF", (sealed, fails(DOCUMENT, str(error))))
    bundle = Bundle(read.inside.files, read.inside.spoilt)
    if not (bundle.files or bundle.spoilt):
        return Examined("Файл PDF", (sealed, fails(DOCUMENT, FOREIGN)))
    checks = [
        sealed,
        *checking.shared(bundle, checking.IN_THE_CERTIFICATE),
        *agreeing.agreements(bundle),
        *closed(bundle),
        *made_again(bundle, data, read),
        *_outside(bundle),
    ]
    return Examined(f"Свидетельство об акцепте: {agreeing.identity(bundle)}", tuple(checks), bundle)


def examine_zip(data: bytes) -> Examined:
    """Everything that can be said of an evidence archive, or a copy of an account, by itself."""
    try:
        folder, inside = read_zip(data)
    except UnreadableError as error:
        return Examined("Файл ZIP", (fails(ARCHIVE, str(error)),))
    if _is_copy(folder, inside):
        return _copy(folder, inside, data)
    return _evidence(folder, inside, data)


def _is_copy(folder: str, inside: Unpacked) -> bool:
    names = {*inside.files, *inside.spoilt}
    return the.LINKS not in names and (ACCOUNT in names or folder == COPY_FOLDER)


def _copy(folder: str, inside: Unpacked, data: bytes) -> Examined:
    """What a client took out of his account: its list of hashes, and each archive in it.

    Only the archives prove anything: the list of hashes is the copy's own.
    """
    bundle = Bundle(inside.files, inside.spoilt)
    proofs = [
        (name, _proofs(packed)) for name, packed in bundle.files.items() if is_zip(packed, name)
    ]
    checks = [
        *(fails(name, sentence) for name, sentence in bundle.spoilt.items()),
        *(it for name in (the.README, ACCOUNT, the.SUMS) for it in bundle.lacks(name)),
        *checking.sums(bundle),
        *(it for name, found in proofs for it in _within(name, found)),
        *([] if inside.spoilt else [_packed(packed_again(folder, inside, data))]),
        unknown(COPY, _proved_by(len(proofs))),
    ]
    found = tuple((name, it.bundle) for name, it in proofs if it.bundle)
    return Examined(f"Копия данных кабинета ({ACCOUNT})", tuple(checks), inside=found)


def _proved_by(archives: int) -> str:
    if not archives:
        return "архивов доказательств в ней нет: сверены только хеши файлов с её же списком"
    return (
        "доказательства — только архивы заказов; остальные файлы сверены с её же списком хешей, "
        "его мог составить кто угодно"
    )


def _proofs(data: bytes) -> Examined:
    """An archive within a copy: evidence or nothing, for copies in copies would never end."""
    try:
        folder, inside = read_zip(data)
    except UnreadableError as error:
        return Examined("Файл ZIP", (fails(ARCHIVE, str(error)),))
    return _evidence(folder, inside, data)


def _within(name: str, found: Examined) -> Iterator[Check]:
    """An archive examined as by itself: what holds is one line, the rest as it is."""
    order = text_at(found.bundle.summary, "order") if found.bundle else ""
    rest = [it for it in found.checks if it.mark is not Mark.HOLDS]
    if order and name != f"orders/{folder_of(order)}.zip":
        yield fails(name, f"внутри доказательства другого заказа: {order}")
    elif sound(rest):
        many = counted(len(found.checks) - len(rest), "проверка", "проверки", "проверок")
        yield holds(name, f"проверен сам по себе, сошлось: {many}. {found.what}")
    yield from (replace(it, about=f"{name}: {it.about}") for it in rest)


def _evidence(folder: str, inside: Unpacked, data: bytes) -> Examined:
    bundle = Bundle(inside.files, inside.spoilt)
    if not any(name in bundle.files for name in checking.NEEDED):
        return Examined("Файл ZIP", (fails(ARCHIVE, FOREIGN),))
    checks = [
        *checking.shared(bundle, checking.IN_THE_ARCHIVE),
        *agreeing.agreements(bundle),
        *later(bundle),
        *certificate(bundle),
        *_certificate_inside(bundle),
        *remade(bundle),
        *_outside(bundle),
    ]
    if not inside.spoilt:
        right = folder_of(text_at(bundle.summary, "order"))
        if folder != right:
            checks.append(fails(ARCHIVE, f"папка в нём не та: «{folder}» вместо «{right}»"))
        checks.append(_packed(packed_again(folder, inside, data)))
    return Examined(f"Архив доказательств: {agreeing.identity(bundle)}", tuple(checks), bundle)


def _packed(right: bool) -> Check:
    if right:
        return holds(ARCHIVE, "упакован заново: те же байты")
    return fails(ARCHIVE, "изменены служебные поля архива: упакованный заново, он другой")


def _certificate_inside(bundle: Bundle) -> Iterator[Check]:
    """The archive's certificate is examined as by itself; what holds is one line."""
    data = bundle.files.get("certificate.pdf")
    if data is None:
        return
    examined = examine_pdf(data)
    yield from same_inside(bundle, examined.bundle.files if examined.bundle else {})
    wrong = [it for it in examined.checks if it.mark is Mark.FAILS]
    for it in wrong:
        yield fails("certificate.pdf", f"{it.about}: {it.sentence}")
    if not wrong:
        yield holds("certificate.pdf", "проверено и само по себе, вместе с тем, что на страницах")


def _outside(bundle: Bundle) -> Iterator[Check]:
    """Who wants to forge can make a whole chain anew: only those outside tell."""
    if not bundle.links:
        return
    last = bundle.links[-1]
    yield unknown(
        "вне файла",
        f"последняя запись № {last.number}, {last.hash}: сверьте её с письмом или с "
        "опубликованными головами журнала (/ledger/heads.json), а платёж — с ЮKassa",
    )
