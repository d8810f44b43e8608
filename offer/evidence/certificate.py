"""The certificate of acceptance: one page that says who accepted what, when, and until when.

It is made once, at settlement, from facts alone: the same facts give the same bytes.
"""

import io
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import segno

from offer import wording
from offer.evidence.settlement import EditionRef, Party, Settlement
from offer.manifest import badge
from offer.paper import typeset
from offer.typography import no_break

TEMPLATE = Path(__file__).with_name("certificate.typ")
TITLE = "Свидетельство об\u00a0акцепте оферты"

Row = dict[str, object]


def certificate(settlement: Settlement, *, zone: ZoneInfo) -> bytes:
    """A PDF/A of exactly one A4 page; its date is the moment of payment."""
    edition = settlement.edition
    return typeset(
        _template(),
        {
            "title": TITLE,
            "test": settlement.test,
            "order": f"Заказ {settlement.order_number}",
            "badge": badge(edition.number, edition.published_at, edition.sha256, zone),
            "sentence": _sentence(settlement, zone),
            "until": f"до\u00a0{wording.day(settlement.last_day)} включительно",
            "provisional": settlement.provisional,
            "reason": no_break(settlement.reason),
            "groups": [
                {"name": "Стороны", "rows": _parties(settlement)},
                {"name": "Покупка", "rows": _purchase(settlement, zone)},
                {"name": "Чем подтверждается", "rows": _evidence(settlement, zone)},
            ],
            "command": f"curl -s {edition.url}{edition.document}.md | sha256sum",
            "address": edition.url,
            "qr": _qr(edition.url),
            "footer": f"{TITLE}. Составлено автоматически, когда ЮKassa подтвердила оплату.",
        },
        title=f"{TITLE}, заказ {settlement.order_number}".replace("\u00a0", " "),
        author=settlement.terms.requisites.name,
        stamp=settlement.paid_at,
        standards=("a-3a", "ua-1"),
    )


@lru_cache(maxsize=1)
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _sentence(settlement: Settlement, zone: ZoneInfo) -> str:
    return (
        f"Заказчик оплатил пакет {wording.moment(settlement.paid_at, zone)} и\u00a0этим принял "
        f"публичную оферту исполнителя в\u00a0редакции\u00a0{settlement.edition.number} целиком "
        "(ГК\u00a0РФ, ст.\u00a0438 п.\u00a03). Договор заключён на\u00a0её условиях."
    )


def _row(label: str, value: str, note: str = "", *, code: str = "") -> Row:
    return {"label": label, "value": value, "note": note, "code": code}


def _parties(settlement: Settlement) -> list[Row]:
    seller = settlement.terms.requisites
    known = (
        ("ИНН", seller.inn),
        ("ОГРНИП", seller.ogrnip),
        ("", seller.address),
        ("тел.", seller.phone),
        ("", seller.email),
    )
    return [
        _row("Исполнитель", seller.name, _joined(known)),
        _row("Заказчик", _customer(settlement.party), _customer_note(settlement.party)),
    ]


def _customer(party: Party) -> str:
    prefix = "Индивидуальный предприниматель "
    if party.kind == "sole_trader" and not party.name.lower().startswith(("ип ", prefix.lower())):
        return prefix + party.name
    return party.customer


def _customer_note(party: Party) -> str:
    note = _joined(
        (("ИНН", party.inn), ("КПП", party.kpp), ("", party.email), ("тел.", party.phone))
    )
    return f"{note}\nЗаказ оформил представитель: {party.name}" if party.kind == "company" else note


def _joined(parts: tuple[tuple[str, str | None], ...]) -> str:
    return " · ".join(f"{label}\u00a0{value}".strip("\u00a0") for label, value in parts if value)


def _purchase(settlement: Settlement, zone: ZoneInfo) -> list[Row]:
    paid = wording.moment(settlement.paid_at, zone, seconds=True)
    hours, price = wording.hours(settlement.hours), wording.money(settlement.price_kopecks)
    return [
        _row(
            "Пакет",
            f"{hours} поддержки — {price}",
            f"дополнительный час — {wording.money(settlement.extra_hour_kopecks)}",
        ),
        _row("Оплачено", paid, wording.moment(settlement.paid_at, ZoneInfo("UTC"), seconds=True)),
        _row("Платёж в ЮKassa", "", code=settlement.payment_id),
    ]


def _evidence(settlement: Settlement, zone: ZoneInfo) -> list[Row]:
    rows = [_row("Оферта", _named(settlement.edition, zone), code=settlement.edition.sha256)]
    if settlement.consent is not None:
        consent = settlement.consent
        rows.append(
            _row("Согласие на\u00a0обработку данных", _named(consent, zone), code=consent.sha256)
        )
    acceptance, head = settlement.acceptance, settlement.head
    return [
        *rows,
        _row("Акцепт в\u00a0журнале", f"запись №\u00a0{acceptance.number}", code=acceptance.hash),
        _row(
            "Журнал на\u00a0этот момент",
            f"последняя запись №\u00a0{head.number}",
            "каждая запись журнала содержит хеш предыдущей",
            code=head.hash,
        ),
    ]


def _named(edition: EditionRef, zone: ZoneInfo) -> str:
    published = edition.published_at.astimezone(zone).date()
    return f"редакция\u00a0{edition.number} от\u00a0{wording.day(published)}, SHA-256:"


def _qr(address: str) -> str:
    drawing = io.BytesIO()
    segno.make(address.encode(), error="m", micro=False).save(
        drawing, kind="svg", border=0, xmldecl=False, dark="#1c2024"
    )
    return drawing.getvalue().decode()
