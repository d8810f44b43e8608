"""A letter as the demo's mailbox keeps it: raw bytes, read with the standard library."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cached_property

_LINK = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)»"


@dataclass(frozen=True)
class KeptAttachment:
    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Kept:
    """One letter that arrived; `number` counts from 1, `raw` is what came over the wire."""

    number: int
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        """The letter, parsed."""
        parsed = message_from_bytes(self.raw, policy=default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - the policy makes it one
        return parsed

    def header(self, name: str) -> str:
        """A header decoded, "" if it is not there."""
        return str(self.message.get(name, ""))

    @property
    def date(self) -> datetime | None:
        """When the letter says it was written."""
        value = self.message["Date"]
        return value.datetime if value is not None else None

    @property
    def text(self) -> str:
        """The plain text of the letter."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""

    @property
    def links(self) -> list[str]:
        """Addresses in the text, in order, each once."""
        found = (link.rstrip(_TRAILING) for link in _LINK.findall(self.text))
        return list(dict.fromkeys(found))

    @property
    def attachments(self) -> list[KeptAttachment]:
        """The files that came with the letter."""
        return [
            KeptAttachment(
                part.get_filename() or "без имени",
                part.get_content_type(),
                bytes(part.get_payload(decode=True) or b""),
            )
            for part in self.message.iter_attachments()
        ]
