"""What every page of the checkout has, and what none of them ever does."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from checkout.domain.refusal import Obstacle
from checkout.domain.transitions import State
from checkout.web import pages, states, troubles
from tests.web import page_examples as example
from tests.web.page_reading import read

WEB = Path(pages.__file__).parent
HOUSE = troubles.House(test=True, requisites=example.REQUISITES)
FORBIDDEN = (
    "webhook|токен|идемпотент|pending|ошибка 422|пользовател|акцептовать|к сожалению|упс|undefined"
)


def every_page() -> Mapping[str, str]:
    orders = {state: example.order(state) for state in State}
    return {
        "form": pages.order_form(example.form()),
        "form with errors": pages.order_form(example.form_with_errors()),
        "form without consent": pages.order_form(replace(example.form(), consent=None)),
        "changed": pages.changed(example.changed()),
        "changed on retry": pages.changed(example.changed(retry=True)),
        "changed consent": pages.changed(example.changed_consent()),
        **{f"order {state}": pages.order(order) for state, order in orders.items()},
        **{name: pages.order(page) for name, page in example.leaving().items()},
        "refusal": pages.refusal(example.refusal_form()),
        "refusal of a company": pages.refusal(example.refusal_form("company")),
        "refusal with an error": pages.refusal(
            example.refusal_form(reason="а" * 600, error="Сократите.")
        ),
        "compared": pages.compare(example.compared()),
        "compared backwards": pages.compare(example.compared(3, 1)),
        "not compared": pages.compare(example.not_compared()),
        "day": pages.day(example.day()),
        "no day": pages.day(example.no_day()),
        "provisional": pages.order(example.order("paid", period=example.period(provisional=True))),
        "receipts": pages.order(example.order("paid", receipts=example.receipts())),
        "retry refused": pages.order(
            example.order("cancelled", retry=example.retry(ask=example.edition(), error="Нет."))
        ),
        **{
            f"reason {reason}": pages.order(example.order("cancelled", reason=reason))
            for reason in states.DECLINES
        },
        **{f"trouble {i}": pages.trouble(view) for i, view in enumerate(every_trouble())},
    }


def every_trouble() -> list[pages.Trouble]:
    return [
        troubles.forbidden(HOUSE),
        troubles.not_found(troubles.House(test=False)),
        troubles.order_not_found(HOUSE),
        troubles.package_not_sold(HOUSE),
        troubles.not_paid(HOUSE, "waiting", "/orders/secret"),
        troubles.not_paid(HOUSE, "case", "/orders/secret"),
        troubles.not_paid(HOUSE, "cancelled", "/orders/secret"),
        *(troubles.cannot_refuse(HOUSE, why, "person", "/orders/secret") for why in Obstacle),
        troubles.never_published(HOUSE, "/checkout/5"),
        troubles.too_many(HOUSE, 1),
        troubles.too_many(HOUSE, 1_400),
        troubles.unreachable(HOUSE, example.retry(), "/orders/secret"),
        troubles.unreachable(HOUSE, example.retry(ask=example.edition()), "/orders/secret"),
        troubles.not_selling(HOUSE, "Оферты ещё нет."),
        troubles.no_release(HOUSE),
        troubles.no_editions(HOUSE),
        troubles.broken(HOUSE, "f00d"),
    ]


PAGES = every_page()


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_whole(html: str) -> None:
    page = read(html)
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]

    assert page.one("html").attributes["lang"] == "ru"
    assert page.one("title").text
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert sorted(ids) == sorted(set(ids))
    for link in page.all("a"):
        target = link.attributes["href"]
        assert not target.startswith("#") or target[1:] in ids
    for element in page.elements:
        for pointer in ("for", "aria-labelledby", "aria-describedby"):
            assert set(element.attributes.get(pointer, "").split()) <= set(ids)


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_a_page_runs_and_styles_nothing_inline_and_calls_no_foreign_host(html: str) -> None:
    page = read(html)

    assert not page.all("style")
    for element in page.elements:
        assert not [key for key in element.attributes if key == "style" or key.startswith("on")]
    assert [script.attributes["src"] for script in page.all("script")] == ["/static/checkout.js"]
    assert not page.one("script").text
    for link in page.all("link"):
        # the canonical address is named, not asked
        assert link.attributes["href"].startswith("/") or link.attributes["rel"] == "canonical"


@pytest.mark.parametrize("html", PAGES.values(), ids=PAGES.keys())
def test_a_page_never_uses_the_words_of_machines(html: str) -> None:
    assert not re.search(FORBIDDEN, read(html).text, re.IGNORECASE)
    assert "!" not in read(html).text


def test_hostile_words_stay_words() -> None:
    hostile = example.HOSTILE
    typed = dict.fromkeys(example.TYPED, hostile)
    form = example.form(typed, (pages.FieldError("name", hostile),))
    party = replace(example.order("paid").party, name=hostile, organisation=hostile)
    views = [
        pages.order_form(form),
        pages.changed(replace(example.changed(), form=form)),
        pages.order(example.order("paid", party=party, number=hostile)),
        pages.order(example.order("cancelled", reason=hostile)),
        pages.order(example.order("paid", refusal=replace(example.answered(), answer=hostile))),
        pages.refusal(example.refusal_form(reason=hostile)),
        pages.trouble(troubles.not_selling(HOUSE, hostile)),
        pages.compare(replace(example.not_compared(), sentence=hostile)),
        pages.day(replace(example.no_day(), sentence=hostile)),
    ]

    for html in views:
        assert "<script>alert" not in html
        assert not [e for e in read(html).elements if "onmouseover" in e.attributes]
        assert "&lt;script&gt;" in html


def test_the_demo_says_on_every_page_that_no_money_is_taken() -> None:
    said = "Тестовый режим: деньги не списываются"

    assert said in read(pages.order_form(example.form())).text
    assert said not in read(pages.order_form(replace(example.form(), test=False))).text
    assert said in read(pages.order(example.order("waiting"))).text
    assert said not in read(pages.order(example.order("waiting", test=False))).text


def test_no_price_hour_count_or_term_stands_in_a_template() -> None:
    sources = [*WEB.glob("templates/*.html"), WEB / "states.py", WEB / "troubles.py"]

    assert len(sources) > 10
    for source in sources:
        found = re.search(
            r"\d[\d\s\u00a0]*(?:₽|руб|час|месяц|рабоч)|&nbsp;₽", source.read_text(encoding="utf-8")
        )
        assert found is None, f"{source.name}: {found and found[0]}"
