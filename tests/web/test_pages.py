"""The checkout's pages: what they say in each state, and what they never do."""

from dataclasses import replace

import pytest
from yookassa.domain.models.cancellation_details import CancellationDetailsReasonCode

from checkout.domain.transitions import State
from checkout.web import pages, states, troubles
from offer.evidence.settlement import Party
from tests.web import page_examples as example
from tests.web.page_reading import Page, read

HOUSE = troubles.House(test=True, requisites=example.REQUISITES)

MAIN = {"class": "button"}  # the one next step of a page


def declined(reason: str | None) -> str:
    return pages.order(example.order("cancelled", reason=reason))


def order(state: str, **facts: object) -> Page:
    return read(pages.order(example.order(state, **facts)))


def heading(page: Page) -> str:
    return page.one("h1").text


# — the words of each state —


@pytest.mark.parametrize(
    ("state", "said", "money", "step"),
    [
        (
            "created",
            "Платёжный сервис не отвечает",
            "Деньги не списаны. Заказ сохранён.",
            "Попробовать ещё раз",
        ),
        (
            "waiting",
            "Ждём ответ от ЮKassa",
            "Если вы уже оплатили, ничего не делайте: страница обновится сама.",
            "Вернуться к оплате",
        ),
        (
            "paid",
            "Оплачено. Пакет действует до 22.12.2026 включительно",
            "Получено 15 000 ₽, чек придёт на почту.",
            "Что дальше",
        ),
        ("cancelled", "Оплата не завершена", "Деньги не списаны.", "Оплатить ещё раз"),
        (
            "refunded",
            "Деньги возвращены",
            "Возвращено 15 000 ₽ туда, откуда платили. Банк зачислит их за несколько дней.",
            "",
        ),
        (
            "case",
            "Разбираемся с платежом",
            "Деньги получены. Исполнитель уже уведомлён.",
            "Написать исполнителю",
        ),
    ],
)
def test_an_order_says_its_state_then_its_money_then_one_next_step(
    state: str, said: str, money: str, step: str
) -> None:
    page = order(state)

    assert heading(page) == said
    after_money = page.text[page.text.index(said) :].partition(money)[2]
    assert step in after_money
    assert after_money


def test_every_state_of_an_order_has_its_page() -> None:
    assert len({heading(order(state)) for state in State}) == len(State)


def test_every_cancellation_reason_the_sdk_knows_is_told_in_russian() -> None:
    known = {
        value
        for name, value in vars(CancellationDetailsReasonCode).items()
        if not name.startswith("_") and isinstance(value, str)
    }

    assert known - {"unknown", ""} <= set(states.DECLINES)
    for reason in known & set(states.DECLINES):
        assert reason not in read(declined(reason)).text


def test_a_decline_names_the_reason_and_offers_another_way_to_pay() -> None:
    page = read(declined("insufficient_funds"))

    assert heading(page) == "Банк отклонил платёж: недостаточно средств"
    assert "Деньги не списаны." in page.text
    assert "Другая карта или СБП" in [element.text for element in page.all("h2")]


def test_an_unknown_reason_is_quoted_and_not_guessed_at() -> None:
    page = read(declined("moon_phase"))

    assert heading(page) == "Платёж не прошёл"
    assert "«moon_phase», расшифровки у нас нет" in page.text


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (True, "Деньги получены."),
        (None, "Получены ли деньги, уточняем у ЮKassa."),
        (False, "Деньги не списаны."),
    ],
)
def test_a_case_says_about_money_only_what_is_known(taken: bool | None, said: str) -> None:
    assert said in order("case", money_taken=taken).text


@pytest.mark.parametrize("typed", ["Ипов Иван Иванович", "ИП Ипов Иван Иванович"])
def test_a_sole_trader_is_named_as_one_and_once(typed: str) -> None:
    trader = Party("sole_trader", typed, None, "500100732259", None, "ip@example.ru", None)

    assert "Заказчик ИП Ипов Иван Иванович, ИНН 500100732259" in order("paid", party=trader).text


def test_a_receipt_is_promised_only_when_receipts_are_sent() -> None:
    assert "чек" in order("paid", receipt=True).text
    assert "чек" not in order("paid", receipt=False).text


def test_each_receipt_says_what_it_is_of_and_how_it_stands() -> None:
    text = order("paid", receipts=example.receipts()).text

    assert "Получено 15 000 ₽, чек отправлен на почту." in text
    assert "Чек предоплаты на 15 000 ₽: зарегистрирован 22.11.2026, 12:02 (МСК), отправлен" in text
    assert "ФД № 3986 · ФН 9288000100115785 · ФПД 2617603986" in text
    assert "Чек возврата на 1 500,50 ₽: не зарегистрирован. Исполнитель об этом знает" in text
    assert "Чек полного расчёта (зачёт предоплаты) на 13 499,50 ₽: ждёт регистрации" in text
    assert "Кассовые чеки" not in order("paid").text


def test_a_provisional_last_day_is_called_so() -> None:
    assert "предварительно" in order("paid", period=example.period(provisional=True)).text
    assert "предварительно" not in order("paid").text


def test_a_paid_order_shows_the_whole_evidence() -> None:
    page = order("paid")

    assert "Редакция 3 · 22.11.2026 · 9f2c 41ab" in page.text
    for fact in (example.edition().sha256, "2026-0017", "22.11.2026, 14:03 (МСК)", "№ 42"):
        assert fact in page.text
    assert page.all("a", href="/orders/secret/certificate.pdf")


def test_a_paid_order_ends_with_what_comes_next() -> None:
    page = order("paid")
    ending = page.one("section", id="next")

    assert ending.text.startswith("Что дальше")
    assert example.REQUISITES.email in ending.text
    assert example.REQUISITES.phone in ending.text
    assert "понедельник–пятница, с 9:00 до 18:00 (п. 4.1)" in ending.text
    assert page.one("main").text.endswith(ending.text)


@pytest.mark.parametrize("state", [state for state in State if state != "paid"])
def test_what_comes_next_and_a_certificate_wait_for_payment(state: str) -> None:
    page = order(state, acceptance=None, period=None)

    assert not page.all("section", id="next")
    assert not page.all("a", href="/orders/secret/certificate.pdf")


def test_only_a_waiting_page_refreshes_itself_and_does_so_without_a_script() -> None:
    refreshing = {state for state in State if order(state).all("meta", **{"http-equiv": "refresh"})}

    assert refreshing == {"waiting"}
    assert "<noscript><meta http-equiv" in pages.order(example.order("waiting"))


def test_paying_again_asks_for_the_decision_anew() -> None:
    page = order("cancelled")

    box = page.one("input", type="checkbox")
    assert box.attributes["value"] == example.edition().sha256
    assert "checked" not in box.attributes
    assert page.one("button", **MAIN).text == "Оплатить 15 000 ₽"
    assert page.all("form")[0].attributes["action"] == "/orders/secret/retry"


def test_paying_again_under_another_edition_leads_to_what_changed_first() -> None:
    newer = example.edition(number=4, digit="4")
    again = replace(example.retry(ask=newer), price_kopecks=1_600_000)
    page = order("cancelled", retry=again)

    assert not page.all("input", type="checkbox")
    assert "было 15 000 ₽, теперь 16 000 ₽" in page.text
    assert page.one("button", **MAIN).text == "Посмотреть изменения и решить"
    assert page.all("form")[0].attributes["action"] == "/orders/secret/retry"


def test_repeating_an_unanswered_request_asks_nobody() -> None:
    page = order("created")

    assert not page.all("input", type="checkbox")
    assert page.one("input", name="attempt").attributes["value"] == "attempt-2"


# — trouble —


def test_a_silent_payment_service_costs_nothing_and_offers_a_button() -> None:
    page = read(pages.trouble(troubles.unreachable(HOUSE, example.retry(), "/orders/secret")))

    assert heading(page) == "Платёжный сервис не отвечает"
    assert "Деньги не списаны. Заказ сохранён." in page.text
    assert page.one("button").text == "Попробовать ещё раз"
    assert page.one("form").attributes["method"] == "post"


def test_a_new_decision_is_taken_on_the_orders_own_page() -> None:
    again = example.retry(ask=example.edition())
    page = read(pages.trouble(troubles.unreachable(HOUSE, again, "/orders/secret")))

    assert not page.all("form")
    assert page.one("a", href="/orders/secret").text == "Открыть заказ"


def test_a_bug_shows_its_reference_and_whom_to_write_to() -> None:
    page = read(pages.trouble(troubles.broken(HOUSE, "f00d")))

    assert "Номер для обращения: f00d" in page.text
    assert example.REQUISITES.email in page.one("main").text
