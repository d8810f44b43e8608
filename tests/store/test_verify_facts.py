"""Facts that should not be there, and what acts of erasure excuse: told by `checkout verify`."""

import json

from checkout.verify import Remark
from offer.evidence.chain import digest
from tests.store.history import Sold, append


def copied(sold: Sold, kind: str, **changes: object) -> int:
    fact = json.loads(sold.ask("SELECT fact FROM ledger WHERE kind = :k", k=kind)[0][0])
    return append(sold, kind, {**fact, **changes})


def test_a_second_acceptance_of_an_order_is_named(sold: Sold) -> None:
    copied(sold, "acceptance")

    assert "фактов акцепта 2, фактов подошедшей оплаты 1" in "\n".join(sold.wrong())


def test_an_acceptance_of_an_order_that_nobody_paid_is_named(sold: Sold) -> None:
    number = copied(sold, "acceptance", order="2026-0004")

    assert (
        f"Заказ 2026-0004: строка {number} (acceptance) говорит об оплате, а заказ — waiting."
        in sold.wrong()
    )


def test_an_acceptance_of_an_order_that_no_table_has_is_named(sold: Sold) -> None:
    number = copied(sold, "acceptance", order="2026-9999")

    assert (
        f"Заказ 2026-9999: в журнале есть (строка {number}), а в таблице его нет." in sold.wrong()
    )


def test_odd_and_cancelled_money_belongs_to_no_acceptance(sold: Sold) -> None:
    copied(sold, "payment", fits=False, reason="второй раз")
    copied(sold, "payment", status="canceled")

    assert sold.wrong() == []


def test_a_newer_decision_than_the_table_knows_is_named(sold: Sold) -> None:
    copied(sold, "order", order="2026-0004", price_kopecks=1)

    assert any("Заказ 2026-0004: цена в копейках: " in it for it in sold.wrong())


def test_facts_of_unknown_kinds_are_told_and_are_no_fault(sold: Sold) -> None:
    append(sold, "weather", {"rain": True})
    append(sold, "weather", {"rain": False})

    remarks = sold.remarks()
    assert Remark("!", "Фактов вида «weather»: 2. Что в них, здесь не проверить.") in remarks
    assert sold.wrong() == []


NONSENSE: tuple[dict[str, object], ...] = (
    {},
    {"order": 7},
    {"edition": [], "document": {"document": [], "number": {}}},
    {"order": "2026-0001", "shown": "", "period": 1, "message_id": ["x"], "rows": [1], "papers": 2},
    {"rows": [{}, {"row": "1", "part": None}], "letters": [None], "replaced": [{"row": 1}]},
)
KINDS_KNOWN = ("order", "consent", "acceptance", "payment", "certificate", "message",
               "confirmation", "erasure")  # fmt: skip


def test_facts_of_no_sense_are_no_bug_of_ours(sold: Sold) -> None:
    """Read by the same lines from both databases: PostgreSQL has them all at once."""
    for kind in KINDS_KNOWN:
        for fact in NONSENSE:
            append(sold, kind, fact)
            if sold.is_sqlite:
                assert sold.remarks()[0].mark == "✓"
    assert sold.remarks()[0].mark == "✓"


def erase(sold: Sold, **fact: object) -> int:
    sold.spoil("DELETE FROM details WHERE ledger = 4 AND part = 'origin'")
    return append(sold, "erasure", {"reason": "срок", "law": "152-ФЗ ст. 21", **fact})


def test_what_an_act_has_erased_is_told_with_its_day_and_number(sold: Sold) -> None:
    number = erase(sold, rows=[{"row": 4, "part": "origin"}])

    assert sold.wrong() == []
    sentence = f"Стёрто 23.11.2026, акт № {number}: записей личных данных 1."
    assert Remark("✓", sentence) in sold.remarks()


def test_an_act_about_something_else_excuses_nothing(sold: Sold) -> None:
    act = erase(sold, rows=[{"row": 5, "part": "origin"}, {"row": 4, "part": "party"}])

    assert sorted(sold.wrong()) == [
        "Строка 4: нет личных данных (origin), и акта об этом нет.",
        f"Строка 4: по акту № {act} данные (party) стёрты, а они на месте.",
        f"Строка 5: по акту № {act} данные (origin) стёрты, а они на месте.",
    ]


def test_a_side_row_whose_address_was_taken_out_is_held_against_the_act(sold: Sold) -> None:
    changed = digest("salt" + "text")
    sold.spoil(
        "UPDATE details SET salt = 'salt', text = 'text' WHERE ledger = 4 AND part = 'party'"
    )
    before = sold.wrong()
    append(
        sold, "erasure", {"rows": [], "replaced": [{"row": 4, "part": "party", "sha256": changed}]}
    )

    assert before == ["Строка 4: личные данные (party) не те, чей хеш в факте."]
    assert sold.wrong() == []


def test_personal_details_that_no_fact_vouches_for_are_told(sold: Sold) -> None:
    sold.spoil("INSERT INTO details (ledger, part, salt, text) VALUES (6, 'party', 's', 't')")

    assert Remark("!", "Без хеша в журнале личные данные строк 6 (party).") in sold.remarks()
