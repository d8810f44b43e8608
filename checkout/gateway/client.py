"""Our side of YooKassa's API v3, over the official SDK with its traps closed.

Of `yookassa` 3.13.0 we keep what signs a call: `ApiClient` with its headers and its name for
YooKassa's statistics. Two of its methods are replaced, so the version is pinned:

- `execute` sends our bytes. The SDK's models would drop keys they do not know, carry amounts
  through float, write None as "None" and put their `cms_name` into the caller's own dict; and a
  replay must repeat the first body exactly.
- `get_session` gives one pooled session per thread (`patience.PatientSession`). The SDK opens a
  connection per call, waits for ever, obeys HTTP_PROXY and netrc, follows redirects (a POST then
  becomes a GET), and sends again by itself when a connection breaks.

Its `request` is not used: it turns every network failure into AttributeError and loses the HTTP
status. Neither is its class-level Configuration, which two clients in a process would share and
whose logger writes out credentials.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import requests
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from yookassa.client import ApiClient
from yookassa.domain.common.user_agent import UserAgent

from checkout.domain.errors import Refused
from checkout.domain.payment import Payment
from checkout.domain.receipt import Receipt
from checkout.domain.refund import Refund
from checkout.gateway.patience import PatientSession
from checkout.gateway.verdict import (
    LOOKING,
    PAYING,
    REGISTERING,
    REPAYING,
    Answer,
    Asked,
    broken_off,
    refusal,
    unreadable,
)
from checkout.gateway.wire import (
    UnreadableAnswerError,
    is_idempotence_key,
    is_payment_id,
    is_receipt_id,
    read_object,
    read_page,
    read_payment,
    read_receipt,
    read_refund,
    unread,
)

MAX_ANSWER = 1024 * 1024
LONGEST_PAGE = "100"  # YooKassa's own limit
MOST_PAGES = 10_000
_CHUNK = 64 * 1024
# told what an unreadable object of a list is called, and why it cannot be read
PassOver = Callable[[str, str], None] | None


class YooKassa:
    """One shop at YooKassa. Safe to share between threads; each keeps its own connections.

    `timeouts` are seconds to connect and to wait for the next byte; YooKassa itself gives up
    after 30, so the second is longer. A whole answer may take twice the second, no more; a whole
    call `patience.longest_call`. `trust` is a file of the authorities to believe in place of the
    usual ones.
    """

    def __init__(
        self,
        *,
        shop_id: str,
        secret_key: str,
        api_url: str,
        timeouts: tuple[float, float] = (3.05, 35.0),
        trust: str | None = None,
    ) -> None:
        self._shop_id = shop_id
        self._api_url = api_url.rstrip("/")
        self._client = _Client(shop_id, secret_key, self._api_url, timeouts, trust)

    def __repr__(self) -> str:
        return f"YooKassa(shop_id={self._shop_id!r}, api_url={self._api_url!r})"

    def create_payment(self, *, key: str, body: str) -> Payment:
        """POST /payments with `body` byte for byte (see `wire.payment_request`).

        Refused: YooKassa said no to *this request*; on a replay that says nothing about an
        earlier one. UnknownOutcome: repeat the same key and body within 24 hours, or look the
        payment up. Unreachable: it was not sent.
        """
        return _read(PAYING, self._create(PAYING, "/payments", key, body), read_payment)

    def payment(self, payment_id: str) -> Payment:
        """GET /payments/{id}: the payment as it stands. Refused with status 404 if unknown.

        An id of another shape is refused without asking. UnknownOutcome here means only that
        its state was not learnt.
        """
        payment = _read(LOOKING, self._look("payments", payment_id), read_payment)
        if payment.id != payment_id:
            raise unreadable(LOOKING, 200, "the answer is of another payment")
        return payment

    def create_refund(self, *, key: str, body: str) -> Refund:
        """POST /refunds with `body` byte for byte (see `wire.refund_request`).

        Raises as `create_payment` does; here an UnknownOutcome may have moved money.
        """
        return _read(REPAYING, self._create(REPAYING, "/refunds", key, body), read_refund)

    def refund(self, refund_id: str) -> Refund:
        """GET /refunds/{id}: the refund as it stands; raises as `payment` does."""
        refund = _read(LOOKING, self._look("refunds", refund_id), read_refund)
        if refund.id != refund_id:
            raise unreadable(LOOKING, 200, "the answer is of another refund")
        return refund

    def refunds(self, pass_over: PassOver = None, /, **filters: str) -> Iterator[Refund]:
        """GET /refunds, every page of it: newest first, by YooKassa's own filters.

        One that cannot be read is an error, unless `pass_over` is told of it.
        """
        return _read_all(self._list("/refunds", filters), read_refund, pass_over)

    def payments(self, pass_over: PassOver = None, /, **filters: str) -> Iterator[Payment]:
        """GET /payments, every page of it, as `refunds`."""
        return _read_all(self._list("/payments", filters), read_payment, pass_over)

    def create_receipt(self, *, key: str, body: str) -> Receipt:
        """POST /receipts with `body` byte for byte (see `wire.receipt_request`).

        Raises as `create_payment` does; no money moves by it.
        """
        return _read(REGISTERING, self._create(REGISTERING, "/receipts", key, body), read_receipt)

    def receipt(self, receipt_id: str) -> Receipt:
        """GET /receipts/{id}: the receipt as it stands; raises as `payment` does."""
        answer = self._look("receipts", receipt_id, shape=is_receipt_id)
        receipt = _read(LOOKING, answer, read_receipt)
        if receipt.id != receipt_id:
            raise unreadable(LOOKING, 200, "the answer is of another receipt")
        return receipt

    def receipts(self, pass_over: PassOver = None, /, **filters: str) -> Iterator[Receipt]:
        """GET /receipts, every page of it, as `refunds`; by payment or by refund, not by both."""
        return _read_all(self._list("/receipts", filters), read_receipt, pass_over)

    def me(self) -> Mapping[str, object]:
        """GET /me: the shop's own description (`account_id`, `status`, `test`, …)."""
        return _read(LOOKING, self._client.call(LOOKING, "/me"), read_object)

    def _create(self, asked: Asked, path: str, key: str, body: str) -> Answer:
        if not is_idempotence_key(key):
            raise ValueError("an idempotence key is 1 to 64 characters of 0-9 A-Z a-z + _ . -")
        return self._client.call(asked, path, key=key, body=body.encode())

    def _look(
        self, kind: str, object_id: str, shape: Callable[[str], bool] = is_payment_id
    ) -> Answer:
        if not shape(object_id):
            raise Refused(
                "Такого в ЮKassa нет.",
                status=404,
                reason="not_found",
                detail="id of another shape",
            )
        return self._client.call(LOOKING, f"/{kind}/{object_id}")

    def _list(self, path: str, filters: Mapping[str, str]) -> Iterator[str]:
        """The objects of all pages. An error in the middle is raised: half a list is none."""
        asked = {"limit": LONGEST_PAGE, **filters}
        for _ in range(MOST_PAGES):
            page = _read(LOOKING, self._client.call(LOOKING, path, query=asked), read_page)
            yield from page.items
            if page.cursor is None:
                return
            asked = {**asked, "cursor": page.cursor}
        raise unreadable(LOOKING, 200, "a list without an end")


T = TypeVar("T")


def _read(asked: Asked, answer: Answer, reader: Callable[[str], T]) -> T:
    try:
        return reader(answer.text)
    except UnreadableAnswerError as error:
        raise unreadable(asked, answer.status, error.detail) from None


def _read_all(texts: Iterator[str], reader: Callable[[str], T], pass_over: PassOver) -> Iterator[T]:
    for text in texts:
        try:
            yield reader(text)
        except UnreadableAnswerError as error:
            if pass_over is None:
                raise unreadable(LOOKING, 200, error.detail) from None
            pass_over(unread(text), error.detail)


class _Unusable(Exception):  # noqa: N818 - reads as what it is
    """An answer that came and cannot be read."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class _Client(ApiClient):
    """The SDK's client of one shop, without its global configuration."""

    def __init__(
        self,
        shop_id: str,
        secret_key: str,
        api_url: str,
        timeouts: tuple[float, float],
        trust: str | None,
    ) -> None:
        # Not super().__init__(): it reads the credentials from class-level state.
        self.endpoint = api_url
        self.shop_id = shop_id
        self.shop_password = secret_key
        self.auth_token = None
        self.user_agent = UserAgent()  # type: ignore[no-untyped-call]  # the SDK has no types
        self._timeouts = timeouts
        self._trust = trust
        self._sessions = threading.local()

    def call(
        self,
        asked: Asked,
        path: str,
        *,
        key: str = "",
        body: bytes = b"",
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send once and read the whole answer; raise unless it is a readable 200."""
        extra = {"Idempotence-Key": key} if key else None
        headers = self.prepare_request_headers(extra)  # type: ignore[no-untyped-call]  # as above
        try:
            answer = self.execute(body, asked.method, path, query, headers)
        except (requests.RequestException, HTTPError) as error:
            raise broken_off(
                asked, never_sent=_never_connected(error), detail=_kind(error)
            ) from None
        except _Unusable as error:
            raise unreadable(asked, error.status, error.why) from None
        if answer.status != 200:
            raise refusal(asked, answer)
        return answer

    def execute(
        self,
        body: bytes,
        method: str,
        path: str,
        query_params: Mapping[str, str] | None,
        request_headers: Mapping[str, str],
    ) -> Answer:
        """As the SDK's, but with our bytes; logs nothing, follows nothing, reads 1 MiB at most."""
        with self.get_session().request(
            method,
            self.endpoint + path,
            params=query_params,
            headers=request_headers,
            data=body or None,
            timeout=self._timeouts,
            allow_redirects=False,
            stream=True,
        ) as response:
            return Answer(response.status_code, response.headers, _content(response))

    def get_session(self) -> requests.Session:
        """This thread's session, without a memory for cookies."""
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = PatientSession(self._trust)
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._sessions.session = session
        return session


def _content(response: requests.Response) -> str:
    """The answer's text. Unusable when it is too long or not UTF-8."""
    content = bytearray()
    # Piece by piece as they arrive: iter_content would wait for a whole chunk, however long.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        content += chunk
        if len(content) > MAX_ANSWER:
            raise _Unusable(response.status_code, "over 1 MiB")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _Unusable(response.status_code, "not UTF-8") from None


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY" in str(error)


def _kind(error: Exception) -> str:
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", None) or inner
    return f"{type(error).__name__}: {type(reason).__name__}"
