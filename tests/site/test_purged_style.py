"""A page with only the rules it uses looks exactly as with all of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from offer.finishing import material
from offer.finishing.purge import Page, elements, mentioned, purge
from offer.finishing.stylesheet import VARIABLE, Node
from tests.serving import serving
from tests.site import town

SHOWN = (
    "/",
    "/offer/",
    "/offer/1/",
    "/offer/history/",
    "/requisites/",
    "/memo/",
    "/404.html",
)
SHEETS = ("offer/look/house.css", "site/theme/assets/site.css")
# Opens what can be opened, then tells where any element differs under the other stylesheet.
# Rules can change what some rule of all names, and nothing else: only that is compared.
DIFFERENCES = """(css) => {
    document.querySelectorAll("details").forEach(it => { it.open = true; });
    location.hash = "#p-3-1";
    const all = new CSSStyleSheet();
    all.replaceSync(css);
    const named = rules => [...rules].flatMap(it =>
        [...(it.style ?? []), ...(it.cssRules ? named(it.cssRules) : [])]);
    const names = [...new Set(named(all.cssRules))].filter(name => !name.startsWith("--"));
    const said = (it, part) => {
        const style = getComputedStyle(it, part);
        if (part && style.content === "none") return "";
        return names.map(name => style.getPropertyValue(name)).join(";");
    };
    const looks = () => [...document.body.querySelectorAll("*")].flatMap(it =>
        [null, "::before", "::after"].map(part =>
            [`${it.tagName}.${it.className}${part ?? ""}`, said(it, part)]));
    const sheet = document.querySelector("style");
    const before = looks();
    sheet.textContent = css;
    const after = looks();
    if (!before[0][1]) return ["nothing is told of any element"];
    return before.map(([name, look], at) => look === after[at][1] ? "" : name).filter(Boolean);
}"""


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    app = Starlette(routes=[Mount("/", StaticFiles(directory=site, html=True))])
    with serving(lambda _: app) as url:
        yield url


def everything(markup: str) -> str:
    """All rules that stand before a page is looked at; nothing is left out of any sheet."""
    nodes: tuple[Node, ...] = ()
    if material.concerns(Page(elements(markup))):
        nodes = material.typography()
    css = purge(nodes, Page(elements(markup), mentioned(nodes) | set(VARIABLE.findall(str(nodes)))))
    return css + "".join((town.ROOT / name).read_text("utf-8") for name in SHEETS)


@pytest.mark.parametrize(
    ("width", "scheme", "media"),
    [(390, "light", "screen"), (1280, "dark", "screen"), (1280, "light", "print")],
)
def test_no_element_of_any_page_misses_a_rule_that_was_left_out(
    browser: Browser,
    address: str,
    width: int,
    scheme: Literal["light", "dark"],
    media: Literal["screen", "print"],
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.emulate_media(media=media)
    found = {}
    for path in SHOWN:
        page.goto(address + path)
        found[path] = page.evaluate(DIFFERENCES, everything(page.content()))
    context.close()
    assert {path: names for path, names in found.items() if names} == {}
