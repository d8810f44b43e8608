"""A draft is shown to whoever has its address, as it is now, and to no search engine."""

import shutil
from pathlib import Path

import brotli
import httpx2
import pytest

from checkout.web.headers import RELEASED
from tests.town import Town
from tests.web.buying import page_of

TOKEN = "kX3v9-tR_q27LmW0aZ5c"


def draft(town: Town, html: str = "<h1>Проект</h1>", token: str = TOKEN) -> Path:
    folder = town.publisher.folder / "drafts" / token
    (folder / "offer").mkdir(parents=True)
    (folder / "index.html").write_text(html)
    (folder / "offer/index.html").write_text(html)
    (folder / "offer/index.html.br").write_bytes(brotli.compress(html.encode()))
    return folder


def is_hidden(answer: httpx2.Response) -> bool:
    return (
        answer.headers["x-robots-tag"] == "noindex, nofollow"
        and answer.headers["cache-control"] == "no-store"
    )


def test_a_draft_is_shown_and_hidden_from_search_engines_and_caches(own_town: Town) -> None:
    draft(own_town)
    for path in ("", "index.html", "offer/"):
        answer = own_town.client.get(f"/draft/{TOKEN}/{path}")

        assert answer.status_code == 200
        assert "Проект" in answer.text
        assert is_hidden(answer)
        assert answer.headers["content-security-policy"] == RELEASED
    assert own_town.client.get(
        f"/draft/{TOKEN}/offer/", headers={"accept-encoding": "br"}
    ).headers["content-encoding"] == "br"  # fmt: skip


def test_a_folder_of_a_draft_leads_to_its_slash(own_town: Town) -> None:
    draft(own_town)
    for path in (f"/draft/{TOKEN}", f"/draft/{TOKEN}/offer"):
        answer = own_town.client.get(path)

        assert (answer.status_code, answer.headers["location"]) == (307, f"{path}/")


@pytest.mark.parametrize(
    "path",
    [
        "/draft/",
        "/draft",
        "/draft/kX3v9-tR_q27LmW0aZ5d/",  # nobody's
        "/draft/kX3v9-tR_q27LmW0aZ5d",
        f"/draft/{TOKEN}/none",
        f"/draft/{TOKEN}/../",
        "/draft/short/",
        "/draft/.building-kX3v9-tR_q27LmW0aZ5c/",
        "/draft/%2e%2e/releases/release-1/index.html",
        "/draft/..%2freleases%2frelease-1/",
        f"/draft/{TOKEN}/..%2f..%2f..%2ftown.sqlite",
        f"/draft/{TOKEN}/%2fetc%2fpasswd",
        f"/draft/{TOKEN}/leak",
        f"/draft/{TOKEN}%0a/",
        f"/draft/{TOKEN}/%00",
    ],
)
def test_whatever_is_no_draft_is_a_page_that_is_not_there(own_town: Town, path: str) -> None:
    folder = draft(own_town)
    (folder / "leak").symlink_to("/etc/passwd")
    draft(own_town, token="short")
    draft(own_town, token=f".building-{TOKEN}")
    answer = own_town.client.get(path)

    assert answer.status_code == 404
    assert "Такой страницы нет" in page_of(answer).text


def test_a_draft_may_be_replaced_and_removed_while_it_is_served(own_town: Town) -> None:
    folder = draft(own_town, "<h1>Первый</h1>")
    first = own_town.client.get(f"/draft/{TOKEN}/")
    shutil.rmtree(folder)
    gone = own_town.client.get(f"/draft/{TOKEN}/")
    made = draft(own_town, "<h1>Второй</h1>", token=".made")
    folder.symlink_to(made.name)
    second = own_town.client.get(
        f"/draft/{TOKEN}/", headers={"if-none-match": first.headers["etag"]}
    )

    assert "Первый" in first.text
    assert gone.status_code == 404
    assert "Второй" in second.text


def test_a_draft_that_leads_out_of_the_folder_of_drafts_is_none(own_town: Town) -> None:
    (own_town.publisher.folder / "drafts").mkdir()
    release = own_town.publisher.current.resolve()
    (own_town.publisher.folder / "drafts" / TOKEN).symlink_to(release)

    assert own_town.client.get(f"/draft/{TOKEN}/").status_code == 404
