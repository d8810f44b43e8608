"""What axe-core finds on a page that lies open."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SCRIPT = Axe().axe_script
# no preload: it asks for stylesheets again for the sake of sounds that play by themselves;
# colours on their way to others are nobody's to judge
LOOK = """(only) => document.getAnimations().forEach(it => it.finish()) ||
    axe.run({ resultTypes: ["violations"], preload: false, ...only })
    .then(found => found.violations.map(it => [it.id, it.nodes.map(node => node.html)]))"""
# the rules that look at colours (those of cat.color that axe runs unasked)
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def violations(page: Page, *, only: dict[str, Any] | None = None) -> list[Any]:
    """Each broken rule with the elements that break it; may be asked again after a change.

    `only` COLOURS, when nothing else of the page has changed since all rules were asked.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return list(page.evaluate(LOOK, only or {}))
