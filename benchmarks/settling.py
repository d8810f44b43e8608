"""A settlement beside other ways of writing the same rows, of asking YooKassa, and among many."""

from pathlib import Path

import structlog

from benchmarks import crowd, stage
from benchmarks.load import Measured, load
from benchmarks.rows import prepared
from benchmarks.selling import HEAD, line
from benchmarks.stage import cores, on_core, provided, served
from tests.store import market, racing

CLIENTS, SETTLEMENTS, SLOW = 32, 3000, 200
FEW, MANY = 1_000, 1_000_000


def settled(port: int, way: str, first: int, number: int) -> Measured:
    """Settle payments one after another, by so many clients at once."""
    return load(port, "POST", [f"/{way}/{first + at}" for at in range(number)], CLIENTS)


def show(what: str, it: Measured, beside: Measured) -> None:
    print(f"{line(what, it)}{it.per_second / beside.per_second:>9.2f}")


def beside_others(place: Path) -> None:
    """Without the provider's call, then with it."""
    stage.prepare(place, 2)
    crowd.multiply(place, 2 * SETTLEMENTS + SLOW)
    stage.copy(place, "bare", "grouped", "fastapi")
    with (
        provided(place) as provider,
        served("shop", place, provider) as shop,
        served("bare", place) as bare,
        served("grouped", place) as grouped,
        served("fastapi", place) as fastapi,
        on_core(cores()[1]),
    ):
        limit = settled(grouped, "settle", 2, SETTLEMENTS)
        show("settlement", settled(shop, "settle", 2, SETTLEMENTS), limit)
        show("  commits grouped by a single writer", limit, limit)
        show("  one commit per request", settled(bare, "settle", 2, SETTLEMENTS), limit)
        show("  FastAPI, SQLAlchemy's models", settled(fastapi, "settle", 2, SETTLEMENTS), limit)
        sdk = settled(shop, "sdk", 2 + 2 * SETTLEMENTS, SLOW)
        ours = settled(shop, "ask", 2 + SETTLEMENTS, SETTLEMENTS)
        show("settlement with YooKassa's answer (TLS)", ours, sdk)
        show("  asked by the SDK as it comes", sdk, sdk)


def among_many(place: Path, others: int) -> Measured:
    """Settle among so many orders that were paid before."""
    stage.prepare(place, 2)
    with market.opened(place, f"sqlite:///{place / 'shop.db'}") as shop:
        racing.settle_one(shop, prepared(place)[1])
    crowd.multiply(place, others, forget=True)
    with market.opened(place, f"sqlite:///{place / 'shop.db'}") as shop:
        stage.keep(place, [stage.wait(shop, "template")])
    crowd.multiply(place, SETTLEMENTS)
    with served("shop", place) as port, on_core(cores()[1]):
        return settled(port, "settle", 1, SETTLEMENTS)


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print(f"\nSettlements by {CLIENTS} clients; the last column is the ratio within its group")
    print(HEAD)
    with stage.folder() as place:
        beside_others(place)
    found = {}
    for others in (FEW, MANY):
        with stage.folder() as place:
            found[others] = among_many(place, others)
            size = (place / "shop.db").stat().st_size >> 20
        show(f"among {others:,} orders ({size} MB)", found[others], found[FEW])


if __name__ == "__main__":
    main()
