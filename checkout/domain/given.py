"""What is typed after a command: read strictly, refused with a sentence and an example."""

from datetime import date

from checkout.domain.errors import CheckoutError
from offer.wording import day as in_figures

LONGEST = 6  # digits: more minutes than a century of working days has


class NotUnderstood(CheckoutError):  # noqa: N818 - reads as what it is
    """What was typed is not what the command takes."""

    code = "not_understood"


def minutes_spent(text: str) -> int:
    """A whole number of minutes, zero or more; raises NotUnderstood."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        raise NotUnderstood(
            f"«{text}» — не истраченные минуты: напишите целое число, хотя бы\u00a00, "
            "например --spent 90."
        )
    return int(text)


def only_counted(
    *, spent: int | None, amount: str | None, payment: str | None, counts: bool
) -> None:
    """What a refund was asked must all matter; raises NotUnderstood.

    `counts`: nothing is to be given back, only to be counted what leaving the package comes to.
    """
    if counts and amount is not None:
        raise NotUnderstood("--dry-run сам считает, сколько вернуть: уберите --amount.")
    if counts and payment is not None:
        raise NotUnderstood("--dry-run считает уход от\u00a0пакета: уберите --payment.")
    if spent is None or counts:
        return
    if amount is not None:
        raise NotUnderstood("--spent только считает, а\u00a0сумма уже названа: уберите --spent.")
    raise NotUnderstood(
        "--spent только считает: добавьте --dry-run или назовите сумму через --amount."
    )


def day_named(text: str) -> date:
    """A date by year, month and day; raises NotUnderstood."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood(
            f"«{text}» — не дата: напишите год, месяц и день, например 2026-11-23."
        ) from None


def begun(day: date, today: date) -> date:
    """A day that is not to come: nothing can have happened since; raises NotUnderstood."""
    if day > today:
        raise NotUnderstood(
            f"{in_figures(day)} ещё не настало, сегодня {in_figures(today)}: назовите день, "
            "который уже начался."
        )
    return day


def case_named(text: str) -> int:
    """The number of a case, with «№» or without; raises NotUnderstood."""
    number = text.removeprefix("№").strip()
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST):
        raise NotUnderstood(f"«{text}» — не номер дела: номера показывает checkout cases.")
    return int(number)
