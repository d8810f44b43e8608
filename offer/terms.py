"""The offer's text → Terms. Nothing is ever assumed: what is not read for certain is a Problem."""

from offer.values import (
    Package,
    Place,
    Problem,
    Reading,
    Requisites,
    Terms,
    WorkingHours,
)

__all__ = [
    "Package",
    "Place",
    "Problem",
    "Reading",
    "Requisites",
    "Terms",
    "WorkingHours",
    "read_terms",
]


def read_terms(text: str, source: str) -> Reading:
    """The terms of an offer, or every reason why it cannot be sold by."""
    raise NotImplementedError
