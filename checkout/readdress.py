"""Mend an e-mail address typed wrong at the checkout, so that nobody steals an order by it.

Three things must meet: the browser the order was made in, a code from the new mailbox typed in that
very browser, and nobody since the order who has shown that he reads the old one (decision 15).

Whether he had shown it before is not asked, and nothing is told before a code came back: whoever
orders may name any address, and would learn here who is a client.
"""

from dataclasses import dataclass, replace
from enum import Enum

from checkout import sign_in
from checkout.correct import Whence, record
from checkout.domain import account as rules
from checkout.domain.account import Purpose
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.recognise import is_own_browser
from checkout.shop import Shop, new_id, new_key
from checkout.sign_in import Entered, begin_session, weighed
from checkout.store import accounts, correspondence, ledger, orders, sign_ins
from checkout.store.engine import Tx
from checkout.who_ordered import known_party


class Why(Enum):
    """Why an address is not changed here."""

    FOREIGN = (
        "Исправить адрес можно только в браузере, в котором сделан заказ, и в течение суток. "
        "Напишите исполнителю: он проверит, что заказ ваш."
    )
    PROVED = (
        "Изменить адрес этого заказа здесь уже нельзя. "
        "Напишите исполнителю: он проверит, что заказ ваш."
    )
    ERASED = "Личные данные этого заказа стёрты: исправлять нечего."
    SAME = "Этот адрес в заказе и указан."


class CannotReaddress(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was changed."""

    code = "cannot_readdress"

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Guess:
    """What a browser sends: the secret of its orders, the cookie of its letter, the code typed."""

    browser: str
    cookie: str
    code: str


def ask_to_readdress(shop: Shop, order: Order, browser: str, email: str) -> str:
    """Have a code sent to the new address; the cookie's value. Raises CannotReaddress."""
    check(shop, order, browser)
    party = shop.store.read(lambda tx: known_party(tx, order))
    if party and rules.mailbox(party.email) == rules.mailbox(email):
        raise CannotReaddress(Why.SAME)
    return sign_in.ask(shop, Purpose.READDRESS, email, order_id=order.id)


def check(shop: Shop, order: Order, browser: str) -> None:
    """Raises CannotReaddress where asking would be in vain."""
    if not is_own_browser(shop, order, browser):
        raise CannotReaddress(Why.FOREIGN)
    shop.store.read(lambda tx: _check(tx, order))


def _check(tx: Tx, order: Order) -> None:
    if accounts.owner(tx, order.id) is None or known_party(tx, order) is None:
        raise CannotReaddress(Why.ERASED)


def _check_reader(tx: Tx, order: Order) -> None:
    owner = accounts.owner(tx, order.id)
    came = owner is not None and owner.proved_at is not None and owner.seen_at >= order.created_at
    if came or order.email_confirmed_at is not None:
        raise CannotReaddress(Why.PROVED)


def readdress(shop: Shop, order: Order, guess: Guess, whence: Whence) -> Entered | None:
    """Give the order to the new mailbox's client, who is in; None if the code is wrong."""
    check(shop, order, guess.browser)
    given = sign_in.tried(shop, guess.cookie, guess.code)
    if given is None:
        return None
    entered = shop.store.transact(lambda tx: _readdress(tx, order.id, given, whence))
    shop.wake.set()
    return entered


def _readdress(
    tx: Tx, order_id: int, given: tuple[str, str, str], whence: Whence
) -> Entered | None:
    ledger.alone(tx)
    order = orders.locked(tx, order_id)
    _check(tx, order)
    used = weighed(tx, *given)
    if used is None or used.order_id != order.id:
        return None
    _check_reader(tx, order)
    sign_ins.change(tx, used.id, used_at=tx.now, due_at=None)
    account = accounts.of_email(tx, used.email)
    accounts.prove(tx, account)
    write_down(tx, order, account.id, used.email, whence=whence, told={})
    return Entered(begin_session(tx, account, whence.user_agent))


def write_down(
    tx: Tx, order: Order, account_id: int, email: str, *, whence: Whence, told: dict[str, object]
) -> int:
    """Make an order an account's: the correction's row, with what is `told` besides; the letters.

    The ledger and the order are locked.
    """
    party = known_party(tx, order)
    if party is None:
        raise CannotReaddress(Why.ERASED)
    before = accounts.correction_of_order(tx, order.id) or order.ledger
    about: dict[str, object] = {"order": order.number, **told}
    row = record(tx, about, replace(party, email=email), whence, instead_of=before)
    accounts.keep_correction(tx, row.number, account_id, order.id)
    accounts.move(tx, order.id, account_id)
    correspondence.stage(
        tx,
        new_id(),
        kind="readdressed",
        subject=f"{order.number}/{row.number}",
        order_id=order.id,
        key=new_key(),
    )
    return row.number
