"""What a signed-in client may see of his orders. Nothing here writes."""

from checkout import look
from checkout.correct import Told, details_of, history
from checkout.domain.account import Client
from checkout.look import OrderFacts
from checkout.shop import Shop
from checkout.store import accounts, letters
from checkout.store.letters import KeptLetter
from offer.evidence.settlement import Party


def orders_of(shop: Shop, client: Client, *, newest: int | None = None) -> list[OrderFacts]:
    """His orders, newest first; by a session without a letter those of its browser.

    `newest`: so many of them, and of the older ones only those whose hours run still.
    """
    account, browser = client.account.id, client.session.browser_sha256
    found = shop.store.read(lambda tx: accounts.tokens(tx, account, browser, newest=newest))
    return [facts for token in found if (facts := look.order(shop, token))]


def how_many_orders(shop: Shop, client: Client) -> int:
    """How many there are."""
    return len(_ids(shop, client))


def _ids(shop: Shop, client: Client) -> list[int]:
    account, browser = client.account.id, client.session.browser_sha256
    return shop.store.read(lambda tx: accounts.orders_of(tx, account, browser))


def order_of(shop: Shop, client: Client, number: str) -> OrderFacts | None:
    """One of them by its number; None where he has none such."""
    account, browser = client.account.id, client.session.browser_sha256
    token = shop.store.read(lambda tx: accounts.token_of(tx, account, browser, number))
    return look.order(shop, token) if token else None


def known_details(shop: Shop, client: Client) -> Party | None:
    """What he told of himself last."""
    browser = client.session.browser_sha256
    return shop.store.read(lambda tx: details_of(tx, client.account, browser))


def told_of_himself(shop: Shop, client: Client) -> list[Told]:
    """All he ever told of himself, newest first."""
    return shop.store.read(lambda tx: history(tx, client.account))


def letters_of(shop: Shop, client: Client) -> list[KeptLetter]:
    """The letters that were sent to him about his orders, newest first.

    Those that open the account are kept nowhere: they hold a secret.
    """
    ids, email = _ids(shop, client), client.account.email
    found = shop.store.read(
        lambda tx: [it for order_id in ids for it in letters.of_client(tx, order_id, email)]
    )
    return sorted(found, key=lambda it: it.sent_at or it.composed_at, reverse=True)
