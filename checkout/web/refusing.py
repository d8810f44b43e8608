"""The page on which a client refuses his package: what that comes to, and his word."""

from starlette.responses import HTMLResponse, Response

from checkout import look
from checkout.domain.refusal import LONGEST_REASON, decide_by, one_line
from checkout.look import OrderFacts
from checkout.refuse import CannotRefuse, Said, foresee, foresee_extra, refuse
from checkout.shop import Shop
from checkout.web import pages, troubles
from checkout.web.answers import NO_STORE, house, redirect, trouble
from checkout.web.asked import Asked
from checkout.web.views import RefusalForm


def refusal_form(asked: Asked, shop: Shop) -> Response:
    """GET /orders/{token}/refuse: both sums, how they are made, and the button."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    return _asked(shop, facts)


def refuse_package(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/refuse: written down once; 303 to the order, which tells of it."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    reason = one_line(asked.fields.get("reason", ""))
    if len(reason) > LONGEST_REASON:
        error = f"Сократите до {LONGEST_REASON} знаков: сейчас {len(reason)}."
        return _asked(shop, facts, reason, error)
    try:
        refuse(shop, facts.order, Said(reason, asked.address, asked.user_agent))
    except CannotRefuse as no:
        return _not_now(shop, facts, no)
    return _told(facts)


def _asked(shop: Shop, facts: OrderFacts, reason: str = "", error: str | None = None) -> Response:
    if facts.refusal and facts.refusal.is_open:
        return _told(facts)
    try:
        view = _view(shop, facts, reason, error)
    except CannotRefuse as no:
        return _not_now(shop, facts, no)
    return HTMLResponse(pages.refusal(view), 422 if error else 200, NO_STORE)


def _view(shop: Shop, facts: OrderFacts, reason: str, error: str | None) -> RefusalForm:
    today = shop.store.clock().astimezone(shop.settings.zone).date()
    return RefusalForm(
        number=facts.order.number,
        token=facts.order.token,
        kind=facts.kind,
        proposal=foresee(shop, facts.order),
        decide_by=decide_by(today),
        terms=facts.terms,
        reason=reason,
        error=error,
        test=facts.order.test,
        is_extra=facts.bought_for is not None,
        extra=tuple(
            (it.number, it.hours, proposal.proposed)
            for it, proposal in foresee_extra(shop, facts.order)
        ),
    )


def _told(facts: OrderFacts) -> Response:
    return redirect(f"/orders/{facts.order.token}")


def _not_now(shop: Shop, facts: OrderFacts, no: CannotRefuse) -> Response:
    order_url = f"/orders/{facts.order.token}"
    view = troubles.cannot_refuse(house(shop), no.obstacle, facts.kind, order_url)
    return trouble(view, shop, 409)
