"""Letters: the fact first, the same in text and HTML, loud when it is only a test."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from checkout.mail.contractor_letters import case_for_contractor
from checkout.mail.letters import Letter, order_for_contractor, paid_letter
from tests.mail.facts import COMPANY, MOSCOW, OFFER_HASH, PERSON, digest, settlement


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


def shown(letter: Letter) -> str:
    """What a mail program shows of the HTML."""
    body = re.sub(r"(?s)<head>.*?</head>", "", letter.html)
    return plain(html.unescape(re.sub(r"<[^>]*>", " ", body)))


def paid(**changes: object) -> Letter:
    return paid_letter(settlement(**changes), b"%PDF", zone=MOSCOW)


def test_the_subject_says_the_fact_with_plain_spaces() -> None:
    assert paid().subject == "Оплачено: 5 часов поддержки до 22.12.2026"


@pytest.mark.parametrize(("hours", "words"), [(1, "1 час"), (2, "2 часа"), (10, "10 часов")])
def test_hours_are_declined_in_the_subject(hours: int, words: str) -> None:
    assert paid(hours=hours).subject == f"Оплачено: {words} поддержки до 22.12.2026"


def test_the_letter_begins_with_what_was_paid_and_until_when() -> None:
    text = plain(paid().text)
    assert text.startswith(
        "Оплачено: 5 часов поддержки до 22.12.2026 включительно "
        "Получено 15 000 ₽: 22.11.2026, 14:03 (МСК). Оплата 22.11.2026. Срок считается"
    )


@pytest.mark.parametrize(
    "fact",
    [
        "Номер заказа: 26-0001",
        "Страница заказа: https://oferta.example/orders/QmFzZTY0dG9rZW4tMjItY2hhcnM",
        f"Оферта: Редакция 3 · 20.11.2026 · {OFFER_HASH[:4]} {OFFER_HASH[4:8]}",
        f"SHA-256: {OFFER_HASH}",
        "curl -s https://oferta.example/offer/3/offer.md | sha256sum",
        f"Запись об акцепте: № 3 · {digest('acceptance')}",
        f"Журнал на этот момент: № 4 · {digest('head')}",
        "Дополнительный час: 3 000 ₽",
        "файл certificate-26-0001.pdf",
    ],
)
def test_every_fact_is_in_the_letter(fact: str) -> None:
    assert fact in plain(paid().text)


def test_what_next_names_contacts_hours_of_work_and_promises_no_term_of_answer() -> None:
    text = plain(paid().text)
    assert "ЧТО ДАЛЬШЕ 1. Опишите первую задачу письменно" in text
    assert "по адресу dudkinanton@bk.ru. Назовите номер заказа: 26-0001." in text
    assert "понедельник–пятница, с 9:00 до 18:00 (п. 4.1 оферты)" in text
    assert "Телефон исполнителя: +7 938 478 10 91" in text


def test_text_and_html_say_the_same() -> None:
    for letter in (
        paid(party=COMPANY, test=True),
        order_for_contractor(settlement(party=COMPANY), zone=MOSCOW),
        case_for_contractor("odd_money:2c1f", "Сумма другая: 14 000 ₽.", to="a@example.ru"),
    ):
        words = re.sub(r"[*:]| \d\. ", " ", plain(letter.text)).lower().split()
        assert re.sub(r"[*:]| \d\. ", " ", shown(letter)).lower().split() == words


def test_the_html_names_no_foreign_address_and_runs_nothing() -> None:
    letter = paid()
    assert not re.search(r"<(script|img|link|iframe|object|form)", letter.html)
    links = re.findall(r'(?:href|src)="([^"]*)"', letter.html)
    assert {link.split("/")[2] if "//" in link else link for link in links} == {
        "oferta.example",
        "mailto:dudkinanton@bk.ru",
    }


def test_the_certificate_goes_along_under_the_orders_number() -> None:
    (attachment,) = paid().attachments
    assert (attachment.name, attachment.media_type, attachment.data) == (
        "certificate-26-0001.pdf",
        "application/pdf",
        b"%PDF",
    )


def test_the_answer_goes_to_the_contractor_and_to_the_client() -> None:
    facts = settlement()
    assert (paid().to, paid().reply_to) == ("m.kovaleva@example.ru", "dudkinanton@bk.ru")
    order = order_for_contractor(facts, zone=MOSCOW)
    assert (order.to, order.reply_to) == ("dudkinanton@bk.ru", "m.kovaleva@example.ru")
    assert order_for_contractor(facts, zone=MOSCOW, to="desk@example.ru").to == "desk@example.ru"


@pytest.mark.parametrize("letter", [paid, None], ids=["client", "contractor"])
def test_a_test_payment_is_loud_in_subject_and_text(letter: object) -> None:
    def write(*, test: bool) -> Letter:
        if letter is paid:
            return paid(test=test)
        return order_for_contractor(settlement(test=test), zone=MOSCOW)

    loud, real = write(test=True), write(test=False)
    assert loud.subject.startswith("[ТЕСТ] ")
    assert loud.text.startswith("*** Тестовый режим: деньги не списаны ***")
    assert "Тестовый режим: деньги не списаны" in shown(loud)
    assert "тест" not in (real.subject + real.text + real.html).lower()


def test_a_provisional_date_is_called_so() -> None:
    text = plain(paid(paid_at=datetime(2027, 12, 31, 20, 59, tzinfo=UTC)).text)
    assert "Действует до: 31.01.2028 включительно (предварительно)" in text
    assert "только на более позднюю" in text


def test_the_contractor_reads_who_bought_and_how_to_reach_him() -> None:
    letter = order_for_contractor(settlement(party=COMPANY), zone=MOSCOW)
    assert letter.subject == f"Новый заказ 26-0001: 5 часов поддержки, {COMPANY.organisation}"
    text = plain(letter.text)
    assert (
        f"ЗАКАЗЧИК Кто: {COMPANY.organisation}, организация Заказ оформил: {COMPANY.name}" in text
    )
    assert "ИНН: 7707083893 КПП: 770701001 Почта: p.voskresensky@example.ru ЗАКАЗ" in text


def test_a_name_cannot_add_lines_or_markup_to_a_letter() -> None:
    party = replace(PERSON, name="Иван\r\nОплачено: 1 ₽\u2028<b>x</b>")
    letter = order_for_contractor(settlement(party=party), zone=MOSCOW)
    assert "Кто: Иван Оплачено: 1 ₽ <b>x</b>, физическое лицо\n" in letter.text
    assert "<b>" not in letter.html
    assert "\n" not in letter.subject


def test_a_case_says_what_it_is_about() -> None:
    letter = case_for_contractor("odd_money:2c1f-000f", "Пришло 14 000 ₽.", to="desk@example.ru")
    assert letter.subject == "Нужно ваше решение: платёж не сходится с заказом, 2c1f-000f"
    assert "Пришло 14 000 ₽." in letter.text
    unheard = case_for_contractor("26-0001", "Что-то новое.", to="desk@example.ru")
    assert unheard.subject == "Нужно ваше решение: требуется внимание, 26-0001"
