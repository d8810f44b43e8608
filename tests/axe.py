"""What axe-core finds on a page that lies open."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# the rules that look at colours (those of cat.color that axe runs unasked)
COLOURS = ("color-contrast", "link-in-text-block")

# Reckoning a contrast is most of what axe does, and a page repeats few looks many times: of the
# elements that look alike, with all they stand in, the first is asked about. (What lies over a
# text axe cannot reckon with, so where an element stands makes no difference.)
UNLIKE = """() => {
    const looks = new Map(), kinds = new Map(), unlike = new Map();
    const number = (look) => kinds.get(look) ?? kinds.set(look, kinds.size).get(look);
    const look = (it) => {
        if (!it) return "";
        if (!looks.has(it)) {
            const has = getComputedStyle(it);
            looks.set(it, number([look(it.parentElement), it.tagName, has.color, has.fontSize,
                has.fontWeight, has.backgroundColor, has.backgroundImage, has.opacity, has.filter,
                has.mixBlendMode, has.textShadow, has.webkitTextStroke, has.textDecorationLine,
                has.position, has.display, has.visibility].join("|")));
        }
        return looks.get(it);
    };
    const says = (it) => [...it.childNodes].some(
        part => part.nodeType === Node.TEXT_NODE && part.data.trim());
    for (const it of document.body.querySelectorAll("*"))
        if ((says(it) || it.matches("input, select, textarea")) && it.checkVisibility()
                && !unlike.has(look(it)))
            unlike.set(look(it), it);
    return [...unlike.values()];
}"""
# no preload: it asks for stylesheets again for the sake of sounds that play by themselves;
# colours on their way to others are nobody's to judge
LOOK = f"""async (colours) => {{
    document.getAnimations().forEach(it => it.finish());
    const asked = {{ resultTypes: ["violations"], preload: false }};
    const found = [];
    if (colours.rest) found.push(await axe.run({{ ...asked,
        rules: Object.fromEntries(colours.rules.map(it => [it, {{ enabled: false }}])) }}));
    const unlike = ({UNLIKE})();
    if (unlike.length) found.push(await axe.run({{ include: unlike }},
        {{ ...asked, runOnly: {{ type: "rule", values: colours.rules }} }}));
    return found.flatMap(it => it.violations)
        .map(it => [it.id, it.nodes.map(node => node.html)]);
}}"""
SCRIPT = Axe().axe_script


def violations(page: Page, *, rest: bool = True) -> list[Any]:
    """Each broken rule with elements that break it; may be asked again after a change.

    Without the `rest`: of the rules of colours alone, when nothing else of the page has changed.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(SCRIPT)
    return list(page.evaluate(LOOK, {"rules": COLOURS, "rest": rest}))
