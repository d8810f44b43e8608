"""What becomes of a page of a template: one style with its policy, published names."""

import base64
import hashlib
import re

import pytest

from offer.errors import OfferError
from offer.finishing.assets import hashed, prepare
from offer.finishing.finish import Finishing
from offer.finishing.material import concerns, taken, typography
from offer.finishing.purge import Page, elements, purge
from offer.finishing.stylesheet import Rule, parse

FILES = {
    "/assets/one.css": b"p { color: red } table { top: 0 }",
    "/assets/two.css": b".is-found { top: 0 } p { color: blue }",
    "/assets/page.js": b'import("/assets/search.js")',
    "/assets/search.js": b'it.className = "is-found"',
    "/assets/favicon.svg": b"<svg/>",
}
PAGE = """<head>
  <meta charset="utf-8">
  <link rel="icon" href="/assets/favicon.svg">
  <link rel="stylesheet" href="/assets/one.css">
  <link rel="stylesheet" href="/assets/two.css">
</head><p>Текст</p>"""


def style_of(markup: str) -> str:
    return re.findall("<style>(.*)</style>", markup)[0]


def test_the_sheets_become_one_style_in_their_order_and_the_policy_stands_before_it() -> None:
    finished = Finishing(FILES).page(PAGE, "offer/")
    style = style_of(finished)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style == "p{color:red}p{color:blue}"
    assert finished.index(f"style-src 'sha256-{digest}'") < finished.index("<style>")
    assert "stylesheet" not in finished


def test_a_script_that_is_loaded_when_needed_keeps_the_rules_it_needs() -> None:
    page = PAGE + '<script src="/assets/page.js" defer></script>'
    assert ".is-found{top:0}" in style_of(Finishing(FILES).page(page, ""))


def test_a_sheet_that_is_not_in_the_theme_is_refused() -> None:
    with pytest.raises(OfferError, match=r"/assets/three\.css"):
        Finishing(FILES).page(PAGE.replace("two.css", "three.css"), "")


def test_a_name_changes_with_the_content_and_with_what_the_content_names() -> None:
    before, after = prepare(FILES), prepare(FILES | {"/assets/search.js": b"other"})
    assert before.names["/assets/search.js"] == hashed(
        "/assets/search.js", b'it.className = "is-found"'
    )
    assert before.names["/assets/page.js"] != after.names["/assets/page.js"]
    published = after.published[after.names["/assets/page.js"]]
    assert after.names["/assets/search.js"].encode() in published


def test_no_stylesheet_is_published_and_the_icon_keeps_its_plain_name_too() -> None:
    published = prepare(FILES).published
    assert [name for name in published if name.endswith(".css")] == []
    assert published["/assets/favicon.svg"] == published[hashed("/assets/favicon.svg", b"<svg/>")]


# --- Material


NOTE = '<article class="md-typeset"><div class="admonition note"><p class="admonition-title">'


@pytest.mark.parametrize(
    "markup", [NOTE, "<div class=md-typeset><table>", "<p class=md-typeset><kbd>"]
)
def test_a_text_with_more_than_the_house_styles_concerns_material(markup: str) -> None:
    assert concerns(Page(elements(markup)))


@pytest.mark.parametrize(
    "markup", ["<table></table><article class='md-typeset'><p class=clause><a class=clause-number>"]
)
def test_the_plain_text_of_an_offer_does_not(markup: str) -> None:
    assert not concerns(Page(elements(markup)))


def test_the_installed_theme_styles_a_note_and_brings_only_its_icon() -> None:
    style = purge(typography(), Page(elements(NOTE)))
    assert ".md-typeset .admonition-title" in style
    assert set(re.findall(r"--md-admonition-icon--(\w+):url", style)) == {"note"}
    assert "table" not in style.replace("table:not([class])", "")


def test_every_colour_of_the_installed_theme_is_one_of_the_house() -> None:
    ours = typography()
    defined = {
        it.name: it.text for node in ours if isinstance(node, Rule) for it in node.declarations
    }
    used = {
        name
        for node in ours
        if isinstance(node, Rule)
        for it in node.declarations
        for name in it.uses
        if not it.name.startswith("--")
    }
    theirs = {
        name
        for name in used
        if re.search(r"#[0-9a-f]{3}|hsla?\(|rgba?\(", defined.get(name, ""))
        and "url(" not in defined[name]
    }
    assert theirs == set()


def test_lengths_are_of_the_readers_own_size_of_letters_and_focus_needs_no_script() -> None:
    nodes = taken(
        ".md-typeset .x{padding:.8rem -1rem}.md-typeset summary:not(.focus-visible){top:0}"
    )
    page = Page(elements('<p class="md-typeset"><b class=x></b><summary>'))
    assert purge(nodes, page) == (
        ".md-typeset .x{padding:1rem -1.25rem}.md-typeset summary:not(:focus-visible){top:0}"
    )


def test_the_frame_of_the_theme_and_what_the_house_styles_are_not_taken() -> None:
    css = (
        ".md-nav{top:0}.md-typeset .md-button{top:0}.md-typeset h2{top:0}.md-typeset a:hover{top:0}"
    )
    assert taken(css)[1:] == ()
    assert parse(css, "Material")
