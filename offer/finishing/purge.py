"""Of all stylesheets only what one page can use.

A rule stays if some element of the page, or one that a script of the page could make, may match
it now or after a reader's act (`:hover`, `:target`, `[open]`). What scripts may add is read from
them: every word in a script, comments included, counts as a tag, class, id or attribute that may
appear anywhere. A name that a script puts together from pieces must therefore stand in a comment.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from offer.finishing.stylesheet import Compound, Group, Names, Node, Rule, Selector, Verbatim

TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(r"([^\s=\"'/>]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_WORD = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
_NOTHING: Names = frozenset()


@dataclass(frozen=True)
class Element:
    """What an element has, and what all the elements around it have together."""

    own: Names
    around: Names


Elements = frozenset[Element]


def elements(html: str) -> Elements:
    """Every element of a page; equal ones are one.

    An element that is never closed seems to hold what follows it: that keeps too much, not too
    little.
    """
    found: set[Element] = set()
    stack: list[tuple[str, Names]] = [("", _NOTHING)]
    for closing, name, rest in TAG.findall(_COMMENT.sub("", html)):
        tag = name.lower()
        if closing:
            _close(stack, tag)
            continue
        own, around = _names(tag, rest), stack[-1][1]
        found.add(Element(own, around))
        if tag not in _VOID and not rest.endswith("/"):
            stack.append((tag, around | own))
    return frozenset(found)


def _close(stack: list[tuple[str, Names]], tag: str) -> None:
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth][0] == tag:
            del stack[depth:]
            return


@lru_cache(maxsize=4096)
def _names(tag: str, attributes: str) -> Names:
    names = {tag}
    for name, double, single, bare in _ATTRIBUTE.findall(attributes):
        key, value = name.lower(), double or single or bare
        names |= {f"[{key}", f"[{key}={value}"}
        if key == "class":
            names |= {f".{it}" for it in value.split()}
        elif key == "id":
            names.add(f"#{value}")
    return frozenset(names)


def script_names(scripts: Iterable[str]) -> Names:
    """Whatever these scripts could give an element, as the names of compounds."""
    words = {word for script in scripts for word in _WORD.findall(script)}
    words |= {_HUMP.sub("-", word).lower() for word in words}
    words |= {f"data-{word}" for word in words}
    return frozenset(f"{sign}{word}" for word in words for sign in ("", ".", "#", "["))


@dataclass(frozen=True)
class Page:
    """The elements of a page and what its scripts may add to them."""

    elements: Elements
    scripts: Names = _NOTHING

    def seen_by(self, names: Names) -> "Page":
        """The page as far as stylesheets that mention only these names can tell."""
        seen = {Element(it.own & names, it.around & names) for it in self.elements}
        return Page(frozenset(seen), self.scripts)

    def allows(self, selector: Selector) -> bool:
        """Whether some element may match; the elements around it are taken together."""
        *outer, subject = selector.compounds
        # A sibling only has to exist; what holds the subject has to be around it.
        if not all(self._exists(it) for it in outer if it.beside):
            return False
        around = frozenset().union(*(self._asked(it) for it in outer if not it.beside))
        parts = [part for it in selector.compounds for part in it.one_of]
        if not all(any(map(self.allows, part)) for part in parts):
            return False
        return self._has(self._asked(subject), around)

    @cached_property
    def _everything(self) -> Names:
        return frozenset().union(*(it.own for it in self.elements))

    def _exists(self, compound: Compound) -> bool:
        return self._has(self._asked(compound), _NOTHING)

    def _asked(self, compound: Compound) -> Names:
        """What a page itself must have: an exact value is open where a script may set it."""
        return frozenset(
            name
            for name in compound.names - self.scripts
            if not (name[0] == "[" and name.partition("=")[0] in self.scripts)
        )

    def _has(self, own: Names, around: Names) -> bool:
        if not own and not around:
            return True
        known = own <= self._everything and around <= self._everything
        return (known and any(own <= it.own and around <= it.around for it in self.elements)) or (
            not own and bool(self.scripts) and self._has_all(around)
        )

    def _has_all(self, names: Names) -> bool:
        """For an element that a script makes: it may be put anywhere."""
        return all(any(name in it.own for it in self.elements) for name in names)


def mentioned(sheets: Iterable[Node]) -> Names:
    """Every name that some selector asks for."""
    found: set[str] = set()
    for node in sheets:
        match node:
            case Rule(selectors, _):
                found |= _asked_by(selectors)
            case Group(_, inside):
                found |= mentioned(inside)
    return frozenset(found)


def _asked_by(selectors: Iterable[Selector]) -> set[str]:
    compounds = [compound for selector in selectors for compound in selector.compounds]
    nested = [it for compound in compounds for part in compound.one_of for it in part]
    names = {name for compound in compounds for name in compound.names}
    return names | (_asked_by(nested) if nested else set())


def purge(sheets: Sequence[Node], page: Page) -> str:
    """One minified stylesheet that gives every element of the page what all `sheets` gave it."""
    kept = list(_kept(sheets, page))
    used = _used(kept, page.scripts)
    return "".join(_written(kept, used))


def _kept(nodes: Sequence[Node], page: Page) -> Iterator[Node]:
    for node in nodes:
        match node:
            case Rule(selectors, declarations):
                possible = tuple(it for it in selectors if page.allows(it))
                if possible and declarations:
                    yield Rule(possible, declarations)
            case Group(prelude, inside):
                if left := tuple(_kept(inside, page)):
                    yield Group(prelude, left)
            case Verbatim():
                yield node


def _used(nodes: Sequence[Node], scripts: Names) -> Names:
    """Custom properties that some kept property needs, if only through other ones; animations."""
    needs: dict[str, set[str]] = {}
    used = {name for name in scripts if name.startswith("--")}
    for name, uses in _references(nodes):
        if name.startswith("--"):
            needs.setdefault(name, set()).update(uses)
        else:
            used |= uses
    waiting = list(used)
    while waiting:
        further = needs.get(waiting.pop(), set()) - used
        used |= further
        waiting.extend(further)
    return frozenset(used)


def _references(nodes: Iterable[Node]) -> Iterator[tuple[str, Names]]:
    for node in nodes:
        match node:
            case Rule(_, declarations):
                yield from ((it.name, it.uses) for it in declarations)
            case Group(_, inside):
                yield from _references(inside)
            case Verbatim(_, uses, _):
                yield "", uses


def _written(nodes: Iterable[Node], used: Names) -> Iterator[str]:
    for node in nodes:
        match node:
            case Rule(selectors, declarations):
                told = [it.text for it in declarations if _told(it.name, used)]
                if told:
                    yield f"{','.join(it.text for it in selectors)}{{{';'.join(told)}}}"
            case Group(prelude, inside):
                if content := "".join(_written(inside, used)):
                    yield f"{prelude}{{{content}}}"
            case Verbatim(text, _, keyframes):
                if keyframes is None or f"@{keyframes}" in used:
                    yield text


def _told(name: str, used: Names) -> bool:
    return not name.startswith("--") or name in used
