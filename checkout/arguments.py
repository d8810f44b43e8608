"""What may be typed after `checkout`, and what `--help` says of it."""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from checkout.domain.given import case_named, day_named, minutes_spent

COMMANDS = {
    "serve": "служба с одним работником внутри",
    "work": "один работник без службы",
    "demo": "всё вместе на этом компьютере, с имитатором ЮKassa",
    "refund": "вернуть деньги по заказу, все или часть",
    "receipt": "чеки заказа; дать ещё раз те, что не зарегистрированы",
    "answer": "ответить на отказ клиента от пакета, не возвращая денег",
    "readdress": "отдать заказ другому адресу почты: прежний был с ошибкой",
    "cases": "что ждёт вашего решения, и чем это закончить",
    "close": "закрыть дело, которое закончено без программы",
    "erase": "стереть личные данные заказа, насколько позволяет закон",
    "backup": "скопировать базу, не останавливая продаж",
    "reconcile": "сверить платежи и возвраты со списками ЮKassa",
    "replay": "снова спросить ЮKassa обо всём, что приходило в уведомлениях",
    "confirm-clock": "подтвердить, что на часах сервера верное число",
    "verify": "проверить журнал и всё, что с ним сходится",
    "check": "настройки, база, витрина, почта: можно ли продавать",
}
DAY = "ГГГГ-ММ-ДД"


HEADINGS = {"positional arguments": "что назвать", "options": "что можно добавить"}
# what argparse complains of (Python 3.11 to 3.14), and how it is said here
COMPLAINTS = (
    (r"the following arguments are required: (.+)", "Не хватает: {}."),
    (r"unrecognized arguments: (.+)", "Лишнее: {}."),
    (r"argument (\S+): expected one argument", "После {} нужно значение."),
    (r"argument (\S+): ignored explicit argument .+", "{} пишется без значения."),
    (r"argument \S+: invalid choice: '?([^' ]+)'?.*", "Команды {} нет."),
    (r"ambiguous option: (\S+) could match (.+)", "{} можно понять по-разному: {}."),
)


class _Words(argparse.HelpFormatter):
    """The help in Russian throughout."""

    def start_section(self, heading: str | None) -> None:
        super().start_section(HEADINGS.get(heading or "", heading))

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Как писать: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """One that complains in Russian."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(prog=prog, description=description, formatter_class=_Words, add_help=False)
        self.add_argument("-h", "--help", action="help", help="показать это и закончить")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where to read how it is written; status 2."""
        self.exit(2, f"{complaint(message)} Как писать: {self.prog} --help\n")


def complaint(message: str) -> str:
    """What argparse says, in Russian."""
    for pattern, words in COMPLAINTS:
        if found := re.fullmatch(pattern, message):
            return words.format(*found.groups())
    return f"Команда не\u00a0понята ({message})."


def parser() -> argparse.ArgumentParser:
    """Of the whole command; what it reads has the name of the command in `command`."""
    whole = Parser(prog="checkout", description="Продажа пакетов по оферте.")
    commands = whole.add_subparsers(required=True, metavar="команда")
    for name, words in COMMANDS.items():
        command = commands.add_parser(name, prog=f"checkout {name}", help=words, description=words)
        command.set_defaults(command=name)
        if ask := ASKED.get(name):
            ask(command)
    return whole


def _ask_to_serve(command: argparse.ArgumentParser) -> None:
    _ask_to_work(command)
    command.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def _ask_to_work(command: argparse.ArgumentParser) -> None:
    command.add_argument("--clock-file", type=Path, help=argparse.SUPPRESS)


def _ask_for_demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", default="8000", metavar="ПОРТ", help="порт сайта")


def _ask_for_order(command: argparse.ArgumentParser) -> None:
    command.add_argument("order", metavar="ЗАКАЗ", help="номер заказа, например 2026-0001")


def _ask_refund(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--payment", metavar="ПЛАТЁЖ", help="деньги, не подошедшие к заказу")
    command.add_argument(
        "--amount", metavar="РУБЛЕЙ", help="сколько рублей, например 1500.00; иначе всё"
    )
    command.add_argument(
        "--reason", metavar="ПРИЧИНА", help="основание, без имён: его увидит клиент"
    )
    command.add_argument(
        "--ends-package", action="store_true", help="клиент уходит: закончить и пакет"
    )
    command.add_argument(
        "--again", action="store_true", help="вернуть ту\u00a0же сумму ещё раз: это не\u00a0повтор"
    )
    command.add_argument("--dry-run", action="store_true", help="только посчитать, сколько вернуть")
    command.add_argument(
        "--spent",
        type=minutes_spent,
        metavar="МИНУТ",
        help="сколько минут истрачено, для счёта",
    )


def _ask_about_receipt(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--again", action="store_true", help="дать ещё раз незарегистрированные")


def _ask_for_answer(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--text", required=True, metavar="ОТВЕТ", help="ответ клиенту, без имён")


def _ask_to_readdress(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument(
        "--reason", required=True, metavar="ПРИЧИНА", help="по какому обращению, без имён"
    )
    command.add_argument("--email", required=True, metavar="ПОЧТА", help="верный адрес почты")


def _ask_about_cases(command: argparse.ArgumentParser) -> None:
    command.add_argument("--all", action="store_true", help="и закрытые, с их концом")


def _ask_to_close(command: argparse.ArgumentParser) -> None:
    command.add_argument("case", type=case_named, metavar="НОМЕР", help="из checkout cases")
    command.add_argument(
        "--reason", required=True, metavar="ПРИЧИНА", help="чем закончилось, без имён"
    )


def _ask_to_erase(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument(
        "--reason", required=True, metavar="ПРИЧИНА", help="по какому обращению, без имён"
    )
    command.add_argument("--dry-run", action="store_true", help="только показать")


def _ask_to_back_up(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="ФАЙЛ", help="новый файл для копии")


def _ask_to_reconcile(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--since",
        type=day_named,
        required=True,
        metavar=DAY,
        help="с начала этого дня и до этой минуты",
    )


def _ask_to_replay(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--since", type=day_named, metavar=DAY, help="только пришедшие с этого дня"
    )


def _ask_for_today(command: argparse.ArgumentParser) -> None:
    command.add_argument("today", type=day_named, metavar=DAY, help="какое сегодня число")


def _ask_to_verify(command: argparse.ArgumentParser) -> None:
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


ASKED = {
    "serve": _ask_to_serve,
    "work": _ask_to_work,
    "demo": _ask_for_demo,
    "refund": _ask_refund,
    "receipt": _ask_about_receipt,
    "answer": _ask_for_answer,
    "readdress": _ask_to_readdress,
    "cases": _ask_about_cases,
    "close": _ask_to_close,
    "erase": _ask_to_erase,
    "backup": _ask_to_back_up,
    "reconcile": _ask_to_reconcile,
    "replay": _ask_to_replay,
    "confirm-clock": _ask_for_today,
    "verify": _ask_to_verify,
}
