"""The account's pages as pure functions, as those of `pages`."""

from checkout.web.account_views import (
    AccountPage,
    DetailsPage,
    Devices,
    House,
    LetterPage,
    LetterSent,
    LettersPage,
    OpenLink,
    OwnEdition,
    PrivacyPage,
    Readdress,
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


def letters(page: LettersPage) -> str:
    """Every letter that was sent to the client."""
    return _page("account_letters.html", page, page.house)


def letter(page: LetterPage) -> str:
    """One letter's words."""
    return _page("account_letter.html", page, page.house)


def details(page: DetailsPage) -> str:
    """Who the client is, and the form that corrects it."""
    return _page("account_details.html", page, page.house)


def privacy(page: PrivacyPage) -> str:
    """Consents, takeout, erasure."""
    return _page("account_privacy.html", page, page.house)


def edition(page: OwnEdition) -> str:
    """The client's edition and the one in force."""
    return _page("account_edition.html", page, page.house)


def readdress(page: Readdress) -> str:
    """The form that mends an order's address."""
    return _page("account_readdress.html", page, page.house)
