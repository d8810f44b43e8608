"""What there is to say of extra hours, for `verify`: they are of the packages they name."""

from collections.abc import Iterator

from checkout.domain.extra_agreement import extra_disagreements
from checkout.published import BAD, GOOD
from checkout.store import audit_extras
from checkout.store.engine import Tx


def remarks(tx: Tx) -> Iterator[tuple[str, str]]:
    """Mark and sentence, line by line; nothing where no extra hours were ever ordered."""
    kept = audit_extras.extras(tx)
    found = [*extra_disagreements(kept, audit_extras.decisions(tx, kept))]
    yield from ((BAD, it) for it in found)
    if kept and not found:
        yield GOOD, f"Дополнительные часы: заказов {len(kept)}, сходятся со своими пакетами."
