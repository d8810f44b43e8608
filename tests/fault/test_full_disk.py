"""The disk is full: whoever buys reads what is so, nothing is half done, and with room all goes on.

As root on a real file system of its own, a small one in memory; else SQLite itself is told that
there are no more pages.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from checkout import worker
from checkout.verify import BAD, verify
from tests.conftest import migrated
from tests.town import Town, a_town
from tests.web.buying import page_of

SIZE = 6 * 1024 * 1024
TRUE = "Если вы платили, деньги и заказ не потеряются"


@dataclass
class Disk:
    """A place for a database that can be filled and emptied."""

    folder: Path
    is_mounted: bool

    def fill(self, town: Town) -> None:
        if not self.is_mounted:
            event.listen(town.shop.store.engine, "checkout", _no_more_pages)
            town.shop.store.engine.dispose()
            return
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(b"\0" * 4096)
            except OSError:
                return

    def empty(self, town: Town) -> None:
        if not self.is_mounted:
            event.remove(town.shop.store.engine, "checkout", _no_more_pages)
            town.shop.store.engine.dispose()
            return
        (self.folder / "ballast").unlink()


def _no_more_pages(connection: Any, *_: object) -> None:
    connection.execute("PRAGMA max_page_count=1")  # SQLite takes it for as many as there are


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        yield Disk(folder, False)
        return
    options = ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs"]
    mounted = subprocess.run(["mount", *options, folder], check=False).returncode == 0
    yield Disk(folder, mounted)
    if mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def town(disk: Disk, tmp_path: Path) -> Iterator[Town]:
    url = f"sqlite:///{disk.folder / 'shop.sqlite'}"
    migrated(url)
    with a_town(tmp_path, url) as town:
        town.work()
        yield town


def sound(town: Town) -> list[str]:
    remarks = verify(town.shop.store, town.shop.settings.zone)
    return [it.sentence for it in remarks if it.mark == BAD]


def work_anyhow(town: Town) -> None:
    """A pass of the worker as its loop does it: a job that fails does not stop the others."""
    for job in worker.JOBS:
        worker._guarded(town.shop, job)


def test_an_order_on_a_full_disk_is_none_and_yookassa_is_not_asked(town: Town, disk: Disk) -> None:
    form = town.form()
    disk.fill(town)
    refused = town.send(form)
    asked = [it for it in town.yookassa.requests() if it["method"] == "POST"]
    disk.empty(town)
    accepted = town.send(form)

    assert refused.status_code == 500
    assert TRUE in page_of(refused).text
    assert asked == []
    assert accepted.status_code == 303
    assert [row["kind"] for row in town.ledger()].count("order") == 1
    assert town.pay(town.token_of(accepted))["state"] == "paid"
    assert sound(town) == []


def test_money_that_comes_while_the_disk_is_full_is_neither_lost_nor_denied(
    town: Town, disk: Disk
) -> None:
    token = town.order()
    payment_id = town.facts(token)["payment_id"]
    town.yookassa.control("POST", f"/payments/{payment_id}/pay")
    hint = {"event": "payment.succeeded", "object": {"id": payment_id}}
    disk.fill(town)
    notified = town.client.post("/yookassa/notifications", json=hint).status_code
    page = town.client.get(f"/orders/{token}")
    said = page_of(page).text
    work_anyhow(town)
    letters = list(town.post)
    disk.empty(town)
    again = town.client.post("/yookassa/notifications", json=hint).status_code
    town.work()
    paid = town.facts(token)
    town.clock.forward(minutes=5)
    town.work()

    assert (notified, again) == (500, 200)  # YooKassa repeats what is not answered 200
    assert (page.status_code, TRUE in said, "списаны" in said) == (500, True, False)
    assert letters == []
    assert (paid["state"], paid["money_taken"]) == ("paid", True)
    assert sorted(it.header("To") for it in town.post) == ["anna@example.ru", "dudkinanton@bk.ru"]
    assert sound(town) == []


def test_a_disk_that_fills_up_while_yookassa_is_asked_leaves_an_order_to_be_paid_once(
    town: Town, disk: Disk
) -> None:
    form = town.form()
    create = town.shop.yookassa.create_payment

    def and_then_full(**asked: str) -> Any:
        made = create(**asked)
        disk.fill(town)
        return made

    town.shop.yookassa.create_payment = and_then_full  # type: ignore[method-assign]
    refused = town.send(form)
    town.shop.yookassa.create_payment = create  # type: ignore[method-assign]
    (payment,) = town.yookassa.payments()
    disk.empty(town)
    accepted = town.send(form)

    assert (refused.status_code, TRUE in page_of(refused).text) == (500, True)
    assert accepted.headers["location"].endswith(payment["id"])
    assert len(town.yookassa.payments()) == 1
    assert town.pay(town.token_of(accepted))["state"] == "paid"
    assert sound(town) == []
