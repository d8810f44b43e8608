"""The colours of the house can be told apart by people who see little, in light and in dark."""

import re

import pytest

from tests.site import town

CSS = (town.ROOT / "offer" / "look" / "house.css").read_text("utf-8")
TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6})")
AA, AAA, BORDER = 4.5, 7.0, 3.0

TEXT_PAIRS = [
    *((ink, paper, AA) for ink in ("ink", "quiet") for paper in ("paper", "raised", "sunken")),
    ("accent", "paper", AAA),
    ("on-accent", "accent", AAA),
    ("on-accent", "accent-strong", AAA),
    ("accent", "caution-paper", AA),
    ("caution", "caution-paper", AA),
    ("error", "error-paper", AA),
    ("error", "paper", AA),
    ("done", "done-paper", AA),
    ("ink", "added-paper", AA),
    ("ink", "removed-paper", AA),
    ("ink", "moved-paper", AA),
    ("edge", "paper", BORDER),
]


def tokens(scheme: str) -> dict[str, str]:
    light, rest = CSS.split("@media (prefers-color-scheme: dark)", 1)
    dark = rest.split("/* — the sheet — */", 1)[0]
    return dict(TOKEN.findall(light)) | (dict(TOKEN.findall(dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "paper", "least"), TEXT_PAIRS)
def test_the_contrast_is_enough(scheme: str, ink: str, paper: str, least: float) -> None:
    colours = tokens(scheme)
    assert contrast(colours[ink], colours[paper]) >= least


def test_no_font_is_fetched() -> None:
    assert "@font-face" not in CSS
    assert "url(" not in CSS
