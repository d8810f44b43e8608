"""What an answer other than 200 says about the operation: refused, or nobody knows.

By YooKassa's error table: a 4xx is definite and asks for a new key, a 500 has to be asked again
with the same key and body. What its table does not name is treated as unknown, because asking
again with the same key is always safe and giving up on money that moved is not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from checkout.domain.errors import GatewayError, Refused, UnknownOutcome, Unreachable
from checkout.gateway.wire import UnreadableAnswerError, read_object

# 409 is missing on purpose: it is in nobody's documentation and may mean «the first one is
# still at work».
DEFINITE = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422, 429})

_DAY = 86_400
_SECONDS = re.compile(r"[0-9]{1,9}")
_SENTENCES = {
    401: "ЮKassa не приняла данные магазина.",
    403: "ЮKassa не разрешила магазину эту операцию.",
    404: "ЮKassa не знает такого платежа.",
    429: "ЮKassa просит подождать.",
}
_REFUSED = "ЮKassa отклонила запрос."
_UNKNOWN = "ЮKassa не ответила внятно."
_UNREACHABLE = "Платёжный сервис не отвечает."


@dataclass(frozen=True)
class Asked:
    """What a call is for: `refused` and `unknown` are what its failure says about money."""

    method: str
    refused: str = ""
    unknown: str = ""


LOOKING = Asked("GET")
# what creates a payment takes no money before the payer confirms
PAYING = Asked("POST", " Деньги не списаны.", " Деньги не списаны.")
REGISTERING = Asked("POST", " Чек не отправлен.", " Отправлен ли чек, пока не известно.")
REPAYING = Asked("POST", " Деньги не возвращены.", " Возвращены ли деньги, пока не известно.")


@dataclass(frozen=True)
class Answer:
    """An HTTP answer read whole."""

    status: int
    headers: Mapping[str, str]
    text: str


def refusal(asked: Asked, answer: Answer) -> GatewayError:
    """The error an answer with another status than 200 stands for."""
    error = _error_object(answer.text)
    detail = " ".join(filter(None, [_word(error, "code"), _word(error, "description")]))
    if answer.status not in DEFINITE or _key_is_taken(answer.status, error):
        return unreadable(asked, answer.status, detail)
    return Refused(
        _SENTENCES.get(answer.status, _REFUSED) + asked.refused,
        status=answer.status,
        reason=_word(error, "code"),
        detail=detail,
        parameter=_word(error, "parameter"),
        retry_after=_retry_after(answer.headers, error),
    )


def unreadable(asked: Asked, status: int | None, detail: str) -> UnknownOutcome:
    """The error of an answer that tells nothing certain; `detail` is for the log."""
    return UnknownOutcome(_UNKNOWN + asked.unknown, status=status, detail=detail)


def broken_off(asked: Asked, *, never_sent: bool, detail: str) -> GatewayError:
    """The error of a call without an answer."""
    if never_sent:
        return Unreachable(_UNREACHABLE + asked.refused, detail=detail)
    return unreadable(asked, None, detail)


def _key_is_taken(status: int, error: Mapping[str, object]) -> bool:
    """A complaint about a well-formed key means that something was begun under it before."""
    return status == 400 and _word(error, "parameter").casefold() == "idempotence-key"


def _error_object(text: str) -> Mapping[str, object]:
    try:
        return read_object(text)
    except UnreadableAnswerError:
        return {}


def _word(error: Mapping[str, object], name: str) -> str:
    value = error.get(name)
    return value[:500] if isinstance(value, str) else ""


def _retry_after(headers: Mapping[str, str], error: Mapping[str, object]) -> float | None:
    """Seconds, a day at most: the body's `retry_after` is in ms, the header in whole seconds."""
    in_body = error.get("retry_after")
    if isinstance(in_body, int) and not isinstance(in_body, bool) and in_body >= 0:
        return min(in_body, _DAY * 1000) / 1000
    in_header = headers.get("Retry-After", "").strip()
    return min(float(in_header), _DAY) if _SECONDS.fullmatch(in_header) else None
