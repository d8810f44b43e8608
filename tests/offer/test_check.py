import json
from pathlib import Path

import pytest

from offer.check import check, run_check
from offer.reading.advice import Advice
from tests.offer.offers import CLAUSES, REQUISITES, offer, without_places

FIRST = Path(__file__).parents[1] / "data"
DATA = Path(__file__).parent / "data"


def advice_of(changed: dict[str, str | None] | None = None, preamble: str = "") -> list[Advice]:
    return list(check(offer(changed, preamble=preamble).encode(), "offer.md").advice)


def codes(changed: dict[str, str | None] | None = None, preamble: str = "") -> set[str]:
    return {advice.code for advice in advice_of(changed, preamble)}


def test_the_contractors_offer_can_be_sold_by() -> None:
    code, printed = run_check((FIRST / "offer.md").read_bytes(), "docs/offer.md", as_json=False)

    printed = printed.replace("\u00a0", " ")
    assert code == 0
    assert "5 часов — 15 000 ₽, дополнительный час — 3 000 ₽ (п. 3.1, строка " in printed
    assert "Срок пакета — 1 календарный месяц с момента оплаты (п. 3.3, строка " in printed
    assert "Рабочее время — понедельник–пятница, с 9:00 до 18:00 (п. 4.1, строка " in printed
    assert "Ошибок нет" in printed
    assert printed.index("Ошибок нет") < printed.index("Советы (")


def test_errors_come_before_advice_and_give_exit_code_1() -> None:
    data = offer({"3.3": "Пакет действует 30 дней.", "5.2": None}).encode()

    code, printed = run_check(data, "offer.md", as_json=False)

    assert code == 1
    assert "Ошибки (2)" in printed
    assert printed.index("Ошибки (2)") < printed.index("Советы (")
    assert "15 000" in printed.replace("\u00a0", " ")


def test_json_has_terms_errors_and_advice_also_on_failure() -> None:
    data = offer({"3.3": "Пакет действует 30 дней."}).encode()

    code, printed = run_check(data, "offer.md", as_json=True)

    value = json.loads(printed)
    assert code == 1
    assert set(value) == {"terms", "errors", "advice"}
    assert value["terms"]["unit_minutes"] == 5
    assert "term_months" not in value["terms"]
    assert set(value["errors"][0]) == {"code", "sentence", "clause", "line"}
    assert value["errors"][0]["clause"] == "3.3"
    assert {"code", "sentence", "clause", "line", "law"} == set(value["advice"][0])


def test_json_of_a_good_offer_is_the_terms_own() -> None:
    checked = check(offer().encode(), "offer.md")

    value = json.loads(run_check(offer().encode(), "offer.md", as_json=True)[1])

    assert checked.terms is not None
    assert value["terms"] == json.loads(json.dumps(checked.terms.to_json()))
    assert value["errors"] == []


def test_bytes_that_are_not_utf_8_are_an_error_and_no_crash() -> None:
    code, printed = run_check("# Оферта".encode("cp1251"), "offer.md", as_json=False)

    assert code == 1
    assert "не в кодировке UTF-8" in printed


def test_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    plain = check(offer().encode(), "offer.md").reading
    windows = check(b"\xef\xbb\xbf" + offer().replace("\n", "\r\n").encode(), "offer.md").reading

    assert windows == plain


def test_every_piece_of_advice_names_its_law() -> None:
    for document in (FIRST / "offer.md", DATA / "offer-original.txt"):
        for advice in check(document.read_bytes(), document.name).advice:
            assert advice.law
            assert advice.sentence.endswith(".")


@pytest.mark.parametrize(
    ("code", "clause", "mended"),
    [
        ("no_ogrnip", "11", f"{REQUISITES}\n- ОГРНИП: 304150000000072"),
        ("no_address", "11", f"{REQUISITES}\n- Адрес: 350000, Краснодар, а/я 15"),
        (
            "no_withdrawal",
            "9.5",
            "Заказчик вправе отказаться от услуг; возврат денег — за десять дней.",
        ),
        ("no_personal_data", "9.5", "Персональные данные обрабатываются по политике на сайте."),
        ("no_processing_order", "9.5", "Заказчик даёт Исполнителю поручение на обработку данных."),
        ("no_confidentiality", "9.5", "Сведения о Заказчике конфиденциальны."),
        ("no_payment_methods", "9.5", "Оплатить можно картой."),
        ("no_receipt", "9.5", "Кассовый чек приходит на почту."),
        ("no_act", "9.5", "По окончании срока Исполнитель присылает акт."),
        ("no_edition_rule", "9.5", "Действует редакция, опубликованная на момент оплаты."),
        ("no_time_zone", "9.5", "Время в оферте московское."),
        ("no_rounding_base", "5.2", CLAUSES["5.2"][:-1] + ". Время за день округляется вверх."),
        ("no_signature_rule", "9.5", "Сообщение подписано простой электронной подписью."),
        ("no_force_majeure", "9.5", "Обстоятельства непреодолимой силы освобождают стороны."),
        (
            "no_day_off_rule",
            "3.3",
            CLAUSES["3.3"] + " Если последний день срока нерабочий, срок не переносится.",
        ),
        (
            "short_acceptance",
            "6.1",
            CLAUSES["6.1"].replace("1 рабочего дня", "3 рабочих дней"),
        ),
    ],
)
def test_advice_disappears_when_the_text_mends_it(code: str, clause: str, mended: str) -> None:
    sections = {"7.1": "Стороны отвечают по закону.", "9.1": "Сообщения имеют силу.", "9.2": "Да."}

    assert code in codes({**sections})
    assert code not in codes({**sections, clause: mended})


@pytest.mark.parametrize(
    ("code", "clause", "text"),
    [
        ("hours_forfeited", "3.4", "Неиспользованные часы аннулируются."),
        ("availability_contradicts", "3.4", "Услуга оказана в части обеспечения доступности."),
        ("change_without_notice", "9.2", "Оферта меняется без предварительного уведомления."),
        ("change_without_notice", "9.2", "Исполнитель изменяет оферту, не уведомляя заранее."),
        ("unknown_brand", "9.1", "Работаем с Wozzup."),
        ("typo", "1", "**Поддержка** — аботы по настройке."),
        ("waiting_billed", "5.1", "Учитывается ожидание доступов."),
        ("wish_not_term", "2.3", "Поддержка, как правило, для малого бизнеса."),
        ("liability_excluded", "7.1", "Исполнитель не отвечает за сбои."),
        ("rival_listed", "1", "Сервисы: Битрикс24."),
        ("page_furniture", "9.1", "Made on Tilda"),
    ],
)
def test_a_doubtful_clause_brings_its_advice_and_only_it(code: str, clause: str, text: str) -> None:
    found = [advice for advice in advice_of({clause: text}) if advice.code == code]

    assert [advice.clause for advice in found] == [clause]
    assert code not in codes()


def test_a_package_dearer_than_a_larger_one_is_told() -> None:
    text = (
        "- 5 часов — 15 000 ₽, дополнительный час — 3 000 ₽;\n"
        "- 10 часов — 20 000 ₽, дополнительный час — 2 000 ₽."
    )

    (advice,) = [it for it in advice_of({"3.1": text}) if it.code == "dearer_hours"]

    assert "5 часов и ещё 2 часа сверх пакета — 21 000 ₽" in advice.sentence.replace("\u00a0", " ")
    assert "dearer_hours" not in codes({"3.1": text.replace("3 000 ₽;", "1 000 ₽;")})


def test_a_price_beyond_what_a_card_pays_is_told_and_can_be_sold() -> None:
    text = "- 90 часов — 350 000 ₽, дополнительный час — 3 000 ₽;"

    assert "beyond_cards" not in codes({"3.1": text})
    assert "beyond_cards" in codes({"3.1": text.replace("350 000", "350 001")})


def test_a_preamble_that_names_the_seller_needs_no_advice() -> None:
    assert "seller_unnamed" in codes()
    assert "seller_unnamed" not in codes(preamble="Оферта ИП Дудкина Антона Александровича.")


def test_values_and_places_are_told_apart_by_their_keys() -> None:
    value = without_places({"a": [{"clause": "3.1", "line": 4, "hours": 5}], "line": {}})

    assert value == {"a": [{"hours": 5}]}


def test_the_offer_of_this_repository_can_be_sold_as_it_stands() -> None:
    offer = Path(__file__).parents[2] / "docs" / "offer.md"

    assert run_check(offer.read_bytes(), "docs/offer.md", as_json=False)[0] == 0
