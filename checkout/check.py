"""Is this shop ready to sell? The settings were read; the rest is tried, one part after another."""

from collections.abc import Mapping
from dataclasses import dataclass

from checkout import look
from checkout.close_case import open_ones
from checkout.compared import found
from checkout.domain.errors import CheckoutError, GatewayError
from checkout.fiscalise import regime
from checkout.mail.smtp import MailError
from checkout.shop import Shop
from checkout.store import cases, protection, reconciliations
from checkout.verify import BAD, chain
from offer.wording import day


@dataclass(frozen=True)
class Finding:
    """One part tried: whether it is ready, and a sentence about it.

    `is_open`: nothing stands in the way of selling, and still it is not as it ends.
    """

    good: bool
    sentence: str
    is_open: bool = False

    @property
    def mark(self) -> str:
        """✓ ready, ! something is to be done, ✗ not ready."""
        return ("!" if self.is_open else "✓") if self.good else "✗"


def check(shop: Shop) -> list[Finding]:
    """Every part's finding. Nothing is bought, nothing is sent."""
    return [
        _database(shop),
        _protection(shop),
        _release(shop),
        _yookassa(shop),
        _books(shop),
        _cases(shop),
        _mail(shop),
    ]


def check_before_start(shop: Shop, none_yet: str) -> list[Finding]:
    """The same where no shop was ever opened, as that sentence tells: `shop` stands elsewhere."""
    return [Finding(True, none_yet, is_open=True), _release(shop), _yookassa(shop), _mail(shop)]


def _database(shop: Shop) -> Finding:
    remark = chain(shop.store)
    return Finding(remark.mark != BAD, remark.sentence)


def _protection(shop: Shop) -> Finding:
    missing = shop.store.read(protection.missing)
    if missing:
        return Finding(False, f"Защита от правок: {' '.join(missing)}")
    return Finding(True, "Защита от правок: на месте.")


def _release(shop: Shop) -> Finding:
    health = look.health(shop)
    offer = shop.shelf.offer()
    number = f"действует редакция {offer.number}." if offer else ""
    return Finding(health.sellable, f"Витрина: {' '.join(health.problems) or number}")


def _yookassa(shop: Shop) -> Finding:
    try:
        me = shop.yookassa.me()
    except GatewayError as error:
        return Finding(False, f"ЮKassa: {error.sentence}")
    mine = str(me.get("account_id", "")) in ("", shop.settings.yookassa_shop_id)
    kind = "тестовый магазин" if me.get("test") else "настоящий магазин"
    if mine and (wrong := _receipts(shop, me)):
        return Finding(False, f"ЮKassa: {kind}. {wrong}")
    return Finding(mine, f"ЮKassa: {kind}." if mine else "ЮKassa: ключ от другого магазина.")


def _receipts(shop: Shop, me: Mapping[str, object]) -> str | None:
    """A shop that gives receipts refuses payments without one, and the other way round."""
    told = me.get("fiscalization")
    enabled = told.get("enabled") if isinstance(told, dict) else None
    asked = regime(shop, shop.store.clock()).fiscal
    if enabled is False and asked:
        return "Чеки у магазина не включены, а CHECKOUT_RECEIPTS их обещает."
    if enabled is True and not asked:
        return "У магазина включены чеки: без CHECKOUT_RECEIPTS=one или two платежи не пройдут."
    return None


def _books(shop: Shop) -> Finding:
    made = shop.store.read(reconciliations.latest)
    if made is None:
        return Finding(True, "Ежедневной сверки с\u00a0ЮKassa ещё не\u00a0было.", is_open=True)
    told = f"Сверка с ЮKassa: {day(made.day)}, {found(made)}."
    return Finding(made.differences == 0, told)


def _cases(shop: Shop) -> Finding:
    count, oldest = shop.store.read(cases.waiting)
    told = open_ones(count, oldest, shop.settings.zone)
    return Finding(True, f"Открытых дел: {told}.", is_open=count > 0)


def _mail(shop: Shop) -> Finding:
    try:
        answer = shop.mailer.greet()
    except (MailError, CheckoutError) as error:
        return Finding(False, f"Почта: {error.sentence}")
    return Finding(True, f"Почта: сервер отвечает ({answer}).")
