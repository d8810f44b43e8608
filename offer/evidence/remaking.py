"""A certificate and an archive made again from the files in them: the proof that nothing is added.

The same facts give the same bytes. So whatever a forger changes — a word on a page, a drawing over
it, a second file under a known name, a script — is a difference, without our having thought of it.
"""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from offer.evidence import dossier as the
from offer.evidence.bundle import Bundle, Fact
from offer.evidence.certificate import certificate
from offer.evidence.chain import Entry
from offer.evidence.dossier import Dossier
from offer.evidence.settlement import EditionRef, ForPackage, LedgerRef, Party, Settlement
from offer.evidence.strict_json import at, same, text_at
from offer.evidence.takeout import Later, takeout
from offer.values import Terms

LONGEST_TEXT = 1_500  # characters of one value; the longest names are 250
LARGEST_SUMMARY = 64 * 1024  # bytes of acceptance.json; the longest names make it a tenth


class NotRemadeError(Exception):
    """It cannot be made again; the text is the rest of a Russian sentence that says why."""


def certificate_again(bundle: Bundle) -> bytes:
    """The certificate that the files attached to one are the evidence of. Raises NotRemadeError."""
    try:
        return certificate(_dossier(bundle, bundle.facts), zone=_zone(bundle))
    except (NotRemadeError, MemoryError):
        raise
    except Exception:  # a stranger's facts may say anything, and each place expects its own
        raise NotRemadeError("в файлах не то, из чего его составляют") from None


def archive_again(bundle: Bundle, letters: list[str]) -> dict[str, bytes]:
    """The files of the archive that these are; `letters` are names. Raises NotRemadeError."""
    try:
        return _archive_again(bundle, letters)
    except (NotRemadeError, MemoryError):
        raise
    except Exception:  # as above
        raise NotRemadeError("в файлах не то, из чего его составляют") from None


def _archive_again(bundle: Bundle, letters: list[str]) -> dict[str, bytes]:
    zone, files, paid = _zone(bundle), bundle.files, bundle.payment
    before = tuple(it for it in bundle.facts if paid is None or it.number <= paid.number)
    case = _dossier(bundle, before)
    later = Later(
        certificate=files[the.CERTIFICATE],
        rows=tuple(_entry(bundle, it) for it in bundle.facts[len(before) :]),
        links=_links(bundle),
        letters=tuple(files[name] for name in letters),
        origin=files[the.ORIGIN].decode() if the.ORIGIN in files else None,
        page=files.get(the.PAGE),
        head=json.loads(files[the.HEADS])["heads"][-1] if the.HEADS in files else None,
        stamp=files.get(the.STAMP),
    )
    return takeout(case, later, zone)


def _zone(bundle: Bundle) -> ZoneInfo:
    form = at(bundle.summary, "form")
    if not same(form, the.FORM):
        raise NotRemadeError("его составила другая версия программы: проверьте ею")
    try:
        return ZoneInfo(text_at(bundle.summary, "zone"))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise NotRemadeError("часовой пояс (zone) неизвестен") from None


def _dossier(bundle: Bundle, rows: tuple[Fact, ...]) -> Dossier:
    files, said = bundle.files, _summary(bundle)
    details, answer = files[the.DETAILS].decode(), files.get(the.PAYMENT)
    salt, brace, rest = details.partition("{")
    return Dossier(
        settlement=_settlement(said, _terms(bundle)),
        rows=tuple(_entry(bundle, it) for it in rows),
        links=_links(bundle),
        offer=files[the.OFFER],
        consent=files.get(the.CONSENT),
        salt=salt,
        details=brace + rest,
        answer=answer.decode() if answer is not None else None,
    )


def _summary(bundle: Bundle) -> dict[str, Any]:
    said = bundle.summary
    if not isinstance(said, dict):
        raise NotRemadeError("acceptance.json не читается")
    if len(bundle.files[the.ACCEPTANCE]) > LARGEST_SUMMARY:
        raise NotRemadeError("acceptance.json длиннее, чем бывает")
    _refuse_long(said)
    return said


def _terms(bundle: Bundle) -> Terms:
    if bundle.terms is None:
        raise NotRemadeError("условия в offer.md не прочитаны")
    _refuse_long(vars(bundle.terms.requisites))
    return bundle.terms


def _refuse_long(value: object) -> None:
    """Typst sets a text however long it is, and nothing can interrupt it."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        _refuse_long(part)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise NotRemadeError("в нём текст длиннее, чем бывает")


def _settlement(said: dict[str, Any], terms: Terms) -> Settlement:
    extra, period, paid = _for_package(said), said["period"], said["ledger"]["payment"]
    package = terms.package(extra.hours if extra else said["hours"])
    if package is None:
        raise NotRemadeError("такого пакета в offer.md нет")
    return Settlement(
        order_number=said["order"],
        order_url="",  # no paper names it
        hours=said["hours"],
        price_kopecks=said["price_kopecks"],
        extra_hour_kopecks=package.extra_hour_kopecks,
        edition=_edition(said["edition"]),
        consent=_edition(said["consent"]) if said["consent"] else None,
        party=Party(**said["party"]),
        terms=terms,
        payment_id=said["payment_id"],
        paid_at=datetime.fromisoformat(said["accepted_at"]),
        test=said["test"],
        starts_at=datetime.fromisoformat(period["starts_at"]),
        expires_at=datetime.fromisoformat(period["expires_at"]),
        last_day=date.fromisoformat(period["last_day"]),
        reason=period["rule"],
        provisional=period["provisional"],
        acceptance=LedgerRef(**said["ledger"]["acceptance"]),
        head=LedgerRef(**paid),
        sample=said["sample"],
        for_package=extra,
    )


def _for_package(said: dict[str, Any]) -> ForPackage | None:
    if said["what"] != "extra":
        return None
    named = said["for_package"]
    return ForPackage(
        order_number=named["order"],
        hours=named["hours"],
        paid_at=datetime.fromisoformat(named["paid_at"]),
        acceptance=LedgerRef(**named["acceptance"]),
    )


def _edition(said: dict[str, Any]) -> EditionRef:
    published = datetime.fromisoformat(said["published_at"])
    return EditionRef(said["document"], said["number"], said["sha256"], published, said["url"])


def _entry(bundle: Bundle, fact: Fact) -> Entry:
    link = bundle.by_number[fact.number]
    return Entry(
        number=link.number,
        at=datetime.fromisoformat(link.at),
        kind=link.kind,
        fact=fact.data.decode(),
        fact_sha256=link.fact_sha256,
        previous=link.previous,
        hash=link.hash,
    )


def _links(bundle: Bundle) -> tuple[str, ...]:
    return tuple(bundle.files[the.LINKS].decode().removesuffix("\n").split("\n"))
