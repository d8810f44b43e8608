"""A stylesheet read into rules that know what they need of a page, each already minified.

Pure text to values, by the grammar of CSS Syntax Level 3 (tinycss2). What is not understood for
certain (an unknown pseudo-class or at-rule, nested rules) asks for nothing and is therefore kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tinycss2  # type: ignore[import-untyped] # ships no types
from tinycss2 import ast

from offer.errors import OfferError

# A token of the parsed stylesheet; tinycss2 ships no types.
Token = Any
Names = frozenset[str]

GROUPING = ("media", "supports", "layer", "container")
ANY_OF = ("is", "where", "matches", "-webkit-any", "has")
# The browser itself gives and takes this one when a reader opens <details>.
CHANGED_BY_READERS = ("open",)
VARIABLE = re.compile(r"--[\w-]+")


@dataclass(frozen=True)
class Compound:
    """What one element must have: «p», «.clause», «#main», «[open», «[dir=rtl».

    `one_of` are the lists of `:is()` and `:has()`: of each, one selector has to be possible.
    `beside` says that the next compound is a sibling of this one, not a descendant.
    """

    names: Names
    one_of: tuple[tuple["Selector", ...], ...] = ()
    beside: bool = False


@dataclass(frozen=True)
class Selector:
    """A complex selector, its compounds from the outermost to the element that is styled."""

    text: str
    compounds: tuple[Compound, ...]


@dataclass(frozen=True)
class Declaration:
    """`uses` are the custom properties and the «@animations» its value refers to."""

    name: str
    text: str
    uses: Names


@dataclass(frozen=True)
class Rule:
    """A style rule."""

    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True)
class Group:
    """Rules under a condition; without rules left it says nothing."""

    prelude: str
    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Verbatim:
    """An at-rule that is kept whole: @page, @font-face, @property, and @keyframes when used."""

    text: str
    uses: Names
    keyframes: str | None = None


Node = Rule | Group | Verbatim


def parse(css: str, name: str) -> tuple[Node, ...]:
    """Raises OfferError("stylesheet_broken") for what a browser would not read or would fetch."""
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return tuple(_nodes(nodes, name))


def _nodes(nodes: Sequence[Token], name: str) -> Iterator[Node]:
    for node in nodes:
        if node.type == "error":
            raise _broken(name, node, node.message)
        if node.type == "qualified-rule":
            yield Rule(selectors(node.prelude), tuple(_declarations(node.content)))
        elif node.type == "at-rule":
            yield from _at_rule(node, name)


def _at_rule(node: Token, name: str) -> Iterator[Node]:
    keyword = node.lower_at_keyword
    prelude = f"@{node.at_keyword} {text(node.prelude, ',:')}".rstrip()
    if keyword == "import":
        raise _broken(name, node, "@import")
    if keyword == "charset":
        return
    if keyword in GROUPING and node.content is not None:
        inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
        yield Group(prelude, tuple(_nodes(inside, name)))
        return
    body = ";" if node.content is None else "{" + text(node.content, ",:;{}").rstrip(";") + "}"
    frames = text(node.prelude) if keyword.endswith("keyframes") else None
    yield Verbatim(prelude + body, frozenset(VARIABLE.findall(body)), frames)


def _declarations(content: Sequence[Token]) -> Iterator[Declaration]:
    found = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if any(node.type in ("qualified-rule", "at-rule") for node in found):  # nested rules
        whole = text(content, ",;{}").rstrip(";")
        yield Declaration("", whole, frozenset(VARIABLE.findall(whole)))
        return
    for node in found:
        if node.type == "declaration":  # anything else a browser skips, too
            yield _declaration(node)


def _declaration(node: Token) -> Declaration:
    value = text(node.value, ",") + ("!important" if node.important else "")
    uses = set(VARIABLE.findall(value))
    if node.lower_name.lstrip("-").startswith(("animation", "webkit-animation")):
        uses |= {f"@{it.value}" for it in node.value if it.type in ("ident", "string")}
    name = node.name if node.name.startswith("--") else node.lower_name
    return Declaration(name, f"{name}:{value}", frozenset(uses))


def selectors(prelude: Sequence[Token]) -> tuple[Selector, ...]:
    """The selectors of a comma-separated list."""
    return tuple(
        Selector(text(tokens, ",>~+"), tuple(_compounds(tokens)))
        for tokens in split(prelude)
        if text(tokens)
    )


def split(tokens: Sequence[Token]) -> list[list[Token]]:
    """The parts of a comma-separated list."""
    parts: list[list[Token]] = [[]]
    for it in tokens:
        if it == ",":
            parts.append([])
        else:
            parts[-1].append(it)
    return parts


def _compounds(tokens: Sequence[Token]) -> Iterator[Compound]:
    part: list[Token] = []
    combinator = ""
    for token in [*tokens, None]:
        between = token is None or token.type == "whitespace" or token in (">", "+", "~")
        if token is not None and token.type == "comment":
            continue
        if not between:
            if combinator and part:
                yield _compound(part, beside=combinator in "+~")
                part = []
            combinator = ""
            part.append(token)
        elif token is not None and (token.type != "whitespace" or not combinator):
            combinator = " " if token.type == "whitespace" else token.value
    if part:
        yield _compound(part, beside=False)


def _compound(tokens: Sequence[Token], *, beside: bool) -> Compound:
    names: set[str] = set()
    one_of: list[tuple[Selector, ...]] = []
    before: Token = None
    for token in tokens:
        if token.type == "ident" and before != ":":
            names.add(f".{token.value}" if before == "." else token.lower_value)
        elif token.type == "hash":
            names.add(f"#{token.value}")
        elif token.type == "[] block":
            names |= _attribute(token.content)
        elif token.type == "function" and token.lower_name in ANY_OF:
            one_of.append(selectors(token.arguments))
        before = token
    return Compound(frozenset(names), tuple(one_of), beside)


def _attribute(content: Sequence[Token]) -> set[str]:
    """`[dir=rtl]` asks for that value; of any other operator only the attribute is asked for."""
    tokens = [token for token in content if token.type not in ("whitespace", "comment")]
    name = tokens[0].lower_value if tokens and tokens[0].type == "ident" else ""
    if not name or name in CHANGED_BY_READERS:
        return set()
    exact = len(tokens) == 3 and tokens[1] == "=" and tokens[2].type in ("ident", "string")
    return {f"[{name}={tokens[2].value}" if exact else f"[{name}"}


def text(tokens: Sequence[Token], tight: str = "") -> str:
    """Serialized without comments, spaces only where they part: never beside `tight` signs."""
    return str(tinycss2.serialize(_tightened(tokens, tight)))


def _tightened(tokens: Sequence[Token], tight: str) -> list[Token]:
    kept: list[Token] = []
    for token in tokens:
        if token.type == "comment":
            continue
        if token.type == "whitespace":
            if kept and kept[-1].type != "whitespace" and not _is_tight(kept[-1], tight):
                kept.append(ast.WhitespaceToken(token.source_line, token.source_column, " "))
            continue
        if _is_tight(token, tight) and kept and kept[-1].type == "whitespace":
            kept.pop()
        _tighten_inside(token, tight)
        kept.append(token)
    if kept and kept[-1].type == "whitespace":
        kept.pop()
    return kept


def _tighten_inside(token: Token, tight: str) -> None:
    if token.type == "function":
        # `+` and `>` part terms there: calc(1px + 2px)
        token.arguments = _tightened(token.arguments, "," if "+" in tight else tight)
    elif token.type.endswith(" block"):
        token.content = _tightened(token.content, tight)


def _is_tight(token: Token, tight: str) -> bool:
    if token.type == "{} block":
        return "{" in tight
    return token.type == "literal" and token.value in tight


def _broken(name: str, node: Token, what: str) -> OfferError:
    sentence = f"{name}, строка {node.source_line}: это правило не читается ({what})."
    return OfferError("stylesheet_broken", sentence)
