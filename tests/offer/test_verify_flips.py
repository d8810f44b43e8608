"""Bytes changed at random in certificate and archive: always found, and the right thing named."""

import io
import zipfile
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from offer.evidence.examining import examine_pdf, examine_zip
from tests.offer.evidence_files import attached, entries, failed, paper, streams, zipped

FEW = settings(max_examples=12, deadline=None)  # a third of a second each, other ones each run
KINDS = st.sampled_from(["flip", "insert", "delete"])
PLACES = st.integers(0, 10**9)
BITS = st.integers(0, 7)


def spoilt(data: bytes, kind: str, place: int, bit: int) -> bytes:
    if kind == "flip":
        return data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]
    if kind == "insert":
        return data[:place] + bytes([bit]) + data[place:]
    return data[:place] + data[place + 1 :]


@FEW
@given(KINDS, PLACES, BITS)
def test_any_byte_of_a_certificate_is_found_in_the_document(
    kind: str, place: int, bit: int
) -> None:
    changed = spoilt(paper(), kind, place % len(paper()), bit)
    assert "документ" in failed(examine_pdf(changed).checks)


@FEW
@given(st.sampled_from(sorted(streams(paper()))), PLACES, BITS)
def test_a_byte_of_an_attachment_names_that_attachment(name: str, place: int, bit: int) -> None:
    where: Sequence[int] = streams(paper())[name]
    changed = spoilt(paper(), "flip", where[place % len(where)], bit)
    assert {name, "документ"} <= set(failed(examine_pdf(changed).checks))


@FEW
@given(st.sampled_from(sorted(attached())), PLACES, BITS)
def test_a_byte_of_a_file_in_the_archive_names_that_file(name: str, place: int, bit: int) -> None:
    whole = zipped(entries())
    data = entries()[name]
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        start = opened.getinfo(f"evidence-26-0001/{name}").header_offset
    start = whole.index(data, start)
    changed = spoilt(whole, "flip", start + place % len(data), bit)
    assert name in failed(examine_zip(changed).checks)


@FEW
@given(KINDS, PLACES, BITS)
def test_any_byte_of_an_archive_is_found(kind: str, place: int, bit: int) -> None:
    whole = zipped(entries())
    changed = spoilt(whole, kind, place % len(whole), bit)
    assert failed(examine_zip(changed).checks)


@FEW
@given(PLACES, BITS)
def test_a_byte_of_the_archives_own_directory_names_the_archive_or_its_file(
    place: int, bit: int
) -> None:
    whole = zipped(entries())
    start = whole.rindex(b"PK\x01\x02")  # the last entry of the directory and what follows
    changed = spoilt(whole, "flip", start + place % (len(whole) - start), bit)
    said = failed(examine_zip(changed).checks)
    assert "архив" in said or any(
        "архив" in sentence or "файл" in sentence for sentence in said.values()
    )
