"""The account's own page: one number first, then packages, orders and their papers."""

from collections.abc import Sequence

from starlette.responses import Response

from checkout.domain.account import Client, Holding, first_line
from checkout.domain.transitions import State
from checkout.shop import Shop
from checkout.show_account import orders_of
from checkout.web import account_pages
from checkout.web.account_views import AccountPage, Bought
from checkout.web.asked import Asked
from checkout.web.deciding import again_url, order_page
from checkout.web.entering import house, page
from checkout.web.views import OrderPage


def account(asked: Asked, shop: Shop, client: Client) -> Response:
    """GET /account: hours left and until when, or what to do next; packages; orders."""
    shown = tuple(order_page(shop, facts) for facts in orders_of(shop, client))
    now = shop.store.clock()
    packages = tuple(_bought(shop, it, shown) for it in shown if it.life)
    unpaid = any(it.state in (State.CREATED, State.WAITING) for it in shown)
    holdings = [held for it in shown if (held := _holding(it))]
    view = AccountPage(
        house=house(shop),
        email=client.account.email,
        is_proved=client.session.is_proved,
        line=first_line(holdings, now, is_unpaid=unpaid),
        packages=packages,
        orders=shown,
        now=now,
    )
    return page(account_pages.account(view))


def _holding(order: OrderPage) -> Holding | None:
    """A package as the first line counts it; what money given back has ended is none."""
    life, term = order.life, order.period
    if life is None or term is None or order.state != State.PAID or order.ended_at is not None:
        return None
    until = (term.starts_at, term.expires_at, term.last_day)
    return Holding(life.total_minutes, *until, spent_minutes=life.used_minutes)


def _bought(shop: Shop, order: OrderPage, shown: Sequence[OrderPage]) -> Bought:
    """The one place where a package becomes what the page says of it."""
    held = _holding(order)
    return Bought(
        order=order,
        left_minutes=held.left_minutes if held else 0,
        runs=bool(held and held.runs(shop.store.clock())),
        added=tuple(it for it in shown if it.period and _is_for(it, order)),
        current=shop.shelf.offer(),
        again_url=again_url(shop, order.hours),
    )


def _is_for(extra: OrderPage, package: OrderPage) -> bool:
    return extra.bought_for is not None and extra.bought_for.order_number == package.number
