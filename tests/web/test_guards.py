"""Who may post what: the browser's word on where a form comes from, the sender's address."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from checkout.app import ROUTES, create_app
from checkout.serve import gate_of
from checkout.settings import Settings
from checkout.web import guards
from checkout.web.guards import Gate, client_address, sent_by_yookassa
from tests.town import SITE, Town
from tests.web.buying import asked_of_yookassa, orders_of, page_of

SITES = {"same-origin": True, "same-site": False, "cross-site": False, "none": False, "": False}
ORIGINS = {
    SITE: True,
    "http://127.0.0.1:8000": False,
    "https://127.0.0.1": False,
    "http://evil.example": False,
    "http://127.0.0.1.evil.example": False,
    "null": False,
    "": False,
}
COOKIE = {"cookie": "session=1"}


def sending(town: Town, headers: dict[str, str]) -> int:
    return town.send(town.form(name=""), headers=headers).status_code


@pytest.mark.parametrize("cookie", [{}, COOKIE], ids=["no cookie", "cookie"])
@pytest.mark.parametrize("origin", [None, *ORIGINS])
@pytest.mark.parametrize("site", SITES)
def test_where_the_browser_says_what_sent_the_form_nothing_else_counts(
    town: Town, site: str, origin: str | None, cookie: dict[str, str]
) -> None:
    headers = {"sec-fetch-site": site, **cookie, **({"origin": origin} if origin else {})}

    assert sending(town, headers) == (422 if SITES[site] else 403)


@pytest.mark.parametrize("cookie", [{}, COOKIE], ids=["no cookie", "cookie"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_an_older_browser_is_believed_by_its_origin(
    town: Town, origin: str, cookie: dict[str, str]
) -> None:
    assert sending(town, {"origin": origin, **cookie}) == (422 if ORIGINS[origin] else 403)


def test_a_program_without_either_header_may_post_only_without_a_cookie(town: Town) -> None:
    assert sending(town, {}) == 422
    assert sending(town, COOKIE) == 403


def test_a_program_without_either_header_acts_by_no_cookie_but_may_order(own_town: Town) -> None:
    program = TestClient(own_town.app, base_url=SITE, follow_redirects=False)
    token = own_town.token_of(program.post("/checkout/2", data=own_town.form(2)))
    assert program.cookies["browser"]
    other = own_town.form(2, name="Анна Вронская")
    assert program.post("/checkout/2", data=other).status_code == 303

    for path in (f"/orders/{token}/account", f"/orders/{token}/email",
                 f"/orders/{token}/email/code", "/account/sign-in/code"):  # fmt: skip
        data = {"email": "new@example.ru", "code": "12345678"}
        assert program.post(path, data=data).status_code == 403
        assert program.post(path, data=data, headers={"origin": SITE}).status_code != 403


def test_a_foreign_form_makes_nothing_and_is_told_what_to_do(town: Town) -> None:
    before = orders_of(town)
    form = town.form()
    with asked_of_yookassa(town) as asked:
        answer = town.send(form, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert "не с нашей страницы" in page_of(answer).text
    assert asked == []
    assert orders_of(town) == before


def test_a_foreign_retry_is_refused_too(town: Town) -> None:
    token = town.order()
    answer = town.client.post(f"/orders/{token}/retry", headers={"origin": "null"})

    assert answer.status_code == 403


def test_foreign_forms_use_up_nobodys_pace(own_town: Town) -> None:
    for _ in range(130):
        own_town.client.post("/checkout/5", headers={"sec-fetch-site": "cross-site"})

    assert own_town.send(own_town.form()).status_code == 303


def test_notifications_carry_no_headers_of_a_browser_and_are_exempt(town: Town) -> None:
    foreign = {"sec-fetch-site": "cross-site", "origin": "null", **COOKIE}
    answer = town.client.post("/yookassa/notifications", content=b"{", headers=foreign)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "entry", [it for it in ROUTES if it.method == "POST"], ids=lambda it: it.path
)
def test_whatever_is_posted_is_guarded(entry: object) -> None:
    own = (guards.own_form, guards.letter_form, guards.account_form)
    by_cookie = (guards.cookie_form, guards.cookie_letter_form)
    assert getattr(entry, "guard", None) in (*own, *by_cookie, guards.notification)


@pytest.mark.parametrize("entry", ROUTES, ids=lambda it: f"{it.method} {it.path}")
def test_no_other_method_is_answered(town: Town, entry: object) -> None:
    path = str(getattr(entry, "path", "")).replace("{hours}", "5").replace("{token}", "none")
    known = {it.method for it in ROUTES if it.path == getattr(entry, "path", "")}
    for method in {"PUT", "DELETE", "PATCH", "TRACE", "POST"} - known:
        assert town.client.request(method, path).status_code == 405


def behind_a_proxy(town: Town, peer: str, *proxies: str) -> TestClient:
    """The shop that trusts these proxies, asked from `peer`."""
    trusted = tuple(ip_network(proxy) for proxy in proxies)
    settings = replace(town.shop.settings, trusted_proxies=trusted)
    gate = gate_of(town.shop)
    app = create_app(town.shop, Gate(settings, gate.clock))
    return TestClient(app, base_url=SITE, client=(peer, 50_000))


def test_a_trusted_proxy_says_which_scheme_the_browser_used(town: Town) -> None:
    secure = {"origin": "https://127.0.0.1", "x-forwarded-proto": "https"}
    form = town.form(name="")
    trusted = behind_a_proxy(town, "10.0.0.7", "10.0.0.0/8")
    stranger = behind_a_proxy(town, "9.9.9.9", "10.0.0.0/8")

    assert trusted.post("/checkout/5", data=form, headers=secure).status_code == 422
    assert stranger.post("/checkout/5", data=form, headers=secure).status_code == 403


def asked_from(peer: str | None, *forwarded: str) -> Request:
    """A request as it arrives from `peer`, one X-Forwarded-For line for each of `forwarded`."""
    lines = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    client = (peer, 1) if peer else None
    return Request({"type": "http", "headers": lines, "client": client})


def trusting(town: Town, *proxies: str) -> Settings:
    networks = tuple(ip_network(proxy) for proxy in proxies)
    sources = tuple(ip_network(it) for it in ("185.71.76.0/27", "2a02:5180::/32"))
    return replace(town.shop.settings, trusted_proxies=networks, notification_sources=sources)


ADDRESSES = [
    ("9.9.9.9", (), "9.9.9.9"),
    ("9.9.9.9", ("185.71.76.1",), "9.9.9.9"),
    ("10.0.0.1", ("185.71.76.1",), "185.71.76.1"),
    ("10.0.0.1", ("185.71.76.1, 9.9.9.9",), "9.9.9.9"),
    ("10.0.0.1", ("185.71.76.1", "9.9.9.9"), "9.9.9.9"),
    ("10.0.0.1", ("9.9.9.9, 10.0.0.2",), "9.9.9.9"),
    ("10.0.0.1", ("9.9.9.9,10.0.0.2",), "9.9.9.9"),
    ("10.0.0.1", ("185.71.76.1, nonsense",), "10.0.0.1"),
    ("10.0.0.1", ("",), "10.0.0.1"),
    ("10.0.0.1", (), "10.0.0.1"),
    ("::ffff:10.0.0.1", ("::ffff:9.9.9.9",), "9.9.9.9"),
    ("::ffff:9.9.9.9", ("185.71.76.1",), "9.9.9.9"),
    ("testclient", ("185.71.76.1",), "unknown"),
    (None, ("185.71.76.1",), "unknown"),
]


@pytest.mark.parametrize(("peer", "forwarded", "address"), ADDRESSES)
def test_an_address_is_taken_from_the_last_hop_nobody_could_make_up(
    town: Town, peer: str | None, forwarded: tuple[str, ...], address: str
) -> None:
    request = asked_from(peer, *forwarded)

    assert client_address(request, trusting(town, "10.0.0.0/8")) == address


@pytest.mark.parametrize(
    ("peer", "ours"),
    [
        ("185.71.76.31", True),
        ("185.71.76.32", False),
        ("::ffff:185.71.76.1", True),
        ("2a02:5180:0:1509::7", True),
        ("2a02:5181::1", False),
        ("127.0.0.1", False),
        ("testclient", False),
        (None, False),
    ],
)
def test_yookassa_is_known_by_its_published_addresses(
    town: Town, peer: str | None, ours: bool
) -> None:
    assert sent_by_yookassa(asked_from(peer), trusting(town)) is ours
