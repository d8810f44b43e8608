"""Forgeries by someone who makes every sum and the certificate's own hash anew: none passes."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    StreamObject,
    TextStringObject,
)

from offer.__main__ import main
from offer.evidence.archive import archive
from offer.evidence.certificate import certificate
from offer.evidence.chain import canonical, digest, link_json
from offer.evidence.examining import examine_pdf, examine_zip
from offer.evidence.verdict import sound
from tests.dossiers import dossier
from tests.mail.facts import MOSCOW, PERSON, TERMS, settlement
from tests.offer.evidence_files import (
    attached,
    edited,
    entries,
    failed,
    forged,
    listed_anew,
    paper,
    rewritten,
    sealed_anew,
    whole,
    wrong_in_pdf,
    wrong_in_zip,
    zipped,
)

TOLD = settlement()
LETTER, MESSAGE = "letters/001.eml", "fact-000009-message.json"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"price_kopecks": 1_00}, "«1», а по фактам должно быть «15 000»"),
        ({"hours": 50}, "«50», а по фактам должно быть «5»"),
        ({"extra_hour_kopecks": 1_00}, "«1», а по фактам должно быть «3 000»"),
        ({"paid_at": TOLD.paid_at + timedelta(days=30)}, "«22.12.2026»"),
        ({"starts_at": TOLD.starts_at + timedelta(days=30)}, "«22.12.2026,»"),
        ({"expires_at": TOLD.expires_at + timedelta(days=300)}, "должно быть «23.12.2026,»"),
        ({"last_day": TOLD.last_day.replace(year=2027)}, "«22.12.2027», а по фактам"),
        ({"order_number": "26-00017"}, "«26-00017»"),
        ({"payment_id": TOLD.payment_id + "7"}, "b7a997»"),
        ({"reason": "Срок продлён до конца века."}, "«продлён»"),
        ({"provisional": True}, "«(предварительная дата)», а по фактам должно быть ничего"),
        ({"consent": None}, "а по фактам должно быть «Согласие"),
        ({"party": replace(PERSON, name="Не Мария")}, "«Не», а по фактам должно быть ничего"),
        ({"party": replace(PERSON, email="other@example.ru")}, "«other@example.ru"),
        ({"party": replace(PERSON, inn="7777777777")}, "7777777777"),
        (
            {"terms": replace(TERMS, requisites=replace(TERMS.requisites, inn="0" * 12))},
            "«000000000000»",
        ),
        (
            {"edition": replace(TOLD.edition, published_at=TOLD.paid_at - timedelta(days=900))},
            "«05.06.2024», а по фактам должно быть «20.11.2026»",
        ),
        ({"edition": replace(TOLD.edition, url="https://evil.example/offer/3/")}, "evil.example"),
    ],
)
def test_whatever_else_a_page_says_is_quoted_beside_what_it_should_say(
    changes: dict[str, Any], said: str
) -> None:
    assert said in wrong_in_pdf(forged(**changes))["документ"].replace("\u00a0", " ")


def file_of(data: bytes) -> DictionaryObject:
    stream = StreamObject()
    stream._data = data
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Filespec"),
            NameObject("/F"): TextStringObject("offer.md"),
            NameObject("/UF"): TextStringObject("offer.md"),
            NameObject("/EF"): DictionaryObject({NameObject("/F"): stream}),
        }
    )


def known_files(writer: pypdf.PdfWriter) -> dict[str, Any]:
    def leaves(node: Any) -> list[Any]:
        node = node.get_object()
        under = [leaf for kid in node.get("/Kids", []) for leaf in leaves(kid)]
        return [*node.get("/Names", []), *under]

    found = leaves(writer._root_object["/Names"]["/EmbeddedFiles"])  # type: ignore[index]
    return {str(a): b.get_object() for a, b in zip(found[::2], found[1::2], strict=True)}


def other_bytes_under_the_other_name(writer: pypdf.PdfWriter) -> None:
    evil = file_of(b"evil")["/EF"]["/F"]  # type: ignore[index]
    known_files(writer)["offer.md"]["/EF"][NameObject("/UF")] = writer._add_object(evil)


def two_files_that_swap_names(writer: pypdf.PdfWriter) -> None:
    files = known_files(writer)
    for name, other in (("offer.md", "consent.md"), ("consent.md", "offer.md")):
        for key in ("/F", "/UF"):
            files[name][NameObject(key)] = TextStringObject(other)


def a_second_associated_file(writer: pypdf.PdfWriter) -> None:
    files: Any = writer._root_object["/AF"]
    files.get_object().append(writer._add_object(file_of(b"evil")))


def annotated(writer: pypdf.PdfWriter, **more: Any) -> None:
    place = ArrayObject([FloatObject(it) for it in (60, 640, 360, 680)])
    note = {"/Type": NameObject("/Annot"), "/Rect": place, **more}
    made = DictionaryObject({NameObject(key): value for key, value in note.items()})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(made)])


def a_file_pinned_to_the_page(writer: pypdf.PdfWriter) -> None:
    subtype = {"/Subtype": NameObject("/FileAttachment"), "/FS": file_of(b"evil")}
    annotated(writer, **subtype)


def a_note_laid_over_the_sum(writer: pypdf.PdfWriter) -> None:
    words = TextStringObject("1 000 000 ₽, до 2099")
    annotated(writer, **{"/Subtype": NameObject("/FreeText"), "/Contents": words})


def a_box_drawn_over_the_sum(writer: pypdf.PdfWriter) -> None:
    box = StreamObject()
    box._data = b"1 1 1 rg 60 640 300 40 re f"
    page = writer.pages[0]
    page[NameObject("/Contents")] = ArrayObject(
        [page.raw_get("/Contents"), writer._add_object(box)]
    )


def a_script(writer: pypdf.PdfWriter) -> None:
    run = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    made = DictionaryObject({NameObject(key): value for key, value in run.items()})
    writer._root_object[NameObject("/OpenAction")] = made


def a_third_page(writer: pypdf.PdfWriter) -> None:
    writer.add_blank_page(595, 842)


@pytest.mark.parametrize(
    "change",
    [
        other_bytes_under_the_other_name,
        two_files_that_swap_names,
        a_second_associated_file,
        a_file_pinned_to_the_page,
        a_note_laid_over_the_sum,
        a_box_drawn_over_the_sum,
        a_script,
        a_third_page,
    ],
)
def test_nothing_can_be_put_into_a_certificate(change: Callable[[pypdf.PdfWriter], None]) -> None:
    found = wrong_in_pdf(rewritten(change))["документ"]
    assert "хеш в ключевых словах" not in found
    assert "составленный заново из вложенных файлов, он другой" in found


def test_a_certificate_of_many_pages_is_not_read_through() -> None:
    def many_pages(writer: pypdf.PdfWriter) -> None:
        for _ in range(20):
            writer.add_blank_page(595, 842)

    assert "слишком много страниц" in wrong_in_pdf(rewritten(many_pages))["документ"]


def test_nothing_can_be_put_before_or_behind_a_certificate() -> None:
    for data in (b"#!/bin/sh\n" + paper(), paper() + zipped(entries())):
        assert "он другой" in wrong_in_pdf(sealed_anew(data))["документ"]


SUMMARIES: dict[str, dict[str, Any]] = {
    "another date of the offer": {"edition": {"published_at": "2001-01-01T00:00:00.000Z"}},
    "another site": {"edition": {"url": "https://evil.example/offer/3/"}},
    "another date of the consent": {"consent": {"published_at": "2001-01-01T00:00:00.000Z"}},
    "a document of another name": {"edition": {"document": "Offer"}},
    "a word more": {"discount": "50 %"},
    "a word more about the seller": {"seller": {"fax": "x"}},
    "another seller": {"seller": {"name": "Иной"}},
    "a client of one word": {"party": {"phone": None}},
    "a sample": {"sample": True},
    "another form": {"form": 2},
    "no zone": {"zone": "Moon/Crater"},
}


def summary(change: dict[str, Any]) -> bytes:
    told = json.loads(entries()["acceptance.json"])
    for name, value in change.items():
        told[name] = told[name] | value if isinstance(value, dict) else value
    return canonical(told).encode()


@pytest.mark.parametrize("change", SUMMARIES.values(), ids=SUMMARIES.keys())
def test_the_summary_says_what_the_facts_say_and_not_a_word_more(change: dict[str, Any]) -> None:
    forgery = {"acceptance.json": summary(change)}
    assert not sound(examine_pdf(forged(listed_anew({**attached(), **forgery}))).checks)
    assert wrong_in_zip(listed_anew({**entries(), **forgery}))


def test_a_sample_cannot_be_made_a_real_paper() -> None:
    sample = dossier(sample=True, test=True)
    assert not wrong_in_pdf(certificate(sample, zone=MOSCOW))
    real = replace(sample, settlement=replace(sample.settlement, sample=False))
    assert "sample" in wrong_in_pdf(certificate(real, zone=MOSCOW))["acceptance.json"]


@pytest.mark.parametrize("files", [attached, entries])
def test_the_explanation_cannot_be_replaced(files: Callable[[], dict[str, bytes]]) -> None:
    forgery = listed_anew({**files(), "README.txt": "Проверять нечего.".encode()})
    found = wrong_in_pdf(forged(forgery)) if files is attached else wrong_in_zip(forgery)
    assert "не тот файл, который составляется по фактам" in found["README.txt"]


def test_a_certificate_ends_with_its_payment() -> None:
    files = attached()
    last = files["links.jsonl"].splitlines()[-1]
    fact = canonical({"order": "26-0001", "sentence": "Срок продлён"}).encode()
    link = link_json(8, "2026-11-23T10:00:00.000Z", "case", digest(fact), digest(last))
    more = {
        "links.jsonl": files["links.jsonl"] + f"{link}\n".encode(),
        "fact-000008-case.json": fact,
    }
    found = wrong_in_pdf(forged(listed_anew(files | more)))
    assert "после оплаты в нём стоит запись № 8" in found["документ"].replace("\u00a0", " ")


def head(**changes: Any) -> dict[str, bytes]:
    told = json.loads(entries()["heads.json"])["heads"][0] | changes
    return {"heads.json": canonical({"schema": 1, "heads": [told]}).encode()}


@pytest.mark.parametrize(
    "change",
    [
        head(day="2020-01-01"),
        head(at="2020-01-01T00:00:00.000Z"),
        head(day="2020-01-01", at="2020-01-01T00:00:00.000Z"),
        head(at="завтра"),
        head(note="x"),
        {"heads.json": canonical({"schema": 1, "heads": [{}, {}]}).encode()},
        {"time-stamp.tsr": b"rubbish and the head: " + bytes(32)},
    ],
)
def test_a_head_is_one_and_dated_when_it_could_be(change: dict[str, bytes]) -> None:
    (name,) = change
    assert name in wrong_in_zip(listed_anew({**entries(), **change}))


def test_rubbish_that_holds_the_heads_bytes_is_no_time_stamp() -> None:
    last = digest(entries()["links.jsonl"].splitlines()[-1])
    stamp = {"time-stamp.tsr": b"2001 " + bytes.fromhex(last)}
    assert "не штамп времени" in wrong_in_zip(listed_anew(entries() | stamp))["time-stamp.tsr"]


def test_a_letter_stands_once_under_its_own_number() -> None:
    files = entries()
    doubled = listed_anew({**files, "letters/002.eml": files[LETTER]})
    assert "то же письмо" in wrong_in_zip(doubled)["letters/002.eml"]
    letter = files.pop(LETTER)
    for name in ("letters/٠٠١.eml", "letters/007.eml"):
        assert name in wrong_in_zip(listed_anew({**files, name: letter}))


def test_what_is_left_out_is_said_or_found() -> None:
    files = entries()
    del files[LETTER]
    told = [str(it) for it in examine_zip(zipped(listed_anew(files))).checks]
    assert any(it.startswith("! письма: в архиве их нет") for it in told)
    del files[MESSAGE]
    told = [str(it) for it in examine_zip(zipped(listed_anew(files))).checks]
    assert any("3\u00a0звена без содержания" in it and it.startswith("!") for it in told)


@pytest.mark.parametrize(
    "folder", ["evidence-26-9999", "evidence-26-0001\u202etxt.exe", "a\x1b[2J"]
)
def test_the_folder_is_named_after_the_order(folder: str) -> None:
    checks = examine_zip(archive(entries(), folder)).checks
    assert "папка в нём не та" in failed(checks)["архив"]
    assert all(it.isprintable() or it == "\u00a0" for check in checks for it in str(check))


def test_the_price_shown_is_the_price_paid() -> None:
    files = edited(entries(), "fact-000002-order.json", "shown", value={"price": "7 000 ₽"})
    files = edited(files, "fact-000006-acceptance.json", "shown", value={"price": "7 000 ₽"})
    files = edited(files, "acceptance.json", "shown", value={"price": "7 000 ₽"})
    assert "shown.price" in wrong_in_zip(files)["acceptance.json"]


def test_only_what_was_changed_is_blamed() -> None:
    files = entries()
    flipped = bytearray(zipped(files))
    flipped[flipped.index(files[LETTER])] ^= 1
    assert set(failed(examine_zip(bytes(flipped)).checks)) == {LETTER}

    files = {**entries(), LETTER: b"another letter"}
    assert set(wrong_in_zip(listed_anew(files))) == {LETTER}
    del files[MESSAGE]
    assert "SHA256SUMS" not in wrong_in_zip(listed_anew(files))


def test_a_client_whose_name_looks_like_a_seal_has_a_sound_certificate() -> None:
    odd = replace(PERSON, name=f"Ян SHA256-{'a' * 64}")
    assert not wrong_in_pdf(certificate(dossier(party=odd), zone=MOSCOW))


def test_a_term_that_the_text_denies_is_found_on_a_chain_made_anew() -> None:
    for_ever = dossier(last_day=TOLD.last_day.replace(year=2099))
    said = wrong_in_pdf(certificate(for_ever, zone=MOSCOW))["acceptance.json"]
    assert "по тексту оферты пакет действует до 22.12.2026" in said
    early = replace(TOLD.edition, published_at=TOLD.paid_at + timedelta(days=3))
    found = wrong_in_pdf(certificate(dossier(edition=early), zone=MOSCOW))
    assert "не в этом порядке по времени" in found["acceptance.json"]


def test_yookassas_answer_cannot_be_left_out() -> None:
    silent = replace(whole(), answer=None)
    assert "payment.json" in wrong_in_pdf(certificate(silent, zone=MOSCOW))


def test_a_text_no_page_has_room_for_is_refused_and_not_set() -> None:
    forgery = listed_anew({**entries(), "acceptance.json": summary({"reason": "я" * 9_000})})
    assert "текст длиннее, чем бывает" in wrong_in_zip(forgery)["архив"]


def test_no_file_name_moves_the_cursor_of_a_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "e.zip").write_bytes(zipped(listed_anew({**entries(), "x\x1b[2J": b""})))
    for given in (tmp_path / "e.zip", tmp_path / "no\x1b[2Jfile"):
        assert main(["verify", str(given)]) == 1
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
