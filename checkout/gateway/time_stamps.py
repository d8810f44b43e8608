"""Ask a time-stamping authority (RFC 3161) to date some bytes by its clock, not by ours."""

import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import requests
from rfc3161_client import TimestampRequestBuilder, decode_timestamp_response
from rfc3161_client.base import HashAlgorithm
from rfc3161_client.tsp import PKIStatus, TimeStampRequest, TimeStampResponse

from checkout.domain.errors import CheckoutError

LARGEST = 64 * 1024
TIMEOUTS = (3.05, 10.0)
GRANTED = (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS)


class NoTimeStamp(CheckoutError):  # noqa: N818 - reads as what it is
    """The authority gave no stamp, or one that is not of these bytes; the text says which."""

    code = "no_time_stamp"


@dataclass(frozen=True)
class TimeStamp:
    """An authority's whole answer (DER, as `openssl ts -verify -in` reads it) and its time, UTC.

    Its signature is not judged here: whom to trust is for whoever checks to say.
    """

    answer: bytes
    at: datetime


def time_stamp(data: bytes, url: str, *, timeouts: tuple[float, float] = TIMEOUTS) -> TimeStamp:
    """Have `data` dated by the authority at `url`; only its hash leaves us. Raises NoTimeStamp."""
    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    answer = _asked(url, request, timeouts)
    stamp = _read(answer)
    _check(stamp, request, data)
    return TimeStamp(answer, stamp.tst_info.gen_time)


def _asked(url: str, request: TimeStampRequest, timeouts: tuple[float, float]) -> bytes:
    deadline = time.monotonic() + 2 * timeouts[1]
    session = requests.Session()
    session.trust_env = False
    try:
        with session.post(
            url,
            data=request.as_bytes(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=timeouts,
            allow_redirects=False,
            stream=True,
        ) as response:
            if response.status_code != 200:
                raise NoTimeStamp(f"ответ HTTP {response.status_code}")
            return _content(response, deadline)
    except requests.RequestException as error:
        raise NoTimeStamp(f"сервер не отвечает ({type(error).__name__})") from None


def _content(response: requests.Response, deadline: float) -> bytes:
    content = bytearray()
    while chunk := response.raw.read1(LARGEST, decode_content=True):
        content += chunk
        if len(content) > LARGEST or time.monotonic() > deadline:
            raise NoTimeStamp("ответ слишком велик или слишком медленный")
    return bytes(content)


def _read(answer: bytes) -> TimeStampResponse:
    try:
        return decode_timestamp_response(answer)
    except ValueError:
        raise NoTimeStamp("ответ не похож на штамп времени") from None


def _check(stamp: TimeStampResponse, request: TimeStampRequest, data: bytes) -> None:
    if stamp.status not in GRANTED:
        raise NoTimeStamp(f"сервер отказал: {'; '.join(stamp.status_string) or stamp.status}")
    try:
        dated = stamp.tst_info
    except ValueError:
        raise NoTimeStamp("в ответе нет штампа времени") from None
    if dated.nonce != request.nonce:
        raise NoTimeStamp("штамп из другого ответа: не совпало одноразовое число")
    if dated.message_imprint.message != sha256(data).digest():
        raise NoTimeStamp("штамп поставлен на другие данные")
