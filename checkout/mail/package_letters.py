"""The letters that a package's own time causes: it ends soon, and hours are left."""

from dataclasses import dataclass

from checkout.domain.package_life import WORK_NOT_COUNTED, PackageLife
from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, head_of, letter, notice, subject_of
from offer import wording
from offer.evidence.settlement import LedgerRef, Party
from offer.typography import no_break
from offer.values import Terms


@dataclass(frozen=True)
class Ending:
    """A package that ends soon, as its reminder tells it; `head` is the ledger's newest row."""

    party: Party
    order_number: str
    order_url: str
    life: PackageLife
    terms: Terms
    head: LedgerRef
    test: bool


def ending_letter(said: Ending) -> Letter:
    """To the client: what is left, until when, and how to use it. No offer of anything."""
    left, last = wording.minutes(said.life.left_minutes), wording.day(said.life.last_day)
    contact = said.terms.requisites.email
    paragraphs = (
        f"Пакет действует до {last} включительно. Часы, которые к этому дню останутся, "
        "на следующий период не переходят (п. 3.4 оферты).",
        WORK_NOT_COUNTED,
        "Если есть задачи, опишите их письменно: ответьте на это письмо или напишите исполнителю "
        f"по адресу {contact}. Рабочее время: {wording.working_hours(said.terms.working_hours)}.",
    )
    facts = (
        Fact("Номер заказа", said.order_number),
        Fact("Часы", left),
        Fact("Действует до", f"{last} включительно"),
        Fact("Страница заказа", said.order_url, "link"),
        *head_of(said.head),
    )
    body = Body(
        notice=notice(said),
        lead=f"Пакет заканчивается {last}: в\u00a0нём {left}",
        sections=(
            Section(paragraphs=[no_break(it) for it in paragraphs]),
            Section("Пакет", facts=facts),
        ),
    )
    subject = f"Пакет заканчивается {last}: в нём {left}, заказ {said.order_number}"
    return letter(said.party.email, subject_of(said, subject), body, reply_to=contact)
