"""Erase an order's personal details because somebody asked for it: what the law lets, and no more.

The address goes at once. Who ordered goes too, unless the contract, the books or a dispute oblige
us to keep it; then the answer says by which article and until when (152-ФЗ ст. 21 ч. 5.1).
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from checkout.domain.details import Part
from checkout.domain.errors import CheckoutError
from checkout.domain.order import Order
from checkout.domain.reasons import folded, trouble
from checkout.domain.retention import ON_REQUEST, Act, Term, lets_go_on_request, party_term
from checkout.retain import alone_with, names_somebody, record, take_addresses, take_all
from checkout.store import accounts, ledger, orders, retention
from checkout.store.engine import Store, Tx
from checkout.store.retention import Place
from offer.evidence.chain import Fact


class CannotErase(CheckoutError):  # noqa: N818 - reads as what it is
    """Nothing was erased: there is no such order, or the reason may not stand in the ledger."""

    code = "cannot_erase"


@dataclass(frozen=True)
class Answer:
    """What a request for erasure came to.

    `rows`, `letters`, `papers` are how many of each are erased (or would be, in a rehearsal);
    `act` is the number of the act, None in a rehearsal and when nothing went. `kept` is why who
    ordered stays, None when it does not. `before` is the act by which it went already.
    """

    order: str
    rows: int
    letters: int
    papers: int
    act: int | None
    kept: Term | None
    before: Act | None

    @property
    def done(self) -> bool:
        """Whether anything was erased, or nothing is left that could be."""
        return self.rows > 0 or self.kept is None


def erase(
    store: Store, zone: ZoneInfo, number: str, reason: str, *, rehearse: bool, typed: bool = True
) -> Answer:
    """Erase what the law lets of an order; raises CannotErase. A rehearsal writes nothing.

    A reason that a person `typed` is judged: the program's own words name nobody, though somebody
    may be called like one of them.
    """
    found = store.read(lambda tx: orders.by_number(tx, number))
    if found is None:
        raise CannotErase(f"Заказа {number} нет.")
    order_id = found.id

    told = folded(reason)

    def run(tx: Tx) -> Answer:
        if typed:
            _presentable(tx, orders.by_id(tx, order_id), told)
        return (_foretell if rehearse else _erase)(tx, zone, order_id, told)

    if rehearse:
        return store.read(run)
    answer = store.transact(run)
    store.scrub()
    return answer


def _foretell(tx: Tx, zone: ZoneInfo, order_id: int, reason: str) -> Answer:
    order = orders.by_id(tx, order_id)
    kept, rows = _kept(tx, zone, order), _going(tx, zone, order)
    whole = names_somebody(rows) and kept is None
    letters = len(retention.letters_of(tx, order)) if whole else 0
    papers = int(whole and retention.has_paper(tx, order))
    before = retention.act_for(tx, order)
    return Answer(order.number, len(rows), letters, papers, None, kept, before)


def _erase(tx: Tx, zone: ZoneInfo, order_id: int, reason: str) -> Answer:
    order = alone_with(tx, order_id)
    told = _foretell(tx, zone, order_id, reason)
    rows = _going(tx, zone, order)
    if not rows:
        return told
    taken: Fact = _take_all(tx, order) if told.kept is None else take_addresses(tx, rows)
    asked = f"по обращению: {reason}"
    act = record(tx, {"order": order.number, **taken}, asked, ON_REQUEST)
    return Answer(told.order, told.rows, told.letters, told.papers, act, told.kept, told.before)


def _take_all(tx: Tx, order: Order) -> Fact:
    """With the last order of a client goes what he told of himself besides."""
    besides = accounts.rows_of_last_order(tx, order.id)
    accounts.wipe_rows(tx, besides)
    places = [Place(row, part) for row in besides for part in (Part.PARTY, Part.ORIGIN)]
    return take_all(tx, order, places)


def _kept(tx: Tx, zone: ZoneInfo, order: Order) -> Term | None:
    """Why who ordered stays; None when it may go or has gone."""
    standing = retention.standing(tx, order, zone)
    today = tx.now.astimezone(zone).date()
    gone = not names_somebody(retention.rows_of(tx, order))
    return None if gone or lets_go_on_request(standing, today) else party_term(standing)


def _going(tx: Tx, zone: ZoneInfo, order: Order) -> list[Place]:
    if _kept(tx, zone, order) is None:
        return retention.rows_of(tx, order)
    return retention.origins_of(tx, order)


def _presentable(tx: Tx, order: Order, reason: str) -> None:
    """A reason stands in the ledger for ever: it may not repeat what is being erased."""
    kept = ledger.details(tx, order.ledger, Part.PARTY)
    sentence = trouble(reason, kept.text if kept else None)
    if sentence:
        raise CannotErase(sentence)


def sentences(answer: Answer, zone: ZoneInfo) -> list[str]:
    """What the contractor reads, a line each."""
    return [*_taken(answer, zone), *_staying(answer.kept)]


def _taken(answer: Answer, zone: ZoneInfo) -> list[str]:
    if answer.rows:
        done = f"Стёрто, акт № {answer.act}" if answer.act else "Будет стёрто"
        return [
            f"✓ Заказ {answer.order}. {done}: записей с личными данными — {answer.rows}, "
            f"писем — {answer.letters}, свидетельств — {answer.papers}."
        ]
    if answer.before:
        day = f"{answer.before.at.astimezone(zone):%d.%m.%Y}"
        return [
            f"✓ Заказ {answer.order}. Личные данные стёрты {day}, акт № {answer.before.number}."
        ]
    return [f"! Заказ {answer.order}. Стирать сейчас нечего: адреса и браузера в нём уже нет."]


def _staying(kept: Term | None) -> list[str]:
    if kept is None:
        return []
    until = f"до {kept.until:%d.%m.%Y}" if kept.until else "пока это так"
    return [
        f"! Кто заказал, письма и свидетельство остаются {until}: {kept.duty} ({kept.duty_law})."
    ]
