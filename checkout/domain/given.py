"""What is typed after a command: read strictly, refused with a sentence and an example."""

from checkout.domain.errors import CheckoutError

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
