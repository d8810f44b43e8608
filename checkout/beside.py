"""What lies beside the ledger without a fact that leads to it: cases, closed messages, orphans."""

from collections.abc import Iterator

from checkout.domain.post import Cases
from checkout.domain.sides import Erased
from checkout.published import BAD, UNKNOWN, Said
from checkout.store import audit_post
from checkout.store.audit_post import Unaccounted
from checkout.store.engine import Tx


def remarks(tx: Tx, cases: Cases, gone: Erased, since: str | None) -> Iterator[Said]:
    """What is wrong. `since`: from then on there is a fact of everything; None if never."""
    old_cases = old_messages = 0
    for trouble in cases.troubles(audit_post.opened_cases(tx), since):
        old_cases += trouble is None
        if trouble is not None:
            yield BAD, trouble
    for message in audit_post.unaccounted(tx):
        if message.order not in gone.orders:
            is_old = since is None or message.staged_at < since
            old_messages += is_old
            if not is_old:
                yield BAD, _unaccounted(message)
    for message_id in audit_post.untaken(tx):
        yield BAD, f"Письмо {message_id} никто не принял, а сообщение отмечено отправленным."
    for table, count in audit_post.orphans(tx).items():
        yield BAD, f"Таблица {table}: строк, которым не на чем стоять, — {count}."
    if old_cases:
        yield UNKNOWN, f"Дел первой версии, без факта в журнале: {old_cases}."
    if old_messages:
        yield UNKNOWN, f"Сообщений первой версии, без письма и факта: {old_messages}."


def _unaccounted(message: Unaccounted) -> str:
    return (
        f"Сообщение {message.kind} «{message.subject}» отмечено отправленным, "
        "а ни письма, ни акта о нём нет."
    )
