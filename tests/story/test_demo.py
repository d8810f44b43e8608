"""The demo as a new user meets it: one command, a purchase, a pushed edition, a crash, a restart.

Each story starts the real `checkout demo` in a clone of its own and speaks to it over HTTP only.
"""

import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from checkout.clock import move_clock
from checkout.demo import demo as run_demo
from checkout.demo.folder import site_port
from checkout.demo.repository import DemoError
from tests.story.driving import (
    ANNA,
    PATIENCE,
    Demo,
    clone_of_the_project,
    commit,
    demo_command,
    git,
    running_demo,
    until,
    with_a_higher_price,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the stories that can share it; fiscal receipts are given in it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CHECKOUT_RECEIPTS", "two")
        with running_demo(clone_of_the_project(tmp_path_factory.mktemp("clone"))) as running:
            yield running


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., str]]:
    """What the demo says when it refuses to start; here, since a process of its own takes long."""
    handlers = {it: signal.getsignal(it) for it in (signal.SIGINT, signal.SIGTERM)}

    def start(folder: Path, port: object = 0) -> str:
        assert run_demo(folder, str(port)) == 1
        return capsys.readouterr().err.strip()

    yield start
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_the_demo_says_where_everything_is(demo: Demo) -> None:
    said = demo.said.read_text()

    for name in ("site", "simulator", "mailbox"):
        assert demo.facts[name] in said
        assert demo.get("/", of=name).ok
    assert "git push build/demo/offer.git HEAD:main" in said


def test_a_shell_that_reads_the_demos_settings_works_in_its_shop(demo: Demo) -> None:
    line = f". build/demo/environment; {sys.executable} -P -m checkout reconcile --since"
    today = datetime.now(UTC).date().isoformat()
    done = subprocess.run(
        ["sh", "-c", f"{line} {today}"], cwd=demo.folder, env={"PATH": os.environ["PATH"]},
        check=False, capture_output=True, text=True,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "В ЮKassa" in done.stdout
    assert ". build/demo/environment" in demo.said.read_text()
    kept = (demo.folder / "build/demo/environment").stat()
    assert kept.st_mode & 0o077 == 0


def test_a_client_buys_a_package_and_holds_a_letter_with_his_certificate(demo: Demo) -> None:
    payment_id, order = demo.buy()
    waiting = demo.order_facts(order)
    demo.control("POST", f"/payments/{payment_id}/pay")
    paid = demo.order_facts(order)
    letter = demo.letter(ANNA["email"], paid["number"])
    attached = demo.get(letter["attachments"][0]["url"], of="mailbox")

    assert (waiting["state"], waiting["money_taken"]) == ("waiting", None)
    assert (paid["state"], paid["money_taken"]) == ("paid", True)
    assert attached.content.startswith(b"%PDF-")
    assert attached.content == demo.get(f"{order}/certificate.pdf").content


def test_a_demo_asked_for_receipts_gives_one_with_every_payment(demo: Demo) -> None:
    payment_id, _ = demo.buy()
    demo.control("POST", f"/payments/{payment_id}/pay")
    given = demo.control("GET", "/receipts").json()

    assert [it["type"] for it in given if it["payment_id"] == payment_id] == ["payment"]


def test_the_hash_is_the_same_wherever_it_is_told(demo: Demo) -> None:
    payment_id, order = demo.buy()
    demo.control("POST", f"/payments/{payment_id}/pay")
    paid = demo.order_facts(order)
    source = demo.get(f"/offer/{paid['edition']['number']}/offer.md")
    sha256 = hashlib.sha256(source.content).hexdigest()
    manifest = demo.get("/offer/editions.json").json()
    payment = demo.control("GET", f"/payments/{payment_id}").json()
    letter = demo.letter(ANNA["email"], paid["number"])

    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert sha256 == paid["edition"]["sha256"]
    assert sha256 in {edition["sha256"] for edition in manifest["editions"]}
    assert sha256 in payment["metadata"].values()
    assert sha256 in letter["text"].replace("\n", "").replace(" ", "")
    assert sha256 in _ledger(demo, "acceptance", paid["acceptance"]["ledger"])


def _ledger(demo: Demo, kind: str, number: int) -> str:
    with sqlite3.connect(f"file:{demo.facts['database']}?mode=ro", uri=True) as database:
        row = database.execute(
            "SELECT fact FROM ledger WHERE kind = ? AND number = ?", (kind, number)
        ).fetchone()
    database.close()
    return str(row[0])


def test_a_pushed_price_is_sold_at_once_and_an_open_form_is_told(demo: Demo) -> None:
    before = demo.open_form()
    first = demo.get("/offer/1/offer.md").content
    offer = demo.folder / "docs/offer.md"
    offer.write_text(with_a_higher_price(offer.read_text()))
    commit(demo.folder, "Raise the price")
    said = demo.push()
    answer = until(lambda: _refused(demo, before), "the answer that the edition has changed")

    assert "Опубликовано" in said
    assert "<ins>" in answer
    assert "<del>" in answer
    assert demo.get("/offer/2/offer.md").content == offer.read_bytes()
    assert demo.get("/offer/1/offer.md").content == first
    assert demo.open_form()["accept_offer"] == hashlib.sha256(offer.read_bytes()).hexdigest()


def _refused(demo: Demo, form: dict[str, str]) -> str:
    answer = demo.order(form)
    return answer.text if answer.status_code == 409 else ""


def test_a_text_that_cannot_be_sold_by_leaves_the_edition_before_in_force(demo: Demo) -> None:
    current = demo.get("/offer/").content
    offer = demo.folder / "docs/offer.md"
    good = offer.read_text()
    offer.write_text(good.replace("₽", "долларов"))
    commit(demo.folder, "Break the price")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        demo.push()
    draft = git(demo.folder, "push", "build/demo/offer.git", "HEAD:draft")
    offer.write_text(good)
    commit(demo.folder, "Mend the price")

    assert "remote: docs/offer.md, строка " in refused.value.stderr
    assert "remote: ОТКЛОНЕНО: " in refused.value.stderr
    assert f"Черновик: {demo.facts['site']}/draft/" in draft
    assert demo.get("/offer/").content == current


def test_a_service_killed_between_payment_and_notification_still_settles_once(demo: Demo) -> None:
    demo.control("PUT", "/notifications", deliver="never")
    payment_id, order = demo.buy()
    killed = demo.facts["service_pid"]
    os.kill(killed, signal.SIGKILL)
    demo.control("POST", f"/payments/{payment_id}/pay")
    until(lambda: demo.facts["service_pid"] != killed and demo.healthy(), "the next service")
    first, again = demo.order_facts(order), demo.order_facts(order)
    demo.control("PUT", "/notifications", deliver="now")

    assert first["state"] == "paid"
    assert first["acceptance"] == again["acceptance"]


def test_the_clock_of_the_simulator_is_the_clock_of_the_service(demo: Demo) -> None:
    demo.control("PUT", "/clock", now="2026-12-10T12:00:00+03:00")
    payment_id, order = demo.buy()
    demo.control("POST", f"/payments/{payment_id}/pay")

    assert demo.order_facts(order)["paid_at"].startswith("2026-12-10")


def test_ctrl_c_ends_it_and_the_next_start_remembers_and_names_what_is_not_committed(
    tmp_path: Path,
) -> None:
    clone = clone_of_the_project(tmp_path)
    with running_demo(clone) as first:
        payment_id, order = first.buy()
        first.control("POST", f"/payments/{payment_id}/pay")
        paid = first.order_facts(order)
        service = first.facts["service_pid"]
        status = first.stop()
    (clone / "docs/index.md").write_text("# Черновик\n")
    with running_demo(clone) as second:
        until(lambda: "docs/index.md" in second.said.read_text(), "what is not committed")
        remembered = second.order_facts(order)
        manifest = second.get("/offer/editions.json").json()
        ended = second.stop(signal.SIGTERM)

    assert (status, ended) == (0, 0)
    assert not Path(f"/proc/{service}").exists()
    assert not (clone / "build/demo/demo.json").exists()
    assert remembered == paid
    assert [edition["number"] for edition in manifest["editions"]] == [1]


def test_a_killed_demo_takes_its_service_along_and_the_next_finds_every_payment(
    tmp_path: Path,
) -> None:
    clone = clone_of_the_project(tmp_path)
    with running_demo(clone) as first:
        first.control("PUT", "/notifications", deliver="never")
        paid_id, paid = first.buy()
        waiting_id, waiting = first.buy()
        link = first.control("GET", f"/payments/{waiting_id}").json()["confirmation"]
        service, addresses = first.facts["service_pid"], _addresses(first)
        first.control("POST", f"/payments/{paid_id}/pay")
        first.kill()
    # at once, as people do: the service may still be busy with its end
    with running_demo(clone) as second:
        orphaned = _runs(service)
        again = _addresses(second)
        page = requests.get(link["confirmation_url"], timeout=PATIENCE)
        before = second.order_facts(waiting)
        second.control("POST", f"/payments/{waiting_id}/pay")
        after = second.order_facts(waiting)
        settled = second.order_facts(paid)

    assert not orphaned
    assert again == addresses
    assert settled["state"] == "paid"
    assert (page.status_code, waiting_id in page.text) == (200, True)
    assert (before["state"], after["state"]) == ("waiting", "paid")


def _addresses(demo: Demo) -> list[str]:
    return [demo.facts[name] for name in ("site", "simulator", "mailbox")]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # in a container nobody may collect the dead: such a one holds no file and no port
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_push_goes_by_the_moved_clock_like_everything_else(tmp_path: Path) -> None:
    clone = clone_of_the_project(tmp_path)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    (clone / "build/demo").mkdir(parents=True)
    move_clock(clone / "build/demo/clock.json", tomorrow)
    with running_demo(clone) as demo:
        greeting = demo.said.read_text()
        offer = clone / "docs/offer.md"
        offer.write_text(with_a_higher_price(offer.read_text()))
        commit(clone, "Raise the price")
        said = demo.push()
        payment_id, order = demo.buy()
        demo.control("POST", f"/payments/{payment_id}/pay")
        paid = demo.order_facts(order)["paid_at"]
        editions = demo.get("/offer/editions.json").json()["editions"]

    assert "удалите build/demo/clock.json" in greeting
    assert "Опубликовано: редакция 2" in said
    dates = [*(edition["published_at"] for edition in editions), paid]
    assert len(dates) == 3
    assert min(map(datetime.fromisoformat, dates)) >= tomorrow.replace(microsecond=0)


@pytest.mark.parametrize("port", ["", "abc", "-1", "70000", "8 000", "²"])
def test_what_is_no_port_is_answered_with_one_sentence_and_an_example(
    tmp_path: Path, port: str
) -> None:
    with pytest.raises(DemoError) as raised:
        site_port(tmp_path, port)

    assert raised.value.sentence.count("\n") == 0
    assert f"«{port}»" in raised.value.sentence
    assert "make run PORT=8080" in raised.value.sentence


def test_make_run_says_it_in_russian_when_the_port_is_empty(tmp_path: Path) -> None:
    done = subprocess.run(
        demo_command(""), cwd=clone_of_the_project(tmp_path), check=False, capture_output=True,
        text=True,
    )  # fmt: skip
    said = done.stderr.strip()

    assert done.returncode == 1
    assert said.startswith("Порт «» — не целое число")
    assert "usage" not in said


def test_a_shallow_clone_is_explained_with_its_cure(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    whole = clone_of_the_project(tmp_path / "whole")
    (whole / "docs/index.md").write_text("# Иначе\n")
    commit(whole, "Change")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{whole}", "shallow")

    assert "git fetch --unshallow" in refused(tmp_path / "shallow")


def test_files_without_their_git_history_are_explained(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/offer.md").write_text("# Оферта\n")

    assert "git clone" in refused(tmp_path)


def test_a_port_in_use_is_named_with_another_to_try_and_no_stale_address_stays(
    tmp_path: Path, refused: Callable[..., str]
) -> None:
    clone = clone_of_the_project(tmp_path)
    stale = clone / "build/demo/demo.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert f"make run PORT={port + 1}" in refused(clone, port)

    assert not stale.exists()


def test_a_second_demo_of_one_clone_is_told_which_process_is_the_first(
    demo: Demo, refused: Callable[..., str]
) -> None:
    said = refused(demo.folder)

    assert "уже запущено" in said
    assert said.endswith(f"kill {demo.process.pid}")
