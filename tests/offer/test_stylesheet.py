"""Which rules a page keeps: all it can use, now or after a reader's or a script's act."""

import pytest

from offer.errors import OfferError
from offer.finishing.purge import Page, elements, purge, script_names
from offer.finishing.stylesheet import parse

MARKUP = """<html dir="ltr"><body><!-- <table> -->
<article class="text wide"><p id="p-1" class="clause">1 &lt; 2 <a href='/x>y'>link</a><br></p>
<details><summary>more</summary></details></article><img alt="a > b"><h2>Title</h2></body></html>"""


def kept(css: str, script: str = "") -> str:
    scripts = script_names([script]) if script else frozenset()
    return purge(parse(css, "test.css"), Page(elements(MARKUP), scripts))


@pytest.mark.parametrize(
    "selector",
    [
        "p",
        ".clause",
        "#p-1",
        "a[href]",
        "article>p.clause>a",
        ".text.wide p",
        "p a:hover",
        ".clause:target",
        "details[open]>summary",
        "details:not([open])",
        "h2::before",
        "img+h2",
        "article:has(>p) a",
        ":is(.nothing,.text) p",
        "p:nth-child(2n + 1)",
        "[dir=ltr] p",
        "*",
        ":root",
        ":some-pseudo-class-of-tomorrow p",
        'a[href^="/"]',
    ],
)
def test_a_rule_that_may_match_is_kept(selector: str) -> None:
    assert kept(f"{selector} {{ color: red }}") == f"{selector}{{color:red}}"


@pytest.mark.parametrize(
    "selector",
    [
        "table",
        ".absent",
        "#p-2",
        "h2.clause",
        "h2 a",
        ".wide > .absent",
        "img + table",
        "article:has(table)",
        ":is(.nothing, table) p",
        "[dir=rtl] p",
        "a[target]",
    ],
)
def test_a_rule_that_cannot_match_is_dropped(selector: str) -> None:
    assert kept(f"{selector} {{ color: red }}") == ""


def test_of_a_list_only_the_selectors_that_may_match_stay() -> None:
    assert kept("table, p, .absent, h2 { margin: 0 }") == "p,h2{margin:0}"


def test_what_a_script_of_the_page_may_add_is_kept() -> None:
    script = 'box.classList.add("is-copied"); row.dataset.newState = "x"; // makes <table>'
    css = ".is-copied{top:0}p[data-new-state]{top:0}.is-copied table{top:0}.absent{top:0}"
    assert kept(css, script) == css.replace(".absent{top:0}", "")
    assert kept(css) == ""


def test_conditions_stay_around_the_rules_that_stay_and_go_with_the_last() -> None:
    css = "@media print { p { top: 0 } table { top: 0 } } @media (width > 1px) { table { top: 0 } }"
    assert kept(css) == "@media print{p{top:0}}"
    assert kept("@supports (a: b) { @media print { p { top: 0 } } }") == (
        "@supports (a:b){@media print{p{top:0}}}"
    )


def test_a_custom_property_stays_when_something_kept_needs_it_through_others_too() -> None:
    css = ":root{--a:var(--b);--b:1px;--c:2px}p{top:var(--a)}table{top:var(--c)}"
    assert kept(css) == ":root{--a:var(--b);--b:1px}p{top:var(--a)}"
    assert "--c:2px" in kept(css, 'getComputedStyle(p).getPropertyValue("--c")')


def test_keyframes_stay_when_something_kept_runs_them() -> None:
    frames = "@keyframes come{from{opacity:0}to{opacity:1}}"
    assert kept(f"{frames} p {{ animation: come 1s }}") == f"{frames}p{{animation:come 1s}}"
    assert kept(f"{frames} table {{ animation: come 1s }}") == ""


def test_the_rules_of_a_printed_sheet_are_kept_whole() -> None:
    assert kept("@page :first { margin: 18mm 20mm; }") == "@page :first{margin:18mm 20mm}"


def test_rules_nested_in_a_rule_stay_with_it() -> None:
    assert kept("p { color: red; & table { top: 0 } }") == "p{color: red;& table{top: 0}}"
    assert kept("table { & p { top: 0 } }") == ""


def test_nothing_that_parts_values_is_lost_when_a_sheet_is_made_smaller() -> None:
    css = 'p { /* why */ width : calc( 1px + 2 * var( --a , 3px ) ); content: "a  b" / "" }'
    assert kept(css) == 'p{width:calc(1px + 2 * var(--a,3px));content:"a  b" / ""}'
    assert kept("p { color: red !important; margin: 0 -1px }") == (
        "p{color:red!important;margin:0 -1px}"
    )


@pytest.mark.parametrize("css", ["@import 'x.css';", "p; color: red"])
def test_a_sheet_that_a_browser_would_not_read_whole_is_refused_with_its_line(css: str) -> None:
    with pytest.raises(OfferError, match=r"test\.css, строка 1"):
        parse(css, "test.css")
