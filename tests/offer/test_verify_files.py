"""Checks of evidence file by file: whatever is changed, the file that was changed is named."""

import json
from typing import Any

import pytest

from offer.evidence.chain import canonical, digest
from offer.evidence.dossier import FORM
from offer.evidence.examining import examine_pdf, examine_zip
from offer.evidence.strict_json import NotCanonicalError, parsed
from offer.evidence.verdict import Mark
from tests.offer.evidence_files import (
    attached,
    edited,
    entries,
    failed,
    listed_anew,
    packed,
    paper,
    pdf_of,
    wrong_in_files,
    wrong_in_pdf,
    zipped,
)

ACCEPTED, ORDERED, PAID = (
    "fact-000006-acceptance.json",
    "fact-000002-order.json",
    "fact-000007-payment.json",
)


def test_a_whole_certificate_holds_and_says_what_cannot_be_known() -> None:
    found = examine_pdf(paper())
    assert "заказ 26-0001" in found.what
    assert [str(it) for it in found.checks if it.mark is Mark.FAILS] == []
    assert {it.about for it in found.checks if it.mark is Mark.OPEN} == {
        "links.jsonl",
        "вне файла",
    }


def test_form_1_is_these_bytes() -> None:
    """Another hash? Then raise FORM and read decision 0011: papers out there have this form."""
    assert FORM == 1
    assert (digest(paper()), digest(zipped(entries()))) == (
        "855c531a347f2c17de42ccd9f8a9c1148b8574711aacecfb3da3cc0c8c6dce06",
        "f9470c84a3f8ab1d283b234b6df12339550261a54683fe66b0f73e77df36ddf3",
    )


def test_a_whole_archive_holds_to_the_last_file() -> None:
    found = examine_zip(zipped(entries()))
    assert [str(it) for it in found.checks if it.mark is Mark.FAILS] == []
    assert {"письма", "origin.txt", "order-page.html", "heads.json", "certificate.pdf"} <= {
        it.about for it in found.checks if it.mark is Mark.HOLDS
    }


@pytest.mark.parametrize("name", sorted(entries()))
def test_a_changed_file_is_named(name: str) -> None:
    files = entries()
    assert name in wrong_in_files({**files, name: files[name] + b" "})


@pytest.mark.parametrize("name", sorted(set(entries()) - {"README.txt", "SHA256SUMS"}))
def test_a_changed_file_is_found_by_its_facts_when_the_list_was_made_anew(name: str) -> None:
    files = entries()
    assert wrong_in_files(listed_anew({**files, name: files[name] + b" "}))


@pytest.mark.parametrize("name", sorted(entries()))
def test_a_missing_file_is_named(name: str) -> None:
    files = entries()
    del files[name]
    assert name in wrong_in_files(files)


@pytest.mark.parametrize("name", ["contract.txt", "letters/002.eml", "fact-000099-order.json"])
def test_a_file_that_nothing_speaks_for_is_named_though_listed(name: str) -> None:
    assert name in wrong_in_files(listed_anew({**entries(), name: b"{}"}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("order",), "26-0002"),
        (("what",), "extra"),
        (("hours",), 50),
        (("price_kopecks",), 1),
        (("currency",), "USD"),
        (("edition", "number"), 4),
        (("edition", "sha256"), "0" * 64),
        (("edition", "tag_id"), "0" * 40),
        (("consent",), None),
        (("consent", "sha256"), "0" * 64),
        (("accepted_at",), "2026-11-23T11:03:27.000Z"),
        (("payment_id",), "x"),
        (("test",), True),
        (("shown", "price"), "1 ₽"),
        (("period", "last_day"), "2027-12-22"),
        (("party", "name"), "Иной"),
        (("party", "email"), "x@example.ru"),
        (("details", "salt"), "0" * 32),
        (("details", "sha256"), "0" * 64),
        (("ledger", "order", "hash"), "0" * 64),
        (("ledger", "consent"), None),
        (("ledger", "acceptance", "hash"), "0" * 64),
        (("ledger", "head", "number"), 6),
        (("schema",), 2),
        (("schema",), True),
    ],
)
def test_every_value_of_the_summary_is_held_against_the_facts(
    path: tuple[str, ...], value: object
) -> None:
    forgery = edited(entries(), "acceptance.json", *path, value=value)
    assert "acceptance.json" in wrong_in_files(forgery)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status",), "canceled"),
        (("amount", "value"), "1.00"),
        (("amount", "value"), "²5000.00"),
        (("amount", "currency"), "USD"),
        (("id",), "other"),
        (("captured_at",), "2026-11-23T11:03:27.000Z"),
        (("metadata", "offer_sha256"), "0" * 64),
        (("metadata", "consent_sha256"), "0" * 64),
        (("metadata", "order"), "26-0002"),
        (("metadata",), []),
    ],
)
def test_what_yookassa_says_is_held_against_the_acceptance(
    path: tuple[str, ...], value: object
) -> None:
    files = edited(entries(), "payment.json", *path, value=value)
    forgery = edited(files, PAID, "answer_sha256", value=digest(files["payment.json"]))
    found = wrong_in_files(forgery)
    assert "расходится с акцептом" in found["payment.json"]


def test_a_certificate_of_other_files_is_named_for_what_its_pages_say() -> None:
    found = wrong_in_pdf(pdf_of(attached()))
    assert "на страницах ничего, а по фактам должно быть «Заказ 26-0001" in found["документ"]


def test_an_archive_with_another_orders_certificate_names_it() -> None:
    files = entries() | {"certificate.pdf": pdf_of({"offer.md": b"other"})}
    found = failed(examine_zip(zipped(listed_anew(files))).checks)
    assert "внутри другое" in found["certificate.pdf"]
    assert "не тот, что в факте" in found["certificate.pdf"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"NaN",
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
        b'{"a":1.5}',
        b'{"a":"\\ud800"}',
        b"[" * 100_000,
        b"9" * 10_000,
        b'{"edition":[],"order_row":true,"period":7,"shown":[1]}',
    ],
)
@pytest.mark.parametrize(
    "name",
    [ACCEPTED, ORDERED, PAID, "acceptance.json", "payment.json", "heads.json", "links.jsonl"],
)
def test_json_that_is_none_or_of_wrong_types_is_a_sentence(name: str, content: bytes) -> None:
    assert name in wrong_in_files(listed_anew({**entries(), name: content}))


@pytest.mark.parametrize("odd", [None, True, 1, -1, 10**15, "", "x", [], {}, [None], {"a": {}}])
def test_a_wrong_type_anywhere_is_a_sentence_and_no_trace(odd: Any) -> None:
    for name in (ACCEPTED, ORDERED, PAID, "acceptance.json", "payment.json", "heads.json"):
        for key, value in json.loads(entries()[name]).items():
            if canonical(value) != canonical(odd):
                assert wrong_in_files(edited(entries(), name, key, value=odd))
    for key in json.loads(entries()["links.jsonl"].split(b"\n")[0]):
        lines = entries()["links.jsonl"].split(b"\n")
        link = json.loads(lines[1]) | {key: odd}
        lines[1] = canonical(link).encode()
        forgery = listed_anew({**entries(), "links.jsonl": b"\n".join(lines)})
        assert "links.jsonl" in wrong_in_files(forgery)


def test_a_link_taken_out_of_the_middle_is_found() -> None:
    lines = entries()["links.jsonl"].splitlines(keepends=True)
    forgery = listed_anew({**entries(), "links.jsonl": b"".join(lines[:2] + lines[3:])})
    assert wrong_in_files(forgery)["links.jsonl"] == "после записи 3 идёт запись 5"


def test_an_archive_packed_by_another_program_is_named_for_its_own_fields() -> None:
    def by_hand(made: Any) -> None:
        for name, data in entries().items():
            made.writestr(f"evidence-26-0001/{name}", data)

    found = examine_zip(packed(by_hand))
    wrong = {it.about: it.sentence for it in found.checks if it.mark is Mark.FAILS}
    assert list(wrong) == ["архив"]
    assert "служебные поля архива" in wrong["архив"]


def test_json_has_one_spelling() -> None:
    with pytest.raises(NotCanonicalError, match="канонически"):
        parsed(b'{"b":1,"a":2}')
    assert parsed(b'{"a":2,"b":1}') == {"a": 2, "b": 1}
