"""Files that are no text of a document: too large, empty, a link. One sentence, at once."""

from pathlib import Path
from time import monotonic

import pytest

from offer.check import check
from offer.errors import OfferError
from offer.imports import import_page, run_import
from offer.limits import MAX_BYTES
from tests.offer.offers import offer
from tests.offer.repository import OFFER, make_sandbox

LARGE = (OFFER + "Слова. " * 100_000).encode()


def test_a_text_of_more_than_a_mebibyte_is_refused_by_check_at_once() -> None:
    started = monotonic()
    (problem,) = check(LARGE, "offer.md").errors

    assert monotonic() - started < 1
    assert problem.code == "too_large"
    assert "не больше 1 МиБ" in problem.sentence
    assert check(OFFER.encode().ljust(MAX_BYTES), "offer.md").errors == ()


def test_a_page_of_more_than_a_mebibyte_is_not_imported() -> None:
    with pytest.raises(OfferError, match="не больше 1 МиБ"):
        run_import(LARGE, "page.txt")


def test_a_text_of_more_than_a_mebibyte_is_not_published(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    sandbox.commit({"docs/offer.md": LARGE.decode()})

    with pytest.raises(OfferError, match=r"docs/offer\.md: файл занимает"):
        sandbox.publish()


@pytest.mark.parametrize(
    "page", [b"", b"\xef\xbb\xbf", b" \n\n", b"---\n* * *\n", b"Made on\nTilda\n"]
)
def test_a_page_without_text_is_refused(page: bytes) -> None:
    with pytest.raises(OfferError, match=r"page\.txt: в файле нет текста оферты"):
        run_import(page, "page.txt")


def test_an_offer_committed_as_a_link_is_called_a_link(tmp_path: Path) -> None:
    sandbox = make_sandbox(tmp_path)
    path = sandbox.tree / "docs" / "offer.md"
    path.rename(sandbox.tree / "docs" / "text.md")
    path.symlink_to("text.md")
    sandbox.commit({"docs/index.md": "# Пакеты"})

    with pytest.raises(OfferError, match=r"docs/offer\.md в коммите — символическая ссылка"):
        sandbox.publish()


@pytest.mark.parametrize("filling", ["a\n", "<a ", "- a\n", "5 часов — 10 000 ₽, ", "("])
def test_reading_takes_time_in_proportion_to_the_text(filling: str) -> None:
    """What once grew with the square of the length: 100 KB took a minute."""
    text = offer({"9.2": filling * (100_000 // len(filling))})
    started = monotonic()
    check(text.encode(), "offer.md")
    import_page(text)

    assert monotonic() - started < 30
