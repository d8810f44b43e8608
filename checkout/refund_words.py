"""What the contractor reads when he counts or orders a refund, a line each."""

from zoneinfo import ZoneInfo

from checkout.domain.proposal import Proposal
from checkout.domain.refund import Back, why_cancelled
from checkout.domain.refusal import Refusal
from checkout.domain.transitions import RefundState
from checkout.refund import Outcome, Rehearsal, extra_orders, rehearse
from checkout.shop import Shop
from offer.wording import counted, day, hours, minutes, money

NOT_COUNTED = "Часы программа пока не считает: назовите их (--spent)."
UNDECIDED = (
    "! Клиент отказался от пакета, и этим возвратом его дело не закрыто: закроет его возврат "
    "с --ends-package или checkout answer."
)


def proposed(shop: Shop, number: str, named: int | None) -> list[str]:
    """The proposal of `checkout refund --dry-run`; raises CannotRefund.

    `named` are the minutes spent on the package and its extra hours, None if nobody named any.
    """
    spent = named or 0
    rehearsal = rehearse(shop, number, spent)
    it, refusal = rehearsal.proposal, rehearsal.refusal
    lines = [
        *(_refused(refusal, shop.settings.zone) if refusal else ()),
        f"Заказ {number}: {hours(it.hours)}, {money(it.price)}, уже возвращено "
        f"{money(it.price - it.left)}.",
        f"По часам: истрачено {minutes(it.spent_minutes)}, по счёту оферты "
        f"{minutes(it.charged_minutes)}; возврат {money(it.by_hours)}.",
        *_shared(spent, rehearsal),
        f"По дням: осталось {_days(it.days_left)} из {it.days}; возврат {money(it.by_days)}.",
    ]
    if it.is_over:
        lines += _after_the_term(rehearsal.kind)
    else:
        unnamed = named is None
        lines += [*([NOT_COUNTED] if unnamed and it.proposed else ()), *_offered(number, it)]
    return [*lines, *_beside(extra_orders(shop, number), spent)]


def _shared(spent: int, rehearsal: Rehearsal) -> list[str]:
    """Why not all the minutes named are counted here (decision 0016)."""
    here = rehearsal.proposal.spent_minutes
    if here == spent:
        return []
    before = (
        f"До этого заказа куплено {minutes(rehearsal.before)}, на него"
        if rehearsal.before
        else "На него"
    )
    return [
        f"Названо {minutes(spent)}: время ложится сначала на часы пакета, потом на дополнительные "
        f"часы в порядке покупки. {before} приходится {minutes(here)}."
    ]


def _beside(extra: list[str], spent_minutes: int) -> list[str]:
    """Extra hours end with their package, and their money goes back by payments of their own."""
    spent = f" --spent {spent_minutes}" if spent_minutes else ""
    return [
        f"К пакету куплены дополнительные часы, они закончатся с ним: checkout refund {it} "
        f"--dry-run{spent}"
        for it in extra
    ]


def _refused(refusal: Refusal, zone: ZoneInfo) -> tuple[str]:
    asked, last = day(refusal.asked_at.astimezone(zone).date()), day(refusal.decide_by)
    return (f"Клиент отказался от пакета {asked}: решите до {last} включительно.",)


def _days(count: int) -> str:
    return counted(count, "день", "дня", "дней")


def _offered(number: str, it: Proposal) -> list[str]:
    if not it.proposed:
        return ["Вернуть нечего: всё истрачено или уже возвращено."]
    return [
        f"{_larger(it)} (ЗоЗПП, ст. 32; ГК РФ, ст. 782 п. 1; доказанные расходы можно вычесть).",
        f"Вернуть: {Back(it.proposed, ends_package=True).command(number)}",
    ]


def _larger(it: Proposal) -> str:
    returned = it.price - it.left
    if not returned:
        return f"Предлагается больший из двух: {money(it.proposed)}"
    larger = max(it.by_hours, it.by_days)
    return (
        f"Предлагается больший из двух, {money(larger)}, без уже возвращённых {money(returned)}: "
        f"{money(it.proposed)}"
    )


def _after_the_term(kind: str) -> list[str]:
    if kind == "person":
        return [
            "Срок пакета вышел, п. 3.4 оферты часы не переносит. Потребитель может это "
            "оспорить (ЗоЗПП, ст. 16): возвращать ли и сколько, решаете вы."
        ]
    return ["Срок пакета вышел: по п. 3.4 оферты возвращать ничего не нужно."]


def told(outcome: Outcome) -> list[str]:
    """What became of a refund that was ordered."""
    it = outcome.attempt
    amount = f"{money(it.amount_kopecks)} по заказу {outcome.number}"
    if it.state is RefundState.SUCCEEDED:
        done = [f"✓ Возвращено {amount}, возврат {it.refund_id}.", _rest(outcome)]
        return [*done, UNDECIDED] if outcome.undecided else done
    if it.state is RefundState.OPEN:
        return [
            f"✓ Возврат {amount} принят ЮKassa и ещё выполняется ({it.refund_id}). "
            "Чем он кончится, программа узнает сама и напишет вам и клиенту."
        ]
    if it.state is RefundState.CANCELLED:
        return [f"✗ Возврат {amount} не состоялся: {why_cancelled(outcome.why)}."]
    why = outcome.trouble.sentence if outcome.trouble else ""
    return [
        f"! Возврат {amount} записан, но ответа нет. {why} Программа спросит ещё раз сама, "
        "второй раз команду не давайте."
    ]


def _rest(outcome: Outcome) -> str:
    if not outcome.is_own:
        left = f"не\u00a0возвращено {money(outcome.left_kopecks)}"
        rest = left if outcome.left_kopecks > 0 else "возвращено всё, дело закрыто"
        return f"Из\u00a0этого платежа {rest}. Клиенту и вам отправлены письма."
    if outcome.left_kopecks <= 0:
        return "Возвращено всё, пакет прекращён. Клиенту и вам отправлены письма."
    rest = f"Осталось оплаченным {money(outcome.left_kopecks)}"
    package = "пакет прекращён" if outcome.attempt.ends_package else "пакет действует"
    return f"{rest}, {package}. Клиенту и вам отправлены письма."
