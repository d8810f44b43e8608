"""Which encoding a client is sent is decided by its header alone (RFC 9110, 12.5.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.web.encodings import SIBLINGS, acceptable

BOTH, BR, GZIP, NONE = ("br", "gzip"), ("br",), ("gzip",), ()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        # what browsers, feed readers and curl send
        ("gzip, deflate, br, zstd", BOTH),
        ("gzip, deflate", GZIP),
        ("gzip", GZIP),
        ("br", BR),
        ("x-gzip", GZIP),
        ("GZip , BR", BOTH),
        (None, NONE),
        ("", NONE),
        ("deflate, zstd", NONE),
        # weights
        ("gzip;q=1.0, br;q=0.5", ("gzip", "br")),
        ("gzip;q=0.5, br;q=0.5", BOTH),
        ("br;q=0, gzip", GZIP),
        ("br;q=0.0, gzip;q=0.000", NONE),
        ("br; q = 0.8 ,gzip;Q=0.9", ("gzip", "br")),
        # whatever is not named
        ("*", BOTH),
        ("*;q=0.1", BOTH),
        ("*;q=0", NONE),
        ("gzip, *;q=0", GZIP),
        ("br;q=0, *", GZIP),
        # the plain file preferred, allowed, or not wanted
        ("identity", NONE),
        ("identity, gzip;q=0.5", NONE),
        ("identity;q=0.5, gzip", GZIP),
        ("identity, gzip", GZIP),
        ("identity;q=0, br", BR),
        # what cannot be read is as if it were not there
        ("gzip;q=high, br", BR),
        ("br;q=2", NONE),
        ("br;q=-1", NONE),
        ("br;q=nan", NONE),
        ("gzip;level=9", GZIP),
        (",,;;, ;q=1, br", BR),
    ],
)
def test_the_header_decides_what_is_sent(header: str | None, expected: tuple[str, ...]) -> None:
    assert acceptable(header) == expected


@given(st.text(alphabet="brgzip*;q=0.5, identity") | st.text())
def test_no_header_breaks_the_choice(header: str) -> None:
    assert set(acceptable(header)) <= set(SIBLINGS)
