"""One release folder: the published commit's pages, every edition's exact bytes, the manifests.

Whatever the release before has as well is taken over from it; only the rest is made.
"""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from offer.addresses import (
    SAMPLE_CERTIFICATE,
    SAMPLE_EVIDENCE,
    page_url,
    pdf_url,
    source_url,
)
from offer.editions import Edition, sha256, source_path
from offer.errors import OfferError
from offer.evidence.sample import sample
from offer.feed import atom
from offer.finishing.compress import compress
from offer.manifest import edition_terms, manifest
from offer.papers.edition_paper import edition_pdf, preview_png
from offer.publishing import carry
from offer.publishing.continuity import Before
from offer.publishing.handover import Handover
from offer.publishing.releases import RECORD
from offer.publishing.rendering import Rendering
from offer.release import SUMS, files_under
from offer.storefront import example
from offer.tags import ZONE
from offer.values import Requisites


@dataclass(frozen=True)
class Plan:
    """What a release is to show: a commit's pages and, newest last, every edition."""

    id: str
    commit: str
    url: str | None
    editions: Mapping[str, Sequence[Edition]]
    before: Before | None = None


def build_release(plan: Plan, begun: Rendering, workshop: Path) -> Path:
    """Finish the release whose pages have begun, and return the folder that holds it.

    Raises OfferError("build_failed") with what MkDocs said.
    """
    site = workshop / "release"
    site.mkdir()
    sums, carried = _carry(plan, site)
    plan = replace(plan, editions=_with_papers(plan, site, sums))
    _set_texts(workshop / "tree", plan.editions)
    begun.show(_handover(plan, carried))
    for document, editions in plan.editions.items():
        _write_record_of(site, document, editions, plan)
    _write_sample(site, plan)
    settle(site, sums, plan.before)  # while MkDocs is still at work
    begun.wait()
    _take_in(workshop / "pages", site)
    _check_pages(site, plan.editions)
    record = {"schema": 1, "id": plan.id, "commit": plan.commit, "url": plan.url}
    write_json(site / RECORD, record)
    settle(site, sums, plan.before)
    write_sums(site, sums)
    return site


def _handover(plan: Plan, carried: frozenset[str]) -> Handover:
    editions = {document: tuple(found) for document, found in plan.editions.items()}
    # a link to the site is shown with its picture only where the site has an address
    newest = editions["offer"][-1:]
    preview = preview_png(newest[0], plan.url) if newest and plan.url else b""
    terms = edition_terms(newest[0]) if newest else None
    shown = example(terms, newest[0].published_at, ZONE) if terms else None
    return Handover(editions, carried, preview, shown)


def _carry(plan: Plan, site: Path) -> tuple[dict[str, str], frozenset[str]]:
    """Take over what stays: those files with their hashes, and the addresses of those pages."""
    before = plan.before
    if before is None:
        return {}, frozenset()
    same_address = before.release.url == plan.url
    pages = (
        carry.kept_pages(before.release, before.sums, plan.editions)
        if same_address
        else frozenset[str]()
    )
    names = carry.kept_files(before.release, before.sums, pages)
    carry.link(before.release.folder, site, names)
    return {name: before.sums[name] for name in names}, pages


def _with_papers(plan: Plan, site: Path, sums: dict[str, str]) -> dict[str, tuple[Edition, ...]]:
    """The editions, each with the hash of its PDF, which now stands beside its text."""

    def with_paper(edition: Edition) -> Edition:
        return _with_paper(edition, plan.url, site, sums)

    # Typst works without Python's lock, so a long history keeps every core busy.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return {
            document: tuple(pool.map(with_paper, editions))
            for document, editions in plan.editions.items()
        }


def _with_paper(edition: Edition, url: str | None, site: Path, sums: dict[str, str]) -> Edition:
    source = source_url(edition.document, edition.number).removeprefix("/")
    paper = pdf_url(edition.document, edition.number).removeprefix("/")
    if source not in sums:
        _write(site / source, edition.text)
    if paper in sums:
        return replace(edition, pdf_sha256=sums[paper])
    made = edition_pdf(edition, url)
    _write(site / paper, made)
    return replace(edition, pdf_sha256=sha256(made))


def _write_record_of(site: Path, document: str, editions: Sequence[Edition], plan: Plan) -> None:
    """The manifest and the feed of a document."""
    (site / document).mkdir(exist_ok=True)
    known = _known_terms(plan.before)
    write_json(site / document / "editions.json", manifest(document, editions, known))
    if editions:
        seller = _seller(plan.editions["offer"])
        earlier = _earlier_feed(plan, document)
        feed = atom(document, editions, origin=plan.url, seller=seller, earlier=earlier)
        (site / document / "feed.xml").write_bytes(feed)


def _write_sample(site: Path, plan: Plan) -> None:
    """What a client will hold, shown before anybody buys (an invented one: see `sample`)."""
    offers, consents = plan.editions["offer"], plan.editions["consent"]
    terms = edition_terms(offers[-1]) if offers else None
    if terms is None:
        return
    made = sample(offers[-1], consents[-1] if consents else None, terms, plan.url, ZONE)
    _write(site / SAMPLE_CERTIFICATE.lstrip("/"), made.certificate)
    _write(site / SAMPLE_EVIDENCE.lstrip("/"), made.archive)


def _earlier_feed(plan: Plan, document: str) -> bytes:
    """The feed of the release before, if its links are those of this one."""
    name, last = f"{document}/feed.xml", plan.before
    if last is None or last.release.url != plan.url or name not in last.sums:
        return b""
    return (last.release.folder / name).read_bytes()


def _seller(offers: Sequence[Edition]) -> Requisites | None:
    """Who publishes all documents: the seller that the offer in force names."""
    terms = edition_terms(offers[-1]) if offers else None
    return terms.requisites if terms else None


def _known_terms(before: Before | None) -> dict[str, object]:
    """Terms that were read for the release before, by the tag of their edition."""
    editions = before.release.editions["offer"] if before else ()
    return {e.tag_id: e.terms.to_json() for e in editions if e.terms is not None}


def _set_texts(tree: Path, editions: Mapping[str, Sequence[Edition]]) -> None:
    """The texts in force as the blobs have them, whatever .gitattributes says."""
    for document, found in editions.items():
        if found:
            (tree / source_path(document)).write_bytes(found[-1].text)


def _take_in(pages: Path, site: Path) -> None:
    """Move what MkDocs made to the release; what was published before stays as it is.

    What it compressed itself is left: all files are compressed in one way, afterwards.
    """
    for path in pages.rglob("*"):
        target = site / path.relative_to(pages)
        plain = (path.with_suffix(""), target.with_suffix(""))
        packed = path.suffix in carry.SIBLINGS and any(it.is_file() for it in plain)
        if path.is_file() and not packed and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def _check_pages(site: Path, editions: Mapping[str, Sequence[Edition]]) -> None:
    for document, found in editions.items():
        for edition in found:
            page = site / page_url(document, edition.number).removeprefix("/") / "index.html"
            if not page.is_file():
                sentence = f"Сайт собрался без страницы редакции {edition.tag}."
                raise OfferError("build_failed", sentence)


def settle(site: Path, sums: dict[str, str], before: Before | None) -> None:
    """Take the hashes of files that have none in `sums` yet, and compress those that are new.

    One that the release before has as well becomes a second name of it, compressed forms included.
    """
    new = {name: sha256((site / name).read_bytes()) for name in _names(site) if name not in sums}
    known = before.sums if before else {}
    same = [name for name in new if known.get(name) == new[name]]
    siblings = [name for name in carry.with_siblings(same) if name in known]
    if before:
        carry.link(before.release.folder, site, siblings)
    compress(site, [name for name in new if name not in same])
    sums |= new | {name: known[name] for name in siblings}


def write_sums(site: Path, known: Mapping[str, str] = MappingProxyType({})) -> None:
    """What `sha256sum --check SHA256SUMS` reads: every file of the release but this one.

    `known` are hashes that need not be taken again.
    """
    lines = [
        f"{known.get(name) or sha256((site / name).read_bytes())}  {name}\n"
        for name in _names(site)
    ]
    (site / SUMS).write_text("".join(lines), encoding="utf-8")


def _names(site: Path) -> list[str]:
    return sorted(files_under(str(site)))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_json(path: Path, value: object) -> None:
    """JSON as releases write it: readable, Russian letters as they are."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
