"""README.txt: how to check everything with `sha256sum` alone, for a person without our programs."""

from collections.abc import Container, Sequence
from zoneinfo import ZoneInfo

from offer import wording
from offer.evidence import dossier as the
from offer.evidence.chain import Entry
from offer.evidence.dossier import Dossier, fact, fact_name, gives
from offer.evidence.settlement import Settlement
from offer.evidence.statements import Statement, missing, missing_in_archive, resting

WHAT = {
    "certificate": "составлено свидетельство",
    "message": "письмо",
    "confirmation": "по ссылке из письма перешли",
    "consent": "согласие",
    "erasure": "личные данные стёрты",
    "case": "вопрос исполнителю",
    "payment": "ответ ЮKassa о другом платеже по заказу",
    "refund": "деньги возвращены",
    "receipt": "кассовый чек",
    "refusal": "клиент отказался от пакета",
}
RECEIPTS = {
    "ordered": "поручен кассовый чек полного расчёта",
    "again": "кассовый чек поручен ещё раз",
    "registered": "кассовый чек зарегистрирован",
    "failed": "кассовый чек не зарегистрирован",
}
ONE_LINE = 'while IFS= read -r line; do printf %s "$line" | sha256sum; done < links.jsonl'
ON_THE_HEAD = (
    "tail -n 1 links.jsonl | tr -d '\\n' > head.txt\n"
    "    openssl ts -verify -data head.txt -in time-stamp.tsr -CAfile СЕРТИФИКАТЫ.pem"
)
OWN_HASH = """\
  h=$(LC_ALL=C grep -a -o -E 'SHA256-[0-9a-f]{64}' certificate.pdf | tail -n 1 | cut -c 8-)
  LC_ALL=C sed "s/$h/$(printf %064d 0)/g" certificate.pdf | sha256sum; echo "$h\""""


def certificate_readme(dossier: Dossier, zone: ZoneInfo) -> bytes:
    """For the files attached to the certificate."""
    return _text(
        f"Файлы, вложенные в свидетельство об акцепте, заказ {dossier.settlement.order_number}",
        "Достать их из PDF: qpdf --list-attachments certificate.pdf, затем "
        "qpdf --show-attachment=ИМЯ certificate.pdf > ИМЯ.",
        dossier,
        zone,
        beside=_heading("Как проверить само свидетельство")
        + "Хеш свидетельства стоит в его же ключевых словах; считается он так, будто вместо него "
        "64 нуля.\nПоследняя строка должна совпасть с предыдущей:\n\n" + OWN_HASH,
        lost=missing(dossier),
    )


def archive_readme(
    dossier: Dossier, files: Container[str], later: Sequence[Entry], zone: ZoneInfo
) -> bytes:
    """For the evidence archive; `files` are the others in it, `later` the rows after payment."""
    return _text(
        f"Доказательства по заказу {dossier.settlement.order_number}",
        "Здесь то, чем подтверждается этот заказ. Проверяется без наших программ и без сети.",
        dossier,
        zone,
        beside=_beside(files) + _afterwards(later, zone),
        lost=missing_in_archive(dossier, files, later, zone),
    )


def _text(
    title: str, first: str, dossier: Dossier, zone: ZoneInfo, *, beside: str, lost: list[Statement]
) -> bytes:
    parts = [
        title + "\n" + "=" * len(title),
        first,
        _accepted(dossier, zone),
        _heading("Ничего не изменилось и не пропало") + "  sha256sum -c SHA256SUMS",
        _heading("Что чем подтверждается") + "\n".join(_confirmed(dossier)),
        beside,
        _heading("На чём держится каждая дата") + _listed(resting(dossier, zone)),
        _heading("Чего здесь нет") + _listed(lost),
        _heading("То же одной командой")
        + "Программа исполнителя проверяет все пункты сразу, без сети: offer verify ФАЙЛ\n"
        + dossier.settlement.edition.site
        + "/verify/",
    ]
    return ("\n\n".join(parts) + "\n").replace("\u00a0", " ").encode()


def _accepted(dossier: Dossier, zone: ZoneInfo) -> str:
    facts = dossier.settlement
    said = [
        f"Заказчик: {facts.party.customer}",
        f"{_what_it_is(facts)}: {wording.hours(facts.hours)} за "
        f"{wording.money(facts.price_kopecks)}, "
        f"до {wording.day(facts.last_day)} включительно",
        f"Оплачено: {wording.two_clocks(facts.paid_at, zone)}, платёж ЮKassa {facts.payment_id}",
        f"Оферта: редакция {facts.edition.number}, {facts.edition.url}",
        f"SHA-256 оферты: {facts.edition.sha256}",
    ]
    if facts.sample:
        said.insert(
            0, "ОБРАЗЕЦ: заказчик, заказ и платёж вымышлены, эти файлы ничего не подтверждают."
        )
    elif facts.test:
        said.insert(0, "ТЕСТОВЫЙ РЕЖИМ: деньги не списаны, эти файлы ничего не подтверждают.")
    return "\n".join(said)


def _what_it_is(facts: Settlement) -> str:
    if facts.for_package is None:
        return "Пакет"
    return f"Дополнительные часы к пакету, заказ {facts.for_package.order_number}"


def _confirmed(dossier: Dossier) -> list[str]:
    """Each file, and where its hash stands."""
    order, accepted, paid = dossier.order, dossier.acceptance, dossier.payment
    said = [
        "sha256sum ФАЙЛ считает хеш; вот где он должен стоять.",
        f"- offer.md: edition.sha256 в {fact_name(order)} и в {fact_name(accepted)}, "
        "offer_sha256 в payment.json (его хранит и ЮKassa).",
        f"- {fact_name(accepted)} и другие факты: fact_sha256 в строке links.jsonl с тем же "
        "номером (number).",
        "- links.jsonl: хеш строки стоит в следующей строке как previous; строки чужих заказов "
        "здесь без их содержания:",
        f"    {ONE_LINE}",
        f"  Хеш строки {paid.number} (оплата): {paid.hash}",
        f"- details.txt (соль и кто заказал): details_sha256 в {fact_name(order)} "
        f"и в {fact_name(accepted)}.",
        "- acceptance.json: то же самое одним файлом для программ; каждое значение есть в файлах "
        "выше.",
    ]
    if dossier.consent is not None and dossier.consent_row is not None:
        row = dossier.consent_row
        said.insert(2, f"- consent.md: document.sha256 в {fact_name(row)}.")
    if dossier.answer is not None:
        said.append(
            f"- payment.json (ответ ЮKassa без данных карты): answer_sha256 в {fact_name(paid)}."
        )
    return said


def _beside(files: Container[str]) -> str:
    said = [
        "- certificate.pdf: sha256 в fact-…-certificate.json. Те же файлы вложены и в него, "
        "но links.jsonl там короче, до оплаты, а README.txt и SHA256SUMS свои."
    ]
    if "letters/001.eml" in files:
        said.append(
            "- letters/*.eml (письма, как они отправлены): letter_sha256 в fact-…-message.json.\n"
            "  В письмах стоит секретный адрес заказа: у кого архив, тот может его открыть."
        )
    if the.ORIGIN in files:
        said.append("- origin.txt (соль, адрес и браузер): origin_sha256 в fact-…-order.json.")
    if the.PAGE in files:
        said.append("- order-page.html (страница заказа): page_sha256 в fact-…-order.json.")
    if the.HEADS in files:
        said.append(
            "- heads.json (опубликованная голова журнала): её hash — хеш последней строки "
            "links.jsonl."
        )
    if the.STAMP in files:
        said.append(
            "- time-stamp.tsr (штамп времени посторонней службы, RFC 3161): ставится на последнюю "
            f"строку links.jsonl.\n    {ON_THE_HEAD}"
        )
    return _heading("Что добавлено к свидетельству") + "\n".join(said)


def _afterwards(later: Sequence[Entry], zone: ZoneInfo) -> str:
    """What has happened to the order since it was paid, by the facts beside this text."""
    said = [
        f"- {wording.two_clocks(it.at, zone)} — {_what(it)} ({fact_name(it)})"
        for it in later
        if it.kind in WHAT
    ]
    return "\n\n" + _heading("Что было после оплаты") + "\n".join(said) if said else ""


def _what(row: Entry) -> str:
    if row.kind == "consent":
        given = gives(row)
        return (
            "согласие на обработку данных дано"
            if given
            else "согласие на обработку данных отозвано"
        )
    if row.kind == "message":
        taken = fact(row).get("outcome") == "taken"
        return "письмо принято почтовым сервером" if taken else "письмо почтовый сервер отклонил"
    if row.kind == "receipt":
        done = "again" if fact(row).get("instead_of") else str(fact(row).get("action"))
        return RECEIPTS.get(done, WHAT["receipt"])
    if row.kind == "refusal" and fact(row).get("action") == "answered":
        return "исполнитель ответил на отказ от пакета"
    if row.kind == "case" and fact(row).get("action") == "closed":
        return "вопрос исполнителю решён"
    return WHAT[row.kind]


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}\n"


def _listed(statements: list[Statement]) -> str:
    return "\n".join(f"- {about} — {sentence}" for about, sentence in statements)
