"""A page with a decision tells, in a field of its form, what it showed; signed, so that we believe
it when the form comes back, whichever process made the page and whatever has changed since."""

from dataclasses import asdict, replace
from typing import TypedDict

from itsdangerous import BadData, URLSafeSerializer

from checkout.domain.shown import Shown
from offer.evidence.chain import digest

FIELD = '<input type="hidden" name="shown" value="{}">'
EMPTY = FIELD.format("")
PURPOSE = "what a page showed"


class _Told(TypedDict):
    form: str
    offer: str
    shown: dict[str, str | None]


def tell(html: str, shown: Shown, *, form: str, offer: str, key: str) -> str:
    """The page with its field filled in: what it showed, for the form named `form`."""
    if html.count(EMPTY) != 1:
        raise LookupError("a page with a decision has one empty field `shown`")
    seen = replace(shown, page_sha256=digest(html))
    told: _Told = {"form": form, "offer": offer, "shown": asdict(seen)}
    signed = URLSafeSerializer(key, salt=PURPOSE).dumps(told)
    return html.replace(EMPTY, FIELD.format(str(signed)))


def told(value: str, *, form: str, offer: str, key: str) -> Shown | None:
    """What the page showed whose form this is; None if we never said so of this form and text."""
    try:
        said: _Told = URLSafeSerializer(key, salt=PURPOSE).loads(value)
        shown = Shown(**said["shown"])  # type: ignore[arg-type]  # signed by us
    except (BadData, KeyError, TypeError):  # nobody's, or another version's of ours
        return None
    return shown if (said["form"], said["offer"]) == (form, offer) else None
