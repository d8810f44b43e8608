"""How MkDocs shows the editions. Which pages exist and what they say is decided in `offer`."""

from collections.abc import Mapping
from importlib.resources import files as package_files
from pathlib import Path
from zoneinfo import ZoneInfo

import markdown
from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from offer import finish, pages, storefront
from offer.editions import DOCUMENTS
from offer.handover import handover_of
from offer.periods import decree_calendar
from offer.shelf import Shelf, shelf
from offer.typography import no_break

ZONE = ZoneInfo("Europe/Moscow")
UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/favicon.png")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Every edition becomes a page; Material's scripts and styles stay out of the site."""
    for file in [file for file in files if file.src_uri.startswith(UNUSED)]:
        files.remove(file)
    config.extra["shelves"] = _shelves(config)
    made = [
        page
        for page in pages.site_pages(config.extra["shelves"], decree_calendar())
        if page.address not in config.extra["carried"]
    ]
    config.extra["made"] = {page.source: page for page in made}
    for page in made:
        if page.markdown is not None or files.get_file_from_path(page.source) is None:
            _replace(files, _page_file(page, config))
    house = package_files("offer").joinpath("look/house.css").read_bytes()
    files.append(File.generated(config, "assets/house.css", content=house))
    _take_over_assets(files, config)
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """What every page knows, 404 included: who sells and by which documents."""
    shelves = config.extra["shelves"].values()
    env.globals["documents"] = [document for document in shelves if document.front]
    seller = pages.seller(config.extra["shelves"]["offer"])
    env.globals["seller"] = seller
    env.globals["seller_call"] = storefront.call(seller.phone) if seller else ""
    env.globals["origin"] = (config.site_url or "").rstrip("/")
    env.filters["no_break"] = no_break
    env.filters["markdown"] = lambda text: markdown.markdown(no_break(text))


def on_page_markdown(text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The template of a page follows from what it is, so that docs/ need no front matter."""
    made = config.extra["made"].get(page.file.src_uri)
    if made is None:
        return no_break(text)
    page.meta["template"] = made.template
    return text if made.markdown is not None else no_break(text)


def on_page_context(
    context: dict[str, object], page: Page, config: MkDocsConfig, nav: Navigation
) -> dict[str, object]:
    """The view of the page, and its text in two parts: something stands between them."""
    made = config.extra["made"].get(page.file.src_uri)
    context["address"] = f"/{made.address}" if made else page.url
    context["title"] = made.title if made else page.title
    context["view"] = made.view if made else {}
    # A document is parted below its heading, a page of prose above its first section.
    mark = "</h1>" if made and made.markdown else "<h2"
    context["opening"], context["rest"] = _parted(page.content or "", mark)
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Its own style, assets by their published names, relative links."""
    finished: str = config.extra["finishing"].page(output, page.file.dest_uri[: -len("index.html")])
    return finished


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    """The page for what is not there is shown at any address: its links begin at the root."""
    if not template_name.endswith(".html"):
        return output
    finished: str = config.extra["finishing"].page(output, None)
    return finished


def on_post_build(config: MkDocsConfig) -> None:
    """The exact bytes beside the page of each edition, which links to them."""
    for document in config.extra["shelves"].values():
        for shown in document.editions:
            if f"{shown.address}".lstrip("/") in config.extra["carried"]:
                continue
            Path(config.site_dir, shown.source.lstrip("/")).write_bytes(shown.edition.text)


def _take_over_assets(files: Files, config: MkDocsConfig) -> None:
    """Styles go into the pages, the rest is published under names that follow its content."""
    assets = [file for file in files if file.dest_uri.startswith("assets/")]
    finishing = finish.Finishing({f"/{file.dest_uri}": file.content_bytes for file in assets})
    for file in assets:
        files.remove(file)
    for address, content in finishing.published.items():
        files.append(File.generated(config, address[1:], content=content))
    config.extra["finishing"] = finishing


def _shelves(config: MkDocsConfig) -> Mapping[str, Shelf]:
    handover = handover_of(config)
    config.extra["carried"] = handover.carried
    editions = handover.editions
    return {name: shelf(name, editions[name], _work(config, name), ZONE) for name in DOCUMENTS}


def _work(config: MkDocsConfig, document: str) -> bytes | None:
    """The text in the work tree."""
    path = Path(config.docs_dir, f"{document}.md")
    return path.read_bytes() if path.is_file() else None


def _page_file(page: pages.Page, config: MkDocsConfig) -> File:
    text = f"# {page.title}" if page.markdown is None else page.markdown
    file = File.generated(config, page.source, content=text)
    file.dest_uri = f"{page.address}index.html"
    file.inclusion = InclusionLevel.INCLUDED
    return file


def _replace(files: Files, file: File) -> None:
    written = files.get_file_from_path(file.src_uri)
    if written is not None:
        files.remove(written)
    files.append(file)


def _parted(html: str, mark: str) -> tuple[str, str]:
    """The text before and from `mark` on; both are shown, with something of ours between them."""
    before, found, after = html.partition(mark)
    return before, found + after
