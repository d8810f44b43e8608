"""The last step of a page: it carries its own style, names its assets and finds its way anywhere.

Templates stay plain: they link stylesheets and address everything from the root of the site. Here
the stylesheets become one <style> with only what the page can use, allowed by its hash in the
page's own policy; the page needs one request to be painted.
"""

import base64
import hashlib
import re
from collections.abc import Mapping

from offer.errors import OfferError
from offer.finishing import links, material
from offer.finishing.assets import prepare
from offer.finishing.purge import Elements, Page, elements, mentioned, purge, script_names
from offer.finishing.stylesheet import Names, Node, parse

_SHEET = re.compile(r"[ \t]*<link rel=\"stylesheet\" href=\"([^\"]*)\">\n?")
_SCRIPT = re.compile(r"<script [^>]*?src=\"([^\"]*)\"")
_CHARSET = re.compile(r"<meta charset=\"?utf-8\"?>", re.IGNORECASE)


class Finishing:
    """Finishes the pages of one build; `published` are the assets to put beside them.

    `files` are the contents of /assets/ by address. Pages of the same kind have the same rules,
    which are picked once.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        assets = prepare(files)
        self.published: Mapping[str, bytes] = assets.published
        self._names = assets.names
        self._scripts = assets.scripts
        self._sheets = {address: parse(css, address) for address, css in assets.sheets.items()}
        self._names_in: dict[tuple[tuple[str, ...], bool], Names] = {}
        self._picked: dict[tuple[tuple[str, ...], bool, Elements, Names], str] = {}

    def name_of(self, address: str) -> str:
        """The published address of an asset, for where no link can be rewritten."""
        return self._names[address]

    def page(self, markup: str, address: str | None) -> str:
        """The finished page. `address` is «offer/3/», or None where it is shown at any (404).

        Raises OfferError("stylesheet_broken") for a stylesheet that is not ours.
        """
        linked = tuple(_SHEET.findall(markup))
        if linked:
            head, rest = _SHEET.split(markup, maxsplit=1)[::2]
            style = self._style(markup, linked)
            markup = f"{_allowing(head, style)}<style>{style}</style>\n{_SHEET.sub('', rest)}"
        return links.rewritten(material.reachable(markup), address, self._names)

    def _style(self, markup: str, linked: tuple[str, ...]) -> str:
        scripts = script_names(self._run_by(markup))
        page = Page(elements(markup), scripts)
        texts = material.concerns(page)
        nodes = self._nodes(linked, with_material=texts)
        seen = page.seen_by(self._mentioned(linked, nodes, with_material=texts))
        key = (linked, texts, seen.elements, scripts)
        if key not in self._picked:
            self._picked[key] = purge(nodes, seen)
        return self._picked[key]

    def _mentioned(
        self, linked: tuple[str, ...], nodes: tuple[Node, ...], *, with_material: bool
    ) -> Names:
        key = (linked, with_material)
        if key not in self._names_in:
            self._names_in[key] = mentioned(nodes)
        return self._names_in[key]

    def _nodes(self, linked: tuple[str, ...], *, with_material: bool) -> tuple[Node, ...]:
        strangers = [address for address in linked if address not in self._sheets]
        if strangers:
            sentence = f"Страница ссылается на стили {strangers[0]}, а такого файла в теме нет."
            raise OfferError("stylesheet_broken", sentence)
        ours = tuple(node for address in linked for node in self._sheets[address])
        return (*material.typography(), *ours) if with_material else ours

    def _run_by(self, markup: str) -> list[str]:
        """The scripts a page runs, and those that they name to be loaded when needed."""
        waiting, found = _SCRIPT.findall(markup), dict[str, str]()
        while waiting:
            address = waiting.pop()
            if address in self._scripts and address not in found:
                found[address] = self._scripts[address]
                waiting += [it for it in self._scripts if it in found[address]]
        return [found[address] for address in sorted(found)]


def _allowing(head: str, style: str) -> str:
    """The page's own policy: this style and no other. It has to stand before the style."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f'<meta http-equiv="Content-Security-Policy" content="style-src \'sha256-{digest}\'">'
    return _CHARSET.sub(lambda found: f"{found[0]}\n  {policy}", head, count=1)
