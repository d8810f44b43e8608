"""How MkDocs shows the editions. Which pages exist and what they say is decided in `offer`."""

from collections.abc import Mapping
from importlib.resources import files as package_files
from pathlib import Path
from zoneinfo import ZoneInfo

import markdown
from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from offer import discovery, pages, storefront
from offer.editions import DOCUMENTS
from offer.finishing import finish
from offer.publishing.handover import handover_of
from offer.search_index import search_index
from offer.shelf import Shelf, shelf
from offer.typography import no_break

ZONE = ZoneInfo("Europe/Moscow")
UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/favicon.png")
PREVIEW = "assets/preview.png"
# Search comes from the installed packages: lunr from MkDocs, its Russian from Material.
LUNR = (
    ("mkdocs", "contrib/search/templates/search/lunr.js"),
    ("material", "templates/assets/javascripts/lunr/min/lunr.stemmer.support.min.js"),
    ("material", "templates/assets/javascripts/lunr/min/lunr.ru.min.js"),
)


class Templates(FileSystemBytecodeCache):
    """Compiled templates by name and content: each build lays its tree out somewhere else."""

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return super().get_cache_key(name)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Every edition becomes a page; Material's scripts and styles stay out of the site."""
    for file in [file for file in files if file.src_uri.startswith(UNUSED)]:
        files.remove(file)
    config.extra["shelves"] = _shelves(config)
    carried = config.extra["carried"]
    made = pages.site_pages(config.extra["shelves"], config.extra["example"], carried)
    config.extra["made"] = {page.source: page for page in made}
    for page in made:
        if page.markdown is not None or files.get_file_from_path(page.source) is None:
            _replace(files, _page_file(page, config))
    for address, content in _generated(config).items():
        files.append(File.generated(config, address, content=content))
    _take_over_assets(files, config)
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    """What every page knows, 404 included: who sells and by which documents."""
    if cache := config.extra.get("templates_cache"):
        env.bytecode_cache = Templates(cache)
    shelves = config.extra["shelves"]
    env.globals["made"] = None  # of a page that is not one of ours
    env.globals["shelves"] = shelves
    env.globals["documents"] = [document for document in shelves.values() if document.front]
    env.globals["drafts"] = [document for document in shelves.values() if document.draft]
    env.globals["drafting"] = _drafting(config)
    env.globals["seller"] = pages.seller(shelves["offer"])
    env.globals["origin"] = _origin(config)
    env.globals["preview"] = config.extra["preview"]
    env.globals["sitemap"] = discovery.sitemap(_listed(files, config), _origin(config))
    env.globals["packages_ld"] = discovery.packages_ld
    env.filters["call"] = storefront.call
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
    context["made"] = made
    context["address"] = f"/{made.address if made else page.url}"
    context["title"] = made.title if made else page.title
    context["view"] = made.view if made else {}
    if made:
        context["seller"] = made.seller
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
    made = {page.address for page in config.extra["made"].values()}
    for document in config.extra["shelves"].values():
        for shown in document.editions:
            if shown.address.lstrip("/") in made:
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
    has_preview = any(file.dest_uri == PREVIEW for file in assets)
    config.extra["preview"] = finishing.name_of(f"/{PREVIEW}") if has_preview else None


def _shelves(config: MkDocsConfig) -> Mapping[str, Shelf]:
    handover = handover_of(config)
    config.extra["carried"], config.extra["picture"] = handover.carried, handover.preview
    handed = bool(config.extra.get("handover")) and not config.extra.get("draft")
    config.extra["example"] = (lambda *_: handover.example) if handed else storefront.example
    editions = handover.editions
    return {name: shelf(name, editions[name], _work(config, name), ZONE) for name in DOCUMENTS}


def _work(config: MkDocsConfig, document: str) -> bytes | None:
    """The text in the work tree."""
    path = Path(config.docs_dir, f"{document}.md")
    return path.read_bytes() if path.is_file() else None


def _drafting(config: MkDocsConfig) -> bool:
    """Whether this is a site to look at before publishing, and not the published one."""
    drafts = (shelf.draft for shelf in config.extra["shelves"].values())
    return bool(config.extra.get("draft")) or any(drafts)


def _origin(config: MkDocsConfig) -> str:
    return (config.site_url or "").rstrip("/")


def _listed(files: Files, config: MkDocsConfig) -> list[str]:
    """The addresses of the pages that search engines are led to: none of a draft."""
    if _drafting(config):
        return []
    made = config.extra["made"]
    others = [it.url for it in files.documentation_pages() if it.src_uri not in made]
    return [page.address for page in made.values() if page.listed] + others


def _generated(config: MkDocsConfig) -> dict[str, str | bytes]:
    """Files that are neither pages nor of the theme, by their path in the site."""
    front = config.extra["shelves"]["offer"].front
    lunr = [package_files(package).joinpath(path).read_text("utf-8") for package, path in LUNR]
    picture = config.extra["picture"]
    return {
        **({PREVIEW: picture} if picture else {}),
        "assets/house.css": package_files("offer").joinpath("look/house.css").read_bytes(),
        "assets/lunr.js": ";\n".join(lunr),
        "assets/clauses.js": search_index(front) if front else "",
        "robots.txt": discovery.robots(_origin(config)),
    }


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
