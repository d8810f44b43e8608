"""What every address answers with: its headers, its type, and nothing for whom it is not."""

from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient

from checkout.app import create_app
from checkout.serve import gate_of
from checkout.settings import Secret
from checkout.web.headers import RELEASED, form_policy
from offer.editions import sha256
from tests.town import SITE, Town, text_of
from tests.web.buying import asked_of_yookassa, page_of

FROM_THE_RELEASE = ("home", "exact text", "manifest")
SAFE = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def policy(answer: httpx2.Response) -> dict[str, list[str]]:
    """The content security policy as directive → sources."""
    directives = answer.headers["content-security-policy"].split("; ")
    return {it.split()[0]: it.split()[1:] for it in directives}


def every_answer(town: Town) -> dict[str, httpx2.Response]:
    token = town.order()
    get, post = town.client.get, town.client.post
    return {
        "form": get("/checkout/5"),
        "form with errors": town.send(town.form(name="")),
        "never published": town.send(town.form(accept_offer="0" * 64)),
        "redirect": town.send(town.form()),
        "order": get(f"/orders/{token}"),
        "facts": get(f"/orders/{token}", headers={"accept": "application/json"}),
        "retry": post(f"/orders/{token}/retry"),
        "no certificate": get(f"/orders/{token}/certificate.pdf"),
        "no order": get("/orders/none"),
        "no package": get("/checkout/3"),
        "foreign form": post("/checkout/5", headers={"origin": "null"}),
        "too large": post("/checkout/5", content=b"a" * 100_000),
        "no page": get("/none"),
        "no metrics": get("/metrics"),
        "health": get("/healthz"),
        "home": get("/"),
        "exact text": get("/offer/1/offer.md"),
        "manifest": get("/offer/editions.json"),
        "style": get("/static/house.css"),
        "script": get("/static/checkout.js"),
        "no notification": post("/yookassa/notifications"),
        "another method": town.client.put("/checkout/5"),
    }


def test_every_answer_forbids_what_a_page_of_ours_never_needs(town: Town) -> None:
    for name, answer in every_answer(town).items():
        told = policy(answer)
        assert told["script-src"] == ["'self'"], name
        assert told["frame-ancestors"] == told["base-uri"] == ["'none'"], name
        assert "unsafe" not in answer.headers["content-security-policy"], name
        assert {header: answer.headers[header] for header in SAFE} == SAFE, name
        assert "server" not in answer.headers, name
        # the browser of an order is known again, and nobody else's
        assert ("set-cookie" in answer.headers) == (name == "redirect"), name


def test_the_services_own_pages_take_styles_only_from_files_of_ours(town: Town) -> None:
    for name, answer in every_answer(town).items():
        if name not in FROM_THE_RELEASE:
            told = policy(answer)
            assert told["default-src"] == ["'none'"], name
            assert told["style-src"] == ["'self'"], name


def test_released_pages_govern_their_own_styles_and_nothing_else(town: Town) -> None:
    """Each names the hash of its style in a meta element; a policy beside it can only forbid."""
    answers = every_answer(town)
    named = set(policy(answers["form"])) - {"default-src", "style-src"}
    for name in FROM_THE_RELEASE:
        assert answers[name].headers["content-security-policy"] == RELEASED
        told = policy(answers[name])
        assert named < set(told)
        assert {"object-src", "frame-src", "media-src"} < set(told)
        assert {source for it in told.values() for source in it} == {"'self'", "'none'", "data:"}


def test_forms_may_end_at_yookassa_and_in_the_demo_at_the_simulator(town: Town) -> None:
    answers = every_answer(town)
    for name in ("form", "form with errors", "order", "never published", "no order"):
        assert policy(answers[name])["form-action"] == ["'self'", "https:", town.yookassa.url]
    for name in ("home", "exact text", "health"):
        assert policy(answers[name])["form-action"] == ["'self'"]


def test_a_real_shop_names_no_simulator_and_insists_on_https(town: Town) -> None:
    api = {"yookassa_api_url": "https://api.yookassa.ru/v3", "public_url": "https://shop.example"}
    shop = replace(town.shop, settings=replace(town.shop.settings, **api))
    client = TestClient(create_app(shop, gate_of(shop)), base_url="https://shop.example")
    answer = client.get("/checkout/5")

    assert policy(answer)["form-action"] == ["'self'", "https:"]
    assert form_policy(shop.settings).endswith("form-action 'self' https:")
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "strict-transport-security" not in town.client.get("/").headers


@pytest.mark.parametrize("name", ["form", "form with errors", "order", "facts", "redirect",
                                  "retry", "health", "never published", "no order"])  # fmt: skip
def test_what_concerns_one_client_is_kept_in_no_cache(town: Town, name: str) -> None:
    assert every_answer(town)[name].headers["cache-control"] == "no-store"


def test_no_page_of_the_service_has_a_script_or_style_inside(town: Town) -> None:
    for name, answer in every_answer(town).items():
        if not answer.headers.get("content-type", "").startswith("text/html") or name == "home":
            continue
        page = page_of(answer)
        assert not page.all("style"), name
        assert [it.text for it in page.all("script")] == [""], name
        assert not [it for it in page.elements if "style" in it.attributes], name


def test_health_is_told_with_the_edition_and_the_release(town: Town) -> None:
    answer = town.client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "edition": {"number": 1, "sha256": sha256(text_of("offer"))},
        "release": "release-1",
        "problems": [],
    }


def test_a_year_without_its_calendar_is_a_problem_of_health(own_town: Town) -> None:
    own_town.clock.forward(days=3650)
    answer = own_town.client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["problems"]


def test_metrics_are_only_for_whoever_knows_their_token(town: Town) -> None:
    settings = replace(town.shop.settings, metrics_token=Secret("s3cret"))
    shop = replace(town.shop, settings=settings)
    client = TestClient(create_app(shop, gate_of(shop)), base_url=SITE)

    def asked(authorization: str) -> int:
        return client.get("/metrics", headers={"authorization": authorization}).status_code

    assert client.get("/metrics").status_code == 404
    assert [asked(it) for it in ("Bearer", "Bearer ", "Bearer s3cre", "Basic s3cret")] == [404] * 4
    assert asked("Bearer s3cret") == 200
    assert town.client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    assert 'checkout_orders{state="paid"}' in (
        client.get("/metrics", headers={"authorization": "Bearer s3cret"}).text
    )


def test_exact_texts_are_shown_as_plain_text_with_the_very_bytes(town: Town) -> None:
    for document in ("offer", "consent", "privacy"):
        answer = town.client.get(f"/{document}/1/{document}.md")

        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.content == text_of(document)


def test_the_head_of_a_page_is_its_headers_without_it(town: Town) -> None:
    for path in ("/", "/offer/1/offer.md", "/checkout/5", "/healthz"):
        head, whole = town.client.head(path), town.client.get(path)

        assert head.status_code == whole.status_code == 200
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"]


def test_a_page_unchanged_since_it_was_read_is_not_sent_again(town: Town) -> None:
    first = town.client.get("/offer/1/offer.md")
    again = town.client.get("/offer/1/offer.md", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_page_nobody_wrote_is_told_with_a_way_back(town: Town) -> None:
    for path in ("/none", "/offer/99/", "/offer/1/none.md", "/static/none.css"):
        answer = town.client.get(path)

        assert answer.status_code == 404
        assert "Такой страницы нет" in page_of(answer).text


OUTSIDE = [
    "/../town.sqlite",
    "/%2e%2e/town.sqlite",
    "/..%2ftown.sqlite",
    "/offer/..%2f..%2f..%2ftown.sqlite",
    "/%2fetc%2fpasswd",
    "//etc/passwd",
    "/offer/1/..\\..\\..\\town.sqlite",
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2fpages.py",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_released_folder_is_served(town: Town, path: str) -> None:
    answer = town.client.get(path)

    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_a_link_that_leads_out_of_the_release_is_not_followed(
    own_town: Town, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("тайна")
    assert own_town.client.get("/").status_code == 200
    (own_town.publisher.current / "leak.txt").symlink_to(secret)

    assert own_town.client.get("/leak.txt").status_code == 404


def test_a_bug_is_told_with_a_number_and_leaves_nothing_half_done(own_town: Town) -> None:
    token = own_town.order()
    with own_town.shop.store.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE attempts RENAME TO lost")
    answer = own_town.client.get(f"/orders/{token}")
    form = own_town.client.get("/checkout/5")
    with asked_of_yookassa(own_town) as asked:
        sent = own_town.send(own_town.form())

    assert (answer.status_code, form.status_code, sent.status_code) == (500, 200, 500)
    assert "произошла ошибка" in page_of(answer).text
    assert page_of(answer).one("code", **{"class": "reference"}).text
    assert "attempts" not in answer.text
    assert asked == []
    assert [row["kind"] for row in own_town.ledger()] == ["order"]
