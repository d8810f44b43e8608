"""What one refusal is reckoned by: its laws, its page, and the refund that may end it."""

from zoneinfo import ZoneInfo

from checkout.refund import Wanted, refund
from checkout.store import refusals as rows
from tests.town import Town
from tests.web.buying import page_of
from tests.web.page_reading import Page

ZONE = ZoneInfo("Europe/Moscow")
ANNA = "anna@example.ru"
WHY = "отказ от пакета 03.12.2026"
PERSONS_LAW, BUSINESS_LAW = "Закон о защите прав потребителей, ст. 32", "ГК РФ, ст. 782 п. 1"
LATE = "Нужно ваше решение: срок ответа на отказ от пакета вышел, заказ 2026-0001"
SOLE_TRADER = {"kind": "sole_trader", "inn": "230909098157"}


def refusal_page(town: Town, token: str) -> Page:
    answer = town.client.get(f"/orders/{token}/refuse")
    assert answer.status_code == 200
    return page_of(answer)


def give_back(town: Town, kopecks: int | None = None, *, leaves: bool = True) -> None:
    assert refund(town.shop, Wanted("2026-0001", kopecks, WHY, leaves)).done


def row_asked_in(town: Town) -> int:
    """The number of the row that the latest refusal of the order is."""
    row = town.shop.store.read(lambda tx: rows.latest(tx, 1))
    assert row is not None
    return row.asked
