"""Forms that no browser of ours would send: each gets an answer, none an error of the service."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from checkout.domain.details import Part
from checkout.store import ledger
from offer.editions import sha256
from tests.town import Town, a_town, at_once, text_of
from tests.web.buying import letters_to, orders_of, page_of

URLENCODED = {"content-type": "application/x-www-form-urlencoded"}

STRANGE_NAMES = {
    "emoji": "Анна 🦊👩‍👩‍👧‍👦",
    "right to left": "Анна \u202eанинераК",
    "control characters": "Анна\x01\x02\x1b[31m\x7f",
    "markup": "<script>alert(1)</script>",
    "typst": '#read("/etc/passwd") $x$ *a* \\ `x` @anna // /* "',
    "template": "{{ 7 * 7 }} {% raw %}",
    "combining marks": "А" + "\u0301" * 190,
    "as long as may be": "Ж" * 200,
    "not normal": "Э\u0301мма \u212b",
}


def posted(town: Town, body: bytes, **headers: str) -> int:
    """The status of a POST of raw bytes."""
    sent = {**URLENCODED, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return town.client.post("/checkout/5", content=body, headers=sent).status_code


def encoded(town: Town, **changes: str) -> bytes:
    return urlencode(town.form(**changes)).encode()


def details_of_last_order(town: Town) -> dict[str, str]:
    """The personal details beside the newest ledger row: who, and from where."""
    number = town.shop.store.read(ledger.entries)[-1].number
    parts = (town.shop.store.read(partial(ledger.details, ledger=number, part=it)) for it in
             (Part.PARTY, Part.ORIGIN))  # fmt: skip
    return {name: value for part in parts if part for name, value in json.loads(part.text).items()}


def test_a_body_that_is_too_large_is_refused_whatever_length_it_tells(town: Town) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 1024

    before = orders_of(town)
    told = town.client.post("/checkout/5", content=b"a" * 100_000, headers=URLENCODED)
    untold = town.client.post("/checkout/5", content=pieces(), headers=URLENCODED)

    assert "content-length" not in untold.request.headers
    assert (told.status_code, untold.status_code) == (413, 413)
    assert "велико" in told.text
    assert orders_of(town) == before


def test_the_largest_body_that_is_read_is_read(town: Town) -> None:
    body = encoded(town)
    assert posted(town, body + b"&more=" + b"a" * (65_536 - len(body) - 6)) == 303
    assert posted(town, body + b"&more=" + b"a" * (65_537 - len(body) - 6)) == 413


def test_ten_thousand_fields_are_no_form(town: Town) -> None:
    assert posted(town, b"&".join(b"a%d=1" % number for number in range(5_000))) == 422


def test_of_a_field_sent_twice_the_first_counts(town: Town) -> None:
    assert posted(town, encoded(town) + b"&email=boris%40example.ru") == 303
    assert details_of_last_order(town)["email"] == "anna@example.ru"


def test_a_nul_byte_is_no_part_of_a_name(town: Town) -> None:
    assert town.send(town.form(name="Анна\0 Каренина")).status_code == 303
    assert details_of_last_order(town)["name"] == "Анна Каренина"


def test_half_of_a_surrogate_pair_is_replaced(town: Town) -> None:
    body = encoded(town, name="Анна").replace(
        urlencode({"name": "Анна"}).encode(), b"name=%D0%90%ED%A0%80"
    )

    assert posted(town, body) == 303
    assert details_of_last_order(town)["name"].startswith("А\ufffd")


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\xfd",
        b"",
        b"&&&==&;",
        b"%",
        b"%zz=%ff",
        b"=" * 60_000,
        b"kind[]=person&kind[0]=company",
        "имя=Анна".encode("cp1251"),
    ],
)
def test_bytes_that_are_no_form_are_told_as_an_empty_form(town: Town, body: bytes) -> None:
    assert posted(town, body) == 422


@pytest.mark.parametrize(
    "media_type", ["multipart/form-data; boundary=x", "application/json", "text/plain", ""]
)
def test_a_form_of_another_media_type_is_told_as_an_empty_form(town: Town, media_type: str) -> None:
    assert posted(town, encoded(town), content_type=media_type) == 422


@pytest.mark.parametrize("attempt", ["a" * 60_000, "../../etc", "'; DROP TABLE orders", "🦊" * 99])
def test_an_attempt_of_any_shape_names_one_form(town: Town, attempt: str) -> None:
    before = orders_of(town)
    form = town.form() | {"attempt": attempt}
    first, second = town.send(form), town.send(form)

    assert first.headers["location"] == second.headers["location"]
    assert orders_of(town) == before + 1


@pytest.mark.parametrize("name", STRANGE_NAMES.values(), ids=STRANGE_NAMES)
def test_a_strange_name_is_ordered_paid_certified_and_written_to(own_town: Town, name: str) -> None:
    token = own_town.order(name=name)
    own_town.pay(token)
    own_town.work()
    certificate = own_town.client.get(f"/orders/{token}/certificate.pdf")
    page = own_town.client.get(f"/orders/{token}")

    assert page.status_code == 200
    assert page_of(page).all("script")[0].attributes["src"] == "/static/checkout.js"
    assert certificate.content.startswith(b"%PDF")
    assert len(own_town.letters()) == 2


def test_line_breaks_in_a_name_make_no_header_of_a_letter(own_town: Town) -> None:
    name = "Анна\r\nBcc: all@example.ru\r\n\r\nПривет"
    own_town.pay(own_town.order(name=name))
    own_town.work()
    (letter,) = letters_to(own_town, "anna@example.ru")

    assert letter.header("Bcc") == ""
    assert len(own_town.post) == 2


@pytest.mark.parametrize(
    "email", ["anna@example.ru\r\nBcc: all@example.ru", "anna@example.ru\nRCPT TO:<x@y.ru>"]
)
def test_line_breaks_in_an_address_are_refused(town: Town, email: str) -> None:
    assert town.send(town.form(email=email)).status_code == 422


def test_a_browser_of_any_name_may_order(town: Town) -> None:
    agent = {"user-agent": b"\xff<script>" + b"a" * 5_000}

    assert town.send(town.form(), headers=agent).status_code == 303
    assert len(details_of_last_order(town)["user_agent"]) <= 400


def test_an_address_with_a_nul_is_an_order_nobody_made(tmp_path: Path, postgres_url: str) -> None:
    with a_town(tmp_path, postgres_url) as town:
        for path in ("/orders/%00", "/orders/a%00b/certificate.pdf", "/%00", "/offer/%00"):
            assert town.client.get(path).status_code == 404
        assert town.client.post("/orders/%00/retry").status_code == 404
        assert town.send(town.form(name="А\0я")).status_code == 303


def test_many_hostile_forms_at_once_leave_the_shop_selling(town: Town) -> None:
    bodies = [b"\xff" * 60_000, b"a" * 100_000, b"&" * 60_000, b"%00=%00", b"kind=%F0%9F"]
    statuses = at_once(*(lambda body=body: posted(town, body) for body in bodies))

    assert set(statuses) <= {413, 422}
    assert town.order()


def test_the_hash_in_capitals_or_with_spaces_is_not_the_hash(town: Town) -> None:
    digest = sha256(text_of("offer"))

    assert town.send(town.form(accept_offer=digest.upper())).status_code == 422
    assert town.send(town.form(accept_offer=f" {digest}")).status_code == 422
