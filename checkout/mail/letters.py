"""The letters a settled order causes: to the client, and to the contractor.

A letter says its fact in the subject and again in its first line; nothing is behind a button.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from checkout.mail.body import Body, Fact, Section, as_html, as_text
from offer import wording
from offer.evidence.settlement import LedgerRef, Party, Settlement
from offer.manifest import badge
from offer.typography import no_break
from offer.values import Terms

WITHDRAWN_FOR = timedelta(days=30)
TEST_NOTICE = "Тестовый режим: деньги не списаны"
KINDS = {
    "person": "физическое лицо",
    "sole_trader": "индивидуальный предприниматель",
    "company": "организация",
}


class Tested(Protocol):
    """Whatever a letter is about and may be only a test."""

    @property
    def test(self) -> bool: ...


@dataclass(frozen=True)
class Attachment:
    """`name` is what the file is saved as, `media_type` such as "application/pdf"."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Letter:
    """A letter ready to send: its text and its HTML say the same."""

    to: str
    subject: str
    text: str
    html: str
    reply_to: str | None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Withdrawal:
    """A consent withdrawn: by whom, when (UTC), and the ledger's head as the letter is written."""

    party: Party
    order_number: str
    order_url: str
    at: datetime
    head: LedgerRef
    paid: bool
    test: bool


def paid_letter(settlement: Settlement, certificate: bytes, *, zone: ZoneInfo) -> Letter:
    """To the client: it is paid, until when, what next, by which text; the certificate attached."""
    requisites = settlement.terms.requisites
    name = f"certificate-{settlement.order_number}.pdf"
    body = Body(
        notice=notice(settlement),
        lead=f"Оплачено: {_what_and_until(settlement)} включительно",
        sections=(
            Section(paragraphs=(*_money_and_term(settlement, zone), _attached(name))),
            _what_next(settlement.order_number, settlement.terms),
            Section("Заказ", facts=_order_facts(settlement, zone)),
            _by_which_text(settlement, zone),
            *_consent(settlement, zone),
        ),
    )
    return letter(
        settlement.party.email,
        subject_of(
            settlement, f"Оплачено: {_what(settlement)} до {wording.day(settlement.last_day)}"
        ),
        body,
        reply_to=requisites.email,
        attachments=(Attachment(name, "application/pdf", certificate),),
    )


def withdrawn_letter(said: Withdrawal, *, zone: ZoneInfo) -> Letter:
    """To the client: his consent is withdrawn, and what follows from it."""
    facts = (
        Fact("Номер заказа", said.order_number),
        Fact("Отозвано", wording.moment(said.at, zone)),
        Fact("Страница заказа", said.order_url, "link"),
        *head_of(said.head),
    )
    stays = (
        "Оплаченный пакет действует как прежде: данные, без которых нельзя исполнить договор "
        "или закон, хранятся на их основании."
        if said.paid
        else "Заказ остаётся, его ещё можно оплатить. Если не оплатить, данные о том, кто его "
        "сделал, сотрутся через тридцать дней."
    )
    paragraphs = (
        "Данные больше не используются для связи вне договора и удаляются для этой цели "
        "не позднее чем через тридцать дней.",
        stays,
    )
    day = wording.day(said.at.astimezone(zone).date())
    body = Body(
        notice=notice(said),
        lead=f"Согласие на\u00a0обработку данных отозвано {day}",
        sections=(Section(paragraphs=[no_break(it) for it in paragraphs], facts=facts),),
    )
    subject = f"Согласие отозвано, заказ {said.order_number}"
    return letter(said.party.email, subject_of(said, subject), body, reply_to=None)


def withdrawal_for_contractor(said: Withdrawal, *, to: str, zone: ZoneInfo) -> Letter:
    """To the contractor: whose data may no longer be used beyond the contract, and by when they
    are to be deleted for that purpose (152-ФЗ ст. 21 ч. 5: thirty days)."""
    until = wording.day((said.at + WITHDRAWN_FOR).astimezone(zone).date())
    paragraphs = (
        "Не пишите и не звоните этому клиенту, когда у него нет действующего пакета, "
        f"и не сообщайте ему о новых редакциях. До {until} удалите его данные отовсюду, где вы "
        "держали их для этого: из адресной книги, рассылок, таблиц.",
        "Договор и оплаченный пакет это не затрагивает: данные заказа, платежа и переписки "
        "по нему программа хранит по закону."
        if said.paid
        else "Заказ не оплачен: если его не оплатят, программа сама сотрёт данные через тридцать "
        "дней.",
    )
    facts = (*party_facts(said.party), *head_of(said.head))
    body = Body(
        notice=notice(said),
        lead=f"Клиент отозвал согласие на\u00a0обработку данных: заказ {said.order_number}",
        sections=(
            Section(paragraphs=[no_break(it) for it in paragraphs]),
            Section("Заказчик", facts=facts),
        ),
    )
    subject = f"Отозвано согласие, заказ {said.order_number}"
    return letter(to, subject_of(said, subject), body, reply_to=said.party.email)


def order_for_contractor(
    settlement: Settlement, *, zone: ZoneInfo, to: str | None = None
) -> Letter:
    """To the contractor (`to`, else clause 11): who bought what; the answer goes to the client."""
    party = settlement.party
    customer = party.customer
    body = Body(
        notice=notice(settlement),
        lead=f"Новый заказ: {_what_and_until(settlement)} включительно",
        sections=(
            Section(paragraphs=_money_and_term(settlement, zone)),
            Section("Заказчик", facts=party_facts(party)),
            Section("Заказ", facts=_order_facts(settlement, zone)),
            _by_which_text(settlement, zone),
        ),
    )
    subject = f"Новый заказ {settlement.order_number}: {_what(settlement)}, {customer}"
    return letter(
        to or settlement.terms.requisites.email,
        subject_of(settlement, subject),
        body,
        reply_to=party.email,
    )


def letter(
    to: str,
    subject: str,
    body: Body,
    *,
    reply_to: str | None,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """A letter of this body, its text and its HTML."""
    # plain spaces, or a search in the mailbox does not find the words
    subject = " ".join(subject.split())
    return Letter(to, subject, as_text(body), as_html(body, title=subject), reply_to, attachments)


def subject_of(about: Tested, subject: str) -> str:
    """The subject, saying first that nothing is real where it is not."""
    return f"[ТЕСТ] {subject}" if about.test else subject


def notice(about: Tested) -> str:
    """The line above everything of a test shop's letter."""
    return TEST_NOTICE if about.test else ""


def _what(settlement: Settlement) -> str:
    extra = "дополнительно " if settlement.for_package else ""
    return f"{extra}{wording.hours(settlement.hours)} поддержки"


def _what_and_until(settlement: Settlement) -> str:
    return f"{_what(settlement)} до\u00a0{wording.day(settlement.last_day)}"


def _money_and_term(settlement: Settlement, zone: ZoneInfo) -> tuple[str, ...]:
    paid = wording.moment(settlement.paid_at, zone)
    return (
        f"Получено {wording.money(settlement.price_kopecks)}: {paid}.",
        settlement.reason,
    )


def _attached(name: str) -> str:
    return (
        f"Во\u00a0вложении — свидетельство об\u00a0акцепте оферты, файл {name}. "
        "Сохраните его: по\u00a0нему можно проверить и\u00a0текст, и\u00a0дату."
    )


def _what_next(number: str, terms: Terms) -> Section:
    requisites, hours = terms.requisites, terms.working_hours
    return Section(
        "Что дальше",
        steps=(
            "Опишите первую задачу письменно: ответьте на\u00a0это письмо или напишите "
            f"исполнителю по\u00a0адресу {requisites.email}. Назовите номер заказа: {number}.",
            f"Рабочее время исполнителя: {wording.working_hours(hours)}{_clause(terms)}. "
            "В\u00a0это время и\u00a0ждите ответа; точный срок можно согласовать "
            "в\u00a0первом же письме.",
        ),
        facts=(
            Fact("Почта исполнителя", requisites.email, "mail"),
            Fact("Телефон исполнителя", requisites.phone),
        ),
    )


def _clause(terms: Terms) -> str:
    place = terms.places.get("working_hours")
    return f" (п.\u00a0{place.clause} оферты)" if place else ""


def _order_facts(settlement: Settlement, zone: ZoneInfo) -> tuple[Fact, ...]:
    last_day = f"{wording.day(settlement.last_day)} включительно"
    return (
        Fact("Номер заказа", settlement.order_number),
        *_bought(settlement),
        Fact("Сумма", wording.money(settlement.price_kopecks)),
        Fact("Дополнительный час", wording.money(settlement.extra_hour_kopecks)),
        Fact("Оплачено", wording.moment(settlement.paid_at, zone)),
        Fact(
            "Действует до", f"{last_day} (предварительно)" if settlement.provisional else last_day
        ),
        Fact("Платёж в\u00a0ЮKassa", settlement.payment_id, "code"),
        Fact("Страница заказа", settlement.order_url, "link"),
    )


def _bought(settlement: Settlement) -> tuple[Fact, ...]:
    extra = settlement.for_package
    if extra is None:
        return (Fact("Пакет", _what(settlement)),)
    of_package = f"{wording.hours(extra.hours)}, заказ {extra.order_number}"
    return (Fact("Добавлено", wording.hours(settlement.hours)), Fact("К\u00a0пакету", of_package))


def party_facts(party: Party) -> tuple[Fact, ...]:
    """Who ordered, as the contractor is told it."""
    known = (
        Fact("Кто", f"{party.customer}, {KINDS.get(party.kind, party.kind)}"),
        Fact("Заказ оформил", party.name if party.kind == "company" else ""),
        Fact("ИНН", party.inn or ""),
        Fact("КПП", party.kpp or ""),
        Fact("Почта", party.email, "mail"),
        Fact("Телефон", party.phone or ""),
    )
    return tuple(fact for fact in known if fact.value)


def _by_which_text(settlement: Settlement, zone: ZoneInfo) -> Section:
    edition, head = settlement.edition, settlement.head
    source = f"{edition.url}{edition.document}.md"
    return Section(
        "По какой оферте",
        facts=(
            Fact("Оферта", badge(edition.number, edition.published_at, edition.sha256, zone)),
            Fact("SHA-256", edition.sha256, "code"),
            Fact("Текст", edition.url, "link"),
            Fact("Проверить", f"curl -s {source} | sha256sum", "code"),
            Fact("Запись об\u00a0акцепте", _ledger(settlement.acceptance), "code"),
            Fact("Журнал на\u00a0этот момент", _ledger(head), "code"),
        ),
    )


def _consent(settlement: Settlement, zone: ZoneInfo) -> tuple[Section, ...]:
    """How to withdraw is as near as the consent itself; a link only leads to the button."""
    consent = settlement.consent
    if consent is None:
        return ()
    named = badge(consent.number, consent.published_at, consent.sha256, zone)
    facts = (
        Fact("Дано", named),
        Fact("Текст", consent.url, "link"),
        Fact("Отозвать", f"{settlement.order_url}#consent", "link"),
    )
    return (Section("Согласие на\u00a0обработку данных", facts=facts),)


def head_of(head: LedgerRef | None) -> tuple[Fact, ...]:
    """The ledger's newest row as the letter is written, to be held against it later."""
    return (Fact("Журнал на\u00a0этот момент", _ledger(head), "code"),) if head else ()


def _ledger(row: LedgerRef) -> str:
    return f"№\u00a0{row.number} · {row.hash}"
