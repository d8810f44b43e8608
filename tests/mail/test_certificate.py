"""The certificate: one page, every fact, the same bytes, a PDF that checkers accept."""

import io
import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from offer.evidence.certificate import certificate
from offer.evidence.settlement import Settlement
from tests.mail.facts import COMPANY, MOSCOW, PERSON, TERMS, digest, settlement

AFTER_THE_DECREES = datetime(2027, 12, 31, 20, 59, tzinfo=UTC)
LONGEST: dict[str, Any] = {
    "party": replace(COMPANY, organisation="Ы" * 200, name="Ж" * 120, email="a" * 180 + "@e.ru"),
    "test": True,
    "paid_at": AFTER_THE_DECREES,
}


def pages(facts: Settlement) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(certificate(facts, zone=MOSCOW)))
    return [page.extract_text().replace("\u00a0", " ") for page in reader.pages]


def words(facts: Settlement) -> str:
    (page,) = pages(facts)
    return " ".join(page.split())


@pytest.mark.parametrize(
    "fact",
    [
        "Свидетельство об акцепте оферты",
        f"Редакция 3 · 20.11.2026 · {digest('offer')[:4]} {digest('offer')[4:8]}",
        "Индивидуальный предприниматель Дудкин Антон Александрович ИНН 230909098157",
        "Мария Сергеевна Ковалёва m.kovaleva@example.ru",
        f"редакция 3 от 20.11.2026, SHA-256: {digest('offer')}",
        f"редакция 1 от 20.11.2026, SHA-256: {digest('consent')}",
        "5 часов поддержки — 15 000 ₽ дополнительный час — 3 000 ₽",
        "22.11.2026, 14:03:27 (МСК) 22.11.2026, 11:03:27 (UTC)",
        "до 22.12.2026 включительно",
        "Срок считается со следующего дня, 23.11.2026",
        "2c1f0e9a-000f-5000-8000-1f0c3d5b7a99",
        f"запись № 3 {digest('acceptance')}",
        f"последняя запись № 4 {digest('head')}",
        "curl -s https://oferta.example/offer/3/offer.md | sha256sum",
        "Заказ 26-0001",
    ],
)
def test_the_page_names_every_fact_of_the_acceptance(fact: str) -> None:
    assert fact in words(settlement())


def test_a_company_is_the_party_and_who_ordered_for_it_is_named_beside() -> None:
    text = words(settlement(party=COMPANY))
    assert f"Заказчик {COMPANY.organisation} ИНН 7707083893 · КПП 770701001" in text
    assert "Заказ оформил представитель: Пётр Ильич Воскресенский-Богоявленский" in text


@pytest.mark.parametrize("name", ["Анна Ким", "ИП Анна Ким", "Индивидуальный предприниматель Ким"])
def test_a_sole_trader_is_called_so_once(name: str) -> None:
    text = words(settlement(party=replace(PERSON, kind="sole_trader", name=name)))
    customer = text.split("Заказчик ")[-1]
    assert len(re.findall("Индивидуальный предприниматель|ИП", customer)) == 1


def test_what_the_contractor_has_not_told_is_not_invented() -> None:
    assert "ОГРНИП" not in words(settlement())
    known = replace(TERMS, requisites=replace(TERMS.requisites, ogrnip="304150000000050"))
    assert "ИНН 230909098157 · ОГРНИП 304150000000050" in words(settlement(terms=known))


def test_a_consent_that_was_not_given_is_not_mentioned() -> None:
    assert "Согласие" not in words(settlement(consent=None))


def test_a_test_payment_is_said_loudly_and_a_real_one_says_nothing_of_tests() -> None:
    loud = "Тестовый режим: деньги не списаны. Этот документ ничего не подтверждает."
    assert loud in words(settlement(test=True))
    assert "естов" not in words(settlement())


def test_a_provisional_date_says_so_beside_the_date() -> None:
    text = words(settlement(paid_at=AFTER_THE_DECREES))
    assert "Пакет действует (предварительная дата) до 31.01.2028 включительно" in text
    assert "только на более позднюю" in text


@pytest.mark.parametrize(
    "facts",
    [
        settlement(),
        settlement(**LONGEST),
        settlement(party=replace(COMPANY, organisation="Общество «Ромашка» " * 60)),
    ],
    ids=["usual", "long words", "long names"],
)
def test_it_is_one_page_however_long_the_names_are(facts: Settlement) -> None:
    assert len(pages(facts)) == 1
    assert facts.edition.sha256 in words(facts)


def test_a_name_the_font_cannot_draw_does_not_stop_a_paid_order() -> None:
    assert "Заказчик Ли ?? (?)" in words(settlement(party=replace(PERSON, name="Ли 小龙 (😀)")))


def test_the_same_facts_give_the_same_bytes() -> None:
    assert certificate(settlement(), zone=MOSCOW) == certificate(settlement(), zone=MOSCOW)


def test_it_carries_no_link_that_opens_the_order() -> None:
    assert settlement().order_url not in words(settlement())


def test_checkers_accept_it_as_pdf_a(tmp_path: Path) -> None:
    pdf = certificate(settlement(), zone=MOSCOW)
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
