"""What a ticked box says: its value is the hash of the very text it names."""

from enum import Enum

from offer.release import PublishedEdition, Release


class Box(Enum):
    """What a box's hash says."""

    EMPTY = "not ticked"
    IN_FORCE = "the edition in force"
    REPLACED = "an edition that is no longer in force"
    UNKNOWN = "nothing we ever published"


def box_of(release: Release, wanted: PublishedEdition | None, value: str) -> Box:
    """What the box of a document says, whose `wanted` edition is the one to be ticked."""
    if not value:
        return Box.EMPTY
    if wanted is None:
        return Box.UNKNOWN
    if wanted.sha256 == value:
        return Box.IN_FORCE
    return Box.REPLACED if release.edition(wanted.document, value) else Box.UNKNOWN
