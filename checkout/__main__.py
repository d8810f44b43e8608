"""The command `checkout`.

Each command imports what it needs when it is run: a service that is started again should sell
again at once, and most of what the other commands need is slow to load.
"""

import argparse
import gc
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NoReturn

from checkout import logs
from checkout.arguments import parser
from checkout.domain.errors import CheckoutError
from checkout.domain.given import begun, only_counted
from offer.errors import OfferError

if TYPE_CHECKING:
    from checkout.shop import Shop
    from checkout.store.engine import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a refusal is one sentence on standard error and exit status 1."""
    try:
        asked = parser().parse_args(arguments)
        logs.begin(briefly=asked.command not in STAYING)
        return RUN[asked.command](asked)
    except (CheckoutError, OfferError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _serve(asked: argparse.Namespace) -> int:
    # uvicorn ends gracefully, then raises the signal again: the worker must still finish its job
    signal.signal(signal.SIGTERM, _end)
    if asked.until_stdin_closes:
        from checkout.demo.child import end_with_stdin

        end_with_stdin()
    with _beginning():
        shop = _shop(asked.clock_file)
        from checkout.serve import serve
    serve(shop)
    return 0


@contextmanager
def _beginning() -> Iterator[None]:
    """Load and put together what stays to the end, without looking for garbage in it meanwhile.

    A tenth of the time to begin; and later collections need not look through it either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _end(number: int, frame: object) -> NoReturn:
    raise SystemExit(0)


def _work(asked: argparse.Namespace) -> int:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with _beginning():
        shop = _shop(asked.clock_file)
        from checkout.worker import work
    work(shop, stop)
    return 0


def _shop(clock_file: Path | None = None) -> "Shop":
    from offer.periods import decree_calendar

    # first: what it loads and lets go of, 4 MB, is used again by all that comes after
    decree_calendar()
    gc.collect()
    from checkout.clock import clock_of
    from checkout.open import open_shop
    from checkout.settings import read_settings

    return open_shop(read_settings(), clock_of(clock_file), clock_is_moved=clock_file is not None)


def _kept_shop() -> "Shop":
    """The shop of a database that is there: a mistyped address is told, not made a new one."""
    from checkout.settings import read_database_url
    from checkout.store.engine import existing

    existing(read_database_url())
    return _shop()


@contextmanager
def _passing_shop() -> Iterator["Shop"]:
    """A shop of these settings in a database of its own, which is gone afterwards."""
    from checkout.clock import real_clock
    from checkout.open import open_shop
    from checkout.settings import Secret, read_settings

    with TemporaryDirectory() as folder:
        address = Secret(f"sqlite:///{folder}/passing.db")
        shop = open_shop(replace(read_settings(), database_url=address), real_clock)
        with closing(shop.store):
            yield shop


def _store() -> "Store":
    from checkout.clock import real_clock
    from checkout.settings import read_database_url
    from checkout.store.engine import existing
    from checkout.store.schema import open_store

    return open_store(existing(read_database_url()), real_clock)


def _demo(asked: argparse.Namespace) -> int:
    with _beginning():
        from checkout.demo import demo
    return demo(Path.cwd(), asked.port)


def _verify(asked: argparse.Namespace) -> int:
    from checkout.online import PAUSE_SECONDS, ask_about_paid
    from checkout.settings import read_zone
    from checkout.verify import BAD, given_head, verify

    given = [given_head(text) for text in asked.head]
    zone = read_zone()
    with closing(_store()) as store:
        remarks = verify(store, zone, given)
    if asked.online:
        shop = _shop()
        with closing(shop.store):
            remarks += ask_about_paid(shop, pause=lambda: time.sleep(PAUSE_SECONDS))
    for remark in remarks:
        print(f"{remark.mark} {remark.sentence}")
    return 1 if any(remark.mark == BAD for remark in remarks) else 0


def _answer(asked: argparse.Namespace) -> int:
    from checkout.answer import answer

    with closing(_store()) as store:
        print(answer(store, asked.order, asked.text).sentence)
    return 0


def _readdress(asked: argparse.Namespace) -> int:
    from checkout.move_order import move_order

    with closing(_store()) as store:
        print(move_order(store, asked.order, asked.email, asked.reason).sentence)
    return 0


def _cases(asked: argparse.Namespace) -> int:
    from checkout.settings import read_zone
    from checkout.show_cases import show_cases

    zone = read_zone()
    with closing(_store()) as store:
        print("\n".join(show_cases(store, zone, ended_too=asked.all)))
    return 0


def _close(asked: argparse.Namespace) -> int:
    from checkout.close_case import close_case
    from checkout.settings import read_zone

    zone = read_zone()
    with closing(_store()) as store:
        print(close_case(store, zone, asked.case, asked.reason))
    return 0


def _erase(asked: argparse.Namespace) -> int:
    from checkout.erase import erase, sentences
    from checkout.settings import read_zone

    zone = read_zone()
    with closing(_store()) as store:
        answer = erase(store, zone, asked.order, asked.reason, rehearse=asked.dry_run)
    print("\n".join(sentences(answer, zone)))
    return 0 if answer.done else 1


def _refund(asked: argparse.Namespace) -> int:
    from checkout.refund import Wanted, kopecks_of, refund
    from checkout.refund_words import proposed, told

    only_counted(
        spent=asked.spent, amount=asked.amount, payment=asked.payment, counts=asked.dry_run
    )
    shop = _kept_shop()
    with closing(shop.store):
        if asked.dry_run:
            print("\n".join(proposed(shop, asked.order, asked.spent)))
            return 0
        amount = None if asked.amount is None else kopecks_of(asked.amount)
        wanted = Wanted(
            asked.order,
            amount,
            asked.reason or "",
            asked.ends_package,
            asked.payment,
            asked.again,
        )
        outcome = refund(shop, wanted)
        print("\n".join(told(outcome)))
    return 0 if outcome.done else 1


def _receipt(asked: argparse.Namespace) -> int:
    from checkout.give_again import give_again, receipts_of, sentences

    shop = _kept_shop()
    with closing(shop.store):
        given = (give_again if asked.again else receipts_of)(shop, asked.order)
    print("\n".join(sentences(asked.order, given)))
    return 0 if given.good else 1


def _back_up(asked: argparse.Namespace) -> int:
    from checkout.back_up import back_up, sentences
    from checkout.clock import real_clock
    from checkout.settings import read_database_url
    from checkout.store.engine import Store, existing, open_engine

    url = existing(read_database_url())
    with closing(Store(open_engine(url), real_clock)) as store:
        copied = back_up(store, url, asked.file)
    print("\n".join(sentences(copied)))
    return 0


def _replay(asked: argparse.Namespace) -> int:
    from checkout.replay import replay, sentence
    from checkout.settings import read_zone

    zone = read_zone()
    with closing(_store()) as store:
        if asked.since:
            begun(asked.since, store.clock().astimezone(zone).date())
        print(sentence(replay(store, zone, asked.since)))
    return 0


def _confirm_clock(asked: argparse.Namespace) -> int:
    from checkout.doubt import confirm_clock
    from checkout.settings import read_zone

    zone = read_zone()
    with closing(_store()) as store:
        print(confirm_clock(store, zone, asked.today))
    return 0


def _reconcile(asked: argparse.Namespace) -> int:
    from checkout.compared import sentences
    from checkout.reconcile import Span, Unfinished, reconcile
    from checkout.retain import midnight

    shop = _kept_shop()
    zone = shop.settings.zone
    with closing(shop.store):
        since = begun(asked.since, shop.store.clock().astimezone(zone).date())
        try:
            compared = reconcile(shop, Span(midnight(since, zone)))
        except Unfinished as broken:
            print("\n".join(sentences(broken.compared, is_whole=False)))
            raise
    print("\n".join(sentences(compared)))
    return 1 if compared.differences else 0


def _check(asked: argparse.Namespace) -> int:
    from checkout.check import check, check_before_start
    from checkout.store.engine import NoDatabase

    try:
        shop = _kept_shop()
        with closing(shop.store):
            findings = check(shop)
    except NoDatabase as none_yet:
        with _passing_shop() as shop:
            findings = check_before_start(shop, none_yet.sentence)
    for finding in findings:
        print(f"{finding.mark} {finding.sentence}")
    return 0 if all(finding.good for finding in findings) else 1


STAYING = ("serve", "work", "demo")  # whose log is read by machines
RUN = {
    "serve": _serve,
    "work": _work,
    "demo": _demo,
    "refund": _refund,
    "receipt": _receipt,
    "answer": _answer,
    "readdress": _readdress,
    "cases": _cases,
    "close": _close,
    "erase": _erase,
    "backup": _back_up,
    "reconcile": _reconcile,
    "replay": _replay,
    "confirm-clock": _confirm_clock,
    "verify": _verify,
    "check": _check,
}

if __name__ == "__main__":
    sys.exit(main())
