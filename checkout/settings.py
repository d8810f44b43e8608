"""The settings, read once from CHECKOUT_… variables into one frozen value.

None of them changes what the parties owe: that is read from the offer or from law.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from checkout.domain.errors import CheckoutError
from checkout.domain.receipts import CALCULATED, TAX_SYSTEMS, Dated, Regime, Scheme, dated

PREFIX = "CHECKOUT_"
# The privacy policy (5.2) promises its readers a year at most.
LONGEST_KEEPING_DAYS = 365
Network = IPv4Network | IPv6Network

# YooKassa's published senders of notifications, its IPv6 range whole.
YOOKASSA_SENDERS = (
    "185.71.76.0/27,185.71.77.0/27,77.75.153.0/25,77.75.154.128/25,"
    "77.75.156.11,77.75.156.35,2a02:5180::/32"
)


class WrongSettings(CheckoutError):  # noqa: N818 - reads as what it is
    """The settings cannot be used; the text has a sentence for each that is wrong."""

    code = "wrong_settings"


@dataclass(frozen=True)
class Secret:
    """A value that does not show in a log or a trace."""

    value: str = field(repr=False)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(_network(part) for part in _parts(text))


def _network(text: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"«{text}» — не адрес и не сеть, например 10.0.0.0/8") from None


def _url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise ValueError("нужен адрес, который начинается с https:// или http://")
    return text.rstrip("/")


def _authorities(text: str) -> tuple[str, ...]:
    urls = _parts(text)
    if not all(url.startswith(("https://", "http://")) and len(url) <= 255 for url in urls):
        raise ValueError("нужны адреса через запятую; каждый начинается с https:// или http://")
    return urls


def _secret_if_any(text: str) -> Secret | None:
    # an empty one would be known to everybody
    return Secret(text) if text else None


def _scheme(text: str) -> Scheme:
    try:
        return Scheme(text)
    except ValueError:
        raise ValueError("возможны off, one, two и npd. Что они значат — в README") from None


def _vat_codes(text: str) -> Dated:
    known = dated(text, CALCULATED)
    if known.on(date.min) is None:
        raise ValueError("нужен код ставки НДС, 1 — без НДС")
    return known


def _tax_systems(text: str) -> Dated:
    return dated(text, TAX_SYSTEMS)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= LONGEST_KEEPING_DAYS:
        raise ValueError(f"нужно число дней от 1 до {LONGEST_KEEPING_DAYS}: в политике — год")
    return int(text)


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("нужно имя часового пояса, например Europe/Moscow") from None
    return text


def _socket(text: str) -> str:
    if not text.rpartition(":")[2].isdigit():
        raise ValueError("нужны адрес и порт, например 127.0.0.1:8000")
    return text


NO_VAT, NO_TAX_SYSTEM = dated("1", CALCULATED), dated("", TAX_SYSTEMS)
SENDERS = _networks(YOOKASSA_SENDERS)
# What an annotation holds beside a type reads the text of such a variable; else the type does.
Url = Annotated[str, _url]
Networks = Annotated[tuple[Network, ...], _networks]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the service is told about where it runs. Secrets do not show in its repr."""

    database_url: Secret = Secret("sqlite:///checkout.db")
    release: Path
    public_url: Url
    yookassa_shop_id: str
    yookassa_secret_key: Secret
    yookassa_api_url: Url = "https://api.yookassa.ru/v3"
    smtp_url: Secret
    mail_from: str
    secret_key: Secret = Secret("")
    time_zone: Annotated[str, _zone] = "Europe/Moscow"
    receipts: Annotated[Scheme, _scheme] = Scheme.OFF
    vat_code: Annotated[Dated, _vat_codes] = NO_VAT
    tax_system: Annotated[Dated, _tax_systems] = NO_TAX_SYSTEM
    trusted_proxies: Networks = ()
    listen: Annotated[str, _socket] = "127.0.0.1:8000"
    notification_sources: Networks = SENDERS
    metrics_token: Annotated[Secret | None, _secret_if_any] = None
    keep_addresses_days: Annotated[int, _days] = 365
    desk_emails: Annotated[tuple[str, ...], _parts] = ()
    time_stamp_urls: Annotated[tuple[str, ...], _authorities] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def regime_on(self, day: date) -> Regime:
        """What receipts say on a local day."""
        vat_code = self.vat_code.on(day)
        if vat_code is None:
            raise LookupError("a rate of VAT is in force on every day")
        return Regime(self.receipts, vat_code, self.tax_system.on(day))

    @property
    def test(self) -> bool:
        """Whether this is a test shop: its keys say so and nothing else does."""
        return self.yookassa_secret_key.value.startswith("test_")


def _reader(hint: Any) -> Callable[[str], Any]:  # noqa: ANN401 - an annotation is anything
    reader: Callable[[str], Any] = hint.__metadata__[0] if hasattr(hint, "__metadata__") else hint
    return reader


READERS: Mapping[str, Callable[[str], Any]] = {
    name: _reader(hint) for name, hint in get_type_hints(Settings, include_extras=True).items()
}
REQUIRED = frozenset(it.name for it in fields(Settings) if it.default is MISSING)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the process's environment; raises WrongSettings."""
    source = os.environ if environment is None else environment
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in source.items()
        if name.startswith(PREFIX)
    }
    wrong: list[str] = []
    read: dict[str, Any] = {}
    for name, reader in READERS.items():
        try:
            if name in given:
                read[name] = reader(given[name])
            elif name in REQUIRED:
                wrong.append(_sentence(name, "не задано. Список настроек — в README"))
        except ValueError as error:
            wrong.append(_sentence(name, str(error)))
    unknown = "такой настройки нет. Список настроек — в README"
    wrong += [_sentence(name, unknown) for name in given if name not in READERS]
    if wrong:
        raise WrongSettings("\n".join(wrong))
    return Settings(**read)


def _sentence(name: str, what: str) -> str:
    return f"{PREFIX}{name.upper()}: {what}."


def read_database_url(environment: Mapping[str, str] | None = None) -> str:
    """Where the database is: all that verifying the ledger needs."""
    source = os.environ if environment is None else environment
    return source.get(f"{PREFIX}DATABASE_URL") or Settings.database_url.value


def fiscal_choices() -> dict[str, str]:
    """The variables about receipts that are set here: the demo's service is given them as well."""
    names = [f"{PREFIX}{it}" for it in ("RECEIPTS", "VAT_CODE", "TAX_SYSTEM")]
    return {name: os.environ[name] for name in names if name in os.environ}


def read_zone(environment: Mapping[str, str] | None = None) -> ZoneInfo:
    """The shop's zone by its own setting alone, as `read_database_url`; raises WrongSettings."""
    source = os.environ if environment is None else environment
    name = source.get(f"{PREFIX}TIME_ZONE") or Settings.time_zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongSettings(f"{PREFIX}TIME_ZONE: нужно имя часового пояса.") from None
