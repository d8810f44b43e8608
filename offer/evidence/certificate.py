"""The certificate of acceptance: who accepted what, when, until when, and how to check it.

The first page is the facts, the second what stands behind them; the files themselves are inside.
It is made once, at settlement, from facts alone: the same facts give the same bytes.
"""

import io
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from offer import wording
from offer.evidence.attached import attached, described
from offer.evidence.chain import digest
from offer.evidence.dossier import Dossier
from offer.evidence.settlement import EditionRef, Party, Settlement
from offer.evidence.statements import missing, resting
from offer.evidence.takeout import attachments
from offer.manifest import badge
from offer.paper import typeset
from offer.typography import no_break

TEMPLATE = Path(__file__).with_name("certificate.typ")
TITLE = "Свидетельство об\u00a0акцепте оферты"
MOST_FILES_SHOWN = 16
CHECKS = (
    ("Всё сразу, без сети, программой исполнителя", "offer verify certificate.pdf"),
    ("Какие файлы внутри", "qpdf --list-attachments certificate.pdf"),
    (
        "Достать файл и\u00a0пересчитать его хеш",
        "qpdf --show-attachment=offer.md certificate.pdf | sha256sum",
    ),
)

Row = dict[str, object]


def certificate(dossier: Dossier, *, zone: ZoneInfo) -> bytes:
    """A PDF/A of two A4 pages with all files of evidence in it; its date is that of payment."""
    settlement, files = dossier.settlement, attachments(dossier, zone)
    return typeset(
        _template(),
        {**_facts(settlement, zone), **_proofs(dossier, files, zone)},
        title=f"{TITLE}, заказ {settlement.order_number}".replace("\u00a0", " "),
        author=settlement.terms.requisites.name,
        stamp=settlement.paid_at,
        standards=("a-3a", "ua-1"),
        attached=tuple(attached(files)),
        knows_its_hash=True,
    )


def _facts(settlement: Settlement, zone: ZoneInfo) -> Row:
    """The first page."""
    edition = settlement.edition
    named = badge(edition.number, edition.published_at, edition.sha256, zone)
    return {
        "title": TITLE,
        "banner": _banner(settlement),
        "order": f"Заказ {settlement.order_number}",
        "badge": named,
        "sentence": _sentence(settlement, zone),
        "runs": "Часы действуют" if settlement.for_package else "Пакет действует",
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
        "footer": f"Заказ {settlement.order_number} · редакция\u00a0{edition.number}, SHA-256:",
        "footer_hash": edition.sha256,
    }


def _banner(settlement: Settlement) -> dict[str, str] | None:
    if settlement.sample:
        return {
            "loud": "ОБРАЗЕЦ.",
            "rest": "Заказчик, заказ и\u00a0платёж вымышлены. Этот документ ничего "
            "не\u00a0подтверждает.",
        }
    if settlement.test:
        return {
            "loud": "Тестовый режим: деньги не\u00a0списаны.",
            "rest": "Этот документ ничего не\u00a0подтверждает.",
        }
    return None


def _proofs(dossier: Dossier, files: Mapping[str, bytes], zone: ZoneInfo) -> Row:
    """The second page."""
    said = [(name, described(name), digest(files[name])) for name in _shown(files)]
    return {
        "proofs": "Приложения и\u00a0проверка",
        "attached": "Эти файлы вложены в\u00a0PDF. Хеш каждого пересчитывает команда sha256sum; "
        "что с\u00a0чем должно совпасть, сказано в\u00a0README.txt. Там\u00a0же\u00a0— как "
        "посчитать хеш самого свидетельства, который стоит в\u00a0его ключевых словах: команда "
        "sha256sum даёт для этого файла другой, он есть в\u00a0архиве доказательств.",
        "files": [{"name": name, "what": what, "sha256": sha} for name, what, sha in said],
        "more": _more(len(files) - len(said)),
        "checks": [{"what": what, "command": command} for what, command in CHECKS],
        "resting": [_row(about, sentence) for about, sentence in resting(dossier, zone)],
        "missing": [_row(about, sentence) for about, sentence in missing(dossier)],
    }


def _shown(files: Mapping[str, bytes]) -> list[str]:
    """The names for the page: of very many rows the last, those of the acceptance and payment."""
    rows = [name for name in files if name.startswith("fact-")]
    room = MOST_FILES_SHOWN - (len(files) - len(rows))
    return [name for name in files if name not in rows[:-room]]


def _more(number: int) -> str:
    if not number:
        return ""
    files = wording.counted(number, "файл", "файла", "файлов")
    return f"И\u00a0ещё {files}: их имена и\u00a0хеши\u00a0— в\u00a0приложенном SHA256SUMS."


@lru_cache(maxsize=1)
def _template() -> str:
    return TEMPLATE.read_text(encoding="utf-8")


def _sentence(settlement: Settlement, zone: ZoneInfo) -> str:
    extra = settlement.for_package
    what, so = "пакет", "Договор заключён"
    if extra:
        what = f"дополнительные часы к\u00a0пакету (заказ {extra.order_number})"
        so = "Часы добавлены к\u00a0пакету"
    return (
        f"Заказчик оплатил {what} {_local_day(settlement.paid_at, zone)} и\u00a0этим принял "
        f"публичную оферту исполнителя в\u00a0редакции\u00a0{settlement.edition.number} целиком "
        f"(ГК\u00a0РФ, ст.\u00a0438 п.\u00a03). {so} на\u00a0её условиях."
    )


def _local_day(instant: datetime, zone: ZoneInfo) -> str:
    return wording.day(instant.astimezone(zone).date())


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
        _bought(settlement, f"{hours} поддержки — {price}"),
        _row("Оплачено", paid, wording.moment(settlement.paid_at, ZoneInfo("UTC"), seconds=True)),
        _row(
            "Срок часов" if settlement.for_package else "Срок пакета",
            f"с\u00a0{wording.two_clocks(settlement.starts_at, zone)}",
            f"до\u00a0{wording.two_clocks(settlement.expires_at, zone)}, не\u00a0включая",
        ),
        _row("Платёж в\u00a0ЮKassa", "", code=settlement.payment_id),
    ]


def _bought(settlement: Settlement, what: str) -> Row:
    rate, extra = wording.money(settlement.extra_hour_kopecks), settlement.for_package
    if extra is None:
        return _row("Пакет", what, f"дополнительный час — {rate}")
    return _row(
        "Дополнительные часы",
        what,
        f"по\u00a0{rate} за\u00a0час, к\u00a0пакету {wording.hours(extra.hours)}, "
        f"заказ {extra.order_number}",
    )


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
    published = _local_day(edition.published_at, zone)
    return f"редакция\u00a0{edition.number} от\u00a0{published}, SHA-256:"


def _qr(address: str) -> str:
    import segno  # here: a service that shows pages draws none

    drawing = io.BytesIO()
    segno.make(address.encode(), error="m", micro=False).save(
        drawing, kind="svg", border=0, xmldecl=False, dark="#1c2024"
    )
    return drawing.getvalue().decode()
