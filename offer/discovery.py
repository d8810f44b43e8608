"""What the site says to machines that look for it: sitemap, robots.txt, packages as schema.org."""

import json
from collections.abc import Iterable
from html import escape

from offer import wording
from offer.values import Package, Requisites, Terms

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
SCHEMA = "https://schema.org"


def sitemap(addresses: Iterable[str], origin: str) -> str:
    """Pages to be found, by address («offer/»); without an `origin` none can be named."""
    urls = (f"<url><loc>{escape(f'{origin}/{it}')}</loc></url>\n" for it in addresses if origin)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{SITEMAP}">\n'
    return f"{head}{''.join(urls)}</urlset>\n"


def robots(origin: str) -> str:
    """Everybody may read everything but drafts."""
    where = f"\nSitemap: {origin}/sitemap.xml\n" if origin else ""
    return f"User-agent: *\nDisallow: /draft/\n{where}"


def packages_ld(terms: Terms, service: str, origin: str) -> str:
    """The packages as JSON-LD of schema.org, safe to stand inside a `script` element."""
    value = {
        "@context": SCHEMA,
        "@type": "Service",
        "name": service,
        "provider": _person(terms.requisites),
        "offers": [_offer(package, terms, origin) for package in terms.packages],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _offer(package: Package, terms: Terms, origin: str) -> dict[str, object]:
    roubles, kopecks = divmod(package.price_kopecks, 100)
    return {
        "@type": "Offer",
        "name": wording.hours(package.hours),
        "price": f"{roubles}.{kopecks:02d}",
        "priceCurrency": "RUB",
        "url": f"{origin}/checkout/{package.hours}",
        "availability": f"{SCHEMA}/InStock",
        "seller": _person(terms.requisites),
    }


def _person(seller: Requisites) -> dict[str, object]:
    """A sole trader is a person, not an organisation."""
    named = {
        "name": seller.name,
        "taxID": seller.inn,
        "telephone": seller.phone,
        "email": seller.email,
        "address": seller.address,
    }
    return {"@type": "Person", **{key: value for key, value in named.items() if value}}
