"""Money of another currency fits no order: it goes back in YooKassa's cabinet, told as it is."""

import pytest

from checkout.__main__ import main
from checkout.clock import real_clock
from checkout.settle import settle
from checkout.show_cases import show_cases
from checkout.verify import verify
from tests.town import Town
from tests.web.buying import letters_to, page_of, payment_of
from tests.web.receipts.books import ZONE, compared
from tests.web.refunds.books import later


def paid_in_dollars(town: Town, dollars: str = "150.00") -> tuple[str, str]:
    """An order whose money came as dollars; its token and its payment."""
    token = town.order()
    payment_id = payment_of(town, token)
    amount = {"value": dollars, "currency": "USD"}
    town.yookassa.control("POST", f"/payments/{payment_id}/pay", {"amount": amount})
    settle(town.shop, payment_id)
    town.work()
    return token, payment_id


def give_back_in_cabinet(town: Town, payment_id: str, value: str, currency: str = "USD") -> str:
    """The contractor gives money back at YooKassa itself, which tells us; the refund."""
    wanted = {"payment_id": payment_id, "amount": {"value": value, "currency": currency}}
    made = town.yookassa.post("/refunds", wanted).json()
    event = {"type": "notification", "event": "refund.succeeded", "object": {"id": made["id"]}}
    town.client.post("/yookassa/notifications", json=event)
    later(town, minutes=2)
    later(town, minutes=2)
    return str(made["id"])


def waiting(town: Town) -> str:
    return " ".join(" ".join(show_cases(town.shop.store, ZONE, ended_too=False)).split())


def test_a_refund_of_dollars_is_told_in_dollars_wherever_it_is_told(own_town: Town) -> None:
    token, payment_id = paid_in_dollars(own_town)
    give_back_in_cabinet(own_town, payment_id, "60.50")
    half = page_of(own_town.client.get(f"/orders/{token}")).text
    half_left = waiting(own_town)
    give_back_in_cabinet(own_town, payment_id, "89.50")
    page = page_of(own_town.client.get(f"/orders/{token}")).text

    assert "Из них возвращено 60,50 USD" in half
    assert half_left != waiting(own_town) == "Открытых дел нет."
    assert "Возвращено 150 USD" in page
    assert "150 ₽" not in page
    assert own_town.facts(token)["refunded_kopecks"] == 0
    letters = [it for it in own_town.post if "озвра" in it.header("Subject")]
    assert [it.header("Subject") for it in letters if it.header("To") == "anna@example.ru"] == [
        "[ТЕСТ] Возвращено 60,50 USD, заказ 2026-0001",
        "[ТЕСТ] Возвращено 89,50 USD, заказ 2026-0001",
    ]
    assert [it.header("To") for it in letters if "₽" in it.text] == []
    own_town.clock.forward(days=2)
    assert compared(own_town) == []
    assert [it.sentence for it in verify(own_town.shop.store, ZONE) if it.mark == "✗"] == []


def test_the_case_of_dollars_names_the_cabinet_and_no_command_that_refuses(
    own_town: Town,
) -> None:
    paid_in_dollars(own_town)
    said = waiting(own_town)
    to_client, to_contractor = (
        " ".join(letters_to(own_town, it)[0].text.split())
        for it in ("anna@example.ru", "dudkinanton@bk.ru")
    )

    assert "Пришло 150 USD вместо 15 000 ₽, пакет не начат" in to_client
    for told in (said, to_contractor):
        assert "в кабинете ЮKassa и оформите там полный возврат" in told
        assert "checkout refund" not in told
        assert 'checkout close 1 --reason "…"' in told


@pytest.mark.usefixtures("as_its_process")
def test_the_comparison_adds_up_each_currency_by_itself(
    own_town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    own_town.pay(own_town.order())
    _, payment_id = paid_in_dollars(own_town)
    give_back_in_cabinet(own_town, payment_id, "60.50")
    own_town.clock.now = real_clock()
    main(["reconcile", "--since", "2026-11-20"])

    assert (
        "получено 15\u00a0000\u00a0₽ и\u00a0150\u00a0USD; "
        "1\u00a0возврат, возвращено 60,50\u00a0USD. У нас то же."
    ) in capsys.readouterr().out
