"""The words beside the boxes and on the buttons: shown, and kept in the ledger as shown."""

from datetime import date

NBSP = "\u00a0"
WITHDRAW_CONSENT = "Отозвать согласие"
TRY_AGAIN = "Попробовать ещё раз"


def offer_label(number: int, published: date) -> str:
    """What a client says by ticking the first box."""
    edition = f"в{NBSP}редакции{NBSP}{number} от{NBSP}{published:%d.%m.%Y}"
    return f"Принимаю условия публичной оферты {edition}"


def consent_label(number: int) -> str:
    """What a client says by ticking the second, optional box."""
    return f"Даю согласие на{NBSP}обработку персональных данных, редакция{NBSP}{number}"


def pay_button(price: str) -> str:
    """On the order form and when trying again."""
    return f"Оплатить {price}"


def accept_and_pay_button(price: str) -> str:
    """On the page that tells what changed in the offer."""
    return f"Принять новую редакцию и{NBSP}оплатить {price}"
