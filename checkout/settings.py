"""The settings, read once from CHECKOUT_… variables into one frozen value.

None of them changes what the parties owe: that is read from the offer or from law.
"""

import os
from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    SecretStr,
    ValidationError,
    field_validator,
)

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


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(
        ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip()
    )


def _addresses(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _vat_codes(value: object) -> object:
    if not isinstance(value, str):
        return value
    known = dated(value, CALCULATED)
    if known.on(date.min) is None:
        raise ValueError("нужен код ставки НДС, 1 — без НДС")
    return known


def _tax_systems(value: object) -> object:
    return dated(value, TAX_SYSTEMS) if isinstance(value, str) else value


Networks = Annotated[tuple[Network, ...], BeforeValidator(_networks)]
Addresses = Annotated[tuple[str, ...], BeforeValidator(_addresses)]


class Settings(BaseModel):
    """What the service is told about where it runs. Secrets do not show in its repr."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    database_url: SecretStr = SecretStr("sqlite:///checkout.db")
    release: Path
    public_url: str
    yookassa_shop_id: str
    yookassa_secret_key: SecretStr
    yookassa_api_url: str = "https://api.yookassa.ru/v3"
    smtp_url: SecretStr
    mail_from: str
    secret_key: SecretStr = SecretStr("")
    time_zone: str = "Europe/Moscow"
    receipts: Scheme = Scheme.OFF
    vat_code: Annotated[Dated, BeforeValidator(_vat_codes)] = dated("1", CALCULATED)
    tax_system: Annotated[Dated, BeforeValidator(_tax_systems)] = dated("", TAX_SYSTEMS)
    trusted_proxies: Networks = ()
    listen: str = "127.0.0.1:8000"
    notification_sources: Networks = _networks(YOOKASSA_SENDERS)  # type: ignore[assignment]
    metrics_token: SecretStr | None = None
    keep_addresses_days: int = 365
    desk_emails: Addresses = ()
    time_stamp_urls: Addresses = ()

    @field_validator("public_url", "yookassa_api_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not value.startswith(("https://", "http://")):
            raise ValueError("нужен адрес, который начинается с https:// или http://")
        return value.rstrip("/")

    @field_validator("keep_addresses_days")
    @classmethod
    def _at_most_a_year(cls, value: int) -> int:
        if not 1 <= value <= LONGEST_KEEPING_DAYS:
            raise ValueError(f"нужно число дней от 1 до {LONGEST_KEEPING_DAYS}: в политике — год")
        return value

    @field_validator("time_stamp_urls")
    @classmethod
    def _authorities(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(url.startswith(("https://", "http://")) and len(url) <= 255 for url in value):
            raise ValueError("нужны адреса через запятую; каждый начинается с https:// или http://")
        return value

    @field_validator("time_zone")
    @classmethod
    def _a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("нужно имя часового пояса, например Europe/Moscow") from None
        return value

    @field_validator("listen")
    @classmethod
    def _a_socket(cls, value: str) -> str:
        if not value.rpartition(":")[2].isdigit():
            raise ValueError("нужны адрес и порт, например 127.0.0.1:8000")
        return value

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
        return self.yookassa_secret_key.get_secret_value().startswith("test_")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the process's environment; raises WrongSettings."""
    source = os.environ if environment is None else environment
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in source.items()
        if name.startswith(PREFIX)
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise WrongSettings("\n".join(_sentences(error))) from None


def read_database_url(environment: Mapping[str, str] | None = None) -> str:
    """Where the database is: all that verifying the ledger needs."""
    source = os.environ if environment is None else environment
    default = Settings.model_fields["database_url"].default
    return source.get(f"{PREFIX}DATABASE_URL") or str(default.get_secret_value())


def fiscal_choices() -> dict[str, str]:
    """The variables about receipts that are set here: the demo's service is given them as well."""
    names = [f"{PREFIX}{it}" for it in ("RECEIPTS", "VAT_CODE", "TAX_SYSTEM")]
    return {name: os.environ[name] for name in names if name in os.environ}


def read_zone(environment: Mapping[str, str] | None = None) -> ZoneInfo:
    """The shop's zone by its own setting alone, as `read_database_url`; raises WrongSettings."""
    source = os.environ if environment is None else environment
    name = source.get(f"{PREFIX}TIME_ZONE") or str(Settings.model_fields["time_zone"].default)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongSettings(f"{PREFIX}TIME_ZONE: нужно имя часового пояса.") from None


def _sentences(error: ValidationError) -> list[str]:
    return [_sentence(str(part["loc"][0]), part["type"], part["msg"]) for part in error.errors()]


def _sentence(field: str, kind: str, message: str) -> str:
    name = PREFIX + field.upper()
    if kind == "missing":
        return f"{name}: не задано. Список настроек — в README."
    if kind == "extra_forbidden":
        return f"{name}: такой настройки нет. Список настроек — в README."
    if field == "receipts":
        return f"{name}: возможны off, one, two и npd. Что они значат — в README."
    return f"{name}: {message.removeprefix('Value error, ')}."
