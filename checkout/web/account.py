"""The account's own page: one number first, then packages, orders and their papers."""

from collections.abc import Sequence

from starlette.responses import Response

from checkout.domain.account import Client, first_line
from checkout.domain.package_life import PackageLife
from checkout.domain.transitions import State
from checkout.shop import Shop
from checkout.show_account import how_many_orders, orders_of
from checkout.web import account_pages
from checkout.web.account_views import AccountPage, Bought
from checkout.web.asked import Asked
from checkout.web.deciding import again_url, order_page
from checkout.web.entering import house, page
from checkout.web.views import OrderPage

NEWEST = 30


def account(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account: hours left and until when, or what to do next; packages; orders.

    Of a client of years all are shown only when he asks for them: each costs a dozen queries.
    """
    newest = None if asked.query("all") else NEWEST
    shown = tuple(order_page(shop, facts) for facts in orders_of(shop, client, newest=newest))
    packages = tuple(_bought(shop, it, shown) for it in shown if it.life)
    unpaid = any(it.state in (State.CREATED, State.WAITING) for it in shown)
    lives = [held for it in shown if (held := _held(it))]
    view = AccountPage(
        house=house(shop),
        email=client.account.email,
        is_proved=client.session.is_proved,
        line=first_line(lives, is_unpaid=unpaid),
        packages=packages,
        orders=shown,
        now=shop.store.clock(),
        left_out=how_many_orders(shop, client) - len(shown),
    )
    return page(account_pages.account(view))


def _held(order: OrderPage) -> PackageLife | None:
    """A package as the first line counts it; what money given back has ended is none."""
    return order.life if order.state == State.PAID and order.ended_at is None else None


def _bought(shop: Shop, order: OrderPage, shown: Sequence[OrderPage]) -> Bought:
    """The one place where a package becomes what the page says of it."""
    held = _held(order)
    return Bought(
        order=order,
        left_minutes=held.left_minutes if held else 0,
        runs=bool(held and held.has_hours),
        added=tuple(it for it in shown if it.period and _is_for(it, order)),
        current=shop.shelf.offer(),
        again_url=again_url(shop, order.hours),
    )


def _is_for(extra: OrderPage, package: OrderPage) -> bool:
    return extra.bought_for is not None and extra.bought_for.order_number == package.number
