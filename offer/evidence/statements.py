"""What the papers say of themselves: what each date rests on, and what is not there.

A paper that leaves something out says so: silence could be taken for proof (issue 4).
"""

from collections.abc import Container, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from offer import wording
from offer.evidence import dossier as the
from offer.evidence.chain import Entry
from offer.evidence.dossier import Dossier, fact, fact_name

Statement = tuple[str, str]  # what it is about, and the sentence


def resting(dossier: Dossier, zone: ZoneInfo) -> list[Statement]:
    """What each date rests on: whose clock, and who else can confirm it."""
    facts = dossier.settlement
    rest = [
        (
            "Дата оплаты",
            f"{wording.two_clocks(facts.paid_at, zone)}: по\u00a0часам ЮKassa, из\u00a0её ответа "
            "о\u00a0платеже. ЮKassa подтвердит её по\u00a0номеру платежа.",
        ),
        ("Дата текста оферты", _published(facts.edition.published_at, "offer", zone)),
    ]
    if facts.consent is not None:
        rest.append(
            ("Дата текста согласия", _published(facts.consent.published_at, "consent", zone))
        )
    if dossier.consent_row is not None:
        given = dossier.consent_row
        rest.append(
            (
                "Согласие дано",
                f"{wording.two_clocks(given.at, zone)}, запись №\u00a0{given.number}: "
                "по\u00a0часам исполнителя.",
            )
        )
    ordered, paid = dossier.order.at, dossier.payment.at
    rest.append(
        (
            "Записи журнала",
            f"заказ — {wording.two_clocks(ordered, zone)}; оплата — "
            f"{wording.two_clocks(paid, zone)}: по\u00a0часам исполнителя. Постороннему их "
            "датируют письма и\u00a0опубликованные головы журнала.",
        )
    )
    return rest


def _published(at: datetime, document: str, zone: ZoneInfo) -> str:
    said = f"{wording.two_clocks(at, zone)}: метка git, по\u00a0часам исполнителя. Постороннему "
    if document == "offer":
        return said + (
            "текст датируют метаданные платежа в\u00a0ЮKassa (offer_sha256 в\u00a0payment.json), "
            "письма с\u00a0этим хешем и\u00a0опубликованные головы журнала."
        )
    return said + (
        "текст датируют метаданные платежа в\u00a0ЮKassa (consent_sha256 в\u00a0payment.json) "
        "и\u00a0опубликованные головы журнала."
    )


def missing(dossier: Dossier) -> list[Statement]:
    """What neither the certificate nor its attachments hold, each in a sentence."""
    return [
        *_never_given(dossier),
        *_not_kept(dossier),
        (
            "Чек",
            "здесь его нет: кассовые чеки выдаёт не\u00a0эта программа.",
        ),
        (
            "Штамп времени",
            "посторонней службы (RFC\u00a03161) в\u00a0этом документе нет.",
        ),
        (
            "Голова журнала",
            "к\u00a0моменту составления ещё не\u00a0опубликована. Исполнитель публикует её раз "
            f"в\u00a0сутки: {dossier.settlement.edition.site}/ledger/heads.json",
        ),
    ]


def _never_given(dossier: Dossier) -> list[Statement]:
    if dossier.settlement.consent is not None:
        return []
    if dossier.settlement.for_package is not None:
        sentence = (
            "с\u00a0дополнительными часами его не\u00a0спрашивают; дано\u00a0ли оно "
            "с\u00a0пакетом, сказано в\u00a0бумагах пакета."
        )
        return [("Согласие", sentence)]
    sentence = (
        "на\u00a0обработку данных заказчик не\u00a0давал: они обрабатываются, чтобы исполнить "
        "договор (152-ФЗ, ст.\u00a06 ч.\u00a01 п.\u00a05)."
    )
    return [("Согласие", sentence)]


def _not_kept(dossier: Dossier) -> list[Statement]:
    lost = []
    shown = fact(dossier.acceptance).get("shown")
    if not isinstance(shown, dict) or not shown.get("page_sha256"):
        lost.append(
            (
                "Хеш страницы заказа",
                "не\u00a0сохранён: записаны только слова, которые на\u00a0ней стояли "
                "(shown в\u00a0acceptance.json).",
            )
        )
    if dossier.answer is None:
        lost.append(
            (
                "Ответ ЮKassa",
                "не\u00a0приложен: в\u00a0журнале хеш полного ответа, с\u00a0данными карты.",
            )
        )
    return lost


def _why_erased(later: Sequence[Entry], zone: ZoneInfo) -> str:
    acts = [it for it in later if it.kind == "erasure"]
    if not acts:
        return "срок их хранения вышел"
    day = wording.day(acts[0].at.astimezone(zone).date())
    return f"{day}, акт №\u00a0{acts[0].number}, {fact_name(acts[0])}"


def missing_in_archive(
    dossier: Dossier, files: Container[str], later: Sequence[Entry], zone: ZoneInfo
) -> list[Statement]:
    """What the evidence archive lacks; `later` are the order's own rows after the payment."""
    site = dossier.settlement.edition.site
    lost = [*_never_given(dossier), *_not_kept(dossier)]
    if the.PAGE not in files:
        lost.append(
            (
                "Страница с\u00a0формой заказа",
                "сама не\u00a0сохранена (order-page.html): есть слова с\u00a0неё (shown) "
                "и\u00a0её хеш (page_sha256), если он был.",
            )
        )
    left = ", отказа от\u00a0пакета" if any(it.kind == "refusal" for it in later) else ""
    if the.ORIGIN not in files:
        lost.append(("Адрес и\u00a0браузер", f"стёрты: {_why_erased(later, zone)} (origin.txt)."))
    lost.append(
        (
            "Личные данные других записей",
            "согласия и\u00a0его отзыва, подтверждения почты, прежних попыток, адресатов писем"
            f"{left}: "
            "их хеши с\u00a0солью стоят в\u00a0фактах, сами данные не\u00a0приложены.",
        )
    )
    lost.append(("Письма исполнителю", "о\u00a0заказе пишут и\u00a0ему; их здесь нет."))
    if "letters/001.eml" not in files:
        lost.append(("Письма", "ещё не\u00a0отправлены или не\u00a0сохранены."))
    lost.append(("Чеки", "здесь их нет: кассовые чеки выдаёт не\u00a0эта программа."))
    if the.STAMP not in files:
        lost.append(
            ("Штамп времени", "посторонней службы (RFC\u00a03161) на\u00a0голове журнала нет.")
        )
    if the.HEADS not in files:
        lost.append(
            (
                "Голова журнала",
                "после последней записи заказа ещё не\u00a0опубликована. Исполнитель публикует её "
                f"раз в\u00a0сутки: {site}/ledger/heads.json. Скачайте архив завтра ещё раз.",
            )
        )
    return lost
