"""The letters that open an account: each has a link for any device and a code for the one asking.

They hold a secret, so they are written when they are sent and kept nowhere.
"""

from dataclasses import dataclass
from datetime import timedelta

from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Attachment, Letter, head_of, letter, notice, subject_of
from offer.evidence.settlement import LedgerRef
from offer.typography import no_break
from offer.wording import counted

KEEP_IT = (
    "Ссылка и код одноразовые. Никому их не сообщайте: исполнитель никогда о них не спрашивает."
)
NOT_ASKED = "Если вы этого не просили, ничего не делайте: без ссылки или кода войти нельзя."


@dataclass(frozen=True)
class Key:
    """What opens the account of `to`: a link and a code, for as long as they live."""

    to: str
    url: str
    code: str
    lives: timedelta
    test: bool


def entering(key: Key) -> Letter:
    """To a client who asked to sign in."""
    return _letter(key, "Вход в\u00a0кабинет", "Ссылка для\u00a0входа в\u00a0кабинет", NOT_ASKED)


def beginning(key: Key) -> Letter:
    """To whoever signs up with an address nobody has used here."""
    unasked = "Если вы этого не просили, ничего не делайте: кабинет не появится."
    return _letter(key, "Откройте свой кабинет", "Подтвердите адрес и откройте кабинет", unasked)


def readdressing(key: Key) -> Letter:
    """To the address an order should have had: its code, for the browser of the order alone."""
    how = (
        f"Введите код на странице, где вы исправляете адрес заказа. Он живёт {_lives(key)} "
        "и годится один раз.",
    )
    unasked = "Если вы здесь ничего не заказывали, ничего не делайте: кто-то ошибся адресом."
    body = Body(
        notice=notice(key),
        lead="Код, чтобы исправить адрес заказа",
        sections=(
            Section(
                paragraphs=[no_break(it) for it in how],
                facts=(Fact("Код", spaced(key.code), "code"),),
            ),
            Section(paragraphs=[no_break(unasked)]),
        ),
    )
    return letter(key.to, subject_of(key, "Код для исправления адреса"), body, reply_to=None)


@dataclass(frozen=True)
class Readdressed:
    """An order whose letters go to another address from now on; `by_hand` of the contractor."""

    order_number: str
    order_url: str
    head: LedgerRef
    test: bool
    by_hand: bool = False


def readdressed(
    said: Readdressed, to: str, attachments: tuple[Attachment, ...], *, reply_to: str | None
) -> Letter:
    """To the new address: the order is found here from now on; its certificate, if it has one."""
    paragraphs = (
        "Письма по этому заказу теперь приходят сюда, и он виден в кабинете этого адреса. "
        "В свидетельстве и в журнале остаётся адрес, указанный при заказе, рядом записано "
        "исправление.",
    )
    facts = (
        Fact("Номер заказа", said.order_number),
        Fact("Страница заказа", said.order_url, "link"),
        *head_of(said.head),
    )
    body = Body(
        notice=notice(said),
        lead=f"Адрес заказа {said.order_number} исправлен",
        sections=(Section(paragraphs=[no_break(it) for it in paragraphs], facts=facts),),
    )
    subject = subject_of(said, f"Адрес заказа {said.order_number} исправлен")
    return letter(to, subject, body, reply_to=reply_to, attachments=attachments)


def no_more_letters(said: Readdressed, to: str) -> Letter:
    """To the address that was typed wrong; the new one is not named."""
    how = "исправил исполнитель" if said.by_hand else "исправили в браузере, в котором он сделан"
    text = (
        f"Адрес заказа {said.order_number} {how}. Писем по "
        "нему сюда больше не будет. Если заказ ваш и вы этого не делали, ответьте исполнителю: "
        "контакты — на странице реквизитов сайта."
    )
    body = Body(
        notice=notice(said),
        lead="Писем по этому заказу здесь больше не будет",
        sections=(Section(paragraphs=(no_break(text),), facts=head_of(said.head)),),
    )
    subject = subject_of(said, f"Адрес заказа {said.order_number} изменён")
    return letter(to, subject, body, reply_to=None)


def _lives(key: Key) -> str:
    whole = -(-key.lives // timedelta(minutes=1))  # seconds have gone since it was asked for
    return counted(whole, "минуту", "минуты", "минут")


def _letter(key: Key, lead: str, subject: str, unasked: str) -> Letter:
    how = (
        f"Откройте ссылку и нажмите «Войти». Или введите код на странице, где вы попросили "
        f"письмо. Они живут {_lives(key)}.",
    )
    facts = (Fact("Ссылка", key.url, "link"), Fact("Код", spaced(key.code), "code"))
    body = Body(
        notice=notice(key),
        lead=lead,
        sections=(
            Section(paragraphs=[no_break(it) for it in how], facts=facts),
            Section(paragraphs=[no_break(it) for it in (KEEP_IT, unasked)]),
        ),
    )
    return letter(key.to, subject_of(key, subject), body, reply_to=None)


def spaced(code: str) -> str:
    """«1234 5678»."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"
