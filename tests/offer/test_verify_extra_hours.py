"""The papers of extra hours are checked by the text alone: its rate, and the package's term."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from offer.evidence.bundle import Bundle
from offer.evidence.certificate import certificate
from offer.evidence.chain import digest
from offer.evidence.dossier import Dossier, fact_name
from offer.evidence.examining import examine_pdf
from offer.evidence.lasting import package_named
from offer.evidence.settlement import ForPackage, LedgerRef
from offer.evidence.takeout import attachments
from offer.wording import day, money
from tests.dossiers import OF_PACKAGE, PACKAGE, SHOWN, dossier
from tests.mail.facts import MOSCOW, settlement
from tests.offer.evidence_files import PAGE, edited, failed, wrong_in_both

TOLD = settlement()


def extra(**changes: Any) -> Dossier:
    """Two hours more for the package of `tests.mail.facts`, bought three days after it."""
    price = changes.get("price_kopecks", 6_000_00)
    told = {
        "order_number": "26-0007",
        "hours": 2,
        "price_kopecks": price,
        "paid_at": TOLD.paid_at + timedelta(days=3),
        "starts_at": TOLD.paid_at + timedelta(days=3),
        "expires_at": TOLD.expires_at,
        "last_day": TOLD.last_day,
        "reason": "Дополнительные часы заканчиваются вместе с пакетом.",
        "consent": None,
        "for_package": OF_PACKAGE,
    }
    return dossier(
        shown={**SHOWN, "price": money(price), "page_sha256": digest(PAGE)}, **(told | changes)
    )


def test_the_certificate_of_extra_hours_is_sound_and_says_their_rate() -> None:
    data = certificate(extra(), zone=MOSCOW)
    said = " ".join(str(it) for it in examine_pdf(data).checks).replace("\u00a0", " ")

    assert wrong_in_both(extra()) == ("", "")
    assert "дополнительный час к пакету 5 часов стоит 3 000 ₽, 2 часа — 6 000 ₽" in said


def test_the_certificate_of_extra_hours_speaks_of_hours_not_of_another_package() -> None:
    page = PdfReader(BytesIO(certificate(extra(), zone=MOSCOW))).pages[0].extract_text()
    said = " ".join(page.split())

    assert f"Часы действуют до {day(TOLD.last_day)} включительно" in said
    assert "Часы добавлены к пакету на её условиях" in said
    assert "Пакет действует" not in said
    assert "Договор заключён" not in said


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"price_kopecks": 5_000_00}, "дополнительные часы столько не стоят"),
        ({"for_package": replace(OF_PACKAGE, hours=10)}, "дополнительные часы столько не стоят"),
        ({"last_day": TOLD.last_day.replace(year=2099)}, "а в акцепте другой день"),
        ({"expires_at": TOLD.paid_at + timedelta(days=3)}, "когда пакет уже закончился"),
        (
            {"for_package": replace(OF_PACKAGE, paid_at=TOLD.paid_at + timedelta(days=9))},
            "не в этом порядке по времени",
        ),
        # paid when the package's acceptance was in the ledger for days, though before the order
        (
            {"for_package": replace(OF_PACKAGE, paid_at=TOLD.paid_at + timedelta(days=2))},
            "не в этом порядке по времени",
        ),
    ],
)
def test_what_the_text_denies_of_extra_hours_is_found(changes: dict[str, Any], found: str) -> None:
    for said in wrong_in_both(extra(**changes)):
        assert found in said


@pytest.mark.parametrize(
    ("package", "found"),
    [
        (replace(OF_PACKAGE, acceptance=LedgerRef(6, "00" * 32)), "хешем в links.jsonl нет"),
        (replace(OF_PACKAGE, acceptance=LedgerRef(999, PACKAGE[-2].hash)), "в links.jsonl нет"),
        (replace(OF_PACKAGE, acceptance=PACKAGE[-1].ref), "она другого рода: payment"),
        (replace(OF_PACKAGE, order_number="26-0007"), "она этого же заказа"),
    ],
)
def test_a_package_that_is_not_in_the_ledger_before_the_order_is_found(
    package: ForPackage, found: str
) -> None:
    for said in wrong_in_both(extra(for_package=package)):
        assert found in said.replace("\u00a0", " ")


def test_an_acceptance_after_the_order_is_not_its_packages() -> None:
    """The order names a row by its hash: only one that tells no hash of itself can be later."""
    own = extra()
    files = attachments(own, MOSCOW)
    named = Bundle(
        edited(
            files, fact_name(own.order), "for_package", "acceptance", value=vars(own.acceptance.ref)
        )
    )

    assert "она не раньше заказа" in failed(package_named(named))[fact_name(own.order)].replace(
        "\u00a0", " "
    )


def test_what_is_sold_as_a_package_names_none() -> None:
    own = extra()
    files, name = attachments(own, MOSCOW), fact_name(own.order)
    named = Bundle(edited(files, name, "what", value="package"))

    assert "и только они" in failed(package_named(named))[name]
    assert failed(package_named(Bundle(files))) == {}


@pytest.mark.parametrize("sold", [dossier, extra])
@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"expires_at": TOLD.expires_at + timedelta(days=365)}, "не в 24:00 последнего дня"),
        ({"expires_at": TOLD.expires_at - timedelta(hours=3)}, "не в 24:00 последнего дня"),
        ({"starts_at": TOLD.paid_at - timedelta(days=300)}, "начинается не с оплаты"),
        ({"starts_at": TOLD.paid_at + timedelta(milliseconds=1)}, "начинается не с оплаты"),
    ],
)
def test_a_term_that_is_not_from_the_payment_to_the_end_of_its_last_day_is_found(
    sold: Callable[..., Dossier], changes: dict[str, Any], found: str
) -> None:
    for said in wrong_in_both(sold(**changes)):
        assert found in said.replace("\u00a0", " ")


def test_extra_hours_paid_after_their_package_has_ended_are_found_whatever_end_they_claim() -> None:
    late = TOLD.expires_at + timedelta(days=5)
    claimed = extra(paid_at=late, starts_at=late, expires_at=late + timedelta(days=30))

    for said in wrong_in_both(claimed):
        assert "не в 24:00 последнего дня" in said.replace("\u00a0", " ")
