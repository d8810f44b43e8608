"""A page with a decision tells, in a field of its form, what it showed; signed, so that we believe
it when the form comes back, whichever process made the page and whatever has changed since."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from itsdangerous import BadData, URLSafeSerializer

from checkout.domain.shown import Shown
from offer.evidence.chain import digest

FIELD = '<input type="hidden" name="shown" value="{}">'
EMPTY = FIELD.format("")
PURPOSE = "what a page showed"
# The last day a page promises is that of its own day: after a week nobody decides by it any more.
LONGEST_OPEN = timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """What a page asks: to take these hours for this price (kopecks) by this text.

    `form` names the one form, or the one order, it is asked in; `offer` is the text's hash.
    """

    form: str
    offer: str
    hours: int
    price_kopecks: int


class _Told(TypedDict):
    question: dict[str, str | int]
    shown: dict[str, str | None]


def tell(html: str, shown: Shown, question: Question, key: str) -> str:
    """The page with its field filled in: what it showed when it asked this."""
    if html.count(EMPTY) != 1:
        raise LookupError("a page with a decision has one empty field `shown`")
    seen = replace(shown, page_sha256=digest(html))
    told: _Told = {"question": asdict(question), "shown": asdict(seen)}
    signed = URLSafeSerializer(key, salt=PURPOSE).dumps(told)
    return html.replace(EMPTY, FIELD.format(str(signed)))


def told(value: str, question: Question, key: str, now: datetime) -> Shown | None:
    """What the page that asked this showed; None if we never said so, or too long ago."""
    try:
        said: _Told = URLSafeSerializer(key, salt=PURPOSE).loads(value)
        shown = Shown(**said["shown"])  # type: ignore[arg-type]  # signed by us
        asked = Question(**said["question"])  # type: ignore[arg-type]  # the same
        age = now - datetime.fromisoformat(shown.rendered_at or "")
    except (BadData, KeyError, TypeError, ValueError):  # nobody's, or another version's of ours
        return None
    return shown if asked == question and age <= LONGEST_OPEN else None
