"""What leaving comes to, in words: the same on the page and in the letters."""

from collections.abc import Sequence
from datetime import date

from checkout.domain.proposal import Proposal
from checkout.domain.refusal import DAYS_TO_DECIDE
from offer.typography import no_break
from offer.wording import counted, day, minutes, money, of_hours

NBSP = "\u00a0"
REFUSE = f"Отказаться от{NBSP}пакета"
REFUSE_EXTRA = f"Отказаться от{NBSP}дополнительных часов"
BY_HOURS, BY_DAYS = f"По{NBSP}часам", f"По{NBSP}дням"
NOT_COUNTED = (
    "Часы программа пока не считает. Если исполнитель уже работал по пакету, он назовёт это время, "
    "и сумма по часам станет меньше."
)
BY_ITSELF = (
    "Сам по себе отказ денег не переводит и пакет не закрывает: и то и другое делает исполнитель."
)
# before payment, when nobody knows yet what sort of client it is: what both laws say alike
CAN_REFUSE = no_break(
    "До конца срока от пакета можно отказаться на странице заказа: вы оплачиваете то, что "
    "исполнитель фактически потратил, остальное он возвращает (Закон о защите прав потребителей, "
    "ст. 32; ГК РФ, ст. 782 п. 1)."
)


def right(kind: str) -> str:
    """By which law one leaves: a consumer, or a business (facts on law 4.2, 4.5)."""
    if kind == "person":
        return no_break(
            "Вы вправе отказаться от услуг в любое время, оплатив исполнителю то, что он на них "
            "фактически потратил (Закон о защите прав потребителей, ст. 32)."
        )
    return no_break(
        "Заказчик вправе отказаться от услуг в любое время, оплатив исполнителю фактически "
        "понесённые им расходы (ГК РФ, ст. 782 п. 1)."
    )


def law(kind: str) -> str:
    """The article alone, as the contractor is told it."""
    return no_break("ЗоЗПП, ст. 32" if kind == "person" else "ГК РФ, ст. 782 п. 1")


def over(kind: str) -> str:
    """After the term: 3.4 takes the hours; a consumer may contest it (facts on law 4.4)."""
    told = (
        "Отказаться от пакета можно, пока он действует. По п. 3.4 оферты неиспользованные часы "
        "не переносятся."
    )
    if kind == "person":
        return no_break(
            f"{told} Потребитель вправе это оспорить (Закон о защите прав потребителей, ст. 16): "
            "напишите исполнителю, возвращать ли деньги и сколько, решает он."
        )
    return no_break(f"{told} Если есть вопрос об этом пакете, задайте его исполнителю.")


def by_hours(it: Proposal) -> str:
    """How the sum by hours is made."""
    charged = f"Истрачено {minutes(it.charged_minutes)} из{NBSP}{of_hours(it.hours)}"
    used = it.price - it.by_hours
    return f"{charged}: {money(it.price)} −{NBSP}{money(used)} ={NBSP}{money(it.by_hours)}."


def by_days(it: Proposal) -> str:
    """How the sum by days is made."""
    left = counted(it.days_left, "день", "дня", "дней")
    return (
        f"Осталось {left} из{NBSP}{it.days}, день отказа не{NBSP}в{NBSP}счёт: "
        f"{money(it.price)} ×{NBSP}{it.days_left}{NBSP}/{NBSP}{it.days} ={NBSP}{money(it.by_days)}."
    )


def proposed(it: Proposal, whom: str = "вас") -> str:
    """Which of the two is proposed, and why; `whom` it is the better one for, in the genitive."""
    why = (
        "обе суммы равны"
        if it.by_hours == it.by_days
        else f"это большая из двух сумм, лучшая для {whom}"
    )
    back = it.price - it.left
    taken = f"; уже возвращённые {money(back)} вычтены" if back else ""
    return no_break(f"Предлагается вернуть {money(it.proposed)}: {why}{taken}.")


def decision(last: date) -> str:
    """Who decides, and by when."""
    term = counted(DAYS_TO_DECIDE, "календарный день", "календарных дня", "календарных дней")
    return no_break(
        f"Сколько вернуть, решает исполнитель. Срок ответа — {term}, до {day(last)} включительно."
    )


def counting(it: Proposal) -> Sequence[str]:
    """Both sums as sentences for a letter."""
    return (f"{BY_HOURS}. {by_hours(it)}", f"{BY_DAYS}. {by_days(it)}")
