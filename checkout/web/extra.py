"""Extra hours for a package that runs: the form, and what it sends.

Who buys them is who bought the package; the rate is of the package's own edition, which stays
valid for it. Its form has two buttons, because nothing may need JavaScript: one counts, the other
pays; and what is paid is what was counted.
"""

from dataclasses import replace
from urllib.parse import quote

from starlette.responses import Response

from checkout import look
from checkout.buy import PackageEnded, buy, fingerprint, resume
from checkout.domain.account import secret_hash
from checkout.domain.extra_hours import MOST_HOURS, hours_asked
from checkout.look import PackageFacts
from checkout.shop import Shop
from checkout.web import cookies, pages, troubles
from checkout.web.answers import house, page, redirect, trouble
from checkout.web.asked import Asked
from checkout.web.boxes import Box, box_of
from checkout.web.deciding import Counter, decision_answer, form_of, words_of
from checkout.web.extra_counter import extra_counter, own_extra, package_has_ended
from checkout.web.ordering import (
    LONGEST_ATTEMPT,
    NO_NAME,
    NOT_TICKED,
    Decided,
    browser_of,
    lead,
    new_attempt,
    purchase_of,
)
from checkout.web.views import FieldError, OrderForm

FIRST = 1
HOW_MANY = f"Укажите целое число часов, от\u00a01 до\u00a0{MOST_HOURS}."


def extra_form(asked: Asked, shop: Shop) -> Response:
    """GET /checkout/extra/{token}: so many hours, `?hours=`, and what they cost; one at first."""
    own = _package(asked, shop)
    if isinstance(own, Response):
        return own
    typed = asked.query("hours") or str(FIRST)
    counter = extra_counter(shop, own, hours_asked(typed) or FIRST)
    if isinstance(counter, Response):
        return counter
    errors = () if hours_asked(typed) else (FieldError("hours", HOW_MANY),)
    return _form(shop, form_of(shop, counter, new_attempt(), {"hours": typed}, errors))


def place_extra(asked: Asked, shop: Shop) -> Response:
    """POST /checkout/extra/{token}: 303 to the payment, or to the form to count; 409 if the
    package has ended, or rate or sum shown are others; 422, 503 as for a package."""
    own = _package(asked, shop)
    if isinstance(own, Response):
        return own
    typed = asked.fields.get("hours", "")
    if "count" in asked.fields:
        return redirect(f"/checkout/extra/{own.token}?hours={quote(typed)}")
    hours, ticked = hours_asked(typed), asked.fields.get("accept_offer", "")
    attempt = asked.fields.get("attempt", "")[:LONGEST_ATTEMPT]
    if own.party and hours and attempt:
        said = fingerprint(hours, own.party, ticked, None, own.named)
        made = resume(shop, attempt, said)
        if made:
            return lead(shop, made)
    counter = extra_counter(shop, own, hours or FIRST)
    if isinstance(counter, Response):
        return counter
    return _decide(asked, shop, own, counter, attempt)


def _decide(
    asked: Asked, shop: Shop, own: PackageFacts, counter: Counter, attempt: str
) -> Response:
    typed, ticked = asked.fields.get("hours", ""), asked.fields.get("accept_offer", "")
    box = box_of(counter.release, counter.edition, ticked)
    if box is Box.UNKNOWN:
        view = troubles.never_published(house(shop), f"/checkout/extra/{own.token}")
        return trouble(view, shop, 422)
    errors = tuple(_mistakes(typed, box, attempt))
    stale, recounted = box is Box.REPLACED, _is_recounted(asked)
    if errors or stale or recounted:
        told = replace(own_extra(counter), stale=stale, recounted=recounted)
        known = replace(counter, extra=told)
        name = attempt or new_attempt()
        return _form(shop, form_of(shop, known, name, {"hours": typed}, errors))
    return _buy(asked, shop, own, counter, attempt)


def _buy(asked: Asked, shop: Shop, own: PackageFacts, counter: Counter, attempt: str) -> Response:
    if own.party is None:
        return trouble(troubles.nobody_to_sell_to(house(shop)), shop, 409)
    asked.spends(own.token)  # what others order in his name is none of it
    decided = Decided(own_extra(counter).page, attempt, own.party, None)
    purchase = purchase_of(asked, shop, counter, decided)
    browser = browser_of(asked, shop)
    try:
        answer = lead(shop, buy(shop, replace(purchase, browser_sha256=secret_hash(browser))))
        return cookies.put(answer, shop.settings, cookies.BROWSER, browser)
    except PackageEnded:
        return package_has_ended(shop)


def _is_recounted(asked: Asked) -> bool:
    """Whether the page counted another number of hours than is sent: its sum is not theirs."""
    counted, typed = asked.fields.get("counted"), hours_asked(asked.fields.get("hours", ""))
    return counted is not None and typed is not None and typed != hours_asked(counted)


def _mistakes(typed: str, box: Box, attempt: str) -> list[FieldError]:
    told = (
        (hours_asked(typed) is None, FieldError("hours", HOW_MANY)),
        (box is Box.EMPTY, FieldError("accept_offer", NOT_TICKED)),
        (not attempt, FieldError("attempt", NO_NAME)),
    )
    return [mistake for holds, mistake in told if holds]


def _package(asked: Asked, shop: Shop) -> PackageFacts | Response:
    own = look.package(shop, asked.path("token"))
    if own is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    if own.party is None:
        return trouble(troubles.nobody_to_sell_to(house(shop)), shop, 409)
    return own


def _form(shop: Shop, form: OrderForm) -> Response:
    """The page as it stands: 200, 422 with mistakes, 409 where another edition was ticked."""
    html = pages.extra_form(form)
    if any(it.field == "hours" for it in form.errors):  # there is nothing to decide on yet
        return page(html, shop, 422)
    is_other = form.extra is not None and (form.extra.stale or form.extra.recounted)
    status = 422 if form.errors else 409 if is_other else 200
    return decision_answer(shop, html, words_of(form, shop), form, status)
