"""What may be typed after `checkout`, and what `--help` says of it."""

import argparse
from pathlib import Path

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


def parser() -> argparse.ArgumentParser:
    """Of the whole command; what it reads has the name of the command in `command`."""
    whole = argparse.ArgumentParser(prog="checkout", description="Продажа пакетов по оферте.")
    commands = whole.add_subparsers(required=True, metavar="команда")
    for name, words in COMMANDS.items():
        command = commands.add_parser(name, help=words, description=words)
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
    command.add_argument("--port", default="8000", help="порт сайта")


def _ask_for_order(command: argparse.ArgumentParser) -> None:
    command.add_argument("order", help="номер заказа, например 2026-0001")


def _ask_refund(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--payment", metavar="ПЛАТЁЖ", help="деньги, не подошедшие к заказу")
    command.add_argument("--amount", help="сколько рублей, например 1500.00; иначе всё")
    command.add_argument("--reason", help="основание, без имён: его увидит клиент")
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
    command.add_argument("--text", required=True, help="ответ клиенту, без имён")


def _ask_to_readdress(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--reason", required=True, help="по какому обращению, без имён")
    command.add_argument("--email", required=True, help="верный адрес почты")


def _ask_about_cases(command: argparse.ArgumentParser) -> None:
    command.add_argument("--all", action="store_true", help="и закрытые, с их концом")


def _ask_to_close(command: argparse.ArgumentParser) -> None:
    command.add_argument("case", type=case_named, metavar="НОМЕР", help="из checkout cases")
    command.add_argument("--reason", required=True, help="чем закончилось, без имён")


def _ask_to_erase(command: argparse.ArgumentParser) -> None:
    _ask_for_order(command)
    command.add_argument("--reason", required=True, help="по какому обращению, без имён")
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
