"""The pages on which a client decides, and what each of them showed him."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from starlette.responses import Response

from checkout import look
from checkout.domain.account import masked
from checkout.domain.labels import TRY_AGAIN, consent_label, offer_label, pay_button
from checkout.domain.order import Order, money_taken
from checkout.domain.shown import Shown
from checkout.domain.transitions import State
from checkout.look import OrderFacts, PackageFacts
from checkout.shop import Shop
from checkout.web import pages
from checkout.web.answers import page
from checkout.web.shown import EMPTY, Question, tell
from checkout.web.views import Extra, FieldError, OrderForm, OrderPage, Retry, Way
from offer.addresses import SAMPLE_CERTIFICATE
from offer.errors import OfferError
from offer.evidence.chain import digest, instant
from offer.evidence.settlement import Party
from offer.periods import Period
from offer.release import PublishedEdition, Release
from offer.values import Package, Terms
from offer.wording import day, money


@dataclass(frozen=True)
class Counter:
    """What can be bought now: one package of the edition in force, and until when it would run.

    Or `extra` hours for a package, by its own edition and to its end: `package` is what they come
    to.
    """

    release: Release
    edition: PublishedEdition
    terms: Terms
    package: Package
    period: Period
    extra: Extra | None = None


def form_of(
    shop: Shop,
    counter: Counter,
    attempt: str,
    values: Mapping[str, str] = MappingProxyType({}),
    errors: tuple[FieldError, ...] = (),
    *,
    action: str | None = None,
) -> OrderForm:
    return OrderForm(
        action=action or _action(counter),
        attempt=attempt,
        package=counter.package,
        period=counter.period,
        terms=counter.terms,
        edition=counter.edition,
        # the one given with the package stands there, and is withdrawn there
        consent=None if counter.extra else counter.release.current("consent"),
        privacy=counter.release.current("privacy"),
        values=values,
        errors=errors,
        test=shop.settings.test,
        zone=shop.settings.zone,
        sample=SAMPLE_CERTIFICATE if counter.release.has(SAMPLE_CERTIFICATE) else None,
        extra=counter.extra,
    )


def _action(counter: Counter) -> str:
    return counter.extra.action if counter.extra else f"/checkout/{counter.package.hours}"


def form_answer(shop: Shop, form: OrderForm, status: int = 200) -> Response:
    return decision_answer(shop, pages.order_form(form), words_of(form, shop), form, status)


def decision_answer(shop: Shop, html: str, shown: Shown, form: OrderForm, status: int) -> Response:
    """A page on which a client decides: its form brings back what it showed."""
    told_page = tell(html, shown, question(form.attempt, form.edition, form.package), shop.key)
    return page(told_page, shop, status)


def question(name: str, edition: PublishedEdition, package: Package) -> Question:
    """What the form of this name, or the page of the order with this token, asks."""
    return Question(name, edition.sha256, package.hours, package.price_kopecks)


def words_of(form: OrderForm, shop: Shop) -> Shown:
    price = money(form.package.price_kopecks)
    return Shown(
        label=_label(form.edition, shop),
        consent_label=consent_label(form.consent.number) if form.consent else "",
        button=pay_button(price),
        price=price,
        until=day(form.period.last_day),
        page=form.extra.page if form.extra else form.action,
        rendered_at=instant(shop.store.clock()),
    )


def _label(edition: PublishedEdition, shop: Shop) -> str:
    return offer_label(edition.number, edition.published_at.astimezone(shop.settings.zone).date())


def shown_now(shop: Shop, counter: Counter, named: PublishedEdition, path: str) -> Shown:
    """The words the form has now, for whoever sends it without telling what it showed."""
    form = replace(form_of(shop, counter, ""), edition=named)
    return replace(words_of(form, shop), page=path, rendered_at=None)


def made_again(shop: Shop, counter: Counter, attempt: str, seen: Shown) -> bytes | None:
    """The very page that was seen, if it can be made again: a form nobody had typed in yet.

    Never that of extra hours: the address of their package's order stands on it, and would get
    into papers that are shown to others.
    """
    if seen.rendered_at is None or counter.extra:
        return None
    period = look.period_if_paid_now(shop, counter.terms, datetime.fromisoformat(seen.rendered_at))
    html = pages.order_form(form_of(shop, replace(counter, period=period), attempt))
    return html.encode() if digest(html) == seen.page_sha256 else None


def order_answer(
    shop: Shop, facts: OrderFacts, error: str | None = None, *, way: Way = "letter"
) -> Response:
    """An order's page; where it asks for a decision, its form tells what it showed."""
    view = replace(order_page(shop, facts, error), way_to_account=way)
    html, retrying, status = pages.order(view), view.retry, 422 if error else 200
    if retrying is None or retrying.edition is None or EMPTY not in html:
        return page(html, shop, status)
    price = retrying.price_kopecks or 0
    shown = Shown(
        label=_label(retrying.edition, shop),
        consent_label="",
        button=retrying.button,
        price=money(price),
        until=day(retrying.until) if retrying.until else None,
        page=f"/orders/{view.number}",  # the token would stand in the ledger for ever
        rendered_at=instant(shop.store.clock()),
    )
    asked = Question(view.token, retrying.edition.sha256, view.hours, price)
    return page(tell(html, shown, asked, shop.key), shop, status)


def order_page(shop: Shop, facts: OrderFacts, error: str | None = None) -> OrderPage:
    """An order as its page shows it."""
    order = facts.order
    return OrderPage(
        number=order.number,
        token=order.token,
        state=order.state,
        money_taken=money_taken(order),
        hours=order.hours,
        price_kopecks=order.price_kopecks,
        refunded=facts.refunded,
        is_undecided=facts.is_undecided,
        came=facts.came,
        left=facts.left,
        edition=facts.edition,
        consent_sha256=order.consent_sha256,
        payment_id=order.payment_id,
        paid_at=order.paid_at,
        period=facts.period,
        acceptance=facts.acceptance,
        reason=order.reason,
        party=_shown_party(facts),
        erased=facts.erased,
        terms=facts.terms,
        test=order.test,
        shown=facts.shown,
        consent=facts.consent,
        consent_withdrawn_at=order.consent_withdrawn_at,
        email_confirmed_at=order.email_confirmed_at,
        pay_again_url=_pay_again_url(shop, facts),
        confirmation_url=facts.confirmation_url,
        zone=shop.settings.zone,
        retry=retry_of(shop, facts, error),
        method=facts.method,
        returning_kopecks=facts.returning_kopecks,
        ended_at=facts.ended_at,
        receipts=facts.receipts,
        receipt=any(it.sent_with_payment for it in facts.receipts),
        is_over=facts.is_over,
        kind=facts.kind,
        refusal=facts.refusal,
        obstacle=facts.obstacle,
        life=facts.life,
        bought_for=facts.bought_for.named if facts.bought_for else None,
    )


def _shown_party(facts: OrderFacts) -> Party | None:
    """Who ordered; a mended address only so far that its reader knows it again."""
    if facts.party is None or not facts.is_readdressed:
        return facts.party
    return replace(facts.party, email=masked(facts.party.email))


def retry_of(shop: Shop, facts: OrderFacts, error: str | None = None) -> Retry | None:
    order = facts.order
    action = f"/orders/{order.token}/retry"
    if order.state not in (State.CREATED, State.CANCELLED) or facts.party is None:
        return None
    if not facts.decision_needed:
        return Retry(action=action, fields={}, button=_retry_button(order, order.price_kopecks))
    if facts.bought_for:
        return _retry_of_extra(facts, facts.bought_for, error)
    edition = shop.shelf.offer()
    if edition is None or edition.terms is None:
        return None
    package = edition.terms.package(order.hours)
    if package is None:
        return None
    price = package.price_kopecks
    until = _until(shop, edition.terms)
    return Retry(action, {}, edition, price, error, _retry_button(order, price), until)


def _retry_of_extra(facts: OrderFacts, own: PackageFacts, error: str | None) -> Retry | None:
    """By the same edition at the same price, while the package runs."""
    order = facts.order
    action, price = f"/orders/{order.token}/retry", order.price_kopecks
    if not own.runs:
        return None
    button, until = _retry_button(order, price), own.period.last_day
    return Retry(action, {}, own.edition, price, error, button, until)


def _until(shop: Shop, terms: Terms) -> date | None:
    try:
        return look.period_if_paid_now(shop, terms).last_day
    except OfferError:  # no calendar: then nothing is sold, and whoever tries is told so
        return None


def _pay_again_url(shop: Shop, facts: OrderFacts) -> str | None:
    """The form of a new order, where this one is at its end, or never began and all is back."""
    is_back = facts.came and not facts.left and not facts.bought_for
    return again_url(shop, _package_hours(facts)) if facts.is_over or is_back else None


def _package_hours(facts: OrderFacts) -> int:
    return facts.bought_for.named.hours if facts.bought_for else facts.order.hours


def again_url(shop: Shop, hours: int) -> str:
    """The form of the same package, while the offer in force has one."""
    edition = shop.shelf.offer()
    package = edition.terms.package(hours) if edition and edition.terms else None
    return f"/checkout/{hours}" if package else "/"


def _retry_button(order: Order, price_kopecks: int) -> str:
    return pay_button(money(price_kopecks)) if order.state is State.CANCELLED else TRY_AGAIN
