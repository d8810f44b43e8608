"""`checkout verify`: certificates and letters are those that the ledger knows, or are named."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from checkout.buy import _place
from checkout.domain.details import letter_details
from checkout.shop import Shop
from checkout.store import ledger, tables
from checkout.verify import BAD, Remark, verify
from offer.evidence.chain import digest, instant
from tests.store import market
from tests.store.history import Sold, append


def certified(sold: Sold, data: bytes = b"%PDF") -> int:
    """Order 1 has this certificate, and the ledger knows it."""
    fact = {"order": "2026-0001", "sha256": digest(data), "bytes": len(data),
            "head": {"number": 4, "hash": "x"}}  # fmt: skip
    number = append(sold, "certificate", fact)
    keep_paper(sold, data, number)
    return number


def keep_paper(sold: Sold, data: bytes, row: int | None) -> None:
    sold.spoil(
        "INSERT INTO papers (order_id, sha256, data, made_at, ledger) "
        "SELECT id, :sha256, :data, created_at, CAST(:row AS INTEGER) FROM orders WHERE id = 1",
        sha256=digest(data), data=data, row=row,
    )  # fmt: skip


def test_a_certificate_is_the_one_the_ledger_knows(sold: Sold) -> None:
    number = certified(sold)
    good = sold.wrong()
    sold.spoil("UPDATE papers SET sha256 = :h", h=digest(b"other"))
    beside = sold.wrong()
    sold.spoil("UPDATE papers SET data = :d", d=b"other")
    swapped = sold.wrong()
    sold.spoil("DELETE FROM papers")

    assert good == []
    assert beside == [
        "Заказ 2026-0001: свидетельство изменено: его байты не сходятся с хешем рядом."
    ]
    assert swapped == [f"Заказ 2026-0001: свидетельство не то, чей хеш в строке {number}."]
    assert sold.wrong() == [
        f"Заказ 2026-0001: свидетельства из строки {number} нет, и акта об этом нет."
    ]
    append(sold, "erasure", {"papers": ["2026-0001"]})
    assert sold.wrong() == []


def test_a_certificate_of_the_first_version_has_no_fact_and_is_told(sold: Sold) -> None:
    keep_paper(sold, b"%PDF", None)

    assert Remark("!", "Свидетельств первой версии, без факта в журнале: 1.") in sold.remarks()
    assert sold.wrong() == []


def sent(sold: Sold, raw: bytes = b"letter", **changes: object) -> int:
    """A letter of order 1 that the server has taken, and its fact."""
    (message,) = sold.ask("SELECT id FROM messages WHERE kind = 'paid'")[0]
    fact = {"order": "2026-0001", "kind": "paid", "message_id": "<1@shop>",
            "letter_sha256": digest(raw), "outcome": "taken", "code": 250, **changes}  # fmt: skip
    number = append(sold, "message", fact)
    sold.spoil(
        "INSERT INTO letters (message, number, message_id, recipient, raw, composed_at, sent_at, "
        "ledger) SELECT id, 0, '<1@shop>', 'a@b', :raw, staged_at, staged_at, :n FROM messages "
        "WHERE id = :m",
        m=message, raw=raw, n=number,
    )  # fmt: skip
    return number


def test_a_letter_is_the_one_that_was_sent(sold: Sold) -> None:
    number = sent(sold)
    good = sold.wrong()
    sold.spoil("UPDATE letters SET raw = :raw", raw=b"other")
    other = sold.wrong()
    sold.spoil("DELETE FROM letters")

    assert good == []
    assert other == [f"Строка {number}: письмо <1@shop> не то, что отправлено."]
    assert f"Строка {number}: письма <1@shop> нет, и акта об этом нет." in sold.wrong()
    append(sold, "erasure", {"letters": ["<1@shop>"]})
    assert sold.wrong() == []


LETTERS: Mapping[str, tuple[str, str]] = {
    "reader": ("UPDATE letters SET recipient = 'mine@b'", "кому"),
    "time": ("UPDATE letters SET sent_at = '2026-11-20 09:00:00.000000'", "время отправки"),
    "order": ("UPDATE messages SET order_id = 2 WHERE kind = 'paid'", "заказ"),
    "kind": ("UPDATE messages SET kind = 'withdrawn' WHERE kind = 'paid'", "вид"),
    "subject": ("UPDATE messages SET subject = 'x' WHERE kind = 'paid'", "о чём"),
    "key": ("UPDATE messages SET key = 'x' WHERE kind = 'paid'", "ключ ссылки"),
    "key lost": ("UPDATE messages SET key = NULL WHERE kind = 'paid'", "ключ ссылки"),
    "staged": ("UPDATE messages SET staged_at = '2026-11-20 09:00:00.000000' "
               "WHERE kind = 'paid'", "время решения"),
    "closed": ("UPDATE messages SET sent_at = '2026-11-20 09:00:00.000000' "
               "WHERE kind = 'paid'", "время закрытия"),
}  # fmt: skip


def test_whatever_of_a_letter_or_its_message_is_not_as_its_fact_tells_is_named(
    sold: Sold,
) -> None:
    ((key, staged_at),) = sold.store.read(
        lambda tx: tx.connection.execute(
            select(tables.messages.c.key, tables.messages.c.staged_at).where(
                tables.messages.c.kind == "paid"
            )
        ).all()
    )
    hidden = letter_details("a@b", "250 OK", salt="salt")
    number = sent(sold, subject="2026-0001", key_sha256=digest(key), to_sha256=hidden.sha256,
                  staged_at=instant(staged_at))  # fmt: skip
    sold.store.transact(lambda tx: ledger.keep_details(tx, number, hidden))
    missed = {}
    for edit, (statement, word) in LETTERS.items():
        with sold.undone():
            sold.spoil(statement)
            said = sold.wrong()
        if said != [f"Строка {number}: о письме <1@shop> в таблице другое: {word}."]:
            missed[edit] = said

    assert missed == {}
    assert sold.wrong() == []


def test_a_letter_that_nobody_took_of_a_closed_message_is_named(sold: Sold) -> None:
    sent(sold)
    sold.spoil("UPDATE messages SET sent_at = staged_at WHERE kind = 'paid'",
               "INSERT INTO letters (message, number, message_id, recipient, raw, composed_at) "
               "SELECT message, 1, '<2@shop>', 'b@b', raw, composed_at FROM letters")  # fmt: skip

    assert sold.wrong() == ["Письмо <2@shop> никто не принял, а сообщение отмечено отправленным."]


def test_a_letter_marked_as_sent_without_a_fact_is_told(sold: Sold) -> None:
    sent(sold)
    sold.spoil("UPDATE letters SET message_id = '<2@shop>'")

    assert "Писем отмечено отправленными 1, фактов о них 1." not in sold.wrong()
    assert any("письма <1@shop> нет" in it for it in sold.wrong())


def test_a_price_shown_that_is_not_the_price_asked_is_found(shop: Shop) -> None:
    form = market.purchase(shop, "cheaper page")
    other = replace(form, shown=replace(form.shown, price="7\u00a0000\u00a0₽"))
    shop.store.transact(lambda tx: _place(tx, shop, other))
    (found,) = [it.sentence for it in verify(shop.store, shop.settings.zone) if it.mark == BAD]
    assert "показанная клиенту цена: в таблице 7\u00a0000\u00a0₽, в журнале 15" in found
