"""What the addresses around an order answer; ordering itself is in `ordering`."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from checkout import look
from checkout.certify import certify
from checkout.confirm import confirm_email
from checkout.domain.errors import GatewayError
from checkout.domain.retention import Act
from checkout.domain.transitions import State
from checkout.hear import NotANotification, TooManyStrangers, hear_all
from checkout.look import OrderFacts
from checkout.recognise import is_own_browser
from checkout.settle import settle
from checkout.shop import Shop
from checkout.show_account import order_of
from checkout.take_out import take_out
from checkout.web import cookies, troubles
from checkout.web.answers import NO_STORE, house, redirect, trouble
from checkout.web.asked import Asked
from checkout.web.deciding import order_answer
from checkout.web.entering import who
from checkout.web.guards import sent_by_yookassa
from checkout.web.views import Way
from checkout.who_ordered import Erased
from checkout.withdraw import withdraw_consent
from offer.evidence.takeout import folder_of

AGAIN_SECONDS = "600"


def order(asked: Asked, shop: Shop) -> Response:
    """GET /orders/{token}: the order as a page, or as JSON facts."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    if asked.request.method == "GET" and (key := asked.query("letter")):
        whence = {"address": asked.address, "user_agent": asked.user_agent}
        if confirm_email(shop, facts.order, key, **whence):
            facts = look.order(shop, facts.order.token) or facts
    facts = _asked_about(shop, facts) if asked.eagerly else facts
    if "application/json" in asked.request.headers.get("accept", ""):
        return JSONResponse(look.as_json(shop, facts), headers=NO_STORE)
    return order_answer(shop, facts, way=_way_to_account(asked, shop, facts))


def _way_to_account(asked: Asked, shop: Shop, facts: OrderFacts) -> Way:
    """How whoever asks comes into the account of the order from its page."""
    browser = cookies.read(asked, shop.settings, cookies.BROWSER)
    if is_own_browser(shop, facts.order, browser):
        return "one tap"
    client = who(asked, shop)
    is_in = client is not None and order_of(shop, client, facts.order.number) is not None
    return "is in" if is_in else "letter"


def to_order(asked: Asked, shop: Shop) -> Response:
    """GET of an address that only a form is sent to, from a browser's history: the order itself."""
    return redirect(f"/orders/{quote(asked.path('token'), safe='')}")


def withdraw(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/consent/withdraw: the consent is withdrawn; what was paid goes on."""
    token = asked.path("token")
    if look.order(shop, token) is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    withdraw_consent(shop, token, address=asked.address, user_agent=asked.user_agent)
    return redirect(f"/orders/{token}#consent")


def _asked_about(shop: Shop, facts: OrderFacts) -> OrderFacts:
    """The client may be back before the notification: ask, but with a page's patience."""
    if not facts.payable or facts.order.payment_id is None:
        return facts
    try:
        settle(shop, facts.order.payment_id, client=shop.glance)
    except GatewayError:
        return facts  # the page says that we wait, and the worker asks again
    return look.order(shop, facts.order.token) or facts


def certificate(asked: Asked, shop: Shop) -> Response:
    """GET /orders/{token}/certificate.pdf: the kept bytes, once paid."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    if facts.period is None:
        return _no_paper(shop, facts)
    if facts.erased:
        return gone(shop, facts.erased)
    try:
        paper = certify(shop, facts.order)
    except Erased:  # while it was being made
        return certificate(asked, shop)
    name = f"certificate-{facts.order.number}.pdf"
    return Response(
        paper.data,
        media_type="application/pdf",
        headers={**NO_STORE, "content-disposition": f'inline; filename="{name}"'},
    )


def _no_paper(shop: Shop, facts: OrderFacts) -> Response:
    order = facts.order
    return trouble(troubles.not_paid(house(shop), order.state, f"/orders/{order.token}"), shop, 404)


def gone(shop: Shop, act: Act) -> Response:
    """410: a paper that named somebody who is erased."""
    day = f"{act.at.astimezone(shop.settings.zone):%d.%m.%Y}"
    return trouble(troubles.erased(house(shop), day, act.number), shop, 410)


def evidence(asked: Asked, shop: Shop) -> Response:
    """GET /orders/{token}/evidence.zip: all there is about the order, once paid."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    if facts.period is None:
        return _no_paper(shop, facts)
    if facts.erased:
        return gone(shop, facts.erased)
    try:
        taken = take_out(shop, facts.order)
    except Erased:  # while it was being gathered
        return evidence(asked, shop)
    name = f"{folder_of(facts.order.number)}.zip"
    return Response(
        taken,
        media_type="application/zip",
        headers={**NO_STORE, "content-disposition": f'attachment; filename="{name}"'},
    )


def notifications(asked: Sequence[Asked], shop: Shop) -> list[Response | Exception]:
    """POST /yookassa/notifications: keep them, answer 200, let the worker ask."""
    known = [sent_by_yookassa(it.request, shop.settings) for it in asked]
    heard = iter(
        hear_all(shop, [it.body for it, is_known in zip(asked, known, strict=True) if is_known])
    )
    return [_heard(next(heard)) if is_known else _dropped(shop) for is_known in known]


def _heard(why_not: Exception | None) -> Response | Exception:
    if isinstance(why_not, NotANotification):
        return JSONResponse({"error": why_not.sentence}, status_code=400)
    if isinstance(why_not, TooManyStrangers):
        # not a 200, so that YooKassa says it again: for a day it does
        told = {"retry-after": AGAIN_SECONDS}
        return JSONResponse({"error": why_not.sentence}, status_code=429, headers=told)
    return why_not or Response()


def _dropped(shop: Shop) -> Response:
    shop.strangers.add()
    return Response()


def healthz(asked: Asked, shop: Shop) -> Response:
    """GET /healthz: 200 only when a release is loaded and can be sold by."""
    health = look.health(shop)
    release = shop.shelf.release()
    offer = release.current("offer") if release else None
    facts = {
        "edition": {"number": offer.number, "sha256": offer.sha256} if offer else None,
        "release": release.id if release else None,
        "problems": list(health.problems),
    }
    return JSONResponse(facts, status_code=200 if health.sellable else 503, headers=NO_STORE)


def metrics(asked: Asked, shop: Shop) -> Response:
    """GET /metrics: orders by state, letters waiting, notifications from strangers."""
    # here: only a shop that is watched this way needs it
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()
    counts = look.counts(shop)
    orders = Gauge("checkout_orders", "Orders by state", ["state"], registry=registry)
    for state in State:
        orders.labels(state).set(counts.get(state, 0))
    for name, words, number in (
        ("checkout_messages_waiting", "Letters not yet sent", counts["messages waiting"]),
        ("checkout_foreign_notifications", "Not from YooKassa", shop.strangers.number),
    ):
        Gauge(name, words, registry=registry).set(number)
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")
