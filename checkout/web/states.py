"""The words of each state of an order: a heading, a sentence about money, the next step.

The reasons of a cancellation are YooKassa's (API v3, cancellation_details.reason); the set is
open, so a reason not listed here is named as it came rather than guessed at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from checkout.domain.odd_money_words import came_instead, not_begun
from checkout.domain.package_life import in_a_line
from checkout.domain.refusal import Refusal
from checkout.web.views import OrderPage
from offer import wording
from offer.periods import Period

CREDITED = "Банк зачислит их за несколько дней."
NOT_CHARGED = "Деньги не списаны."
AGAIN = "Оплатить ещё раз"
OTHER_WAY = "Возьмите другую карту или заплатите по СБП."


@dataclass(frozen=True)
class Words:
    """What a page says first: `note` is one more sentence, `next` the heading of what to do now.

    `tone` (done, wait, caution) only colours what the words already say.
    """

    heading: str
    money: str
    tone: str
    note: str = ""
    next: str = ""


@dataclass(frozen=True)
class Decline:
    """A cancellation reason in Russian: the heading, what to do, what the retry is headed."""

    heading: str
    advice: str
    next: str = "Другая карта или СБП"


UNFINISHED = Decline("Оплата не завершена", "", AGAIN)
_LATE = Decline(
    "Оплата не завершена: вышло время", "На странице ЮKassa время на оплату ограничено.", AGAIN
)

DECLINES: Mapping[str, Decline] = MappingProxyType(
    {
        "3d_secure_failed": Decline(
            "Банк не получил подтверждения платежа",
            "Попробуйте ещё раз и подтвердите платёж кодом из СМС или в приложении банка.",
            AGAIN,
        ),
        "call_issuer": Decline(
            "Банк отклонил платёж и не назвал причины",
            f"Причину скажет банк, который выпустил карту. {OTHER_WAY}",
        ),
        "canceled_by_merchant": Decline(
            "Исполнитель отменил платёж", "Спросите его о причине: контакты внизу страницы.", AGAIN
        ),
        "card_expired": Decline("Банк отклонил платёж: срок карты истёк", OTHER_WAY),
        "country_forbidden": Decline(
            "Платёж отклонён: карты этой страны не принимаются", OTHER_WAY
        ),
        "deal_expired": _LATE,
        "expired_on_capture": _LATE,
        "expired_on_confirmation": _LATE,
        "fraud_suspected": Decline(
            "ЮKassa остановила платёж: он показался ей подозрительным", OTHER_WAY
        ),
        "general_decline": Decline("Банк отклонил платёж и не назвал причины", OTHER_WAY),
        "identification_required": Decline(
            "Платёж отклонён: превышен предел кошелька ЮMoney",
            "Подтвердите личность в ЮMoney либо заплатите картой или по СБП.",
        ),
        "insufficient_funds": Decline("Банк отклонил платёж: недостаточно средств", OTHER_WAY),
        "internal_timeout": Decline(
            "Платёж не прошёл: ЮKassa не успела его обработать",
            "Это бывает ненадолго: попробуйте ещё раз.",
            AGAIN,
        ),
        "invalid_card_number": Decline(
            "Банк отклонил платёж: неверный номер карты",
            "Проверьте номер и попробуйте ещё раз.",
            AGAIN,
        ),
        "invalid_csc": Decline(
            "Банк отклонил платёж: неверный код с оборота карты",
            "Проверьте три цифры кода и попробуйте ещё раз.",
            AGAIN,
        ),
        "issuer_unavailable": Decline(
            "Банк, который выпустил карту, не отвечает", f"Попробуйте позже. {OTHER_WAY}"
        ),
        "loan_application_expired": Decline("Срок заявки на кредит вышел", OTHER_WAY),
        "loan_declined": Decline("Банк отказал в кредите или рассрочке", OTHER_WAY),
        "loan_declined_by_payer": Decline("Вы отказались от кредита или рассрочки", OTHER_WAY),
        "payment_method_limit_exceeded": Decline(
            "Платёж отклонён: превышен предел платежей", OTHER_WAY
        ),
        "payment_method_restricted": Decline(
            "Банк отклонил платёж: операции по этой карте запрещены", OTHER_WAY
        ),
        "permission_revoked": Decline(
            "Платёж отклонён: разрешение на списания отозвано", OTHER_WAY
        ),
        "rejected_by_timeout": _LATE,
        "unsupported_mobile_operator": Decline(
            "С номера этого оператора заплатить нельзя", OTHER_WAY
        ),
    }
)


def decline(reason: str | None) -> Decline:
    """The words for a cancellation reason; an unknown one is quoted, never guessed at."""
    if not reason:
        return UNFINISHED
    return DECLINES.get(reason) or Decline(
        "Платёж не прошёл",
        f"Причину ЮKassa назвала кодом «{reason}», расшифровки у нас нет. {OTHER_WAY}",
    )


def words(page: OrderPage) -> Words:
    """The words of an order's state; a state this table lacks is a bug and raises KeyError."""
    if page.erased and page.state in ("created", "cancelled"):
        return _erased(page)
    return {
        "created": _created,
        "waiting": _waiting,
        "paid": _paid,
        "cancelled": _cancelled,
        "refunded": _refunded,
        "case": _case,
    }[page.state](page)


def _erased(page: OrderPage) -> Words:
    """An order nobody paid and nobody can pay any more: there is no one to make it with."""
    return Words("Заказ не оплачен и закрыт", NOT_CHARGED, "caution")


def _created(page: OrderPage) -> Words:
    return Words("Платёжный сервис не отвечает", f"{NOT_CHARGED} Заказ сохранён.", "caution")


def _waiting(page: OrderPage) -> Words:
    return Words(
        "Ждём ответ от ЮKassa",
        "Если вы уже оплатили, ничего не делайте: страница обновится сама.",
        "wait",
    )


def _paid(page: OrderPage) -> Words:
    if page.ended_at:
        return _left(page, page.ended_at)
    if page.refusal and page.leaving:
        return _leaving(page, page.refusal)
    if page.is_over and page.period:
        return _over(page, page.period)
    what = "Часы действуют" if page.bought_for else "Пакет действует"
    until = f" {what} до {wording.day(page.period.last_day)} включительно" if page.period else ""
    return Words(
        f"Оплачено.{until}" if until else "Оплачено",
        f"Получено {wording.money(page.price_kopecks)}{_receipt(page)}.{_returned(page)}",
        "done",
        _returning(page) or (f"В\u00a0пакете {in_a_line(page.life)}." if page.life else ""),
    )


def _receipt(page: OrderPage) -> str:
    """Where the fiscal receipt of the payment is, if there is one."""
    if not page.receipt:
        return ""
    own = [it for it in page.receipts if it.sent_with_payment]
    is_there = any(it.state == "registered" for it in own)
    return ", чек отправлен на почту" if is_there else ", чек придёт на почту"


def _returned(page: OrderPage) -> str:
    """What of the money is back already, as a sentence more."""
    return f" Из них возвращено {page.returned}." if page.returned else ""


def _leaving(page: OrderPage, refusal: Refusal) -> Words:
    """The client has refused his package, and the contractor has not decided yet."""
    asked, last = (
        wording.day(it) for it in (refusal.asked_at.astimezone(page.zone).date(), refusal.decide_by)
    )
    decision = f"Сколько из\u00a0них вернуть, исполнитель решит до\u00a0{last} включительно."
    return Words(
        f"Вы отказались от\u00a0пакета {asked}",
        f"Получено {wording.money(page.price_kopecks)}. {_returning(page) or decision}",
        "wait",
    )


def _over(page: OrderPage, period: Period) -> Words:
    """Its time has passed; what was left stays shown among the facts."""
    return Words(
        f"Пакет закончился {wording.day(period.last_day)}",
        f"Получено {wording.money(page.price_kopecks)}.{_returned(page)}",
        "done",
        f"Неиспользованные часы не\u00a0переносятся (п.\u00a03.4). {_returning(page)}".strip(),
    )


def _left(page: OrderPage, ended_at: datetime) -> Words:
    """The client has left the package before its time and was given back what he had not used."""
    if page.bought_for and not page.returned:
        return _left_with_package(page, ended_at)
    return Words(
        f"Пакет прекращён {wording.day(ended_at.astimezone(page.zone).date())}",
        f"Получено {wording.money(page.price_kopecks)}, возвращено {page.returned} {_where(page)}.",
        "done",
        f"{_returning(page)} {CREDITED}".strip(),
    )


def _left_with_package(page: OrderPage, ended_at: datetime) -> Words:
    """The package was ended by giving its money back; that of the extra hours is not back yet."""
    return Words(
        f"Пакет прекращён {wording.day(ended_at.astimezone(page.zone).date())}",
        f"За\u00a0дополнительные часы получено {wording.money(page.price_kopecks)}.",
        "wait",
        _returning(page) or "Сколько из\u00a0них вернуть, решает исполнитель: он уже уведомлён.",
    )


def _returning(page: OrderPage) -> str:
    """Money on its way: it is not there before YooKassa says so."""
    if not page.returning_kopecks:
        return ""
    return f"Возвращаем {wording.money(page.returning_kopecks)}: ЮKassa ещё не подтвердила возврат."


def _where(page: OrderPage) -> str:
    return "на карту, с которой платили" if page.method == "bank_card" else "туда, откуда платили"


def _cancelled(page: OrderPage) -> Words:
    told = decline(page.reason)
    return Words(told.heading, NOT_CHARGED, "caution", told.advice, told.next)


def _refunded(page: OrderPage) -> Words:
    return Words(
        "Деньги возвращены",
        f"Возвращено {page.returned} {_where(page)}. {CREDITED}",
        "done",
    )


def _case(page: OrderPage) -> Words:
    if not page.is_undecided:
        return _decided(page)
    return Words(
        "Разбираемся с платежом",
        f"{_came(page)}{_returned(page)} {_returning(page) or _what_then(page)}",
        "caution",
        "" if page.money_taken is False else "Второй раз платить не нужно.",
    )


def _came(page: OrderPage) -> str:
    """What came of the money, and that nothing began with it."""
    if page.money_taken is None:
        return "Получены ли деньги, уточняем у ЮKassa."
    if not page.money_taken:
        return NOT_CHARGED
    came = came_instead(page.came, page.price_kopecks)
    begun = not_begun(is_extra=page.bought_for is not None)
    return f"{came}, {begun}." if came else "Деньги получены."


def _what_then(page: OrderPage) -> str:
    if page.money_taken and came_instead(page.came, page.price_kopecks):
        return "Исполнитель вернёт их или напишет вам."
    return "Исполнитель уже уведомлён."


def _decided(page: OrderPage) -> Words:
    """Nothing is left to decide: all the money went back, or the contractor says so."""
    if page.returned and not page.left:
        return _refunded(page)
    heading = "Вопрос с платежом закрыт"
    if page.returned:
        return Words(
            heading,
            f"Пришло {wording.sums(page.came)}, возвращено {page.returned}.",
            "caution",
            f"Об\u00a0остальных {wording.sums(page.left)} исполнитель отметил, что вопрос решён; "
            "если вы этого не\u00a0знаете, напишите ему.",
        )
    return Words(
        heading,
        "Деньги пришли, но не\u00a0подошли к\u00a0заказу.",
        "caution",
        "Исполнитель отметил, что вопрос решён. Если вы этого не\u00a0знаете, напишите ему.",
    )
