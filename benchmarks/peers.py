"""Three sites of one text: ours as released, Material's default, and bare HTML written by hand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import markdown
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from offer.finishing.compress import compress
from offer.publish import publish
from tests.site import town

TEXTS = ("index", "offer")
ENCODINGS = {"br": ".br", "gzip": ".gz"}
# no font: its host is a foreign one, and Material would only be slower with it
MATERIAL = """site_name: Техническая поддержка amoCRM
site_description: Пакеты часов поддержки amoCRM и публичная оферта.
site_url: {url}
theme: {{name: material, language: ru, font: false}}
"""
BARE = """<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="{title}"><link rel="icon" href="data:,">
</head><body><main>{body}</main></body></html>"""


def ours(folder: Path, url: str) -> Path:
    """A release with two editions, so that every kind of page is there."""
    tree = town.lay_out(folder / "tree")
    town.commit(tree, "Write the offer")
    publish(tree, folder / "public", now=lambda: town.day(20), url=url)
    town.reword(tree, "15 000 ₽", "16 000 ₽")
    town.commit(tree, "Ask more")
    return publish(tree, folder / "public", now=lambda: town.day(22), url=url).release.folder


def material(folder: Path, url: str) -> Path:
    """The same texts as `mkdocs new` and the theme's name make them."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text(MATERIAL.format(url=url), "utf-8")
    for name in TEXTS:
        (folder / "docs" / f"{name}.md").write_text(_text(name), "utf-8")
    subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet"],
        cwd=folder,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        check=True,
        capture_output=True,
    )
    return folder / "site"


def bare(folder: Path, url: str) -> Path:
    """The least a page can be."""
    for name in TEXTS:
        text = _text(name)
        page = folder / ("index.html" if name == "index" else f"{name}/index.html")
        page.parent.mkdir(parents=True, exist_ok=True)
        title = re.findall("^# (.*)", text, re.MULTILINE)[0]
        page.write_text(BARE.format(title=title, body=markdown.markdown(text)), "utf-8")
    return folder


def _text(name: str) -> str:
    text = (town.ROOT / "docs" / f"{name}.md").read_text("utf-8")
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)


def compressed(site: Path) -> Path:
    """With the siblings that our own publishing makes, for each site alike."""
    if not (site / "index.html.br").exists():
        compress(site, [str(it.relative_to(site)) for it in site.rglob("*") if it.is_file()])
    return site


def app(site: Path) -> Starlette:
    """The same little server for each: compressed siblings, and names with a hash kept for ever."""

    async def answer(request: Request) -> Response:
        path = site / request.path_params["path"]
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return Response(status_code=404)
        accepted = request.headers.get("accept-encoding", "")
        headers = {"Vary": "Accept-Encoding"}
        if re.search(r"\.[0-9a-f]{8}\.", path.name):
            headers["Cache-Control"] = "public, max-age=31536000, immutable"
        for coding, suffix in ENCODINGS.items():
            sibling = path.with_name(path.name + suffix)
            if coding in accepted and sibling.is_file():
                kind = FileResponse(path).media_type
                headers["Content-Encoding"] = coding
                return FileResponse(sibling, headers=headers, media_type=kind)
        return FileResponse(path, headers=headers)

    return Starlette(routes=[Route("/{path:path}", answer)])
