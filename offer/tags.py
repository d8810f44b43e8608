"""The tag object that makes a text an edition: its bytes, written and read back.

The message is the summary, a blank line, and trailers: `Sha256` of the document's bytes,
`Change` (absent in edition 1) and `Previous`, the object id of the previous edition's tag.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from offer.errors import OfferError

ZONE = ZoneInfo("Europe/Moscow")  # only how the date is written; the instant is the same anywhere

# by gpg (openpgp, or what it makes with its own older switches), ssh-keygen, gpgsm (x509)
SIGNATURE = re.compile(
    r"^-----BEGIN (?:(?:PGP|SSH) SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----", re.MULTILINE
)
TAGGER = re.compile(r"^.*<[^<>]*> (\d+) [+-]\d{4}$")
TRAILER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*): (.+)$")


@dataclass(frozen=True)
class Tag:
    """What a tag object says: `target` is the tagged object's id, `at` an aware UTC instant."""

    target: str
    target_kind: str
    name: str
    at: datetime
    summary: str
    trailers: Mapping[str, str]


def parse_tag(data: bytes, name: str) -> Tag:
    """Read a tag object's bytes; OfferError("broken_tag") when it is not one of ours."""
    head, _, message = data.decode(errors="replace").partition("\n\n")
    fields = dict(line.split(" ", 1) for line in head.split("\n") if " " in line)
    tagger = TAGGER.match(fields.get("tagger", ""))
    if tagger is None:
        raise OfferError("broken_tag", f"У метки {name} нет даты: она сделана не offer publish.")
    summary, trailers = _read_message(SIGNATURE.split(message)[0])
    return Tag(
        target=fields.get("object", ""),
        target_kind=fields.get("type", ""),
        name=fields.get("tag", ""),
        at=datetime.fromtimestamp(int(tagger[1]), UTC),
        summary=summary,
        trailers=trailers,
    )


def compose_tag(tag: Tag, *, tagger: str, email: str) -> bytes:
    """The bytes of a tag object, dated `tag.at` to the second."""
    lines = (
        f"object {tag.target}",
        f"type {tag.target_kind}",
        f"tag {tag.name}",
        f"tagger {plain(tagger)} <{plain(email)}> {tag_date(tag)}",
        "",
        tag_message(tag),
    )
    return "\n".join(lines).encode()


def tag_date(tag: Tag) -> str:
    """When the tag was made, as git writes it: «1795338000 +0300»."""
    return f"{int(tag.at.timestamp())} {tag.at.astimezone(ZONE):%z}"


def tag_message(tag: Tag) -> str:
    """The summary, a blank line and the trailers, as they stand in the tag object."""
    trailers = "\n".join(f"{key}: {value}" for key, value in tag.trailers.items())
    return f"{tag.summary}\n\n{trailers}\n"


def plain(value: str) -> str:
    """A name or an address without what the header of a git object cannot hold."""
    return " ".join(re.sub(r"[<>\x00-\x1f]", " ", value).split())


def _read_message(message: str) -> tuple[str, dict[str, str]]:
    paragraphs = message.strip().split("\n\n")
    found = [TRAILER.match(line) for line in paragraphs[-1].split("\n")]
    trailers = {match[1]: match[2].strip() for match in found if match is not None}
    if len(trailers) != len(found):
        return message.strip(), {}
    return "\n\n".join(paragraphs[:-1]).strip(), trailers
