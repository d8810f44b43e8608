"""A shop for tests of the store: real release, real database, and a YooKassa that only answers.

What YooKassa would say is prepared here as a value; nobody is asked over the wire. Another process
opens the same shop by its folder and database.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from checkout.ask import save_payment
from checkout.buy import Purchase, _place
from checkout.domain.labels import offer_label
from checkout.domain.order import Order
from checkout.domain.payment import Payment
from checkout.domain.shown import Shown
from checkout.gateway.client import YooKassa
from checkout.open import open_shop
from checkout.shop import Shop
from checkout.store import orders
from checkout.store.orders import Attempt
from offer.editions import DOCUMENTS
from offer.evidence.settlement import Party
from offer.wording import money
from tests.contract.simulated import NOON, SHOP_ID, StandingClock
from tests.town import Publisher, settings_of, text_of

# Nothing listens there: a test that would ask YooKassa fails at once.
NOWHERE = "http://127.0.0.1:9"
ANNA = Party("person", "Анна Каренина", None, None, None, "anna@example.ru", None)


def publish(folder: Path) -> None:
    """The release every shop of this folder sells by."""
    publisher = Publisher(folder / "site", StandingClock())
    publisher.folder.mkdir()
    publisher.publish(**{document: text_of(document) for document in DOCUMENTS})


@contextmanager
def opened(
    folder: Path, database_url: str, yookassa: str = NOWHERE, trust: str | None = None
) -> Iterator[Shop]:
    """The shop of a folder, as every process of it opens it; `trust` as `YooKassa` has it."""
    settings = settings_of(folder / "site", database_url, f"{yookassa}/v3", "smtp://127.0.0.1:9")
    shop = open_shop(settings, StandingClock(), clock_is_moved=True)
    if trust:
        client = YooKassa(
            shop_id=settings.yookassa_shop_id,
            secret_key=settings.yookassa_secret_key.value,
            api_url=settings.yookassa_api_url,
            trust=trust,
        )
        shop = replace(shop, yookassa=client)
    try:
        shop.shelf.release()
        yield shop
    finally:
        shop.store.close()


def purchase(shop: Shop, form: str, hours: int = 5) -> Purchase:
    """What the form named `form` says."""
    edition = shop.shelf.offer()
    assert edition is not None
    assert edition.terms is not None
    package = edition.terms.package(hours)
    assert package is not None
    return Purchase(
        form_attempt=form,
        package=package,
        edition=edition,
        consent=None,
        party=ANNA,
        shown=Shown(
            label=offer_label(edition.number, edition.published_at.date()),
            consent_label="",
            button="Оплатить",
            price=money(package.price_kopecks),
            until=None,
            page=f"/checkout/{hours}",
        ),
        address="192.0.2.7",
        user_agent="Firefox",
    )


@dataclass(frozen=True)
class Waiting:
    """An order whose client is on the payment page, and its attempt."""

    order: Order
    attempt: Attempt

    @property
    def payment_id(self) -> str:
        return f"pay-{self.attempt.id}"

    def paid(self, status: str = "succeeded") -> Payment:
        """What YooKassa says once the money has come."""
        return Payment(
            id=self.payment_id,
            status=status,
            paid=status == "succeeded",
            amount_kopecks=self.order.price_kopecks,
            currency="RUB",
            metadata=json.loads(self.attempt.body)["metadata"],
            created_at=NOON,
            captured_at=NOON + timedelta(seconds=30) if status == "succeeded" else None,
            confirmation_url=f"{NOWHERE}/pay" if status == "pending" else None,
            cancellation_party=None,
            cancellation_reason=None,
            test=True,
            shop_id=SHOP_ID,
            method="bank_card",
            raw=json.dumps({"id": self.payment_id, "status": status}),
        )


def placed(shop: Shop, form: str) -> Waiting:
    """An order and its attempt, saved but not sent."""
    order_id = shop.store.transact(lambda tx: _place(tx, shop, purchase(shop, form)))
    return looked_at(shop, order_id)


def waiting(shop: Shop, form: str) -> Waiting:
    """An order whose payment YooKassa has opened."""
    known = placed(shop, form)
    opened_payment = known.paid("pending")
    shop.store.transact(lambda tx: save_payment(tx, known.attempt.id, opened_payment))
    return looked_at(shop, known.order.id)


def looked_at(shop: Shop, order_id: int) -> Waiting:
    """The order as it stands now."""
    order = shop.store.read(lambda tx: orders.by_id(tx, order_id))
    attempt = shop.store.read(lambda tx: orders.attempt_of(tx, order_id))
    assert attempt is not None
    return Waiting(order, attempt)
