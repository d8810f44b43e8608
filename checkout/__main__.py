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
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from checkout import logs
from checkout.domain.errors import CheckoutError
from checkout.domain.given import begun, case_named, day_named, minutes_spent
from offer.errors import OfferError

if TYPE_CHECKING:
    from checkout.shop import Shop
    from checkout.store.engine import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; a refusal is one sentence on standard error and exit status 1."""
    logs.begin()
    try:
        asked = _parser().parse_args(arguments)
        return int(asked.run(asked))
    except (CheckoutError, OfferError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="checkout", description="Продажа пакетов по оферте.")
    commands = parser.add_subparsers(required=True, metavar="команда")
    for name, run, words in (
        ("serve", _serve, "служба с одним работником внутри"),
        ("work", _work, "один работник без службы"),
        ("demo", _demo, "всё вместе на этом компьютере, с имитатором ЮKassa"),
        ("refund", _refund, "вернуть деньги по заказу, все или часть"),
        ("receipt", _receipt, "чеки заказа; дать ещё раз те, что не зарегистрированы"),
        ("answer", _answer, "ответить на отказ клиента от пакета, не возвращая денег"),
        ("readdress", _readdress, "отдать заказ другому адресу почты: прежний был с ошибкой"),
        ("cases", _cases, "что ждёт вашего решения, и чем это закончить"),
        ("close", _close, "закрыть дело, которое закончено без программы"),
        ("erase", _erase, "стереть личные данные заказа, насколько позволяет закон"),
        ("backup", _back_up, "скопировать базу, не останавливая продаж"),
        ("reconcile", _reconcile, "сверить платежи и возвраты со списками ЮKassa"),
        ("replay", _replay, "снова спросить ЮKassa обо всём, что приходило в уведомлениях"),
        ("confirm-clock", _confirm_clock, "подтвердить, что на часах сервера верное число"),
        ("verify", _verify, "проверить журнал и всё, что с ним сходится"),
        ("check", _check, "настройки, база, витрина, почта: можно ли продавать"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.set_defaults(run=run)
        if name == "demo":
            command.add_argument("--port", default="8000", help="порт сайта")
        if name in ("answer", "readdress", "erase"):
            _ask_about_order(command, name)
        if ask := ASKED.get(name):
            ask(command)
        if name == "backup":
            command.add_argument("file", type=Path, metavar="ФАЙЛ", help="новый файл для копии")
        if name == "replay":
            command.add_argument(
                "--since",
                type=day_named,
                metavar="ГГГГ-ММ-ДД",
                help="только пришедшие с этого дня",
            )
        if name == "confirm-clock":
            command.add_argument(
                "today", type=day_named, metavar="ГГГГ-ММ-ДД", help="какое сегодня число"
            )
        if name == "reconcile":
            command.add_argument(
                "--since",
                type=day_named,
                required=True,
                metavar="ГГГГ-ММ-ДД",
                help="с начала этого дня и до этой минуты",
            )
        if name == "verify":
            command.add_argument(
                "--head",
                action="append",
                default=[],
                metavar="НОМЕР:ХЕШ",
                help="голова снаружи: из письма, свидетельства, heads.json; можно несколько",
            )
            command.add_argument(
                "--online", action="store_true", help="спросить ЮKassa о каждом оплаченном заказе"
            )
        if name in ("serve", "work"):
            command.add_argument("--clock-file", type=Path, help=argparse.SUPPRESS)
        if name == "serve":
            command.add_argument(
                "--until-stdin-closes", action="store_true", help=argparse.SUPPRESS
            )
    return parser


def _ask_about_order(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("order", help="номер заказа, например 2026-0001")
    if name == "answer":
        command.add_argument("--text", required=True, help="ответ клиенту, без имён")
        return
    command.add_argument("--reason", required=True, help="по какому обращению, без имён")
    if name == "readdress":
        command.add_argument("--email", required=True, help="верный адрес почты")
    if name == "erase":
        command.add_argument("--dry-run", action="store_true", help="только показать")


def _ask_refund(command: argparse.ArgumentParser) -> None:
    command.add_argument("order", help="номер заказа, например 2026-0001")
    command.add_argument("--payment", metavar="ПЛАТЁЖ", help="деньги, не подошедшие к заказу")
    command.add_argument("--amount", help="сколько рублей, например 1500.00; иначе всё")
    command.add_argument("--reason", help="основание, без имён: его увидит клиент")
    command.add_argument(
        "--ends-package", action="store_true", help="клиент уходит: закончить и пакет"
    )
    command.add_argument("--dry-run", action="store_true", help="только посчитать, сколько вернуть")
    command.add_argument(
        "--spent",
        type=minutes_spent,
        metavar="МИНУТ",
        help="сколько минут истрачено, для счёта",
    )


def _ask_about_cases(command: argparse.ArgumentParser) -> None:
    command.add_argument("--all", action="store_true", help="и закрытые, с их концом")


def _ask_to_close(command: argparse.ArgumentParser) -> None:
    command.add_argument("case", type=case_named, metavar="НОМЕР", help="из checkout cases")
    command.add_argument("--reason", required=True, help="чем закончилось, без имён")


def _ask_about_receipt(command: argparse.ArgumentParser) -> None:
    command.add_argument("order", help="номер заказа, например 2026-0001")
    command.add_argument("--again", action="store_true", help="дать ещё раз незарегистрированные")


ASKED = {
    "receipt": _ask_about_receipt,
    "refund": _ask_refund,
    "cases": _ask_about_cases,
    "close": _ask_to_close,
}


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

    shop = _kept_shop()
    with closing(shop.store):
        if asked.dry_run:
            print("\n".join(proposed(shop, asked.order, asked.spent)))
            return 0
        amount = None if asked.amount is None else kopecks_of(asked.amount)
        wanted = Wanted(asked.order, amount, asked.reason or "", asked.ends_package, asked.payment)
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
    from checkout.reconcile import Span, Unfinished, reconcile, sentences
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
    from checkout.check import check

    findings = check(_kept_shop())
    for finding in findings:
        print(f"{'✓' if finding.good else '✗'} {finding.sentence}")
    return 0 if all(finding.good for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
