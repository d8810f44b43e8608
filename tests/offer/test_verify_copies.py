"""What a client took out of his account is known as that, and each proof in it is checked."""

from collections.abc import Callable, Mapping

import pytest

from offer.evidence.archive import archive
from offer.evidence.dossier import checksums
from offer.evidence.examining import Examined, examine_zip
from offer.evidence.verdict import Mark
from tests.offer.evidence_files import FOLDER, edited, entries, failed, listed_anew, zipped

PROOFS = f"orders/{FOLDER}.zip"


def copied(**changes: bytes) -> dict[str, bytes]:
    """The files of a copy of an account with one paid order, without its list of hashes."""
    files = {
        "README.txt": b"readme\n",
        "account.json": b"{}\n",
        "orders/26-0001.json": b"{}\n",
        PROOFS: zipped(entries()),
        "letters/001.eml": b"From: a@example.ru\r\n\r\nPaid.\r\n",
    }
    return files | changes


def examined(files: Mapping[str, bytes]) -> Examined:
    return examine_zip(archive(files, "account"))


def listed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {**files, "SHA256SUMS": checksums(files)}


def test_an_intact_copy_is_sound_and_says_what_proves_and_what_does_not() -> None:
    found = examined(listed(copied()))
    said = "\n".join(map(str, found.checks)).replace("\u00a0", " ")

    assert found.what.startswith("Копия данных кабинета")
    assert failed(found.checks) == {}
    assert "✓ SHA256SUMS: 5 файлов" in said
    assert f"✓ {PROOFS}: проверен сам по себе, сошлось: " in said
    assert "Архив доказательств: " in said
    assert f"! {PROOFS}: вне файла: последняя запись № " in said
    assert "доказательства — только архивы заказов" in said
    assert [name for name, _ in found.inside] == [PROOFS]


def test_a_copy_of_who_paid_nothing_proves_nothing_and_says_so() -> None:
    found = examined(listed({it: data for it, data in copied().items() if it != PROOFS}))

    assert failed(found.checks) == {}
    assert "архивов доказательств в ней нет" in str(found.checks[-1])


def changed_proofs() -> bytes:
    files = edited(entries(), "acceptance.json", "party", "name", value="Другой человек")
    return zipped(listed_anew(files))


@pytest.mark.parametrize(
    ("spoil", "about"),
    [
        (lambda files: files | {"letters/001.eml": b"another"}, "letters/001.eml"),
        (lambda files: files | {"extra.txt": b"another"}, "extra.txt"),
        (lambda files: {it: files[it] for it in files if it != PROOFS}, PROOFS),
        (lambda files: {it: files[it] for it in files if it != "account.json"}, "account.json"),
        (lambda files: {it: files[it] for it in files if it != "SHA256SUMS"}, "SHA256SUMS"),
        (lambda files: listed(copied(**{PROOFS: changed_proofs()})), PROOFS),
        (lambda files: listed(copied(**{PROOFS: b"PK\x03\x04"})), PROOFS),
        (
            lambda files: listed(copied(**{"orders/evidence-26-0002.zip": files[PROOFS]})),
            "orders/evidence-26-0002.zip",
        ),
        (
            lambda files: listed(copied(**{PROOFS: archive(files, "account")})),
            PROOFS,
        ),
    ],
    ids=["letter", "added", "no proofs", "no account", "no list", "changed proofs", "broken proofs",
         "another order", "a copy in a copy"],
)  # fmt: skip
def test_whatever_was_changed_in_a_copy_is_found(
    spoil: Callable[[dict[str, bytes]], dict[str, bytes]], about: str
) -> None:
    found = examined(spoil(listed(copied())))
    wrong = [it.about for it in found.checks if it.mark is Mark.FAILS]

    assert wrong
    assert all(it.startswith(about) for it in wrong), wrong
    assert not any(str(it).startswith(f"✓ {about}") for it in found.checks)


def test_a_copy_whose_packing_was_changed_is_said_to_be() -> None:
    data = archive(listed(copied()), "account")
    before, day, after = data.rpartition(b"\x00\x00\x21\x00")  # of the last entry in the list
    later = before + day.replace(b"\x21", b"\x22") + after

    assert later != data
    assert "упакованный заново, он другой" in str(failed(examine_zip(later).checks)["архив"])
