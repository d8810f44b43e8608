"""`checkout verify`: what lies beside the ledger agrees with it, both ways, or is named."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from checkout.ask import save_payment
from checkout.buy import _renew
from checkout.settle import record
from checkout.shop import Shop
from checkout.store import orders
from offer.evidence.chain import digest
from tests.store import market
from tests.store.history import Sold, retold, settled
from tests.store.market import Waiting

EDITS: Mapping[str, tuple[str, str]] = {
    "price": ("UPDATE orders SET price_kopecks = 1 WHERE id = 1",
              "Заказ 2026-0001: цена в копейках: в таблице 1, в журнале 1500000."),
    "hours": ("UPDATE orders SET hours = 6 WHERE id = 1",
              "Заказ 2026-0001: часы: в таблице 6, в журнале 5."),
    "edition": ("UPDATE orders SET edition = 2 WHERE id = 1",
                "Заказ 2026-0001: номер редакции: в таблице 2, в журнале 1."),
    "text": ("UPDATE orders SET edition_sha256 = ZEROS WHERE id = 1",
             "Заказ 2026-0001: хеш редакции: в таблице 000"),
    "consent": ("UPDATE orders SET consent = NULL, consent_sha256 = NULL WHERE id = 1",
                "Заказ 2026-0001: номер согласия: в таблице ничего, в журнале 1."),
    "consent never given": ("UPDATE orders SET consent = 1, consent_sha256 = "
                            "ZEROS WHERE id = 4",
                            "Заказ 2026-0004: номер согласия: в таблице 1, в журнале ничего."),
    "consent withdrawn": ("UPDATE orders SET consent_withdrawn_at = created_at WHERE id = 1",
                          "Заказ 2026-0001: в таблице согласие отозвано"),
    "e-mail confirmed": ("UPDATE orders SET email_confirmed_at = created_at WHERE id = 1",
                         "Заказ 2026-0001: в таблице адрес подтверждён"),
    "party": ("UPDATE orders SET party_kind = 'company' WHERE id = 1",
              "Заказ 2026-0001: вид заказчика: в таблице company, в журнале person."),
    "payment": ("UPDATE orders SET payment_id = 'mine' WHERE id = 1",
                "Заказ 2026-0001: номер платежа: в таблице mine, в журнале pay-"),
    "time of payment": ("UPDATE orders SET paid_at = '2026-11-24 09:00:00.000000'"
                        " WHERE id = 1",
                        "Заказ 2026-0001: время оплаты: в таблице 2026-11-24T09:00:00.000Z"),
    "real money": ("UPDATE orders SET test = (1 = 0) WHERE id = 1",
                   "Заказ 2026-0001: пробный: в таблице нет, в журнале да."),
    "paid undone": ("UPDATE orders SET state = 'cancelled' WHERE id = 1",
                    "(acceptance) говорит об оплате, а заказ — cancelled."),
    "paid without money": ("UPDATE orders SET state = 'paid', paid_at = created_at, "
                           "payment_id = 'p' WHERE id = 4",
                           "Заказ 2026-0004: у оплаченного заказа в журнале фактов акцепта 0"),
    "refunded": ("UPDATE orders SET state = 'refunded' WHERE id = 1",
                 "Заказ 2026-0001: в таблице он возвращён, а факта возврата в журнале нет."),
    "refunded unpaid": ("UPDATE orders SET state = 'refunded', paid_at = created_at WHERE id = 2",
                        "Заказ 2026-0002: в таблице он возвращён, а факта возврата в журнале нет."),
    "cancelled while waiting": ("UPDATE orders SET state = 'cancelled' WHERE id = 4",
                                "Заказ 2026-0004: состояние: в таблице cancelled, в журнале wai"),
    "case closed": ("UPDATE orders SET state = 'cancelled' WHERE id = 3",
                    "Заказ 2026-0003: состояние: в таблице cancelled, в журнале case."),
    "decline undone": ("UPDATE orders SET state = 'waiting' WHERE id = 2",
                       "Заказ 2026-0002: состояние: в таблице waiting, в журнале cancelled."),
    "money of a case": ("UPDATE orders SET money_taken = (1 = 0) WHERE id = 3",
                        "Заказ 2026-0003: деньги взяты: в таблице нет, в журнале да."),
    "money of a decline": ("UPDATE orders SET money_taken = (1 = 1) WHERE id = 2",
                           "Заказ 2026-0002: деньги взяты: в таблице да, в журнале ничего."),
    "money of a payment": ("UPDATE orders SET money_taken = (1 = 0) WHERE id = 1",
                           "Заказ 2026-0001: деньги взяты: в таблице нет, в журнале ничего."),
    "reason": ("UPDATE orders SET reason = 'expired' WHERE id = 2",
               "Заказ 2026-0002: причина: в таблице expired, в журнале 3ds."),
    "reason of a payment": ("UPDATE orders SET reason = 'expired' WHERE id = 1",
                            "Заказ 2026-0001: причина: в таблице expired, в журнале ничего."),
    "payment of an unpaid": ("UPDATE orders SET payment_id = 'mine' WHERE id = 4",
                             "Заказ 2026-0004: номер платежа: в таблице mine, в журнале pay-"),
    "payment of a decline": ("UPDATE orders SET payment_id = 'mine' WHERE id = 2",
                             "Заказ 2026-0002: номер платежа: в таблице mine, в журнале ничего."),
    "payment of a case": ("UPDATE orders SET payment_id = 'mine' WHERE id = 3",
                          "Заказ 2026-0003: номер платежа: в таблице mine, в журнале ничего."),
    "paid at, unpaid": ("UPDATE orders SET paid_at = created_at WHERE id = 2",
                        "Заказ 2026-0002: время оплаты: в таблице 2026-11-23 09:00"),
    "ordered earlier": ("UPDATE orders SET created_at = '2026-11-01 09:00:00.000000' WHERE id = 2",
                        "Заказ 2026-0002: время заказа: в таблице 2026-11-01 09:00:00.000000, в"),
    "secret address": ("UPDATE orders SET token = 'mine' WHERE id = 2",
                       "Заказ 2026-0002: секретный адрес не тот, чей хеш в факте заказа."),
    "attempt lost": ("DELETE FROM attempts WHERE order_id = 2",
                     "Заказ 2026-0002: попыток оплаты 0, а решений в журнале 1."),
    "attempt of another": ("UPDATE attempts SET order_id = 2 WHERE order_id = 1",
                           "Заказ 2026-0001: о платеже pay-"),
    "attempt open again": ("UPDATE attempts SET state = 'open' WHERE order_id = 2",
                           "Заказ 2026-0002: о платеже pay-"),
    "answer": ("UPDATE attempts SET answer = '{}' WHERE order_id = 1",
               "Заказ 2026-0001: ответ ЮKassa о платеже pay-"),
    "answer lost": ("UPDATE attempts SET answer = NULL WHERE order_id = 2",
                    "Заказ 2026-0002: ответ ЮKassa о платеже pay-"),
    "case invented": ("INSERT INTO cases SELECT 'refund', subject, order_id, sentence, opened_at, "
                      "3, NULL FROM cases WHERE kind = 'odd_money'",
                      "Дело refund «pay-"),
    "case renumbered": ("UPDATE cases SET number = 7 WHERE subject = 'stranger'",
                        "Дело unknown_payment «stranger»: не то, что в строке 15."),
    "case quietly ended": ("UPDATE cases SET closed = 15 WHERE subject = 'stranger'",
                           "«stranger»: в таблице закрыто строкой 15, в журнале не закрыто."),
    "case opened again": ("UPDATE cases SET closed = NULL WHERE kind = 'odd_money'",
                          "в таблице не закрыто, в журнале закрыто строкой 17."),
    "ended case lost": ("DELETE FROM cases WHERE kind = 'odd_money'",
                        "нет, а строка 17 говорит, что оно закрыто."),
    "case lost": ("DELETE FROM cases WHERE kind = 'odd_money'",
                  "Дела odd_money «pay-"),
    "case of another": ("UPDATE cases SET order_id = 1 WHERE kind = 'odd_money'",
                        "Дело odd_money «pay-"),
    "case in other words": ("UPDATE cases SET sentence = 'Всё хорошо.' WHERE subject = 'stranger'",
                            "Дело unknown_payment «stranger»: не то, что в строке 15."),
    "case backdated": ("UPDATE cases SET opened_at = '2026-11-20 09:00:00.000000' "
                       "WHERE subject = 'stranger'",
                       "Дело unknown_payment «stranger»: не то, что в строке 15."),
    "message silenced": ("UPDATE messages SET sent_at = staged_at WHERE kind = 'paid'",
                         "Сообщение paid «2026-0001» отмечено отправленным, а ни письма, ни акта"),
    "package of no order": ("UPDATE packages SET order_id = 99",
                            "Таблица packages: строк, которым не на чем стоять, — 1."),
    "details of no row": ("INSERT INTO details (ledger, part, salt, text) "
                          "VALUES (99, 'party', 's', 't')",
                          "Таблица details: строк, которым не на чем стоять, — 1."),
    "order lost": ("DELETE FROM orders WHERE id = 4",
                   "Заказ 2026-0004: в журнале есть (строка "),
    "package lost": ("DELETE FROM packages",
                     "Заказ 2026-0001: акцепт есть (строка 6), а пакета нет."),
    "package longer": ("UPDATE packages SET expires_at = '2027-12-24 21:00:00.000000'",
                       "Заказ 2026-0001: конец пакета: в таблице 2027-12-24T21:00:00.000Z"),
    "package earlier": ("UPDATE packages SET starts_at = '2026-11-20 21:00:00.000000'",
                        "Заказ 2026-0001: начало пакета: в таблице 2026-11-20T21:00:00.000Z"),
    "last day": ("UPDATE packages SET last_day = '2027-12-24'",
                 "2026-0001: последний день пакета: в таблице 2027-12-24, в журнале 2026-12-"),
    "rule": ("UPDATE packages SET reason = 'так решил'",
             "Заказ 2026-0001: правило срока: в таблице так решил"),
    "provisional": ("UPDATE packages SET provisional = (1 = 1)",
                    "Заказ 2026-0001: предварительный срок: в таблице да, в журнале нет."),
    "package of another row": ("UPDATE packages SET acceptance = 1, payment = 2",
                               "строка акцепта у пакета: в таблице 1, в журнале 6."),
    "who ordered": ("UPDATE details SET text = '{}' WHERE ledger = 4 AND part = 'party'",
                    "Строка 4: личные данные (party) не те, чей хеш в факте."),
    "salt": ("UPDATE details SET salt = '0' WHERE ledger = 5 AND part = 'origin'",
             "Строка 5: личные данные (origin) не те, чей хеш в факте."),
    "details lost": ("DELETE FROM details WHERE ledger = 4 AND part = 'origin'",
                     "Строка 4: нет личных данных (origin), и акта об этом нет."),
    "page of the decision": ("UPDATE shown_pages SET html = 'other'",
                             "Строка 4: страница, на которой решено, не та, чей хеш в факте."),
    "index": ("UPDATE ledger_orders SET order_number = '2026-0004' WHERE ledger = 6",
              "Строка 6: в указателе заказ 2026-0004, в факте 2026-0001."),
    "index lost": ("DELETE FROM ledger_orders WHERE ledger = 6",
                   "Строка 6: в указателе заказ не назван, в факте 2026-0001."),
    "head": ("UPDATE heads SET hash = ZEROS",
             "Голова за 2026-11-23: опубликована строка 7 с хешем 000"),
    "head of no row": ("UPDATE heads SET number = 99",
                       "Голова за 2026-11-23: опубликована строка 99 с хешем"),
    "head earlier": ("UPDATE heads SET at = '2026-11-22 09:00:00.000000'",
                     "Голова за 2026-11-23: опубликована раньше, чем сделана строка 7."),
    "head later": ("UPDATE heads SET at = '2026-11-23 19:00:00.000000'",
                   "Голова за 2026-11-23: опубликована 2026-11-23 19:00:00.000000, а в строке 8 —"),
    "head of another row": ("UPDATE heads SET number = 6, hash = "
                            "(SELECT hash FROM ledger WHERE number = 6)",
                            "Голова за 2026-11-23: не та, что в строке 8."),
    "head backdated": ("UPDATE heads SET day = '2026-11-20'",
                       "Головы за 2026-11-23 нет, а строка 8 о ней есть."),
    "head lost": ("DELETE FROM heads",
                  "Головы за 2026-11-23 нет, а строка 8 о ней есть."),
    "head invented": ("INSERT INTO heads SELECT '2026-11-24', at, number, hash FROM heads",
                      "Голова за 2026-11-24: факта о том, что она опубликована, нет."),
    "head invented before": ("INSERT INTO heads SELECT '2026-11-21', at, number + 1, "
                             "(SELECT hash FROM ledger WHERE number = 8) FROM heads",
                             "Голова за 2026-11-23: старше головы за 2026-11-21, хотя день позже."),
    "date of a text": ("UPDATE editions SET published_at = '2026-01-01 09:00:00.000000' "
                       "WHERE document = 'privacy'",
                       "Редакция privacy/1 не та, что в строке 3: дата."),
    "commit": ("UPDATE editions SET commit_id = 'x' WHERE document = 'offer'",
               "Редакция offer/1 не та, что в строке 2: коммит."),
    "change": ("UPDATE editions SET change = 'editorial' WHERE document = 'offer'",
               "Редакция offer/1 не та, что в строке 2: вид изменения."),
    "summary": ("UPDATE editions SET summary = 'Дешевле' WHERE document = 'offer'",
                "Редакция offer/1 не та, что в строке 2: сводка."),
    "price in the terms": ("UPDATE editions SET terms = "
                           "replace(terms, '1500000', '1600000') WHERE document = 'offer'",
                           "Условия архивных редакций не те, что в их тексте: offer/1."),
    "terms of another text": ("UPDATE editions SET terms = '{}' WHERE document = 'privacy'",
                              "Условия архивных редакций не те, что в их тексте: privacy/1."),
    "privacy lost": ("DELETE FROM editions WHERE document = 'privacy'",
                     "Редакции privacy/1 из строки 3 в архиве нет."),
    "edition invented": ("UPDATE editions SET number = 2 WHERE document = 'privacy'",
                         "Редакция privacy/2 есть в архиве, а факта о ней нет."),
    "consent text": ("DELETE FROM editions WHERE document = 'consent'",
                     "Строка 5: принятой редакции consent/1 нет в архиве."),
    "tag": ("UPDATE editions SET tag_id = 'x' WHERE document = 'offer'",
            "Строка 4: принята редакция offer/1 с другим хешем или другой меткой"),
    "hash of a text": ("UPDATE editions SET sha256 = ZEROS WHERE document = 'privacy'",
                       "Байты архивных редакций не сходятся с их хешами: privacy/1."),
    "terms": ("UPDATE editions SET terms = '[]' WHERE document = 'offer'",
              "Условия архивных редакций не те, что в их тексте: offer/1."),
    "terms gone": ("UPDATE editions SET terms = NULL WHERE document = 'offer'",
                   "Условия архивных редакций не те, что в их тексте: offer/1."),
}  # fmt: skip


def missed(sold: Sold, edits: Iterable[str]) -> dict[str, list[str]]:
    """What was said of each edit that was not named as it should be."""
    missed = {}
    for edit in edits:
        statement, expected = EDITS[edit]
        with sold.undone():
            sold.spoil(statement.replace("ZEROS", f"'{'0' * 64}'"))
            said = sold.wrong()
        if expected not in "\n".join(said):
            missed[edit] = said
    return missed


def test_what_lies_beside_the_ledger_agrees_with_it_or_is_named(sold: Sold) -> None:
    """Every edit on SQLite; what compares is the same there, so PostgreSQL has every sixth."""
    edits = list(EDITS)
    assert missed(sold, edits if sold.is_sqlite else edits[::6]) == {}
    assert sold.wrong() == []


@pytest.mark.soak
def test_every_edit_is_named_on_both_databases(sold: Sold) -> None:
    assert missed(sold, EDITS) == {}


@pytest.mark.parametrize(
    ("part", "value", "told"),
    [
        ("starts_at", "2026-11-01T09:00:00.000Z", "начало срока: в акцепте 2026-11-01T09:00"),
        ("expires_at", "2027-12-22T21:00:00.000Z", "конец срока: в акцепте 2027-12-22T21:00"),
        ("last_day", "никогда", "а должно быть 24:00 последнего дня"),
    ],
)
def test_a_term_that_does_not_follow_from_its_own_acceptance_is_named(
    sold: Sold, part: str, value: str, told: str
) -> None:
    retold(sold, 6, lambda fact: fact["period"].update({part: value}))

    wrong = "\n".join(sold.wrong())
    assert "Заказ 2026-0001: " in wrong
    assert told in wrong


def test_secret_addresses_of_two_orders_exchanged_are_named(sold: Sold) -> None:
    first, second = [it for (it,) in sold.ask("SELECT token FROM orders ORDER BY id LIMIT 2")]
    sold.spoil("UPDATE orders SET token = 'x' WHERE id = 1",
               "UPDATE orders SET token = :first WHERE id = 2",
               "UPDATE orders SET token = :second WHERE id = 1",
               first=first, second=second)  # fmt: skip

    assert sold.wrong() == [
        f"Заказ 2026-000{it}: секретный адрес не тот, чей хеш в факте заказа." for it in (1, 2)
    ]


def test_an_accepted_text_of_other_bytes_than_its_hash_is_named(sold: Sold) -> None:
    sold.spoil("UPDATE editions SET text = :text WHERE document = 'offer'", text=b"1. Other.")

    wrong = "\n".join(sold.wrong())
    assert "Строка 4: принята редакция offer/1 с другим хешем" in wrong
    assert "Байты архивных редакций не сходятся с их хешами: offer/1." in wrong


def test_every_way_of_an_order_that_is_not_paid_agrees_with_the_ledger(shop: Shop) -> None:
    def again(known: Waiting) -> Waiting:
        decision = market.purchase(shop, "again")
        shop.store.transact(lambda tx: _renew(tx, shop, known.order.token, decision))
        return market.looked_at(shop, known.order.id)

    def opened(known: Waiting) -> Waiting:
        shop.store.transact(lambda tx: save_payment(tx, known.attempt.id, known.paid("pending")))
        return known

    declined = [settled(shop, market.waiting(shop, it), status="canceled") for it in "abcd"]
    again(declined[0])
    opened(again(declined[1]))
    settled(shop, opened(again(declined[2])), status="canceled", cancellation_reason="expired")
    settled(shop, opened(again(declined[3])))
    settled(shop, market.placed(shop, "killed before the answer was saved"), status="canceled")
    late = market.waiting(shop, "e")
    settled(shop, late, amount_kopecks=1)
    stranger = replace(market.waiting(shop, "f").paid(), id="other")
    named = replace(stranger, metadata={"order": stranger.metadata["order"]})
    shop.store.transact(lambda tx: record(tx, shop, named))

    states = ["created", "waiting", "cancelled", "paid", "cancelled", "case", "waiting"]
    found = shop.store.read(lambda tx: [orders.by_id(tx, it).state for it in range(1, 8)])
    assert [str(it) for it in found] == states
    assert Sold(shop.store).wrong() == []


def test_a_privacy_text_of_other_bytes_and_its_own_hash_is_named(sold: Sold) -> None:
    sold.spoil("UPDATE editions SET text = :text, sha256 = :made WHERE document = 'privacy'",
               text=b"1. Other.", made=digest("1. Other."))  # fmt: skip

    assert sold.wrong() == ["Редакция privacy/1 не та, что в строке 3: хеш."]
