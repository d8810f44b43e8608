"""The order form, what it sends, and trying an order again."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from starlette.responses import Response

from checkout import look
from checkout.buy import (
    Bought,
    NotRetriable,
    PackageEnded,
    Purchase,
    buy,
    fingerprint,
    resume,
    retry,
)
from checkout.domain.account import secret_hash
from checkout.look import OrderFacts
from checkout.recognise import is_ours, like_order, new_browser
from checkout.shop import Shop
from checkout.show_account import known_details
from checkout.web import cookies, pages, troubles
from checkout.web.answers import house, redirect, trouble
from checkout.web.asked import Asked
from checkout.web.boxes import Box, box_of
from checkout.web.deciding import (
    Counter,
    decision_answer,
    form_answer,
    form_of,
    made_again,
    order_answer,
    question,
    retry_of,
    shown_now,
    words_of,
)
from checkout.web.entering import who
from checkout.web.extra_counter import extra_counter, package_has_ended
from checkout.web.forms import Filled, read_party
from checkout.web.pace import mailbox_of
from checkout.web.shown import told
from checkout.web.views import Changed, FieldError, OrderForm, Retry
from offer.changes.change_sentences import sentences_of
from offer.clauses import decode
from offer.errors import OfferError
from offer.evidence.settlement import Party
from offer.redline import compare
from offer.release import PublishedEdition

NO_CALENDAR = (
    "Последний день пакета пока нельзя назвать: производственного календаря на\u00a0нужный год "
    "ещё нет. Исполнитель об\u00a0этом знает."
)
NOT_TICKED = "Отметьте, что принимаете оферту: без этого заказ оформить нельзя."
OF_ITS_PACKAGE = "Отметьте ту редакцию, по которой куплен пакет: другие к\u00a0нему не относятся."
NO_EDITION = "Исполнитель ещё не опубликовал оферту, по которой можно заказать."
NO_NAME = "Форма открыта без номера. Откройте её заново — ниже всё, что вы заполнили."
LONGEST_ATTEMPT = 64
MOST_DIGITS = 6


def order_form(asked: Asked, shop: Shop) -> Response:
    """GET /checkout/{hours}: the form for one package of the edition in force."""
    counter = _counter(shop, _hours(asked))
    if isinstance(counter, Response):
        return counter
    form = form_of(shop, counter, new_attempt(), _known(asked, shop))
    browser = cookies.read(asked, shop.settings, cookies.BROWSER)
    return form_answer(shop, replace(form, like=like_order(shop, browser, counter.package.hours)))


def _known(asked: Asked, shop: Shop) -> Mapping[str, str]:
    """What a signed-in client told of himself last: filled in for him, but for the boxes."""
    client = who(asked, shop)
    party = known_details(shop, client) if client else None
    return {name: text for name, text in asdict(party).items() if text} if party else {}


def place_order(asked: Asked, shop: Shop) -> Response:
    """POST /checkout/{hours}: 303 to the payment, or 409, 422, 503 as the interface says."""
    hours = _hours(asked)
    filled = read_party(asked.fields)
    made = _made_already(asked, shop, hours, filled)
    if made:
        return lead(shop, made)
    counter = _counter(shop, hours)
    if isinstance(counter, Response):
        return counter
    return _decide(asked, shop, counter, filled)


def retry_order(asked: Asked, shop: Shop) -> Response:
    """POST /orders/{token}/retry: repeat a request without an answer, or decide anew."""
    facts = look.order(shop, asked.path("token"))
    if facts is None:
        return trouble(troubles.order_not_found(house(shop)), shop, 404)
    if not facts.decision_needed:
        return _repeat(shop, facts.order.token)
    if facts.party is None:  # erased: its page says so, and who pays now is a new order
        return redirect(f"/orders/{facts.order.token}")
    counter = (
        extra_counter(shop, facts.bought_for, facts.order.hours)
        if facts.bought_for
        else _counter(shop, facts.order.hours)
    )
    if isinstance(counter, Response):
        return counter
    return _decide_again(asked, shop, counter, facts, facts.party)


def _repeat(shop: Shop, token: str) -> Response:
    try:
        return lead(shop, retry(shop, token, None))
    except NotRetriable:
        # the attempt was refused just now: its page asks for the decision this form did not hold
        return redirect(f"/orders/{token}")


def _hours(asked: Asked) -> int:
    """The package named in the address; 0, which nobody sells, for what is no such number."""
    text = asked.path("hours")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


def _counter(shop: Shop, hours: int) -> Counter | Response:
    release = shop.shelf.release()
    edition = release.current("offer") if release else None
    if release is None or edition is None or edition.terms is None:
        return trouble(troubles.not_selling(house(shop), NO_EDITION), shop, 503)
    package = edition.terms.package(hours)
    if package is None:
        return trouble(troubles.package_not_sold(house(shop)), shop, 404)
    try:
        period = look.period_if_paid_now(shop, edition.terms)
    except OfferError:
        return trouble(troubles.not_selling(house(shop), NO_CALENDAR), shop, 503)
    return Counter(release, edition, edition.terms, package, period)


def _made_already(asked: Asked, shop: Shop, hours: int, filled: Filled) -> Bought | None:
    """The very form that made an order leads to it, even if the edition changed since."""
    attempt = asked.fields.get("attempt", "")
    if filled.party is None or not attempt:
        return None
    offer = asked.fields.get("accept_offer", "")
    consent = asked.fields.get("accept_consent") or None
    return resume(shop, attempt, fingerprint(hours, filled.party, offer, consent))


def _decide(asked: Asked, shop: Shop, counter: Counter, filled: Filled) -> Response:
    boxes = {
        document: box_of(counter.release, edition, asked.fields.get(f"accept_{document}", ""))
        for document, edition in (
            ("offer", counter.edition),
            ("consent", counter.release.current("consent")),
        )
    }
    attempt = asked.fields.get("attempt", "")[:LONGEST_ATTEMPT]
    if Box.UNKNOWN in boxes.values():
        form_url = f"/checkout/{counter.package.hours}"
        return trouble(troubles.never_published(house(shop), form_url), shop, 422)
    seen = _seen(asked, counter)
    if Box.REPLACED in boxes.values() or (boxes["offer"] is Box.EMPTY and seen):
        form = form_of(shop, counter, attempt, filled.values)
        return _changed(asked, shop, counter, form, seen or _ticked(asked, counter))
    errors = [*filled.errors]
    if boxes["offer"] is Box.EMPTY:
        errors.append(FieldError("accept_offer", NOT_TICKED))
    if not attempt:
        errors.append(FieldError("attempt", NO_NAME))
    if errors or filled.party is None:
        form = form_of(shop, counter, attempt or new_attempt(), filled.values, tuple(errors))
        before = _told_before(asked, counter)
        if before and [it.field for it in errors] == ["accept_offer"]:
            return _changed(asked, shop, counter, form, before)
        return form_answer(shop, form, 422)
    asked.spends(mailbox_of(filled.party.email))
    consent = counter.release.current("consent") if boxes["consent"] is Box.IN_FORCE else None
    page = f"/checkout/{counter.package.hours}"
    decided = Decided(page, attempt, filled.party, consent)
    purchase = purchase_of(asked, shop, counter, decided)
    browser = browser_of(asked, shop)
    answer = lead(shop, buy(shop, replace(purchase, browser_sha256=secret_hash(browser))))
    return cookies.put(answer, shop.settings, cookies.BROWSER, browser)


def browser_of(asked: Asked, shop: Shop) -> str:
    """The secret of the browser that orders; a new one where it has none of ours."""
    known = cookies.read(asked, shop.settings, cookies.BROWSER)
    return known if is_ours(shop, known) else new_browser(shop)


def _decide_again(
    asked: Asked, shop: Shop, counter: Counter, facts: OrderFacts, party: Party
) -> Response:
    box = box_of(counter.release, counter.edition, asked.fields.get("accept_offer", ""))
    attempt, page = facts.order.token, f"/orders/{facts.order.number}"
    if box is Box.UNKNOWN:
        view = troubles.never_published(house(shop), f"/orders/{facts.order.token}")
        return trouble(view, shop, 422)
    if box is Box.REPLACED and counter.extra:
        return order_answer(shop, facts, error=OF_ITS_PACKAGE)
    if box is Box.REPLACED or (box is Box.EMPTY and facts.edition.sha256 != counter.edition.sha256):
        errors = (FieldError("accept_offer", NOT_TICKED),) if _told_before(asked, counter) else ()
        action = f"/orders/{facts.order.token}/retry"
        form = form_of(shop, counter, attempt, errors=errors, action=action)
        old = _ticked(asked, counter) if box is Box.REPLACED else facts.edition
        return _changed(asked, shop, counter, form, old, again=page)
    if box is Box.EMPTY:
        return order_answer(shop, facts, error=NOT_TICKED)
    purchase = purchase_of(asked, shop, counter, Decided(page, attempt, party, None))
    try:
        return lead(shop, retry(shop, facts.order.token, purchase))
    except PackageEnded:
        return package_has_ended(shop)


def _seen(asked: Asked, counter: Counter) -> PublishedEdition | None:
    """The edition the form was made of, if its text is no longer in force and no box was ticked.

    Whoever forgot the box, too, has seen another price: he is told before his mistakes are.
    """
    number = asked.fields.get("edition", "")
    shown = (it for it in counter.release.editions["offer"] if str(it.number) == number)
    old = next(shown, None)
    ticked = asked.fields.get("accept_offer", "")
    return old if old and not ticked and old.sha256 != counter.edition.sha256 else None


def _told_before(asked: Asked, counter: Counter) -> PublishedEdition | None:
    """The older edition of the page of what changed, if this was sent from one and still holds."""
    number = asked.fields.get("since", "")
    old = next((it for it in counter.release.editions["offer"] if str(it.number) == number), None)
    consent = counter.release.current("consent")
    old_consent = asked.fields.get("since_consent", "")
    is_other_consent = bool(old_consent) and old_consent != (consent.sha256 if consent else "")
    return old if old and (old.sha256 != counter.edition.sha256 or is_other_consent) else None


def _ticked(asked: Asked, counter: Counter) -> PublishedEdition:
    """The edition whose box was ticked: the one in force when only the consent is another."""
    sha256 = asked.fields.get("accept_offer", "")
    return counter.release.edition("offer", sha256) or counter.edition


def lead(shop: Shop, bought: Bought) -> Response:
    order_url = f"/orders/{bought.token}"
    if bought.trouble:
        again = Retry(action=f"{order_url}/retry", fields={})
        facts = look.order(shop, bought.token)
        if facts and facts.decision_needed:
            again = retry_of(shop, facts) or again
        view = troubles.unreachable(house(shop), again, order_url)
        return trouble(view, shop, 503)
    return redirect(bought.confirmation_url or order_url)


@dataclass(frozen=True)
class Decided:
    """Where a decision was made and by whom; `attempt` names the form, or the order tried again.

    `page` is an address without secrets: it stands in the ledger for ever.
    """

    page: str
    attempt: str
    party: Party
    consent: PublishedEdition | None


def purchase_of(asked: Asked, shop: Shop, counter: Counter, decided: Decided) -> Purchase:
    """What was decided, with the words that stood on the page."""
    attempt = decided.attempt
    asks = question(attempt, counter.edition, counter.package)
    seen = told(asked.fields.get("shown", ""), asks, shop.key, shop.store.clock())
    if seen and seen.page != decided.page:  # of another package, or of another order
        seen = None
    return Purchase(
        form_attempt=attempt,
        package=counter.package,
        edition=counter.edition,
        consent=decided.consent,
        party=decided.party,
        shown=seen or shown_now(shop, counter, _named(asked, counter), decided.page),
        address=asked.address,
        user_agent=asked.user_agent,
        html=made_again(shop, counter, attempt, seen) if seen else None,
        for_package=counter.extra.package if counter.extra else None,
    )


def _named(asked: Asked, counter: Counter) -> PublishedEdition:
    """The edition the form named: a restored text is in force again under a newer number."""
    number = asked.fields.get("edition", "")
    for edition in counter.release.editions["offer"]:
        if str(edition.number) == number and edition.sha256 == counter.edition.sha256:
            return edition
    return counter.edition


def new_attempt() -> str:
    """The name of one filled-in form: the same form sent twice is one order."""
    return secrets.token_urlsafe(16)


def _changed(
    asked: Asked,
    shop: Shop,
    counter: Counter,
    form: OrderForm,
    old: PublishedEdition,
    *,
    again: str | None = None,
) -> Response:
    """The page of what changed; `again` is the page of the order that is tried again.

    With errors in the form it is the same page once more, and says them first.
    """
    release = counter.release
    consent = asked.fields.get("since_consent") or asked.fields.get("accept_consent", "")
    known = old.terms.package(counter.package.hours) if old.terms else None
    changes = compare(decode(old.text, old.tag), decode(counter.edition.text, counter.edition.tag))
    view = Changed(
        form=form,
        old_edition=old,
        old_price_kopecks=(known or counter.package).price_kopecks,
        changes=changes,
        sentences=sentences_of(changes, old.terms, counter.terms),
        decline_url="/",
        old_consent=release.edition("consent", consent),
        retry=again is not None,
    )
    words = replace(words_of(form, shop), button=view.button)
    if again is not None:
        words = replace(words, consent_label="", page=again)  # trying again asks for no consent
    return decision_answer(shop, pages.changed(view), words, form, 422 if form.errors else 409)
