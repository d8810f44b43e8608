"""The next release, made and proved in a workshop; nothing of it is public yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from offer.draft import next_editions
from offer.editions import Edition
from offer.publish import Order, Published, public_editions
from offer.publishing import releases
from offer.publishing.build import Plan, build_release
from offer.publishing.continuity import before, editions_in, prove, reprinted
from offer.publishing.rendering import Rendering
from offer.release import load_release, prove_files


def make(order: Order, commit: str, begun: Rendering, workshop: Path, now: datetime) -> Published:
    """Build the release whose pages have begun, and hold it against the one before.

    Raises OfferError when it cannot be built, or when it lacks or changes what was public.
    """
    last = before(order.to)
    published = public_editions(order.repository)
    created = next_editions(order.repository, commit, published, now, sign=order.sign)
    editions = _joined(published, created)
    prove((edition for found in editions.values() for edition in found), last)
    plan = Plan(releases.next_id(order.to, commit), commit, order.url, editions, last)
    made = load_release(build_release(plan, begun, workshop))
    prove_files(made.folder)  # as the service will, before there is a tag
    prove(editions_in(made), last)
    return Published(made, created, switched=True, reprinted=reprinted(made, last))


def _joined(
    published: Mapping[str, Sequence[Edition]], created: Sequence[Edition]
) -> dict[str, tuple[Edition, ...]]:
    return {
        document: (*found, *(edition for edition in created if edition.document == document))
        for document, found in published.items()
    }
