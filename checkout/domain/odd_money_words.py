"""What page, letter and case say alike of money that came and does not fit its order."""

from collections.abc import Mapping

from offer.wording import NBSP, ROUBLES, money, sums


def not_begun(*, is_extra: bool) -> str:
    """What did not begin with it."""
    return f"часы не{NBSP}добавлены" if is_extra else f"пакет не{NBSP}начат"


def came_instead(came: Mapping[str, int], price_kopecks: int) -> str:
    """«Пришло 100 ₽ из 15 000 ₽»; "" where the sum is right or unknown, and something else is not.

    `came`: hundredths by currency.
    """
    if came in ({}, {ROUBLES: price_kopecks}):
        return ""
    of_price = "из" if 0 < came.get(ROUBLES, 0) < price_kopecks else "вместо"
    return f"Пришло {sums(came)} {of_price}{NBSP}{money(price_kopecks)}"
