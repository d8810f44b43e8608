"""What stood on the page on which a client decided, word for word."""

from dataclasses import dataclass

from offer.evidence.chain import Fact


@dataclass(frozen=True)
class Shown:
    """The words as the client's page had them; they are part of his acceptance.

    `until` is the last day as written («28.12.2026»), None where the page promised none;
    `consent_label` is empty where the page did not ask. `rendered_at` is an instant as facts write
    it. `page_sha256` is the hash of the page's HTML with the value of its field `shown` left
    empty; without it the words are those the page has now, not those that were seen.
    """

    label: str
    consent_label: str
    button: str
    price: str
    until: str | None
    page: str
    rendered_at: str | None = None
    page_sha256: str | None = None

    def fact(self) -> Fact:
        """As the order's fact and the acceptance's tell it."""
        return dict(vars(self))
