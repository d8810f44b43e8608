"""What the client has here: his letters, his details, his consents, his edition; and their end."""

from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from starlette.responses import Response

from checkout.close_account import close, foresee
from checkout.correct import correct
from checkout.domain.account import Client
from checkout.shop import Shop
from checkout.show_account import known_details, letters_of, order_of, orders_of, told_of_himself
from checkout.take_everything import FOLDER, take_everything
from checkout.web import account_pages, cookies, troubles
from checkout.web.account_views import (
    DetailsPage,
    LetterPage,
    LettersPage,
    OwnEdition,
    OwnLetter,
    PrivacyPage,
)
from checkout.web.answers import NO_STORE, redirect, trouble
from checkout.web.answers import house as house_in_trouble
from checkout.web.asked import Asked
from checkout.web.comparing import compared
from checkout.web.deciding import order_page
from checkout.web.entering import house, page, whence
from checkout.web.forms import FIELDS, read_party
from checkout.withdraw import withdraw_consent

DETAILS, PRIVACY = "/account/details", "/account/privacy"


def letters(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/letters: every letter that was sent to him, as it was sent."""
    found = tuple(_letter(it.message, it.number, it.raw) for it in letters_of(shop, client))
    return page(account_pages.letters(LettersPage(house(shop), client.account.email, found)))


def letter(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/letters/{message}/{number}: one letter; with .eml its very bytes."""
    number, dot, kind = asked.path("number").partition(".")
    named = (asked.path("message"), number)
    found = (it for it in letters_of(shop, client) if (it.message, str(it.number)) == named)
    kept = next(found, None)
    if kept is None or (dot and kind != "eml"):
        return _nothing(shop)
    if not dot:
        told = _letter(kept.message, kept.number, kept.raw)
        return page(account_pages.letter(LetterPage(house(shop), client.account.email, told)))
    headers = {**NO_STORE, "content-disposition": 'attachment; filename="letter.eml"'}
    return Response(kept.raw, media_type="message/rfc822", headers=headers)


def _letter(message: str, number: int, raw: bytes) -> OwnLetter:
    parsed = message_from_bytes(raw, policy=default)
    body = parsed.get_body(("plain",)) if isinstance(parsed, EmailMessage) else None
    return OwnLetter(
        path=f"/account/letters/{message}/{number}",
        subject=str(parsed["Subject"]),
        date=parsed["Date"].datetime,
        text=str(body.get_content()) if body else "",
    )


def details(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/details: who he is, as he told last; what he told before."""
    party = known_details(shop, client)
    values = {name: text for name, text in vars(party).items() if text} if party else {}
    view = _details(shop, client, values)
    is_saved = bool(view.told) and asked.query("saved") == str(view.told[0].row)
    return page(account_pages.details(replace(view, saved=is_saved)))


def _details(shop: Shop, client: Client, values: dict[str, str]) -> DetailsPage:
    told = tuple(told_of_himself(shop, client))
    return DetailsPage(house(shop), client.account.email, values, told)


def correct_details(asked: Asked, shop: Shop, client: Client) -> Response:
    """POST /account/details: written down beside what stood before."""
    filled = read_party({**asked.fields, "email": client.account.email})
    if filled.party is None:
        values = {name: filled.values.get(name, "") for name in FIELDS}
        view = replace(_details(shop, client, values), errors=filled.errors)
        return page(account_pages.details(view), 422)
    correct(shop, client.account, filled.party, whence(asked))
    # named by its row: whoever asks for such a page by hand is told only what is so
    return redirect(f"{DETAILS}?saved={told_of_himself(shop, client)[0].row}")


def privacy(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/privacy: consents, the takeout, and what an erasure would come to."""
    found = tuple(order_page(shop, facts) for facts in orders_of(shop, client))
    coming, step = foresee(shop, client), asked.query("erase")
    view = PrivacyPage(house(shop), client.account.email, found, coming, step)
    return page(account_pages.privacy(view))


def withdraw(asked: Asked, shop: Shop, client: Client) -> Response:
    """POST /account/consents: an order's consent is withdrawn, as easily as it was given."""
    facts = order_of(shop, client, asked.fields.get("order", ""))
    if facts is None:
        return _nothing(shop)
    token = facts.order.token
    withdraw_consent(shop, token, address=asked.address, user_agent=asked.user_agent)
    return redirect(f"{PRIVACY}#consents")


def erase(asked: Asked, shop: Shop, client: Client) -> Response:
    """POST /account/erase: what may go is gone; where that was all, the account is closed.

    Only once he has said so twice: it cannot be undone.
    """
    if asked.fields.get("sure") != "yes":
        return redirect(f"{PRIVACY}?erase=ask#erase")
    outcome = close(shop, client)
    if not outcome.closes:
        return redirect(f"{PRIVACY}?erase=done#erase")
    answer = trouble(troubles.forgotten(house_in_trouble(shop)), shop, 200)
    return cookies.drop(answer, shop.settings, cookies.SESSION)


def takeout(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/takeout.zip: everything there is about him."""
    headers = {**NO_STORE, "content-disposition": f'attachment; filename="{FOLDER}.zip"'}
    taken = take_everything(shop, client)
    return Response(taken, media_type="application/zip", headers=headers)


def edition(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account/orders/{number}/edition: the order's edition beside the one in force."""
    facts, current = order_of(shop, client, asked.path("number")), shop.shelf.offer()
    if facts is None or current is None:
        return _nothing(shop)
    view = OwnEdition(
        house(shop),
        client.account.email,
        order_page(shop, facts),
        current,
        compared(facts.edition, current),
    )
    return page(account_pages.edition(view))


def _nothing(shop: Shop) -> Response:
    return trouble(troubles.not_found(house_in_trouble(shop)), shop, 404)
