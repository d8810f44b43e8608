"""The pages of trouble, each with its words: what happened, what about the money, what next.

One function per answer of the service (its status stands in the docstring), so that the words
are in one place and a handler only names what happened.
"""

from dataclasses import dataclass

from checkout.domain import refusal_words
from checkout.domain.refusal import Obstacle
from checkout.web.views import Retry, Trouble
from offer.values import Requisites
from offer.wording import counted

NOT_CHARGED = "Деньги не списаны."


@dataclass(frozen=True)
class House:
    """What every page of trouble knows: is this a demo, and whom to write to (if known)."""

    test: bool
    requisites: Requisites | None = None


def forbidden(house: House) -> Trouble:
    """403: a form sent from somewhere else than our own page."""
    return _trouble(
        house,
        "Форма отправлена не с нашей страницы",
        "Откройте пакеты и начните заказ заново. Если видите это снова, обновите браузер.",
        money=NOT_CHARGED,
    )


def not_found(house: House) -> Trouble:
    """404: no such page."""
    return _trouble(
        house,
        "Такой страницы нет",
        "Проверьте адрес: в нём могла потеряться буква. Пакеты, цены и оферта — на главной.",
        link=("/", "На главную"),
    )


def dead_link(house: House) -> Trouble:
    """410: a link of a letter that is used, too old, replaced, or was never ours."""
    return _trouble(
        house,
        "Ссылка больше не действует",
        "Она одноразовая и живёт двадцать минут. Попросите новое письмо: это занимает минуту.",
        link=("/account/sign-in", "Получить новое письмо"),
    )


def forgotten(house: House) -> Trouble:
    """200: all that was known of a client is erased."""
    return _trouble(
        house,
        "Данные стёрты, кабинет закрыт",
        "В журнале остался акт: что, когда и по какой статье стёрто. Имён и адресов в нём нет.",
        link=("/", "На главную"),
    )


def cannot_readdress(house: House, sentence: str, order_url: str) -> Trouble:
    """409: an order's address is not changed here."""
    return _trouble(
        house,
        "Адрес заказа здесь не изменить",
        sentence,
        link=(order_url, "Вернуться к заказу"),
    )


def order_not_found(house: House) -> Trouble:
    """404: no order at this secret address."""
    return _trouble(
        house,
        "Такого заказа нет",
        "Адрес заказа длинный, и открыть его можно только целиком: "
        "возьмите ссылку из письма или скопируйте её ещё раз.",
        link=("/", "На главную"),
    )


PAPERS = "Свидетельство и\u00a0доказательства появятся"
# the heading and the sentence; «waiting» may be paid already, and only YooKassa knows it
NO_PAPERS = {
    "case": ("С платежом ещё разбираются", f"{PAPERS}, когда оплата подойдёт к\u00a0заказу."),
    "waiting": (
        "Оплата ещё не\u00a0подтверждена",
        f"{PAPERS}, когда её подтвердит ЮKassa. Если вы уже оплатили, ничего не\u00a0делайте.",
    ),
}


def not_paid(house: House, state: str, order_url: str) -> Trouble:
    """404: a paper of an order that has not been accepted by paying."""
    unpaid = ("Заказ ещё не оплачен", f"{PAPERS} после оплаты: они подтверждают акцепт оферты.")
    heading, then = NO_PAPERS.get(state, unpaid)
    return _trouble(house, heading, then, link=(order_url, "Открыть заказ"))


def cannot_refuse(house: House, why: Obstacle, kind: str, order_url: str) -> Trouble:
    """409: there is no package to refuse, or not now; `kind` is the client's."""
    heading, then = {
        Obstacle.UNPAID: (
            "Пакет по\u00a0заказу ещё не\u00a0начался",
            "Отказаться можно от оплаченного пакета. Что с оплатой, сказано на странице заказа.",
        ),
        Obstacle.CASE: (
            "С платежом ещё разбираются",
            "Исполнитель уже уведомлён. Отказаться можно, когда станет ясно, что с деньгами; "
            "написать ему можно уже сейчас.",
        ),
        Obstacle.RETURNED: (
            "Деньги уже возвращены",
            "Возвращено всё, пакет прекращён: отказываться больше не от чего.",
        ),
        Obstacle.ENDED: (
            "Пакет уже прекращён",
            "Сколько возвращено, сказано на странице заказа. Если не согласны с суммой, "
            "напишите исполнителю.",
        ),
        Obstacle.OVER: ("Пакет закончился", refusal_words.over(kind)),
        Obstacle.RETURNING: (
            "Возврат ещё не закончен",
            "ЮKassa ещё не подтвердила возврат по этому заказу. Отказаться от пакета можно "
            "после этого.",
        ),
    }[why]
    return _trouble(house, heading, then, link=(order_url, "Открыть заказ"))


def erased(house: House, day: str, act: int) -> Trouble:
    """410: the papers of an order whose personal details are erased."""
    return _trouble(
        house,
        f"Личные данные стёрты {day}, акт №\u00a0{act}",
        "Вместе с\u00a0ними стёрты свидетельство и\u00a0письма: в\u00a0них стояло имя. "
        "Сам заказ и\u00a0записи журнала остались.",
        link=("/privacy/", "Сколько хранятся данные"),
    )


def package_ended(house: House) -> Trouble:
    """409: extra hours for a package that does not run any more."""
    return _trouble(
        house,
        "Пакет уже закончился",
        "Дополнительные часы докупают к\u00a0действующему пакету. Теперь нужен новый: "
        "он начнётся с\u00a0оплаты и\u00a0продлится полный срок.",
        money=NOT_CHARGED,
        link=("/", "Новый пакет"),
    )


def package_refused(house: House, order_url: str) -> Trouble:
    """409: extra hours for a package that its client refused and nobody has decided on."""
    return _trouble(
        house,
        "Вы отказались от этого пакета",
        "Пока исполнитель решает, сколько вернуть, дополнительные часы к нему не продаются. "
        "Если передумали, напишите исполнителю.",
        money=NOT_CHARGED,
        link=(order_url, "К заказу"),
    )


def nobody_to_sell_to(house: House) -> Trouble:
    """409: who bought the package is erased, so nobody knows whose its extra hours would be."""
    return _trouble(
        house,
        "Кто купил пакет, здесь больше не\u00a0записано",
        "Личные данные по\u00a0этому заказу стёрты, а\u00a0дополнительные часы продаются тому "
        "же заказчику. Можно купить новый пакет.",
        money=NOT_CHARGED,
        link=("/", "Новый пакет"),
    )


def package_not_sold(house: House) -> Trouble:
    """404: the offer in force has no such package."""
    return _trouble(
        house,
        "Такого пакета нет",
        "В действующей редакции оферты его не продают. Посмотрите, какие пакеты есть.",
        money=NOT_CHARGED,
    )


def never_published(house: House, form_url: str) -> Trouble:
    """422: a box whose hash is of no edition ever published."""
    return _trouble(
        house,
        "Такой редакции оферты не было",
        "Форма пришла с отметкой о тексте, который мы не публиковали. "
        "Откройте форму заново: в ней стоит действующая редакция.",
        money=NOT_CHARGED,
        link=(form_url, "Открыть форму заново"),
    )


def too_many(house: House, wait: int) -> Trouble:
    """429: too many forms from one address, for one e-mail or order; `wait` in seconds."""
    minutes = -(-wait // 60)
    words = "минуту" if minutes <= 1 else counted(minutes, "минуту", "минуты", "минут")
    return _trouble(
        house,
        "Слишком много попыток подряд",
        f"Подождите {words} и\u00a0повторите. Сохранённые заказы никуда не\u00a0делись.",
    )


def unreachable(house: House, retry: Retry | None, order_url: str | None = None) -> Trouble:
    """503: YooKassa could not be reached, or its answer is not known; the order is saved."""
    return _trouble(
        house,
        "Платёжный сервис не отвечает",
        "Попробуйте ещё раз через минуту: второго заказа и второго платежа не будет.",
        money=f"{NOT_CHARGED} Заказ сохранён.",
        link=(order_url, "Открыть заказ") if order_url else None,
        retry=retry,
    )


def not_selling(house: House, sentence: str) -> Trouble:
    """503: there is nothing to sell by (no release, a year without a calendar)."""
    return _trouble(
        house,
        "Сейчас заказать нельзя",
        sentence,
        money=NOT_CHARGED,
        link=("/offer/", "Читать оферту"),
    )


def no_release(house: House) -> Trouble:
    """503: no release of the site is loaded, so there is no record to read."""
    return _trouble(
        house,
        "Редакции сейчас не открываются",
        "Сайт ещё загружается. Подождите минуту и обновите страницу.",
        link=None,
    )


def no_editions(house: House) -> Trouble:
    """404: the document has no edition yet."""
    return _trouble(
        house,
        "Редакций ещё нет",
        "Ни одна редакция этого документа пока не опубликована.",
        link=("/", "На главную"),
    )


def broken(house: House, reference: str) -> Trouble:
    """500: our bug; nothing is half done, and the reference finds it in the log."""
    return Trouble(
        heading="На сайте произошла ошибка",
        money="Если вы платили, деньги и заказ не потеряются: платёж мы сверим с ЮKassa.",
        next="Повторите чуть позже. Если не поможет, напишите исполнителю и назовите номер ниже.",
        link_url="/",
        link_text="На главную",
        reference=reference,
        test=house.test,
        requisites=house.requisites,
    )


def _trouble(
    house: House,
    heading: str,
    then: str,
    *,
    money: str = "",
    link: tuple[str, str] | None = ("/", "Выбрать пакет"),
    retry: Retry | None = None,
) -> Trouble:
    url, text = link or (None, None)
    return Trouble(
        heading=heading,
        money=money,
        next=then,
        link_url=url,
        link_text=text,
        reference=None,
        test=house.test,
        retry=retry,
        requisites=house.requisites,
    )
