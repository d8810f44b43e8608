"""What a client does to come into his account, by a browser of his own."""

import re

import httpx2
from starlette.testclient import TestClient

from checkout.mail.kept import Kept
from tests.town import Town

LINK = re.compile(r"/account/link/[\w-]+")
CODE = re.compile(r"Код: (\d{4} \d{4})")


def ask(browser: TestClient, email: str = "anna@example.ru") -> httpx2.Response:
    """Ask for a letter."""
    return browser.post("/account/sign-in", data={"email": email})


def letters_to(town: Town, email: str) -> list[Kept]:
    """The letters with a link that came to an address, oldest first."""
    town.work()
    came = (it for it in town.post if it.header("To") == email)
    return [it for it in came if LINK.search(text_of(it))]


def text_of(letter: Kept) -> str:
    return letter.text


def link_to(town: Town, email: str = "anna@example.ru") -> str:
    """The link of the newest letter to an address."""
    found = LINK.search(text_of(letters_to(town, email)[-1]))
    assert found
    return found[0]


def code_to(town: Town, email: str = "anna@example.ru") -> str:
    """The code of the newest letter to an address."""
    found = CODE.search(text_of(letters_to(town, email)[-1]))
    assert found
    return found[1]


def signed_in(town: Town, email: str = "anna@example.ru") -> TestClient:
    """A browser in which the client of an address is signed in."""
    browser = town.browser()
    assert ask(browser, email).status_code == 303
    answer = browser.post(link_to(town, email))
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/account"
    return browser
