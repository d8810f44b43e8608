"""What the shop, YooKassa and the letters say of refunds, and what happens to them."""

from zoneinfo import ZoneInfo

from checkout.mail.kept import Kept
from checkout.refund import Outcome, Wanted, kopecks_of, refund
from checkout.store import refunds
from checkout.verify import verify
from tests.town import Town

POST, READ, LIST = "POST /refunds", "GET /refunds/{id}", "GET /refunds"
ZONE = ZoneInfo("Europe/Moscow")
WHY = "письмо от 23.11.2026"


def post_of(town: Town) -> list[Kept]:
    """What came since the two letters of the purchase."""
    return town.post[2:]


def letters_of(town: Town) -> dict[str, Kept]:
    """The same by recipient; nobody got two."""
    found = {it.header("To"): it for it in post_of(town)}
    assert len(found) == len(post_of(town)), "somebody got two letters"
    return found


def give_back(town: Town, rub: str | None = None, *, leaves: bool = False) -> Outcome:
    amount = None if rub is None else kopecks_of(rub)
    return refund(town.shop, Wanted("2026-0001", amount, WHY, leaves))


def become(town: Town, what: str) -> None:
    town.yookassa.control("PUT", "/refunds", {"become": what})


def at_yookassa(town: Town) -> list[tuple[str, str]]:
    """Status and sum of every refund there is, oldest first."""
    listed = town.yookassa.control("GET", "/refunds")
    return [(it["status"], it["amount"]["value"]) for it in reversed(listed)]


def facts_of(town: Town) -> list[str]:
    return [row["action"] for row in town.ledger() if row["kind"] == "refund"]


def asked(town: Town, path: str = "/v3/refunds") -> list[dict[str, object]]:
    return [it for it in town.yookassa.requests() if (it["method"], it["path"]) == ("POST", path)]


def later(town: Town, **by: float) -> None:
    town.clock.forward(**by)
    town.work()


def returned_by(town: Town) -> int:
    given = town.shop.store.read(lambda tx: refunds.returned_of_order(tx, 1))
    return sum(kopecks for _, kopecks in given)


def sound(town: Town) -> bool:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"] == []
