"""What a publish left behind, and a publish that leaves everything as it was."""

import pytest

from offer.errors import OfferError
from tests.offer.repository import Sandbox


def tags(sandbox: Sandbox) -> list[str]:
    return sandbox.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags").split()


def folders(sandbox: Sandbox) -> list[str]:
    return sorted(path.name for path in (sandbox.releases / "releases").iterdir())


def refusal(sandbox: Sandbox, *, days: int = 1) -> OfferError:
    """The refusal of a publish, which leaves tags, releases and the site as they were."""
    before = tags(sandbox), folders(sandbox), (sandbox.releases / "current").resolve()
    with pytest.raises(OfferError) as caught:
        sandbox.publish(days=days)
    assert (tags(sandbox), folders(sandbox), (sandbox.releases / "current").resolve()) == before
    return caught.value
