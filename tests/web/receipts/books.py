"""What a fiscalised shop, YooKassa and the letters say of receipts, and what happens to them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from checkout.reconcile import Span, reconcile
from checkout.refund import Outcome, Wanted, kopecks_of, refund
from checkout.store import receipts
from checkout.store.receipts import Issued
from checkout.verify import verify
from tests.town import Town, moscow
from tests.web.buying import page_of

POST, LIST = "POST /receipts", "GET /receipts"
ZONE = ZoneInfo("Europe/Moscow")
WHY = "письмо от 23.11.2026"
NUMBER = "2026-0001"
EVE = moscow(2026, 12, 23, 23)  # the last evening of a package paid on 23.11.2026
Open = Callable[..., AbstractContextManager[Town]]


def sell(town: Town, **form: str) -> str:
    token = town.order(**form)
    town.pay(token)
    later(town, minutes=2)
    return token


def later(town: Town, **by: float) -> None:
    town.clock.forward(**by)
    town.work()


def end_term(town: Town) -> None:
    """The term is over, and everybody had time to do what follows."""
    town.clock.now = moscow(2026, 12, 26)
    for _ in range(3):
        later(town, minutes=2)


def give_back(town: Town, rub: str | None = None, *, leaves: bool = False) -> Outcome:
    amount = None if rub is None else kopecks_of(rub)
    return refund(town.shop, Wanted(NUMBER, amount, WHY, leaves))


def become(town: Town, what: str) -> None:
    town.yookassa.control("PUT", "/receipts", {"become": what})


def kept(town: Town) -> list[Issued]:
    return town.shop.store.read(lambda tx: receipts.of_order(tx, 1))


def stands(town: Town) -> list[tuple[str, str, int, str]]:
    return [(it.kind, it.mode, it.amount_kopecks, it.state) for it in kept(town)]


def at_yookassa(town: Town) -> list[tuple[str, str, str, str]]:
    """Type, mode, sum and status of every receipt there is, oldest first."""
    return [
        (it["type"], line["payment_mode"], line["amount"]["value"], it["status"])
        for it in reversed(town.yookassa.control("GET", "/receipts"))
        for line in it["items"]
    ]


def sent(town: Town, path: str) -> list[dict[str, Any]]:
    asked = [(it["method"], it["path"], it) for it in town.yookassa.requests()]
    return [it for method, where, it in asked if (method, where) == ("POST", f"/v3{path}")]


def asked_about_receipts(town: Town) -> int:
    """How often, but for the daily comparison of lists."""
    asked = town.yookassa.requests()
    return sum(
        it["path"].startswith("/v3/receipts") and "created_at" not in it["query"] for it in asked
    )


def facts_of(town: Town) -> list[tuple[str, str]]:
    return [(it["of"], it["action"]) for it in town.ledger() if it["kind"] == "receipt"]


def cases_of(town: Town) -> list[tuple[str, str]]:
    found = [it for it in town.ledger() if it["kind"] == "case" and "sentence" in it]
    told = [it["sentence"] for it in found]
    assert all(any(it in letter.text for letter in town.post) for it in told), "not told by letter"
    return [(row["subject"], row["sentence"]) for row in found]


def letters_of(town: Town, to: str = "") -> str:
    """What all the letters say, with plain spaces."""
    return " ".join(" ".join(it.text.split()) for it in town.post if to in it.header("To"))


def sound(town: Town) -> bool:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"] == []


def in_words(town: Town, token: str) -> str:
    return page_of(town.client.get(f"/orders/{token}")).text


def compared(town: Town) -> list[str]:
    return reconcile(town.shop, Span(moscow(2026, 1, 1))).differences


def edit(town: Town, statement: str) -> None:
    with town.shop.store.engine.begin() as connection:
        connection.execute(text(statement))
