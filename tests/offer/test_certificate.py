"""The certificate: a page of facts, a page of proofs, the files inside, the same bytes always."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pypdf
import pytest

from offer.evidence.attached import described
from offer.evidence.certificate import certificate
from offer.evidence.dossier import fact_name
from offer.evidence.takeout import attachments
from tests.dossiers import SHOWN, dossier
from tests.mail.facts import COMPANY, MOSCOW, OFFER_HASH, PERSON, TERMS, digest, settlement
from tests.papers import pages_of

AFTER_THE_DECREES = datetime(2027, 12, 31, 20, 59, tzinfo=UTC)
LONGEST: dict[str, Any] = {
    "party": replace(COMPANY, organisation="Ы" * 200, name="Ж" * 120, email="a" * 180 + "@e.ru"),
    "test": True,
    "paid_at": AFTER_THE_DECREES,
}


def paper(**changes: Any) -> bytes:
    return certificate(dossier(**changes), zone=MOSCOW)


def pages(**changes: Any) -> list[str]:
    return [" ".join(page.split()) for page in pages_of(paper(**changes))]


def facts_page(**changes: Any) -> str:
    return pages(**changes)[0]


def proofs_page(**changes: Any) -> str:
    return pages(**changes)[1]


def files_in(pdf: bytes) -> dict[str, bytes]:
    """The attachments, each of them once."""
    found = pypdf.PdfReader(io.BytesIO(pdf)).attachments
    assert all(len(copies) == 1 for copies in found.values())
    return {name: copies[0] for name, copies in found.items()}


@pytest.mark.parametrize(
    "fact",
    [
        "Свидетельство об акцепте оферты",
        f"Редакция 3 · 20.11.2026 · {OFFER_HASH[:4]} {OFFER_HASH[4:8]}",
        "Индивидуальный предприниматель Дудкин Антон Александрович ИНН 230909098157",
        "Мария Сергеевна Ковалёва m.kovaleva@example.ru",
        f"редакция 3 от 20.11.2026, SHA-256: {OFFER_HASH}",
        f"редакция 1 от 20.11.2026, SHA-256: {digest('consent')}",
        "5 часов поддержки — 15 000 ₽ дополнительный час — 3 000 ₽",
        "22.11.2026, 14:03:27 (МСК) 22.11.2026, 11:03:27 (UTC)",
        "до 22.12.2026 включительно",
        "Срок считается со следующего дня, 23.11.2026",
        "2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
        f"запись № 6 {dossier().acceptance.hash}",
        f"последняя запись № 7 {dossier().payment.hash}",
        "с 22.11.2026, 14:03:27 (МСК) · 22.11.2026, 11:03:27 (UTC)",
        "до 23.12.2026, 00:00:00 (МСК) · 22.12.2026, 21:00:00 (UTC), не включая",
        "curl -s https://oferta.example/offer/3/offer.md | sha256sum",
        "Заказ 26-0001",
    ],
)
def test_the_page_names_every_fact_of_the_acceptance(fact: str) -> None:
    assert fact in facts_page()


def test_a_company_is_the_party_and_who_ordered_for_it_is_named_beside() -> None:
    text = facts_page(party=COMPANY)
    assert f"Заказчик {COMPANY.organisation} ИНН 7707083893 · КПП 770701001" in text
    assert "Заказ оформил представитель: Пётр Ильич Воскресенский-Богоявленский" in text


@pytest.mark.parametrize("name", ["Анна Ким", "ИП Анна Ким", "Индивидуальный предприниматель Ким"])
def test_a_sole_trader_is_called_so_once(name: str) -> None:
    text = facts_page(party=replace(PERSON, kind="sole_trader", name=name))
    customer = text.split("Заказчик ")[-1]
    assert len(re.findall("Индивидуальный предприниматель|ИП", customer)) == 1


def test_what_the_contractor_has_not_told_is_not_invented() -> None:
    assert "ОГРНИП" not in facts_page()
    known = replace(TERMS, requisites=replace(TERMS.requisites, ogrnip="304150000000050"))
    assert "ИНН 230909098157 · ОГРНИП 304150000000050" in facts_page(terms=known)


def test_a_consent_that_was_not_given_is_not_mentioned() -> None:
    assert "Согласие" not in facts_page(consent=None)


def test_a_test_payment_is_said_loudly_and_a_real_one_says_nothing_of_tests() -> None:
    loud = "Тестовый режим: деньги не списаны. Этот документ ничего не подтверждает."
    assert loud in facts_page(test=True)
    assert "естов" not in facts_page()


def test_a_provisional_date_says_so_beside_the_date() -> None:
    text = facts_page(paid_at=AFTER_THE_DECREES)
    assert "Пакет действует (предварительная дата) до 31.01.2028 включительно" in text
    assert "только на более позднюю" in text


@pytest.mark.parametrize(
    "changes",
    [
        {},
        LONGEST,
        {"party": replace(COMPANY, organisation="Общество «Ромашка» " * 60), "tries": 40},
        {"consent": None, "shown": SHOWN | {"page_sha256": None}},
    ],
    ids=["usual", "long words", "long names, many files", "much missing"],
)
def test_it_is_two_pages_however_long_the_names_are(changes: dict[str, Any]) -> None:
    first, second = pages(**changes)
    for number, page in enumerate((first, second), 1):
        foot = f"Заказ 26-0001 · редакция 3, SHA-256: {OFFER_HASH} стр. {number} из 2"
        assert foot in page
    assert "Как проверить" in first
    assert "Голова журнала к моменту составления" in second


def test_a_name_the_font_cannot_draw_does_not_stop_a_paid_order() -> None:
    odd = replace(PERSON, name="Ли 小龙 (😀)")
    assert "Заказчик Ли ?? (?)" in facts_page(party=odd)
    assert "小龙 (😀)".encode() in files_in(paper(party=odd))["details.txt"]


@pytest.mark.usefixtures("papers_anew")
def test_the_same_facts_give_the_same_bytes() -> None:
    assert paper() == paper()


def test_no_file_in_it_opens_the_order() -> None:
    token = settlement().order_url.rpartition("/")[2].encode()
    pdf = paper()
    assert token not in b"".join([pdf, *files_in(pdf).values()])


def test_the_files_inside_are_those_of_the_dossier_and_each_is_named_with_its_hash() -> None:
    files, page = files_in(paper()), proofs_page()
    assert files == attachments(dossier(), MOSCOW)
    for name, data in files.items():
        assert f"{name} {described(name)} {sha256(data).hexdigest()}" in page


def test_qpdf_gives_out_the_very_bytes(tmp_path: Path) -> None:
    (tmp_path / "certificate.pdf").write_bytes(paper())
    for name, data in attachments(dossier(), MOSCOW).items():
        command = ["qpdf", f"--show-attachment={name}", "certificate.pdf"]
        assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout == data


def test_each_file_says_what_it_is_and_how_it_stands_to_the_document(tmp_path: Path) -> None:
    (tmp_path / "certificate.pdf").write_bytes(paper())
    command = ["qpdf", "--list-attachments", "--verbose", "certificate.pdf"]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert "description: принятый текст оферты" in said
    catalog = cast(Any, pypdf.PdfReader(io.BytesIO(paper())).trailer["/Root"])
    relations = {
        str(it.get_object()["/UF"]): it.get_object()["/AFRelationship"] for it in catalog["/AF"]
    }
    assert relations["offer.md"] == "/Source"
    assert relations["payment.json"] == "/Data"
    assert relations["README.txt"] == "/Supplement"


def test_it_knows_its_own_hash_as_anybody_can_compute_it(tmp_path: Path) -> None:
    pdf = paper()
    (own,) = set(re.findall(rb"SHA256-([0-9a-f]{64})", pdf))
    assert pdf.count(own) == 2
    (tmp_path / "certificate.pdf").write_bytes(pdf)
    zeros = f"sed 's/{own.decode()}/{'0' * 64}/g' certificate.pdf | sha256sum"
    answer = subprocess.run(
        ["sh", "-c", zeros], cwd=tmp_path, check=True, capture_output=True, env={"LC_ALL": "C"}
    )
    assert answer.stdout.split()[0] == own


def test_the_readme_inside_tells_how_to_compute_that_hash(tmp_path: Path) -> None:
    pdf = paper()
    (tmp_path / "certificate.pdf").write_bytes(pdf)
    lines = files_in(pdf)["README.txt"].decode().splitlines()
    script = "\n".join(line for line in lines if line.startswith(("  h=", "  LC_ALL=")))
    answer = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    computed, written = answer.stdout.split("  -\n")
    assert computed == written.strip()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"consent": None}, "Согласие на обработку данных заказчик не давал"),
        ({}, "Чек здесь его нет: кассовые чеки выдаёт не эта программа."),
        ({}, "Штамп времени посторонней службы (RFC 3161) в этом документе нет."),
        ({}, "Голова журнала к моменту составления ещё не опубликована."),
        ({"shown": SHOWN | {"page_sha256": None}}, "не сохранён: записаны только слова"),
    ],
)
def test_what_is_missing_is_said(changes: dict[str, Any], sentence: str) -> None:
    assert sentence in proofs_page(**changes)


def test_what_is_there_is_not_called_missing() -> None:
    assert "не давал" not in proofs_page()
    assert "записаны только слова" not in proofs_page()


@pytest.mark.parametrize(
    "sentence",
    [
        "Дата оплаты 22.11.2026, 14:03:27 (МСК) · 22.11.2026, 11:03:27 (UTC): по часам ЮKassa",
        "Дата текста оферты 20.11.2026, 10:00:00 (МСК) · 20.11.2026, 07:00:00 (UTC): метка git, по "
        "часам исполнителя. Постороннему текст датируют метаданные платежа в ЮKassa",
    ],
)
def test_each_date_says_what_it_rests_on(sentence: str) -> None:
    assert sentence in proofs_page()


def test_a_sample_says_so_on_every_page() -> None:
    for page in pages(sample=True, test=True):
        assert page.startswith("ОБРАЗЕЦ. Заказчик, заказ и платёж вымышлены.")
        assert "Тестовый режим" not in page


def test_many_decisions_before_the_paid_one_leave_a_readable_list() -> None:
    page = proofs_page(tries=20)
    assert "И ещё 16 файлов: их имена и хеши — в приложенном SHA256SUMS." in page
    case = dossier(tries=20)
    for name in ("offer.md", "consent.md", fact_name(case.acceptance), fact_name(case.payment)):
        assert f"{name} {described(name)} " in page


def test_checkers_accept_it_as_pdf_a(tmp_path: Path) -> None:
    pdf = paper()
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert reader.xmp_metadata is not None
    marks = reader.xmp_metadata.stream.get_data()
    assert b"<pdfaid:part>3</pdfaid:part>" in marks
    assert b"<pdfuaid:part>1</pdfuaid:part>" in marks
    assert reader.metadata is not None
    assert reader.metadata.title == "Свидетельство об акцепте оферты, заказ 26-0001"
    assert reader.metadata.author == TERMS.requisites.name
    assert reader.metadata.creation_date == settlement().paid_at
    (tmp_path / "certificate.pdf").write_bytes(pdf)
    subprocess.run(["qpdf", "--check", tmp_path / "certificate.pdf"], check=True)
