"""What the contractor alone is written: what waits for his decision, and the ledger's head."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, head_of, letter, notice, party_facts, subject_of
from offer.evidence.settlement import LedgerRef, Party

CASES = {
    "odd_money": "платёж не сходится с\u00a0заказом",
    "unknown_payment": "платёж без заказа",
    "lost_payment": "ЮKassa потеряла платёж",
    "erased_client": "оплачен заказ, чьи данные стёрты",
    "refund_cancelled": "возврат не\u00a0состоялся",
    "lost_refund": "ЮKassa потеряла возврат",
    "odd_refund": "возвращена другая сумма",
    "unknown_refund": "возврат сделан не\u00a0программой",
    "clock_jump": "верны ли часы сервера",
    "clock_ahead": "часы сервера спешили",
    "receipt_failed": "чек не\u00a0зарегистрирован",
    "receipt_for_nobody": "чек послать некому",
    "receipt_late": "чек не\u00a0зарегистрирован за\u00a0сутки",
    "receipts_differ": "суммы чеков не\u00a0сходятся",
    "npd_income": "нужен чек в\u00a0«Мой налог»",
    "npd_refund": "нужно аннулировать чек в\u00a0«Мой налог»",
    "not_reconciled": "у\u00a0ЮKassa и\u00a0у\u00a0нас записано разное",
    "not_read": "сверка с\u00a0ЮKassa не\u00a0закончена",
    "refusal_overdue": "срок ответа на\u00a0отказ от\u00a0пакета вышел",
    "provisional_end": "предварительная дата окончания пакета",
    "extra_left": "пакет прекращён, а\u00a0дополнительные часы не\u00a0возвращены",
}


@dataclass(frozen=True)
class Whose:
    """The order a case is about, if it is of one: its number, its page, who made it.

    `party` is None once he is erased; `test`: no money is real.
    """

    test: bool = False
    order: str | None = None
    url: str = ""
    party: Party | None = None


def case_for_contractor(
    subject: str,
    sentence: str,
    *,
    to: str,
    whose: Whose = Whose(),
    head: LedgerRef | None = None,
    number: int | None = None,
    commands: Sequence[str] = (),
) -> Letter:
    """To the contractor: something needs his decision.

    `subject` is "kind:what it is about", as a case is stored; `sentence` says what happened,
    each of `commands` ends it. `whose` it is names it in the subject, or else its `number`.
    """
    kind, _, about = subject.rpartition(":")
    words = CASES.get(kind, "требуется внимание")
    body = Body(
        notice=notice(whose),
        lead=f"Нужно ваше решение: {words}",
        sections=(
            Section(paragraphs=(sentence,)),
            Section(
                facts=(
                    *([Fact("Дело", f"№\u00a0{number}")] if number else []),
                    *([Fact("Заказ", whose.order)] if whose.order else []),
                    *([Fact("Страница заказа", whose.url, "link")] if whose.url else []),
                    Fact("О\u00a0чём", about, "code"),
                    *(
                        Fact("или" if before else "Закончить", it, "code")
                        for before, it in enumerate(commands)
                    ),
                    *head_of(head),
                ),
                paragraphs=(
                    "Пока вы не\u00a0решили, программа ничего не\u00a0меняет. Всё, что ждёт "
                    "решения, покажет checkout cases.",
                ),
            ),
            *([Section("Заказчик", facts=party_facts(whose.party))] if whose.party else []),
        ),
    )
    named = f"заказ {whose.order}" if whose.order else f"дело №\u00a0{number}" if number else about
    reply_to = whose.party.email if whose.party else None
    title = subject_of(whose, f"Нужно ваше решение: {words}, {named}")
    return letter(to, title, body, reply_to=reply_to)


def head_for_contractor(
    day: date, number: int, head: str, *, to: str, books: str | None = None, cases: str = ""
) -> Letter:
    """To the contractor, once a day: the ledger's newest row, to be held against it later.

    `books` is what the day's comparison with YooKassa found, if it was made; `cases` says how many
    wait for him, or that none do.
    """
    body = Body(
        lead=f"Голова журнала за {day:%d.%m.%Y}: №\u00a0{number}",
        sections=(
            Section(
                facts=(
                    Fact("Строка", f"№\u00a0{number}"),
                    Fact("Хеш", head, "code"),
                    Fact("Проверка", f"checkout verify --head {number}:{head}", "code"),
                    *([Fact("Сверка с\u00a0ЮKassa", books)] if books else []),
                    *([Fact("Открытых дел", cases)] if cases else []),
                ),
                paragraphs=(
                    "Сохраните это письмо. Если журнал потом подменят или укоротят, это покажет "
                    "команда проверки.",
                ),
            ),
        ),
    )
    return letter(to, f"Голова журнала за {day:%d.%m.%Y}: № {number}", body, reply_to=None)
