"""Material's typography for what a contractor's Markdown may contain and the house leaves plain.

Tables, quotations, admonitions, <details>, code blocks, definition and task lists, footnotes: their
rules are taken from the stylesheet of the installed theme, whatever its version, and cut down to
what a page uses like our own. Not taken are Material's frame and its headings, paragraphs, lists
and links, which house.css styles.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from offer.errors import OfferError
from offer.finishing.purge import Page
from offer.finishing.stylesheet import (
    Compound,
    Declaration,
    Group,
    Names,
    Node,
    Rule,
    Selector,
    parse,
)

TEXT = ".md-typeset"
STYLED_BY_THE_HOUSE = frozenset(
    ["h1", "h2", "h3", "h4", "h5", "h6", "p", "a", "ul", "ol", "li", "hr", "code"]
)
PLAIN = STYLED_BY_THE_HOUSE | {"strong", "em", "b", "i", "span", "div", "section", "article", "br"}
# Classes of ours inside the text; an element with any other is Material's to style.
OWN_CLASSES = frozenset({".clause", ".clause-number"})
# Its rem are of a root of 125 %, ours of the reader's own size.
ROOT = 1.25
_REM = re.compile(r"(?<![\w.#-])(-?\d*\.?\d+)rem\b")
_BOX = re.compile(r'<input type="checkbox" disabled( checked)?')
_BOX_WORDS = ("не сделано", "сделано")
# Every rule of the minified sheet, of an at-rule with those inside it.
_RULE = re.compile(
    r"(?:[^{}\"]|\"[^\"]*\")*\{(?:[^{}\"]|\"[^\"]*\"|\{(?:[^{}\"]|\"[^\"]*\")*\})*\}"
)


def reachable(markup: str) -> str:
    """What Markdown writes, for those who do not see it or do not point at it.

    A ticked box is told in words; a table, which may be wider than a phone, can be focused and then
    moved by the arrow keys.
    """
    told = _BOX.sub(lambda it: f'{it[0]} aria-label="{_BOX_WORDS[bool(it[1])]}"', markup)
    return told.replace("<table>", '<table tabindex="0">')


def concerns(page: Page) -> bool:
    """Whether the text of the page has anything that Material is to style."""
    return any(TEXT in it.around and not _is_plain(it.own) for it in page.elements)


def _is_plain(own: Names) -> bool:
    tags = {name for name in own if name[0] not in ".#["}
    classes = {name for name in own if name[0] == "."}
    return tags <= PLAIN and classes <= OWN_CLASSES


@cache
def typography() -> tuple[Node, ...]:
    """The rules of the installed theme, then what the house tells them.

    Raises OfferError("stylesheet_broken") if the theme has no stylesheet where it used to be.
    """
    ours = parse(files("offer").joinpath("look/material.css").read_text("utf-8"), "material.css")
    return (*taken(_installed(), told=_told(ours)), *ours)


def _installed() -> str:
    folder = files("material").joinpath("templates/assets/stylesheets")
    found = [it for it in folder.iterdir() if re.fullmatch(r"main\.\w+\.min\.css", it.name)]
    if len(found) != 1:
        sentence = "В установленной теме Material нет файла main.*.min.css: проверьте её версию."
        raise OfferError("stylesheet_broken", sentence)
    return found[0].read_text("utf-8")


def _told(nodes: Sequence[Node]) -> Names:
    rules = [node for node in nodes if isinstance(node, Rule)]
    return frozenset(it.name for rule in rules for it in rule.declarations)


def taken(css: str, told: Names = frozenset()) -> tuple[Node, ...]:
    """Of Material's whole stylesheet the typography, with its variables but those in `told`."""
    # Only these are parsed: the whole takes five times as long, at every publish.
    likely = [it for it in _RULE.findall(css) if TEXT in it or it.startswith(":root")]
    nodes = parse("".join(likely), "Material")
    variables = tuple(it for it in _root_variables(nodes) if it.name not in told)
    root = Rule((Selector(":root", (Compound(frozenset()),)),), variables)
    return (root, *_typeset(nodes))


def _root_variables(nodes: Sequence[Node]) -> Iterator[Declaration]:
    for node in nodes:
        if isinstance(node, Rule) and any(it.text == ":root" for it in node.selectors):
            yield from (_rescaled(it) for it in node.declarations if it.name.startswith("--"))


def _typeset(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        match node:
            case Rule(selectors, declarations):
                if ours := tuple(filter(_is_taken, map(_by_keyboard, selectors))):
                    yield Rule(ours, tuple(map(_rescaled, declarations)))
            case Group(prelude, inside):
                if kept := tuple(_typeset(inside)):
                    yield Group(prelude, kept)


def _is_taken(selector: Selector) -> bool:
    """Whether it styles part of a text, and not only what the house styles."""
    at = [place for place, it in enumerate(selector.compounds) if TEXT in it.names]
    if not at or at[-1] == len(selector.compounds) - 1:
        return False
    parts = [name for it in selector.compounds[at[-1] + 1 :] for name in it.names]
    frame = any(name.startswith(".md-") for it in selector.compounds for name in it.names - {TEXT})
    return not frame and any(name not in STYLED_BY_THE_HOUSE for name in parts)


def _by_keyboard(selector: Selector) -> Selector:
    """The focus ring: Material's script gives a class where browsers have a pseudo-class by now."""
    compounds = (replace(it, names=it.names - {".focus-visible"}) for it in selector.compounds)
    return Selector(selector.text.replace(".focus-visible", ":focus-visible"), tuple(compounds))


def _rescaled(declaration: Declaration) -> Declaration:
    text = _REM.sub(lambda it: f"{float(it[1]) * ROOT:.4g}rem", declaration.text)
    return replace(declaration, text=text)
