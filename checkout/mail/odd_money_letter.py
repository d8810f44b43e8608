"""The letter about money that came for an order and does not fit it."""

from dataclasses import dataclass

from checkout.domain.odd_money_words import came_instead, not_begun
from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, head_of, letter, notice, subject_of
from offer import wording
from offer.evidence.settlement import LedgerRef, Party
from offer.typography import no_break


@dataclass(frozen=True)
class OddMoney:
    """Money that started nothing, `came` in hundredths of its `currency`.

    `is_extra`: it was for extra hours; `is_back`: all of it was given back before this was sent.
    `contact` is the contractor's address for answers.
    """

    party: Party
    order_number: str
    order_url: str
    payment_id: str
    came: int
    currency: str
    price_kopecks: int
    is_extra: bool
    is_back: bool
    head: LedgerRef
    contact: str
    test: bool


def odd_money_letter(said: OddMoney) -> Letter:
    """To the client: what came, that nothing has begun, and who decides."""
    begun = not_begun(is_extra=said.is_extra)
    came = came_instead({said.currency: said.came}, said.price_kopecks) or "Деньги пришли"
    then = (
        "Исполнитель уже вернул их."
        if said.is_back
        else "Исполнитель уже уведомлён: он вернёт их или напишет вам. Второй раз платить не нужно."
    )
    paragraphs = (
        f"Деньги пришли, но не подошли к заказу, поэтому {begun}. {then}",
        "Если есть вопрос, ответьте на это письмо.",
    )
    body = Body(
        notice=notice(said),
        lead=no_break(f"{came}, {begun}: заказ {said.order_number}"),
        sections=(
            Section(paragraphs=[no_break(it) for it in paragraphs]),
            Section("Платёж", facts=_facts(said)),
        ),
    )
    subject = f"{came}, {begun}, заказ {said.order_number}"
    return letter(said.party.email, subject_of(said, subject), body, reply_to=said.contact)


def _facts(said: OddMoney) -> tuple[Fact, ...]:
    return (
        Fact("Номер заказа", said.order_number),
        Fact("Пришло", wording.money_of(said.came, said.currency)),
        Fact("Сумма заказа", wording.money(said.price_kopecks)),
        Fact("Платёж в\u00a0ЮKassa", said.payment_id, "code"),
        Fact("Страница заказа", said.order_url, "link"),
        *head_of(said.head),
    )
