"""The papers of extra hours are checked by the text alone: its rate, and the package's term."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from offer.evidence.certificate import certificate
from offer.evidence.dossier import Dossier
from offer.evidence.examining import examine_pdf
from offer.evidence.settlement import ForPackage, LedgerRef
from offer.evidence.verdict import Mark
from offer.wording import money
from tests.dossiers import SHOWN, dossier
from tests.mail.facts import MOSCOW, settlement

PACKAGE = settlement()
OF_PACKAGE = ForPackage("26-0001", 5, PACKAGE.paid_at, LedgerRef(3, "ab" * 32))


def extra(**changes: Any) -> Dossier:
    """Two hours more for the package of `tests.mail.facts`, bought three days after it."""
    price = changes.get("price_kopecks", 6_000_00)
    told = {
        "order_number": "26-0007",
        "hours": 2,
        "price_kopecks": price,
        "paid_at": PACKAGE.paid_at + timedelta(days=3),
        "starts_at": PACKAGE.paid_at + timedelta(days=3),
        "expires_at": PACKAGE.expires_at,
        "last_day": PACKAGE.last_day,
        "reason": "Дополнительные часы заканчиваются вместе с пакетом.",
        "consent": None,
        "for_package": OF_PACKAGE,
    }
    return dossier(shown={**SHOWN, "price": money(price)}, **(told | changes))


def wrong(case: Dossier) -> str:
    checks = examine_pdf(certificate(case, zone=MOSCOW)).checks
    return "; ".join(str(it) for it in checks if it.mark is Mark.FAILS)


def test_the_certificate_of_extra_hours_is_sound_and_says_their_rate() -> None:
    data = certificate(extra(), zone=MOSCOW)
    said = " ".join(str(it) for it in examine_pdf(data).checks).replace("\u00a0", " ")

    assert wrong(extra()) == ""
    assert "дополнительный час к пакету 5 часов стоит 3 000 ₽, 2 часа — 6 000 ₽" in said


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"price_kopecks": 5_000_00}, "дополнительные часы столько не стоят"),
        ({"for_package": replace(OF_PACKAGE, hours=10)}, "дополнительные часы столько не стоят"),
        ({"last_day": PACKAGE.last_day.replace(year=2099)}, "а в акцепте другой день"),
        ({"expires_at": PACKAGE.paid_at + timedelta(days=3)}, "когда пакет уже закончился"),
        (
            {"for_package": replace(OF_PACKAGE, paid_at=PACKAGE.paid_at + timedelta(days=9))},
            "не в этом порядке по времени",
        ),
    ],
)
def test_what_the_text_denies_of_extra_hours_is_found(changes: dict[str, Any], found: str) -> None:
    assert found in wrong(extra(**changes))
