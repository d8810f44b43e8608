"""The lines of receipts, the dated codes, and that prepayment always comes out at nothing."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.domain.receipts import (
    CALCULATED,
    PAYMENT,
    PREPAYMENT,
    TAX_SYSTEMS,
    Kind,
    Regime,
    Scheme,
    Written,
    dated,
    earned,
    line_of,
    mode_of_refund,
    nameless,
    open_prepayment,
    payment_receipt,
    receipt_in,
    refund_receipt,
    settlement_receipt,
)
from checkout.settings import WrongSettings, read_settings
from offer.evidence.settlement import Party

ANNA = Party("person", "Анна Каренина", None, None, None, "anna@example.ru", "+79123456789")
ROMASHKA = Party(
    "company",
    "Иван Петров",
    "ООО\u00a0«Ромашка»",
    "7707083893",
    "773601001",
    "buh@example.ru",
    None,
)
TRADER = Party("sole_trader", "ИП Петров Иван", None, "230909098157", None, "ip@example.ru", None)
PRICE = 1_500_000


def receipt(scheme: Scheme = Scheme.TWO, vat: int = 1, party: Party = ANNA) -> Any:
    return payment_receipt(
        Regime(scheme, vat), party, number="2026-0001", hours=5, amount_kopecks=PRICE
    )


def test_a_prepayment_says_what_is_paid_for_to_whom_and_in_advance() -> None:
    assert receipt() == {
        "customer": {"email": "anna@example.ru"},
        "items": [
            {
                "description": "Пакет поддержки: 5 часов, заказ 2026-0001",
                "quantity": 1,
                "measure": "piece",
                "amount": {"value": "15000.00", "currency": "RUB"},
                "vat_code": 1,
                "payment_subject": "service",
                "payment_mode": "full_prepayment",
            }
        ],
    }


def test_one_receipt_is_of_the_whole_settlement() -> None:
    assert line_of(receipt(Scheme.ONE))["payment_mode"] == "full_payment"


@pytest.mark.parametrize(("plain", "calculated"), CALCULATED.items())
def test_a_prepayment_has_the_calculated_rate_and_a_settlement_the_plain_one(
    plain: int, calculated: int
) -> None:
    paid = receipt(Scheme.TWO, plain)
    settled = settlement_receipt(paid, "p-1", PRICE, vat_code=plain)

    assert line_of(paid)["vat_code"] == calculated
    assert line_of(settled)["vat_code"] == plain
    assert line_of(receipt(Scheme.ONE, plain))["vat_code"] == plain


@pytest.mark.parametrize(
    ("party", "customer"),
    [
        (ANNA, {"email": "anna@example.ru"}),
        (
            ROMASHKA,
            {"email": "buh@example.ru", "full_name": "ООО «Ромашка»", "inn": "7707083893"},
        ),
        (
            TRADER,
            {"email": "ip@example.ru", "full_name": "ИП Петров Иван", "inn": "230909098157"},
        ),
    ],
)
def test_a_business_is_named_and_a_person_is_not(party: Party, customer: dict[str, str]) -> None:
    assert receipt(party=party)["customer"] == customer


def test_the_tax_system_is_told_only_where_it_is_known() -> None:
    regime = Regime(Scheme.TWO, 1, 2)
    told = payment_receipt(regime, ANNA, number="2026-0001", hours=1, amount_kopecks=100)

    assert told["tax_system_code"] == 2
    assert "tax_system_code" not in receipt()
    assert settlement_receipt(told, "p-1", 100, vat_code=1)["tax_system_code"] == 2


def test_what_comes_later_is_of_the_same_thing_to_the_same_buyer() -> None:
    paid = receipt(Scheme.TWO, 7, ROMASHKA)
    back = refund_receipt(paid, 1_025_000, mode=PREPAYMENT, vat_code=9)
    settled = settlement_receipt(paid, "p-1", 475_000, vat_code=7)

    assert back == {
        **paid,
        "items": [{**line_of(paid), "amount": {"value": "10250.00", "currency": "RUB"}}],
    }
    assert (settled["customer"], settled["send"]) == (paid["customer"], True)
    assert (settled["type"], settled["payment_id"]) == ("payment", "p-1")
    assert line_of(settled)["payment_mode"] == PAYMENT
    assert settled["settlements"] == [
        {"type": "prepayment", "amount": {"value": "4750.00", "currency": "RUB"}}
    ]


def test_what_is_kept_for_ever_does_not_name_the_buyer() -> None:
    body = json.dumps({"amount": 1, "receipt": receipt()}, ensure_ascii=False)
    settled = json.dumps(settlement_receipt(receipt(), "p-1", PRICE, vat_code=1))
    plain = '{"b": 1,  "a": {}}'

    assert "anna" not in nameless(body) + nameless(settled)
    assert nameless(nameless(body)) == nameless(body)
    assert receipt_in(nameless(body)) == {"items": receipt()["items"]}
    for other in (plain, "", "null", "[]", "{", '{"receipt": 5}', "[" * 100_000):
        assert nameless(other) == other
    assert receipt_in("") is receipt_in(plain) is None


# --- the codes and their days


def test_a_code_is_that_of_its_day() -> None:
    codes = dated("1, 2027-01-01:7,2028-06-15:11", CALCULATED)
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2028, 6, 14), date(2028, 6, 15)]

    assert [codes.on(day) for day in days] == [1, 7, 7, 11]
    assert dated("", TAX_SYSTEMS).on(days[0]) is None
    assert dated(" ,2027-01-01:2", TAX_SYSTEMS).on(date(2027, 1, 1)) == 2


@pytest.mark.parametrize("text", ["1", "1,2027-01-01:7", "", ",2027-01-01:2"])
def test_codes_are_written_as_they_are_read(text: str) -> None:
    assert str(dated(text, range(12))) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "не код"),
        ("-1", "не код"),
        ("9", "кода 9 здесь не бывает"),
        ("4", "кода 4 здесь не бывает"),
        ("1,7", "не день с кодом"),
        ("1,2027-02-30:7", "нет в календаре"),
        ("1,2027-01-01:12", "кода 12 здесь не бывает"),
        ("1,2028-01-01:7,2027-01-01:8", "по порядку"),
        ("1,2027-01-01:7,2027-01-01:8", "по порядку"),
    ],
)
def test_a_code_that_cannot_be_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        dated(text, CALCULATED)


REQUIRED = {
    "CHECKOUT_RELEASE": "current",
    "CHECKOUT_PUBLIC_URL": "https://shop.example",
    "CHECKOUT_YOOKASSA_SHOP_ID": "1",
    "CHECKOUT_YOOKASSA_SECRET_KEY": "test_1",
    "CHECKOUT_SMTP_URL": "smtp://127.0.0.1",
    "CHECKOUT_MAIL_FROM": "a@example.ru",
}


def test_the_settings_read_the_regime_of_a_day() -> None:
    said = {
        "CHECKOUT_RECEIPTS": "two",
        "CHECKOUT_VAT_CODE": "1,2027-01-01:7",
        "CHECKOUT_TAX_SYSTEM": "2",
    }
    settings = read_settings({**REQUIRED, **said})

    assert settings.regime_on(date(2026, 12, 31)) == Regime(Scheme.TWO, 1, 2)
    assert settings.regime_on(date(2027, 1, 1)) == Regime(Scheme.TWO, 7, 2)
    assert read_settings(REQUIRED).regime_on(date(2026, 1, 1)) == Regime(Scheme.OFF, 1)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("RECEIPTS", "three", "возможны off, one, two и npd"),
        ("VAT_CODE", "12", "кода 12 здесь не бывает: возможны 1, 2, 3, 7, 8, 11"),
        ("VAT_CODE", "", "нужен код ставки"),
        ("VAT_CODE", ",2027-01-01:7", "нужен код ставки"),
        ("TAX_SYSTEM", "7", "кода 7 здесь не бывает"),
    ],
)
def test_a_wrong_setting_of_receipts_stops_with_a_sentence(name: str, value: str, why: str) -> None:
    with pytest.raises(WrongSettings, match=f"CHECKOUT_{name}: .*{why}"):
        read_settings({**REQUIRED, f"CHECKOUT_{name}": value})


def test_the_code_of_a_prepayment_is_never_a_plain_rate_of_tax() -> None:
    assert not set(CALCULATED.values()) & {3, 4, 7, 8, 11}


# --- the sums


@st.composite
def lives(draw: st.DrawFn) -> tuple[int, list[int], int]:
    """A price, what is given back in turn, and after how many of those the package ends."""
    price = draw(st.integers(200, 10**7))
    back: list[int] = []
    while (left := price - sum(back)) > 0 and draw(st.booleans()):
        back.append(draw(st.integers(1, left)))
    return price, back, draw(st.integers(0, len(back)))


@given(life=lives(), mode=st.sampled_from([PREPAYMENT, PAYMENT]))
def test_whatever_is_given_back_no_prepayment_is_left_open(
    life: tuple[int, list[int], int], mode: str
) -> None:
    price, back, end = life
    written = [Written(Kind.PAYMENT, mode, price)]
    opened = [open_prepayment(written)]
    for number, amount in enumerate([*back, 0]):
        if number == end and (rest := open_prepayment(written)):
            written.append(Written(Kind.SETTLEMENT, PAYMENT, rest))
        if amount:
            written.append(Written(Kind.REFUND, mode_of_refund(written), amount))
        opened.append(open_prepayment(written))

    assert min(opened) >= 0
    assert opened[-1] == 0
    assert earned(written) == price - sum(back)
    assert len([it for it in written if it.kind == Kind.SETTLEMENT]) <= 1
