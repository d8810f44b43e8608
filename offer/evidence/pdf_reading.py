"""A certificate as a checker reads it: its own hash, the files inside, the words on its pages.

A stranger's PDF may be anything. Nothing is unpacked beyond a limit, an attachment is unpacked
strictly (a library that repairs would hide what was changed), and every failure is a sentence.
"""

import io
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from offer.paper import MARK

MOST_UNPACKED = 16 * 1024 * 1024  # of one stream, and of all attachments; a dossier has 0.1 MB
MOST_FILES = 1_024
MOST_PAGES = 20  # a certificate has two
DEEPEST = 8  # levels of the tree of names
ENCRYPTED = "PDF зашифрован: такие свидетельства не выдаются"
# The library's own limits are for books of photographs.
LIMITS = pypdf.Configuration(
    zlib_maximum_output_length=MOST_UNPACKED,
    zlib_maximum_recovery_input_length=0,
    lzw_maximum_output_length=MOST_UNPACKED,
    run_length_maximum_output_length=MOST_UNPACKED,
    array_based_stream_maximum_output_length=MOST_UNPACKED,
    stream_decoding_work_maximum_length=4 * MOST_UNPACKED,
    page_tree_maximum_entries=1_000,
)
logging.getLogger("pypdf").addHandler(logging.NullHandler())  # a verdict says it all


class UnreadableError(Exception):
    """The container cannot be read; the text is a Russian sentence that says why."""


@dataclass
class Unpacked:
    """What lies in a container: files by name, those that are spoilt each with a sentence."""

    files: dict[str, bytes] = field(default_factory=dict)
    spoilt: dict[str, str] = field(default_factory=dict)


class Words(NamedTuple):
    """The text of a PDF's pages; `silent` says why there is none."""

    text: str
    silent: str = ""


@dataclass(frozen=True)
class ReadPdf:
    """A PDF's files, and a way to the words of its pages."""

    inside: Unpacked
    _reader: pypdf.PdfReader

    def words(self) -> Words:
        """Read when they are wanted: that takes longer than all else that is checked."""
        try:
            with pypdf.apply_configuration(LIMITS):
                return Words(_words(self._reader))
        except UnreadableError as error:
            return Words("", str(error))
        except Exception:  # the files inside may still be whole
            return Words("", "слова на страницах не читаются")


def own_hash_holds(data: bytes) -> bool | None:
    """Whether the hash in the keywords is that of the file with zeros in its place; None: none."""
    marks = MARK.findall(data)  # the keywords come last: before them a file inside may name one too
    if not marks:
        return None
    own: bytes = marks[-1]
    return sha256(data.replace(own, b"0" * 64)).hexdigest().encode() == own


def read_pdf(data: bytes) -> ReadPdf:
    """The files of a PDF, and its words when they are asked for. Raises UnreadableError."""
    try:
        with pypdf.apply_configuration(LIMITS):
            return _read(data)
    except (UnreadableError, MemoryError):
        raise
    except Exception:  # a parser of damaged files may raise anything at all
        if b"/Encrypt" in data:
            raise UnreadableError(ENCRYPTED) from None
        raise UnreadableError("PDF повреждён или оборван: он не читается") from None


def _read(data: bytes) -> ReadPdf:
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted:
        raise UnreadableError(ENCRYPTED)
    return ReadPdf(_attachments(reader), reader)


def _words(reader: pypdf.PdfReader) -> str:
    if len(reader.pages) > MOST_PAGES:
        raise UnreadableError("в PDF слишком много страниц для свидетельства")
    return "\n".join(page.extract_text() for page in reader.pages)


def _attachments(reader: pypdf.PdfReader) -> Unpacked:
    found, left = Unpacked(), MOST_UNPACKED
    for name, file in _named(_tree(reader)):
        if name in found.files or name in found.spoilt:
            found.spoilt[name] = "вложен дважды под одним именем"
            found.files.pop(name, None)
            continue
        if len(found.files) + len(found.spoilt) >= MOST_FILES:
            raise UnreadableError(f"вложений больше {MOST_FILES}: это не свидетельство")
        try:
            found.files[name] = _unpacked(file, left)
            left -= len(found.files[name])
        except _SpoiltError as error:
            found.spoilt[name] = str(error)
    return found


class _SpoiltError(Exception):
    pass


def _tree(reader: pypdf.PdfReader) -> object:
    names = _entry(reader.root_object, "/Names")
    return _entry(names, "/EmbeddedFiles")


def _entry(value: object, name: str) -> object:
    return value.get(name, None) and value[name] if isinstance(value, DictionaryObject) else None


def _named(node: object, depth: int = 0) -> Iterator[tuple[str, object]]:
    """The leaves of a name tree (ISO 32000, 7.9.6)."""
    if depth > DEEPEST:
        raise UnreadableError("вложения PDF записаны с петлёй")
    for child in _list(node, "/Kids"):
        yield from _named(child, depth + 1)
    leaves = _list(node, "/Names")
    for name, file in zip(leaves[::2], leaves[1::2], strict=False):
        yield str(name), file


def _list(node: object, name: str) -> list[object]:
    found = _entry(node, name)
    return [it.get_object() for it in found] if isinstance(found, ArrayObject) else []


def _unpacked(file: object, limit: int) -> bytes:
    stream = _entry(_entry(file, "/EF"), "/F")
    if not isinstance(stream, StreamObject):
        raise _SpoiltError("вложение повреждено: содержимого нет")
    raw: bytes = stream._data  # the public way repairs what it cannot unpack
    packed = stream.get("/Filter")
    if isinstance(packed, ArrayObject) and len(packed) == 1:
        packed = packed[0]
    if packed is None:
        return _within(raw, limit)
    if packed != "/FlateDecode" or "/DecodeParms" in stream:
        raise _SpoiltError("вложение сжато так, как свидетельства не сжимают")
    return _inflated(raw, limit)


def _inflated(raw: bytes, limit: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        data = unpacking.decompress(raw, limit + 1)
    except zlib.error:
        raise _SpoiltError("вложение повреждено: оно не распаковывается") from None
    data = _within(data, limit)
    if not unpacking.eof or unpacking.unused_data.strip():
        raise _SpoiltError("вложение повреждено: оно оборвано или дописано")
    return data


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        megabytes = MOST_UNPACKED // 1024 // 1024
        raise _SpoiltError(f"вложение распаковывается больше чем в {megabytes} МиБ: не читаю")
    return data
