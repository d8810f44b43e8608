"""The order form, its errors, and the form anew after the offer changed."""

import re
from dataclasses import replace

import pytest

from checkout.domain.labels import consent_label, offer_label
from checkout.web import pages
from tests.web import page_examples as example
from tests.web.page_reading import read

# — the form —


def test_the_form_says_what_is_bought_until_when_and_by_which_edition() -> None:
    page = read(pages.order_form(example.form()))
    receipt = page.one("section", **{"aria-labelledby": "receipt-title"}).text

    assert "К оплате 15 000 ₽" in receipt
    assert "Если оплатить сегодня, пакет действует до 22.12.2026 включительно." in receipt
    assert "Дополнительный час, если понадобится: 3 000 ₽" in receipt
    assert "Редакция 3 · 22.11.2026 · 9f2c 41ab" in receipt
    assert example.period().reason.replace("\u00a0", " ") in receipt
    assert page.one("button").text == "Оплатить 15 000 ₽"
    assert (
        "Вы перейдёте на страницу ЮKassa. "
        "Оплачивая, вы принимаете оферту в редакции 3 целиком." in page.text
    )


@pytest.mark.parametrize(
    "html", [pages.order_form(example.form()), pages.changed(example.changed())]
)
def test_who_buys_reads_before_he_pays_that_he_may_refuse_and_by_which_law(html: str) -> None:
    (summary,) = [it for it in read(html).all("section") if "Что вы покупаете" in it.text]

    assert "До конца срока от пакета можно отказаться на странице заказа" in summary.text
    assert "оплачиваете то, что исполнитель фактически потратил" in summary.text
    assert "ст. 32; ГК РФ, ст. 782 п. 1" in summary.text


def test_a_sum_never_breaks_across_lines() -> None:
    assert "15\u00a0000\u00a0₽" in pages.order_form(example.form())


@pytest.mark.parametrize(
    "html",
    [
        pages.order_form(example.form()),
        pages.order_form(example.form_with_errors()),
        pages.changed(example.changed()),
        pages.changed(example.changed_consent()),
    ],
    ids=["form", "errors", "offer changed", "consent changed"],
)
def test_the_two_boxes_are_unticked_and_their_values_are_hashes(html: str) -> None:
    boxes = {box.attributes["name"]: box for box in read(html).all("input", type="checkbox")}

    assert set(boxes) == {"accept_offer", "accept_consent"}
    for box in boxes.values():
        assert "checked" not in box.attributes
        assert re.fullmatch(r"[0-9a-f]{64}", box.attributes["value"])
    assert "required" in boxes["accept_offer"].attributes
    assert "required" not in boxes["accept_consent"].attributes


def test_boxes_sent_before_come_back_unticked() -> None:
    form = example.form({"accept_offer": example.edition().sha256, "accept_consent": "on"})

    for box in read(pages.order_form(form)).all("input", type="checkbox"):
        assert "checked" not in box.attributes


def test_the_labels_are_the_very_sentences_the_ledger_keeps() -> None:
    html = pages.order_form(example.form())

    day = example.edition().published_at.astimezone(example.MOSCOW).date()
    assert f'<label for="accept_offer">{offer_label(3, day)}</label>' in html
    assert f'<label for="accept_consent">{consent_label(1)}</label>' in html


def test_without_a_consent_document_there_is_no_consent_box() -> None:
    page = read(pages.order_form(replace(example.form(), consent=None)))

    assert [box.attributes["name"] for box in page.all("input", type="checkbox")] == [
        "accept_offer"
    ]


def test_the_consent_box_says_that_one_may_leave_it() -> None:
    page = read(pages.order_form(example.form()))

    assert "Заказ пройдёт и без согласия" in page.one(id="accept_consent-hint").text


def test_the_fields_help_a_browser_and_a_phone_to_fill_them() -> None:
    page = read(pages.order_form(example.form()))

    def of(name: str) -> dict[str, str]:
        return page.one("input", id=name).attributes

    assert (of("email")["type"], of("email")["autocomplete"]) == ("email", "email")
    assert (of("phone")["type"], of("phone")["inputmode"]) == ("tel", "tel")
    assert of("inn")["inputmode"] == "numeric"
    assert of("name")["autocomplete"] == "name"
    assert not any("placeholder" in element.attributes for element in page.elements)
    assert [radio.attributes["value"] for radio in page.all("input", type="radio")] == [
        "person",
        "sole_trader",
        "company",
    ]


def test_no_kind_is_chosen_for_the_client() -> None:
    page = read(pages.order_form(example.form()))

    assert not [r for r in page.all("input", type="radio") if "checked" in r.attributes]


def test_a_company_is_told_how_to_ask_for_an_invoice_and_nothing_of_taxes() -> None:
    text = read(pages.order_form(example.form())).text

    assert "Компании платят здесь картой или по СБП. Нужны счёт и акт — напишите" in text
    assert not re.search("НДС|налог|УСН", text)


# — errors —


def test_errors_stand_on_top_and_each_leads_to_its_field() -> None:
    page = read(pages.order_form(example.form_with_errors()))
    summary = page.one("div", role="alert")

    assert page.one("title").text.startswith("Ошибка: ")
    assert summary.attributes["tabindex"] == "-1"
    assert "autofocus" in summary.attributes
    for name in ("inn", "email", "accept_offer"):
        field = page.one("input", id=name).attributes
        sentence = page.one(id=f"{name}-error").text.removeprefix("Ошибка: ")
        assert field["aria-invalid"] == "true"
        assert f"{name}-error" in field["aria-describedby"].split()
        assert page.one("a", href=f"#{name}").text == sentence
        assert sentence in summary.text


def test_what_was_typed_is_kept() -> None:
    page = read(pages.order_form(example.form_with_errors()))

    assert page.one("input", id="organisation").attributes["value"] == "ООО «Ромашка»"
    assert page.one("input", id="email").attributes["value"] == "buh@"
    assert "checked" in page.one("input", value="company").attributes


def test_an_error_of_the_whole_form_is_said_without_a_link_to_nowhere() -> None:
    errors = (pages.FieldError("attempt", "Откройте форму заново."),)
    page = read(pages.order_form(example.form({}, errors)))

    assert "Откройте форму заново." in page.one("div", role="alert").text
    assert not page.all("a", href="#attempt")


def test_a_retry_without_its_box_is_told_so_at_the_box() -> None:
    again = example.retry(ask=example.edition(), error="Отметьте, что принимаете оферту.")
    page = read(pages.order(example.order("cancelled", retry=again)))

    assert page.one("title").text.startswith("Ошибка: ")
    assert page.one("a", href="#accept_offer").text == "Отметьте, что принимаете оферту."
    assert page.one("input", id="accept_offer").attributes["aria-invalid"] == "true"


# — the edition changed —


def test_a_changed_offer_says_what_changed_and_asks_anew() -> None:
    page = read(pages.changed(example.changed()))

    assert page.one("h1").text == "Пока вы заполняли форму, оферта изменилась"
    assert "Деньги не списаны." in page.text
    assert "было 15 000 ₽, стало 16 000 ₽" in page.text
    assert "К оплате 16 000 ₽" in page.text
    assert page.one("button").text == "Принять новую редакцию и оплатить 16 000 ₽"
    assert page.one("a", href="/", **{"class": "button-quiet"}).text == "Не оплачивать"


def test_the_redline_marks_words_and_not_only_colours() -> None:
    page = read(pages.changed(example.changed()))

    assert "удалено: 15 000 ₽; добавлено: 16 000 ₽; далее: , дополнительный час" in page.text
    assert "Пункт 3.8 добавлен" in [heading.text for heading in page.all("h4")]
    assert "Без изменений: п. 3.5" in [fold.text for fold in page.all("summary")]


def test_what_changed_is_said_in_sentences_before_the_texts() -> None:
    page = read(pages.changed(example.changed()))
    first, *_ = page.all("a", href="#r-3-1")

    assert first.text == "5 часов: 15 000 ₽ → 16 000 ₽"
    assert page.text.index(first.text) < page.text.index("Вы видели")
    assert page.one(id="r-3-1").tag == "section"


def test_typed_values_travel_on_and_are_shown() -> None:
    page = read(pages.changed(example.changed()))

    for name, value in example.TYPED.items():
        hidden = page.one("input", type="hidden", name=name)
        assert hidden.attributes["value"] == value
    assert "Иванова Мария Петровна" in page.text


def test_a_retry_that_meets_a_new_edition_asks_only_for_the_decision() -> None:
    page = read(pages.changed(example.changed(retry=True)))

    assert [i.attributes["name"] for i in page.all("input")] == [
        "attempt",
        "edition",
        "shown",
        "since",
        "accept_offer",
    ]
    assert page.one("form").attributes["action"] == "/orders/secret/retry"


def test_a_changed_consent_is_not_called_a_changed_offer() -> None:
    page = read(pages.changed(example.changed_consent()))

    assert page.one("h1").text == "Пока вы заполняли форму, изменилось согласие на обработку данных"
    assert page.one("button").text == "Оплатить 15 000 ₽"
