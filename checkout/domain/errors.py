"""One family of refusals: each has a code for programs and a Russian sentence for the person.

    CheckoutError
    ├── GatewayError          YooKassa did not do what was asked
    │   ├── Refused           it answered no: definite, a new attempt needs a new key
    │   ├── UnknownOutcome    it may have done it: repeat the same key and body
    │   └── Unreachable       the request never got there: nothing was done
    └── … the rest is beside the rule that raises it

Anything else that is raised is a bug: it is logged with its trace and answered 500.
"""


class CheckoutError(Exception):
    """A refusal with a `code` for programs and, as its text, a sentence for a person."""

    code = "refused"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class GatewayError(CheckoutError):
    """A call to YooKassa failed; which subclass says what is known about its outcome."""

    code = "gateway"

    def __init__(self, sentence: str, *, status: int | None = None, detail: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.detail = detail


class Refused(GatewayError):  # noqa: N818 - a name of the field, read as a sentence
    """YooKassa answered with a definite 4xx: nothing happened, the key is spent.

    `reason` is YooKassa's own error code, `parameter` the field it complains of,
    `retry_after` seconds to wait if it said so (429).
    """

    code = "gateway_refused"

    def __init__(
        self,
        sentence: str,
        *,
        status: int,
        reason: str = "",
        detail: str = "",
        parameter: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence, status=status, detail=detail)
        self.reason = reason
        self.parameter = parameter
        self.retry_after = retry_after


class UnknownOutcome(GatewayError):  # noqa: N818
    """The answer is missing or unreadable (timeout, reset, 5xx, 202, broken JSON).

    The operation may have been performed: only the same key with the same body is safe.
    """

    code = "gateway_unknown"


class Unreachable(GatewayError):  # noqa: N818
    """No connection was made, so nothing was done at YooKassa."""

    code = "gateway_unreachable"
