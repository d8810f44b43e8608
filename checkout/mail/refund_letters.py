"""The letters that money given back causes: to the client, and to the contractor."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, head_of, letter, notice, party_facts, subject_of
from offer import wording
from offer.evidence.settlement import LedgerRef, Party
from offer.typography import no_break


@dataclass(frozen=True)
class Returned:
    """A refund as its letters tell it: `at` and `ended_at` UTC, sums in kopecks, or hundredths of
    what else its `currency` is.

    `left_kopecks` is what of that payment has not been given back; `ended_at` when the package
    ended by a refund. `receipt` says who gives the receipt of it: fiscal (YooKassa), npd, or off.
    `is_own`: it is of the money the order was paid by, and not of money that did not fit it.
    `party` is None once who ordered is erased; `contact` is the contractor's address for answers.
    """

    party: Party | None
    order_number: str
    order_url: str
    refund_id: str
    amount_kopecks: int
    left_kopecks: int
    reason: str
    method: str | None
    at: datetime
    ended_at: datetime | None
    receipt: str
    head: LedgerRef
    contact: str | None
    test: bool
    is_own: bool = True
    currency: str = wording.ROUBLES

    @property
    def amount(self) -> str:
        """How much it was, in words."""
        return wording.money_of(self.amount_kopecks, self.currency)

    @property
    def left(self) -> str:
        """What is not back yet, in words."""
        return wording.money_of(self.left_kopecks, self.currency)


def refund_letter(said: Returned, party: Party, *, zone: ZoneInfo) -> Letter:
    """To the client: how much came back, when it will be there, and what of the package."""
    where = "на карту, с которой платили" if said.method == "bank_card" else "туда, откуда платили"
    paragraphs = (
        f"Деньги ушли {where}. Банк зачислит их за несколько дней: на карту — до трёх рабочих "
        "дней, по СБП — обычно на следующий день.",
        _package(said, zone),
        *_kept(said),
        *(["Чек возврата придёт на эту же почту."] if said.receipt == "fiscal" else []),
    )
    body = Body(
        notice=notice(said),
        lead=f"Возвращено {said.amount}: заказ {said.order_number}",
        sections=(
            Section(paragraphs=[no_break(it) for it in paragraphs]),
            Section("Возврат", facts=_facts(said, zone)),
        ),
    )
    subject = f"Возвращено {said.amount}, заказ {said.order_number}"
    return letter(party.email, subject_of(said, subject), body, reply_to=said.contact)


def refund_for_contractor(said: Returned, *, to: str, zone: ZoneInfo) -> Letter:
    """To the contractor: what was given back to whom, and what of the package."""
    # the key in the client's link says that *he* has read his mail
    said = replace(said, order_url=said.order_url.partition("?")[0])
    who = Section("Заказчик", facts=party_facts(said.party)) if said.party else Section()
    body = Body(
        notice=notice(said),
        lead=f"Клиенту возвращено {said.amount}: заказ {said.order_number}",
        sections=(
            Section(paragraphs=[no_break(it) for it in (_package(said, zone), _receipt(said))]),
            Section("Возврат", facts=_facts(said, zone)),
            who,
        ),
    )
    subject = f"Возврат {said.amount}, заказ {said.order_number}"
    reply_to = said.party.email if said.party else None
    return letter(to, subject_of(said, subject), body, reply_to=reply_to)


def _receipt(said: Returned) -> str:
    own = {
        "fiscal": "Чек возврата оформляет ЮKassa; программа следит, чтобы его зарегистрировали.",
        "npd": "Аннулируйте чек в «Мой налог»: об этом отдельное письмо, чек возврата не нужен.",
    }.get(said.receipt, "Если вы выдаёте чеки сами, оформите и чек возврата.")
    return f"{own} Комиссию за платёж ЮKassa не возвращает."


def _package(said: Returned, zone: ZoneInfo) -> str:
    if not said.is_own:
        return "Эти деньги не подошли к заказу: пакета они не начинали и ничего в нём не меняют."
    if said.ended_at is None:
        return "Пакет действует как прежде: часы и срок не меняются."
    day = wording.day(said.ended_at.astimezone(zone).date())
    return f"Пакет прекращён {day}: работ по нему больше нет."


def _facts(said: Returned, zone: ZoneInfo) -> tuple[Fact, ...]:
    return (
        Fact("Номер заказа", said.order_number),
        Fact("Возвращено", said.amount),
        *_left(said),
        Fact("Когда", wording.moment(said.at, zone)),
        Fact("Основание", said.reason),
        Fact("Возврат в\u00a0ЮKassa", said.refund_id, "code"),
        Fact("Страница заказа", said.order_url, "link"),
        *head_of(said.head),
    )


def _kept(said: Returned) -> tuple[str, ...]:
    """To the client: of money that did not fit, what is not back yet."""
    if said.is_own or said.left_kopecks <= 0:
        return ()
    return (
        f"Из пришедшего ещё не возвращено {said.left}: что будет с ними, "
        "решает исполнитель. Спросить его можно ответом на это письмо.",
    )


def _left(said: Returned) -> tuple[Fact, ...]:
    if said.is_own:
        return (Fact("Осталось оплаченным", said.left),)
    if said.left_kopecks <= 0:
        return ()
    return (Fact("Ещё не\u00a0возвращено", said.left),)
