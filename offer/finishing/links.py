"""Links between pages of the site made relative, so that its folder works under any address.

As templates and texts write them they begin at the root («/offer/#p-3-1»). Relative they also hold
under a prefix and in a folder opened from a disk. Links to the service stay as they are: it stands
at the root of the site's own address and nowhere else.
"""

import html
import posixpath
import re
from collections.abc import Mapping

from offer.editions import DOCUMENTS
from offer.finishing.purge import TAG

SERVICE = (
    "/account",
    "/checkout",
    "/desk",
    "/ledger",
    "/orders",
    "/yookassa",
    *(f"/{document}/{page}" for document in DOCUMENTS for page in ("at", "compare")),
)
_LINK = re.compile(r"(?<=\s)(href|src)=(?:\"(/(?!/)[^\"]*)\"|'(/(?!/)[^']*)')")
_PARTS = re.compile(r"([^?#]*)(.*)", re.DOTALL)


def of_service(address: str) -> bool:
    """Whether the running service answers at this address of the site, not a file."""
    path = _PARTS.fullmatch(address)[1]  # type: ignore[index] # it matches anything
    return any(path == it or path.startswith(f"{it}/") for it in SERVICE)


def relative(address: str, page: str) -> str:
    """`address` from the site's root, as the page at `page` («offer/3/», «» for home) links to it.

    From «offer/3/»: «/offer/#p-3-1» → «../#p-3-1», «/offer/3/offer.md» → «offer.md».
    """
    path, rest = _PARTS.fullmatch(address).groups()  # type: ignore[union-attr] # it matches anything
    here = f"/{page}"
    if path == here and rest.startswith("#"):
        return rest
    way = posixpath.relpath(path, here)
    return f"{way}/{rest}" if path.endswith("/") else f"{way}{rest}"


def rewritten(markup: str, page: str | None, names: Mapping[str, str]) -> str:
    """The page with assets by their published `names` and, unless `page` is None, relative links.

    The canonical link says where the text stands for ever and is left alone.
    """

    def link(found: re.Match[str]) -> str:
        written = html.unescape(found[2] or found[3])
        address = names.get(written, written)
        if page is not None and not of_service(address):
            address = relative(address, page)
        return f'{found[1]}="{html.escape(address)}"'

    def tag(found: re.Match[str]) -> str:
        plain = "=" not in found[3] or 'rel="canonical"' in found[3]
        return found[0] if plain else _LINK.sub(link, found[0])

    return TAG.sub(tag, markup)
