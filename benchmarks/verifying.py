"""How fast `checkout verify` walks a ledger beside bare hashing of the same bytes; its memory."""

import json
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy import insert

from checkout.clock import real_clock
from checkout.store import tables
from checkout.store.engine import Store, Tx
from checkout.store.schema import open_store
from offer.evidence import chain
from tests.contract.simulated import NOON

FEW, MANY = 10_000, 100_000
BATCH = 1_000
# as long as the fact of an acceptance
FACT = {"kind": "bench", "sentence": "а" * 400, "subject": "0" * 64}
CHILD = """
import json, resource, sys, time
from zoneinfo import ZoneInfo
from checkout.clock import real_clock
from checkout.store.engine import Store, open_engine
from checkout.verify import verify
store = Store(open_engine(sys.argv[1]), real_clock)
began = time.perf_counter()
remarks = verify(store, ZoneInfo("Europe/Moscow"))
seconds = time.perf_counter() - began
assert {it.mark for it in remarks} == {"✓"}, remarks
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak]))
"""


def fill(store: Store, count: int) -> None:
    """A ledger of so many rows."""
    last: chain.Entry | None = None

    def add(tx: Tx, first: int) -> None:
        nonlocal last
        rows = []
        for number in range(first, min(first + BATCH, count)):
            last = chain.entry("case", {**FACT, "number": number}, at=NOON, last=last)
            rows.append(vars(last))
        tx.connection.execute(insert(tables.ledger), rows)

    for first in range(0, count, BATCH):
        store.transact(lambda tx, first=first: add(tx, first))  # type: ignore[misc]


def bare(count: int) -> float:
    """Rows a second of nothing but the two hashes of each row, of bytes that are there already."""
    fact = chain.canonical({**FACT, "number": count}).encode()
    link = chain.link_text(count, NOON, "case", "0" * 64, "0" * 64).encode()
    began = time.perf_counter()
    for _ in range(count):
        sha256(fact).hexdigest()
        sha256(link).hexdigest()
    return count / (time.perf_counter() - began)


def verified(url: str) -> tuple[float, float]:
    """Seconds, and the peak memory in MB of a process that does nothing else."""
    command = [sys.executable, "-c", CHILD, url]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, kilobytes = json.loads(told)
    return seconds, kilobytes / 1024


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    print("checkout verify, SQLite")
    print(f"{'':30}{'rows a second':>15}{'of bare':>9}{'peak MB':>9}")
    for count in (FEW, MANY):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            url = f"sqlite:///{Path(folder) / 'ledger.db'}"
            store = open_store(url, real_clock)
            fill(store, count)
            store.close()
            seconds, peak = verified(url)
        ours, limit = count / seconds, bare(count)
        print(f"{f'{count} rows':30}{ours:>15.0f}{ours / limit:>9.2f}{peak:>9.0f}")
    print(f"{'  bare hashing':30}{limit:>15.0f}\n")


if __name__ == "__main__":
    main()
