"""The letters that open an account: each has a link for any device and a code for the one asking.

They hold a secret, so they are written when they are sent and kept nowhere.
"""

from dataclasses import dataclass
from datetime import timedelta

from checkout.mail.body import Body, Fact, Section
from checkout.mail.letters import Letter, letter, notice, subject_of
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


def _letter(key: Key, lead: str, subject: str, unasked: str) -> Letter:
    lives = counted(key.lives // timedelta(minutes=1), "минуту", "минуты", "минут")
    how = (
        f"Откройте ссылку и нажмите «Войти». Или введите код на странице, где вы попросили "
        f"письмо. Так можно сделать в течение {lives}.",
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
