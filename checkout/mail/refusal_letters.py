"""The letters that a refusal of a package causes: both are told of it, and then of the answer."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from checkout.domain import refusal_words as words
from checkout.domain.proposal import Proposal
from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, head_of, letter, notice, party_facts, subject_of
from offer import wording
from offer.evidence.settlement import LedgerRef, Party
from offer.typography import no_break


@dataclass(frozen=True)
class Refused:
    """A refusal as its letters tell it; `at` is UTC, `decide_by` a local day.

    `reason` are the client's own words, `answer` the contractor's; either may be empty. `commands`
    are what ends the case. `party` is None once who ordered is erased.
    """

    party: Party | None
    party_kind: str
    order_number: str
    order_url: str
    at: datetime
    decide_by: date
    proposal: Proposal
    reason: str
    answer: str
    commands: tuple[str, ...]
    head: LedgerRef
    contact: str | None
    test: bool


def refusal_letter(said: Refused, party: Party, *, zone: ZoneInfo) -> Letter:
    """To the client: it is written down, what it comes to, who decides and by when."""
    body = Body(
        notice=notice(said),
        lead=f"Отказ от\u00a0пакета записан: заказ {said.order_number}",
        sections=(
            Section(paragraphs=(words.decision(said.decide_by), no_break(words.BY_ITSELF))),
            Section(
                "Сколько это",
                paragraphs=(
                    *words.counting(said.proposal),
                    words.proposed(said.proposal),
                    no_break(words.NOT_COUNTED),
                    words.right(said.party_kind),
                ),
            ),
            Section("Отказ", facts=_facts(said, zone)),
        ),
    )
    subject = f"Отказ от пакета записан, заказ {said.order_number}"
    return letter(party.email, subject_of(said, subject), body, reply_to=said.contact)


def refusal_for_contractor(said: Refused, *, to: str, zone: ZoneInfo) -> Letter:
    """To the contractor: who leaves, what is proposed, and the command that ends the case."""
    last = wording.day(said.decide_by)
    body = Body(
        notice=notice(said),
        lead=f"Клиент отказался от\u00a0пакета: решите до\u00a0{last} включительно",
        sections=(
            _what_to_do(said),
            Section(
                "Сколько это",
                paragraphs=(
                    *words.counting(said.proposal),
                    words.proposed(said.proposal, "клиента"),
                    _by_law(said),
                ),
            ),
            Section("Отказ", facts=_facts(_seen_by_contractor(said), zone)),
            *_who(said),
        ),
    )
    subject = f"Нужно ваше решение до {last}: отказ от пакета, заказ {said.order_number}"
    return letter(to, subject_of(said, subject), body, reply_to=_reply_to(said))


def reminder_for_contractor(said: Refused, today: date, *, to: str, zone: ZoneInfo) -> Letter:
    """To the contractor, once more: how many days are left, and the same command."""
    left = _left((said.decide_by - today).days)
    last = wording.day(said.decide_by)
    body = Body(
        notice=notice(said),
        lead=f"{left}: ответьте на\u00a0отказ клиента до\u00a0{last} включительно",
        sections=(
            _what_to_do(said),
            Section("Отказ", facts=_facts(_seen_by_contractor(said), zone)),
            *_who(said),
        ),
    )
    subject = f"{left}: отказ от пакета, заказ {said.order_number}"
    return letter(to, subject_of(said, subject), body, reply_to=_reply_to(said))


def answer_letter(said: Refused, party: Party, *, zone: ZoneInfo) -> Letter:
    """To the client: what the contractor answered, and that the package runs."""
    body = Body(
        notice=notice(said),
        lead=f"Исполнитель ответил на\u00a0отказ от\u00a0пакета: заказ {said.order_number}",
        sections=(
            Section(paragraphs=(said.answer,)),
            Section(
                paragraphs=(
                    no_break(
                        "Деньги этим ответом не возвращаются, пакет им не прекращён. Если вы не "
                        "согласны, ответьте на это письмо; пока пакет действует, отказаться от "
                        "него можно и ещё раз."
                    ),
                )
            ),
            Section("Отказ", facts=_answered(said, zone)),
        ),
    )
    subject = f"Ответ на отказ от пакета, заказ {said.order_number}"
    return letter(party.email, subject_of(said, subject), body, reply_to=said.contact)


def _left(days: int) -> str:
    if days == 1:
        return "Остался 1\u00a0день"
    return f"Осталось {wording.counted(days, 'день', 'дня', 'дней')}" if days else "Последний день"


def _what_to_do(said: Refused) -> Section:
    paragraphs = (
        f"Сколько вернуть, решаете вы. Если вы уже работали по пакету: checkout refund "
        f"{said.order_number} --dry-run --spent МИНУТ пересчитает сумму с вашим временем.",
        "Пока вы не решили, программа ничего не меняет: деньги не возвращены, пакет действует.",
    )
    names = ("Вернуть", "Ответить без возврата")[-len(said.commands) :]
    facts = [Fact(name, it, "code") for name, it in zip(names, said.commands, strict=True)]
    return Section("Что сделать", paragraphs=[no_break(it) for it in paragraphs], facts=facts)


def _by_law(said: Refused) -> str:
    article = words.law(said.party_kind)
    return no_break(
        f"Доказанные расходы на этого клиента можно вычесть ({article}); комиссию ЮKassa — нет."
    )


def _who(said: Refused) -> tuple[Section, ...]:
    return (Section("Заказчик", facts=party_facts(said.party)),) if said.party else ()


def _reply_to(said: Refused) -> str | None:
    return said.party.email if said.party else None


def _seen_by_contractor(said: Refused) -> Refused:
    """The key in the client's link says that *he* has read his mail."""
    return replace(said, order_url=said.order_url.partition("?")[0])


def _facts(said: Refused, zone: ZoneInfo) -> tuple[Fact, ...]:
    it = said.proposal
    known = (
        Fact("Номер заказа", said.order_number),
        Fact("Когда", wording.moment(said.at, zone)),
        Fact("Причина", said.reason or "не\u00a0названа"),
        Fact(words.BY_HOURS, wording.money(it.by_hours)),
        Fact(words.BY_DAYS, wording.money(it.by_days)),
        Fact("Предлагается вернуть", wording.money(it.proposed)),
        Fact("Срок ответа", f"до\u00a0{wording.day(said.decide_by)} включительно"),
        Fact("Страница заказа", said.order_url, "link"),
    )
    return (*known, *head_of(said.head))


def _answered(said: Refused, zone: ZoneInfo) -> tuple[Fact, ...]:
    """What still matters of a refusal once it is answered."""
    known = (
        Fact("Номер заказа", said.order_number),
        Fact("Вы отказались", wording.moment(said.at, zone)),
        Fact("Страница заказа", said.order_url, "link"),
    )
    return (*known, *head_of(said.head))
