"""Read everything evidence rests on as it is stored, in chunks, for whoever verifies it.

For `Store.look_through` only: elsewhere text that is no UTF-8 is an error.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Dialect, Row, Select, Text, func, select, type_coerce

from checkout.domain import stored
from checkout.domain.stored import (
    StoredAttempt,
    StoredFact,
    StoredOrder,
    StoredPackage,
    StoredPaper,
    StoredRow,
    digest,
    is_sayable,
    text_of,
)
from checkout.store import tables
from checkout.store.engine import Tx
from checkout.store.tables import Instant
from offer.evidence.redaction import redacted

CHUNK = 500
ledger, about, details = tables.ledger, tables.ledger_orders, tables.details
orders, packages, papers = tables.orders, tables.packages, tables.papers
attempts = tables.attempts


@dataclass(frozen=True)
class StoredDetails:
    """A side row: which part of whose details, and the hash of its salt and text."""

    ledger: int
    part: str
    sha256: str


def rows(tx: Tx, after: int | None = None, chunk: int = CHUNK) -> Iterator[StoredRow]:
    """The ledger from the row behind `after` on, whatever is in it."""
    columns = as_stored(tx.connection.dialect, *ledger.c, about.c.order_number)
    by_number = (
        select(*columns)
        .outerjoin_from(ledger, about, about.c.ledger == ledger.c.number)
        .order_by(ledger.c.number)
        .limit(chunk)
    )
    while True:
        beyond = by_number if after is None else by_number.where(ledger.c.number > after)
        found = tx.connection.execute(beyond).all()
        yield from map(_row, found)
        if len(found) < chunk:
            return
        after = found[-1].number


def row_after(tx: Tx, number: int) -> StoredRow | None:
    """The next row there is."""
    return next(rows(tx, number, 1), None)


def row(tx: Tx, number: int) -> StoredRow | None:
    """One row, if there is one of this number."""
    found = next(rows(tx, number - 1, 1), None)
    return found if found and found.number == number else None


def count(tx: Tx) -> int:
    """How many rows the ledger has."""
    return int(tx.connection.execute(select(func.count()).select_from(ledger)).scalar_one())


def last_number(tx: Tx) -> int | None:
    """The number of the newest row."""
    newest: int | None = tx.connection.execute(select(func.max(ledger.c.number))).scalar_one()
    return newest


def details_of(tx: Tx, first: int, last: int) -> dict[tuple[int, str], StoredDetails]:
    """The side rows of a run of the ledger."""
    columns = as_stored(tx.connection.dialect, *details.c)
    found = tx.connection.execute(select(*columns).where(details.c.ledger.between(first, last)))
    kept = (
        StoredDetails(it.ledger, text_of(it.part), digest(text_of(it.salt) + text_of(it.text)))
        for it in found
    )
    return {(it.ledger, it.part): it for it in kept}


def facts_of_kind(tx: Tx, kind: str) -> list[StoredFact]:
    """All facts of a kind that is rare, oldest first."""
    columns = as_stored(tx.connection.dialect, *ledger.c)
    wanted = select(*columns).where(ledger.c.kind == kind).order_by(ledger.c.number)
    return [_fact(it) for it in tx.connection.execute(wanted)]


def facts_about(tx: Tx, numbers: Sequence[str]) -> dict[str, list[StoredFact]]:
    """The facts about each of these orders, oldest first, as the index finds them."""
    columns = as_stored(tx.connection.dialect, *ledger.c, about.c.order_number)
    wanted = (
        select(*columns)
        .join_from(ledger, about, about.c.ledger == ledger.c.number)
        .where(about.c.order_number.in_([it for it in numbers if is_sayable(it)]))
        .order_by(ledger.c.number)
    )
    found: dict[str, list[StoredFact]] = {number: [] for number in numbers}
    for it in tx.connection.execute(wanted):
        found[it.order_number].append(_fact(it))
    return found


def orders_in_chunks(tx: Tx, chunk: int = CHUNK) -> Iterator[list[StoredOrder]]:
    """Every order with its package, its certificate and its attempts, by id."""
    dialect, after = tx.connection.dialect, None
    own = [orders.c[name] for name in StoredOrder.__dataclass_fields__ if name in orders.c]
    of_package = [packages.c[name] for name in StoredPackage.__dataclass_fields__]
    by_id = (
        select(*as_stored(dialect, *own), *as_stored(dialect, *of_package, prefix="package_"))
        .outerjoin_from(orders, packages, packages.c.order_id == orders.c.id)
        .order_by(orders.c.id)
        .limit(chunk)
    )
    while True:
        beyond = by_id if after is None else by_id.where(orders.c.id > after)
        found = tx.connection.execute(beyond).all()
        if found:
            ids = [it.id for it in found]
            kept, tried = _papers(tx, ids), _attempts(tx, ids)
            yield [_order(it, kept.get(it.id), tried.get(it.id, [])) for it in found]
        if len(found) < chunk:
            return
        after = found[-1].id


def strangers(tx: Tx) -> list[tuple[str, int]]:
    """Orders the ledger speaks of and no table has, each with its first row."""
    unknown = (
        select(about.c.order_number, func.min(about.c.ledger))
        .where(about.c.order_number.not_in(select(orders.c.number)))
        .group_by(about.c.order_number)
        .order_by(func.min(about.c.ledger))
    )
    return [(text_of(number), row) for number, row in tx.connection.execute(unknown)]


def shown_page(tx: Tx, number: int) -> str | None:
    """The hash of the page the decision of a row was made on, if it is kept."""
    pages = tables.shown_pages
    (html,) = as_stored(tx.connection.dialect, pages.c.html)
    it = tx.connection.execute(select(html).where(pages.c.ledger == number)).one_or_none()
    return digest(it.html) if it else None


def as_stored(dialect: Dialect, *columns: ColumnElement[object], prefix: str = "") -> list[Any]:
    """The columns without whatever would refuse a value that is spoilt."""
    return [_as_stored(dialect, it).label(f"{prefix}{it.key}") for it in columns]


def _as_stored(dialect: Dialect, column: ColumnElement[object]) -> ColumnElement[object]:
    if dialect.name == "sqlite":
        return type_coerce(column, Text)
    if isinstance(column.type, Instant):
        # BC: a year before Christ has the digits of one after him
        utc = func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US BC")
        return func.replace(utc, " AD", "")
    if isinstance(column.type, Date):
        return func.replace(func.to_char(column, "YYYY-MM-DD BC"), " AD", "")
    return column


def one_by_one(tx: Tx, query: Select[Any]) -> Iterable[Row[Any]]:
    """The rows of a query, one in memory at a time."""
    return tx.connection.execution_options(yield_per=1).execute(query)


def _row(it: Row[Any]) -> StoredRow:
    named = it.order_number if it.order_number is None else text_of(it.order_number)
    return StoredRow(it.number, *map(text_of, it[1:7]), order=named)  # type: ignore[misc]  # six


def _fact(it: Row[Any]) -> StoredFact:
    told = stored.object_of(text_of(it.fact)) or {}
    return StoredFact(it.number, text_of(it.at), text_of(it.kind), text_of(it.hash), told)


def _order(it: Row[Any], paper: StoredPaper | None, tried: Sequence[StoredAttempt]) -> StoredOrder:
    own = {name: getattr(it, name) for name in StoredOrder.__dataclass_fields__ if name in orders.c}
    own["number"], own["token"] = text_of(it.number), text_of(it.token)
    package = None
    if it.package_acceptance is not None:
        package = StoredPackage(
            **{name: getattr(it, f"package_{name}") for name in StoredPackage.__dataclass_fields__}
        )
    return StoredOrder(**own, package=package, paper=paper, attempts=tuple(tried))


def _papers(tx: Tx, ids: Sequence[int]) -> dict[int, StoredPaper]:
    columns = as_stored(tx.connection.dialect, *papers.c)
    found = one_by_one(tx, select(*columns).where(papers.c.order_id.in_(ids)))
    return {
        it.order_id: StoredPaper(
            text_of(it.sha256), digest(it.data), len(stored.raw(it.data)), it.ledger
        )
        for it in found
    }


def _attempts(tx: Tx, ids: Sequence[int]) -> dict[int, list[StoredAttempt]]:
    names = ("id", "order_id", "state", "created_at", "payment_id", "answer")
    columns = as_stored(tx.connection.dialect, *(attempts.c[name] for name in names))
    found: dict[int, list[StoredAttempt]] = {}
    for it in one_by_one(tx, select(*columns).where(attempts.c.order_id.in_(ids))):
        tried = StoredAttempt(
            text_of(it.id), text_of(it.state), it.created_at, it.payment_id, _answers(it.answer)
        )
        found.setdefault(it.order_id, []).append(tried)
    return found


def _answers(answer: object) -> tuple[str, ...]:
    """The first version hashed the whole answer; since then it is redacted before."""
    if answer is None:
        return ()
    text = text_of(answer)
    try:
        return (digest(text), digest(redacted(text)))
    except (ValueError, RecursionError):
        return (digest(text),)
