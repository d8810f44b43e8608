"""What is checked of a certificate beyond the files in it: its own hash, and its visible words."""

import re
from collections.abc import Iterator
from datetime import date

from offer import wording
from offer.evidence.bundle import Bundle
from offer.evidence.chain import digest
from offer.evidence.strict_json import at, number_at, same, text_at
from offer.evidence.verdict import Check, fails, holds, judged
from offer.paper import drawn

SPACE = re.compile(r"\s+")
UNTIL = re.compile(r"до(\d\d\.\d\d\.\d{4})включительно")  # it stands on the page more than once
DOCUMENT = "документ"
SAMPLE, TEST = "ОБРАЗЕЦ.", "Тестовый режим: деньги не списаны."


def own_hash(right: bool | None) -> Check:
    """Whether the certificate is the one whose hash stands in its keywords."""
    if right is None:
        return fails(
            DOCUMENT, "в нём нет его собственного хеша: это не свидетельство этой программы"
        )
    return judged(
        DOCUMENT,
        right,
        "хеш в ключевых словах сходится: ни один байт не изменён",
        "хеш в ключевых словах не сходится: файл изменён после того, как его составили",
    )


def visible(bundle: Bundle, text: str) -> Iterator[Check]:
    """What the pages say is what the facts say."""
    page = _closed_up(text)
    lost = [what for what, said in decisive(bundle) if not _stands(said, page)]
    lost += [banner for banner, due in _banners(bundle) if due is not _stands(banner, page)]
    last_day = _day(_period(bundle))
    if any(day != last_day for day in UNTIL.findall(page)):
        lost.append("день окончания")
    for what in lost:
        yield fails(DOCUMENT, f"на странице не то, что в фактах: {what}")
    unlisted = [name for name, data in bundle.files.items() if digest(data) not in page]
    if len(unlisted) == len(bundle.files) or _all_shown(bundle):
        for name in unlisted:
            yield fails(name, "хеш не тот, что напечатан на странице документа")
    if not lost:
        yield holds(DOCUMENT, "на его страницах то же, что в приложенных фактах")


def _banners(bundle: Bundle) -> Iterator[tuple[str, bool]]:
    """What a paper that proves nothing says loudly; a sample says that alone."""
    sample = same(at(bundle.summary, "sample"), True)
    test = bundle.payment is not None and same(at(bundle.payment.value, "test"), True)
    yield SAMPLE, sample
    yield TEST, test and not sample


def _all_shown(bundle: Bundle) -> bool:
    """A paper shows sixteen files and counts the rest."""
    return len(bundle.files) <= 16


def _stands(said: str, page: str) -> bool:
    wanted = _closed_up(drawn(said))
    return bool(wanted) and wanted in page


def _closed_up(text: str) -> str:
    """Without any space: a long line is broken wherever it does not fit."""
    return SPACE.sub("", text.replace("\u200b", ""))


def decisive(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """What each decisive value is called, and how the page must say it."""
    order, accepted, paid = bundle.order, bundle.acceptance, bundle.payment
    if order is None or accepted is None or paid is None:
        return
    fact = accepted.value
    hours, kopecks = number_at(order.value, "hours"), number_at(fact, "amount_kopecks")
    number, sha256 = number_at(fact, "edition", "number"), text_at(fact, "edition", "sha256")
    yield "номер заказа", f"Заказ {text_at(fact, 'order')} "
    yield (
        "часы и сумма",
        f"Пакет {wording.hours(hours)} поддержки — {wording.money(kopecks)} дополнительный",
    )
    yield "хеш оферты", f"SHA-256: {sha256}"
    yield "номер редакции", f"Оферта редакция {number} от"
    yield "платёж", text_at(fact, "payment_id")
    yield "день окончания", f"до {_day(_period(bundle))} включительно"
    yield "заказчик", _customer(bundle)
    for what, row in (("Акцепт в журнале запись №", accepted), ("последняя запись №", paid)):
        link = bundle.by_number.get(row.number)
        yield "запись журнала", f"{what} {row.number} {link.hash if link else '?'}"
    if bundle.consent is not None:
        yield "хеш согласия", text_at(fact, "consent_sha256")


def _customer(bundle: Bundle) -> str:
    party = "organisation" if text_at(bundle.summary, "party", "kind") == "company" else "name"
    return text_at(bundle.summary, "party", party)


def _period(bundle: Bundle) -> str:
    return text_at(bundle.acceptance.value, "period", "last_day") if bundle.acceptance else ""


def _day(written: str) -> str:
    try:
        return wording.day(date.fromisoformat(written))
    except ValueError:
        return "?"
