"""A client asks to be forgotten: what may go goes at once, the rest is named with reason and day.

Each order by the same rules as `checkout erase`; what he told of himself besides them goes whole,
and the account with it where nothing is left. Nobody need ask for an account that was never used.
"""

from dataclasses import dataclass

from checkout.domain.account import UNUSED_FOR, Account, Client
from checkout.domain.details import Part
from checkout.domain.retention import ON_REQUEST, PURPOSE_GONE
from checkout.doubt import is_doubted
from checkout.erase import Answer, erase
from checkout.retain import record
from checkout.shop import Shop
from checkout.show_account import orders_of
from checkout.sign_in import forget_old
from checkout.store import accounts, ledger, sessions, sign_ins
from checkout.store.engine import Tx
from checkout.store.retention import Place
from offer.evidence.chain import Fact
from offer.wording import day

CHORE = "close accounts"


@dataclass(frozen=True)
class Outcome:
    """What a request comes to, order by order; `closes` says that the account itself goes.

    `besides` are the rows of what he told besides his orders.
    """

    orders: tuple[Answer, ...]
    besides: int

    @property
    def kept(self) -> tuple[Answer, ...]:
        """The orders whose client stays named, each with its reason."""
        return tuple(it for it in self.orders if it.kept)

    @property
    def closes(self) -> bool:
        return not self.kept

    @property
    def has_any(self) -> bool:
        """Whether there is anything to erase."""
        return self.closes or self.besides > 0 or any(it.rows for it in self.orders)


def foresee(shop: Shop, client: Client) -> Outcome:
    """What a request would come to now; nothing is written."""
    return _erase_orders(shop, client, rehearse=True)


def close(shop: Shop, client: Client) -> Outcome:
    """Erase what the law lets of everything a client told us."""
    done = _erase_orders(shop, client, rehearse=False)
    reason = f"по обращению: {_named(shop)}"
    shop.store.transact(lambda tx: _close(tx, client.account, reason, ON_REQUEST))
    shop.store.scrub()
    return done


def _erase_orders(shop: Shop, client: Client, *, rehearse: bool) -> Outcome:
    zone, reason = shop.settings.zone, _named(shop)
    numbers = [facts.order.number for facts in orders_of(shop, client)]
    answers = (
        erase(shop.store, zone, it, reason, rehearse=rehearse, typed=False) for it in numbers
    )
    told = tuple(answers)
    return Outcome(told, shop.store.read(lambda tx: len(accounts.own_rows(tx, client.account.id))))


def _named(shop: Shop) -> str:
    """By its day: the ledger keeps it for ever, and no words of his own may stand there."""
    return f"от {day(shop.store.clock().astimezone(shop.settings.zone).date())}, из кабинета"


def _close(tx: Tx, account: Account, reason: str, law: str) -> None:
    """What he told besides his orders goes; the account too, if it has no order any more."""
    ledger.alone(tx)
    known = accounts.by_email(tx, account.email)
    if known is None or known.id != account.id:
        return  # gone already, and its mailbox may have begun anew
    rows = accounts.own_rows(tx, account.id)
    if rows:
        taken: list[Fact] = [
            Place(row, part).fact() for row in rows for part in (Part.PARTY, Part.ORIGIN)
        ]
        accounts.wipe_rows(tx, rows)
        act: Fact = {"rows": taken, "replaced": [], "letters": [], "papers": []}
        record(tx, act, reason, law)
    sign_ins.forget_mailbox(tx, account.email)
    if not accounts.tokens(tx, account.id):
        sessions.end_all(tx, account.id)
        accounts.remove(tx, account.id)


def close_unused(shop: Shop) -> int:
    """Once a local day: accounts without an order that nobody opens; how many went.

    With them whatever letters and sessions are over.
    """
    today = shop.store.clock().astimezone(shop.settings.zone).date()
    if shop.chores.get(CHORE) == today or is_doubted(shop, today):
        return 0
    shop.store.transact(forget_old)
    gone = shop.store.transact(_close_unused)
    shop.chores[CHORE] = today
    if gone:
        shop.store.scrub()
    return gone


def _close_unused(tx: Tx) -> int:
    ledger.alone(tx)  # before anything is looked for: who comes back now waits
    unused = accounts.unused(tx, tx.now - UNUSED_FOR)
    for account in unused:
        _close(tx, account, "кабинетом без заказов не пользуются", PURPOSE_GONE)
    return len(unused)
