"""The account's pages as pure functions, as those of `pages`."""

from checkout.web.account_views import (
    AccountPage,
    Devices,
    House,
    LetterSent,
    OpenLink,
    SignIn,
    SignUp,
)
from checkout.web.pages import render
from checkout.web.states import words


def _page(template: str, view: object, house: House) -> str:
    return render(template, page=view, test=house.test, requisites=house.requisites)


def sign_in(page: SignIn) -> str:
    """Where a letter is asked for."""
    return _page("account_sign_in.html", page, page.house)


def sign_up(page: SignUp) -> str:
    """Where an account is made without buying."""
    return _page("account_sign_up.html", page, page.house)


def letter_sent(page: LetterSent) -> str:
    """What to do with the letter, and the form for its code."""
    return _page("account_sent.html", page, page.house)


def open_link(page: OpenLink) -> str:
    """The button behind the letter's link."""
    return _page("account_link.html", page, page.house)


def account(page: AccountPage) -> str:
    """The account itself."""
    return render(
        "account.html",
        page=page,
        states={it.number: words(it) for it in page.orders},
        test=page.house.test,
        requisites=page.house.requisites,
    )


def devices(page: Devices) -> str:
    """Where the client is signed in."""
    return _page("account_devices.html", page, page.house)
