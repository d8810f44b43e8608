"""Who is asking, by his session's cookie; and ending sessions, one by one or all."""

import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial

from itsdangerous import BadData, URLSafeSerializer

from checkout.domain import account as rules
from checkout.domain.account import Client, Session
from checkout.domain.order import Order
from checkout.shop import Shop
from checkout.sign_in import Entered, begin_session
from checkout.store import accounts, orders, sessions
from checkout.store.engine import Tx

BROWSER = "the browser of an order"


def recognise(shop: Shop, cookie: str) -> Client | None:
    """The client whose session this is; None if it has ended, or was never one."""
    client = shop.store.read(lambda tx: _client(tx, cookie))
    if client and client.session.seen_at + sessions.SEEN_AGAIN < shop.store.clock():
        shop.store.transact(partial(sessions.seen, session=client.session))
    return client


def _client(tx: Tx, cookie: str) -> Client | None:
    session_id, _, secret = cookie.partition(".")
    session = sessions.by_id(tx, session_id)
    given = rules.secret_hash(secret)
    if session is None or not hmac.compare_digest(session.secret_sha256, given):
        return None
    return Client(accounts.by_id(tx, session.account_id), session)


def signed_in(shop: Shop, client: Client) -> list[Session]:
    """Where he is signed in, as far as this session may see it."""
    if not client.session.is_proved:
        return [client.session]
    return shop.store.read(lambda tx: sessions.of_account(tx, client.account.id))


def sign_out(shop: Shop, client: Client) -> None:
    """End this session."""
    end(shop, client, client.session.id)


def end(shop: Shop, client: Client, session_id: str) -> bool:
    """End one of his sessions; False if he has none such, or may not end it."""
    if session_id != client.session.id and not client.session.is_proved:
        return False
    return shop.store.transact(lambda tx: _end(tx, client.account.id, session_id))


def _end(tx: Tx, account_id: int, session_id: str) -> bool:
    session = sessions.by_id(tx, session_id)
    if not sessions.end(tx, account_id, session_id):
        return False
    if session and session.browser_sha256:  # or the same browser would come in again
        accounts.forget_browser(tx, account_id, session.browser_sha256)
    return True


def end_all(shop: Shop, client: Client) -> int:
    """End all of his sessions; how many."""
    if not client.session.is_proved:
        return int(end(shop, client, client.session.id))
    return shop.store.transact(lambda tx: _end_all(tx, client.account.id))


def _end_all(tx: Tx, account_id: int) -> int:
    accounts.forget_browser(tx, account_id)
    return sessions.end_all(tx, account_id)


def new_browser(shop: Shop) -> str:
    """The secret by which a browser is known again as the one an order was made in.

    It is dated and signed, so that nobody makes one up and puts it into another's browser.
    """
    told = [secrets.token_urlsafe(24), int(shop.store.clock().timestamp())]
    return str(URLSafeSerializer(shop.key, salt=BROWSER).dumps(told))


def is_ours(shop: Shop, browser: str) -> bool:
    """Whether we gave a browser this secret, within the day."""
    try:
        _, at = URLSafeSerializer(shop.key, salt=BROWSER).loads(browser)
    except BadData:
        return False
    age = int(shop.store.clock().timestamp()) - int(at)
    return 0 <= age < rules.BROWSER_LIVES // timedelta(seconds=1)


def is_own_browser(shop: Shop, order: Order, browser: str) -> bool:
    """Whether an order was made, within the day, in the browser that has this secret."""
    if not browser or not _is_of_today(order, shop.store.clock()):
        return False
    kept = shop.store.read(lambda tx: accounts.browser_of(tx, order.id))
    return kept is not None and hmac.compare_digest(kept, rules.secret_hash(browser))


def like_order(shop: Shop, browser: str, hours: int) -> tuple[str, str] | None:
    """Number and token of a like order made in this very browser within the day; else None.

    Nobody else is told of it: the secret is its own, and opens that order's account anyway.
    """
    if not browser or not is_ours(shop, browser):
        return None
    since, secret = shop.store.clock() - rules.BROWSER_LIVES, rules.secret_hash(browser)
    return shop.store.read(lambda tx: accounts.like_order(tx, secret, hours, since))


def _is_of_today(order: Order, now: datetime) -> bool:
    """A cookie that was copied lives as long as its thief likes; what it opens does not."""
    return now - order.created_at < rules.BROWSER_LIVES


def enter_from_order(shop: Shop, token: str, browser: str, user_agent: str) -> Entered | None:
    """Sign in from the page of a paid order, in the browser it was made in and in no other.

    Whoever orders may name any address, so such a session sees only what this browser ordered.
    """
    return shop.store.transact(lambda tx: _from_order(tx, token, browser, user_agent))


def _from_order(tx: Tx, token: str, browser: str, user_agent: str) -> Entered | None:
    order = orders.by_token(tx, token)
    if order is None or order.paid_at is None or not browser or not _is_of_today(order, tx.now):
        return None
    kept, given = accounts.browser_of(tx, order.id), rules.secret_hash(browser)
    owner = accounts.owner(tx, order.id)
    if kept is None or owner is None or not hmac.compare_digest(kept, given):
        return None
    return Entered(begin_session(tx, owner, user_agent, browser=given))
