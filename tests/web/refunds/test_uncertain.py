"""Refunds whose answer was lost, of which others tell, or which several make at once."""

from pathlib import Path

import pytest
from sqlalchemy import select

from checkout.__main__ import main
from checkout.clock import real_clock
from checkout.domain.transitions import RefundState
from checkout.open import open_shop
from checkout.refund import CannotRefund, Outcome, Wanted, order_refund, refund
from checkout.refund_words import proposed, told
from checkout.repay import pursue, settle_refund
from checkout.store import refunds, tables
from tests.town import Town, at_once
from tests.web.refunds.books import (
    LIST,
    POST,
    WHY,
    ZONE,
    asked,
    at_yookassa,
    become,
    facts_of,
    give_back,
    later,
    letters_of,
    post_of,
    returned_by,
    sound,
)


@pytest.mark.parametrize("fault", ["400", "404", "410"])
def test_a_refused_refund_is_over_and_may_be_ordered_anew(
    own_town: Town, token: str, fault: str
) -> None:
    own_town.yookassa.fault(fault, POST)
    outcome = give_back(own_town)

    assert outcome.attempt.state is RefundState.CANCELLED
    assert told(outcome)[0].startswith("✗")
    assert facts_of(own_town) == ["ordered", "cancelled"]
    assert give_back(own_town).attempt.state is RefundState.SUCCEEDED
    assert at_yookassa(own_town) == [("succeeded", "15000.00")]


@pytest.mark.parametrize(
    "fault",
    ["500", "500_after", "reset", "reset_after", "truncated", "broken_json", "html_502_after",
     "401", "403", "429", "202", "409_after", "unknown_enum", "no_amount"],
)  # fmt: skip
def test_whatever_the_answer_was_the_money_goes_back_once(
    own_town: Town, token: str, fault: str
) -> None:
    own_town.yookassa.fault(fault, POST)
    outcome = give_back(own_town, "1500")
    waiting = told(outcome)[0]
    for _ in range(3):
        later(own_town, minutes=5)

    assert waiting[0] in "!✓"
    assert at_yookassa(own_town) == [("succeeded", "1500.00")]
    assert own_town.facts(token)["refunded_kopecks"] == 150_000
    assert facts_of(own_town) == ["ordered", "succeeded"]
    assert len({it["text"] for it in asked(own_town)}) == 1
    assert sound(own_town)


def test_a_refund_performed_before_yookassa_said_no_is_found_in_its_list(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("400_after", POST)
    outcome = give_back(own_town, "1500")

    assert outcome.attempt.state is RefundState.SUCCEEDED
    assert at_yookassa(own_town) == [("succeeded", "1500.00")]


def test_after_a_day_of_silence_it_is_looked_for_and_never_sent_again(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("500_after", POST, times=1000)
    give_back(own_town, "1500")
    sent = len(asked(own_town))
    later(own_town, hours=23, minutes=1)

    assert len(asked(own_town)) == sent
    assert own_town.facts(token)["refunded_kopecks"] == 150_000
    assert at_yookassa(own_town) == [("succeeded", "1500.00")]


def test_a_refund_nobody_ever_heard_of_is_over_after_a_day_and_a_case(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("500", POST, times=1000)
    give_back(own_town)
    later(own_town, hours=23, minutes=30)
    hopeful = facts_of(own_town)
    later(own_town, hours=1)

    assert hopeful == ["ordered"]
    assert facts_of(own_town) == ["ordered", "cancelled"]
    assert "в её списке этого возврата нет" in letters_of(own_town)["dudkinanton@bk.ru"].text
    own_town.yookassa.fault(None)
    assert give_back(own_town).attempt.state is RefundState.SUCCEEDED
    assert at_yookassa(own_town) == [("succeeded", "15000.00")]


def test_a_list_that_does_not_answer_decides_nothing(own_town: Town, token: str) -> None:
    own_town.yookassa.fault("500", POST, times=1000)
    give_back(own_town)
    own_town.yookassa.fault("500", LIST, times=1000)
    later(own_town, hours=30)

    assert facts_of(own_town) == ["ordered"]


def test_a_refund_whose_answer_named_another_is_found_by_our_key(
    own_town: Town, token: str
) -> None:
    own_town.yookassa.fault("other_payment", POST)
    become(own_town, "pending")
    give_back(own_town)
    (real,) = own_town.yookassa.control("GET", "/refunds")
    own_town.yookassa.control("POST", f"/refunds/{real['id']}/succeed")
    for _ in range(3):
        later(own_town, minutes=10)

    assert own_town.facts(token)["state"] == "refunded"
    assert len(facts_of(own_town)) == 2


def test_a_refund_that_yookassa_no_longer_knows_is_a_case_after_a_day_and_once(
    own_town: Town, token: str
) -> None:
    become(own_town, "pending")
    own_town.yookassa.fault("other_payment", POST)
    saved = give_back(own_town).attempt
    own_town.shop.store.transact(lambda tx: refunds.change(tx, saved.id, payment_id=saved.id))
    later(own_town, hours=23)
    early = post_of(own_town)
    for _ in range(3):
        later(own_town, hours=2)

    assert early == []
    assert "ЮKassa потеряла возврат" in letters_of(own_town)["dudkinanton@bk.ru"].header("Subject")


def notify(town: Town, refund_id: str, event: str = "refund.succeeded") -> int:
    body = {"type": "notification", "event": event, "object": {"id": refund_id}}
    return int(town.client.post("/yookassa/notifications", json=body).status_code)


def test_a_notification_of_a_refund_is_a_hint_like_any_other(own_town: Town, token: str) -> None:
    become(own_town, "pending")
    outcome = give_back(own_town)
    assert notify(own_town, str(outcome.attempt.refund_id)) == 200
    own_town.work()
    forged = own_town.facts(token)["state"]
    own_town.yookassa.control("POST", f"/refunds/{outcome.attempt.refund_id}/succeed")
    for _ in range(2):
        assert notify(own_town, str(outcome.attempt.refund_id)) == 200
        own_town.work()

    assert (forged, own_town.facts(token)["state"]) == ("paid", "refunded")
    assert facts_of(own_town) == ["ordered", "succeeded"]
    assert len(letters_of(own_town)) == 2


def test_money_given_back_at_yookassa_itself_is_written_down_and_a_case(
    own_town: Town, token: str
) -> None:
    payment_id = own_town.facts(token)["payment_id"]
    amount = {"value": "5000.00", "currency": "RUB"}
    made = own_town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount}).json()
    notify(own_town, made["id"])
    own_town.work()
    settle_refund(own_town.shop, made["id"])
    own_town.work()

    facts = own_town.facts(token)
    assert (facts["state"], facts["refunded_kopecks"]) == ("paid", 500_000)
    assert facts_of(own_town) == ["succeeded"]
    subjects = [it.header("Subject") for it in post_of(own_town)]
    assert len([it for it in subjects if "возврат сделан не программой" in it]) == 1
    assert len([it for it in subjects if it.startswith("[ТЕСТ] Возвращено 5 000 ₽")]) == 1
    with pytest.raises(CannotRefund, match="не больше 10\u00a0000\u00a0₽"):
        give_back(own_town, "10000.01")
    assert sound(own_town)


def test_money_of_a_payment_nobody_here_knows_is_one_case_that_its_return_ends(
    own_town: Town,
) -> None:
    from tests.contract.test_refunds import paid

    payment_id = paid(own_town.yookassa)
    amount = {"value": "1490.00", "currency": "RUB"}
    made = own_town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount}).json()
    notify(own_town, made["id"])
    own_town.work()

    told = [letter.text for letter in own_town.post]
    assert sum("Получен платёж" in text for text in told) == 1
    opened, closed = (it for it in own_town.ledger() if it["kind"] == "case")
    assert (opened["subject"], closed["subject"]) == (payment_id, payment_id)
    assert closed["reason"] == f"возврат {made['id']}"


def test_two_commands_at_once_give_the_money_back_once(any_town: Town) -> None:
    other = open_shop(any_town.shop.settings, any_town.clock)
    shops = (any_town.shop, other)

    results = at_once(
        *(
            lambda shop=shop: refund(shop, Wanted("2026-0001", 800_000, WHY))  # type: ignore[misc]
            for shop in shops * 4
        )
    )
    other.store.close()

    done = [it for it in results if isinstance(it, Outcome)]
    assert [it.done for it in done] == [True]
    assert all(isinstance(it, Outcome | CannotRefund) for it in results)
    assert at_yookassa(any_town) == [("succeeded", "8000.00")]
    assert returned_by(any_town) == 800_000


def test_command_and_worker_and_notification_at_once_write_one_end(any_town: Town) -> None:
    saved = any_town.shop.store.transact(
        lambda tx: order_refund(tx, Wanted("2026-0001", None, WHY), ZONE)
    )
    any_town.clock.forward(minutes=1)

    at_once(*[lambda: pursue(any_town.shop, saved)] * 4, any_town.work, any_town.work)
    any_town.work()

    assert at_yookassa(any_town) == [("succeeded", "15000.00")]
    assert facts_of(any_town) == ["ordered", "succeeded"]
    assert len(letters_of(any_town)) == 2
    assert returned_by(any_town) == 1_500_000


def test_who_counts_first_is_told_both_sums_and_nothing_is_written(
    own_town: Town, token: str
) -> None:
    own_town.clock.forward(days=10)
    lines = proposed(own_town.shop, "2026-0001", 93)

    assert (
        "истрачено 1\u00a0ч\u00a033\u00a0мин, по счёту оферты 1\u00a0ч\u00a035\u00a0мин" in lines[1]
    )
    assert "10\u00a0250\u00a0₽" in lines[1]
    assert "осталось 20\u00a0дней из 30" in lines[2]
    assert lines[-1].startswith("Вернуть: checkout refund 2026-0001 --amount 10250.00")
    assert asked(own_town) == []
    assert facts_of(own_town) == []


def test_the_larger_sum_is_told_less_what_went_back_already(own_town: Town, token: str) -> None:
    own_town.clock.forward(days=10)
    give_back(own_town, "9000")
    lines = "\n".join(proposed(own_town.shop, "2026-0001", 93)).replace("\u00a0", " ")

    assert "Предлагается больший из двух, 10 250 ₽, без уже возвращённых 9 000 ₽: 1 250 ₽" in lines
    assert "--amount 1250.00" in lines


def test_after_the_term_nothing_is_proposed(own_town: Town, token: str) -> None:
    own_town.clock.forward(days=40)

    assert "п. 3.4" in proposed(own_town.shop, "2026-0001", 0)[-1]


def test_nobody_is_told_twice_and_nothing_waits(own_town: Town, token: str) -> None:
    give_back(own_town)
    for _ in range(3):
        later(own_town, minutes=5)

    waiting = own_town.shop.store.read(refunds.due)
    messages = own_town.shop.store.read(
        lambda tx: tx.connection.execute(select(tables.messages.c.kind)).scalars().all()
    )
    assert waiting is None
    assert sorted(messages).count("refunded") == 1


@pytest.mark.usefixtures("as_its_process")
def test_the_command_counts_then_gives_back_and_says_what_it_did(
    own_town: Town, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own_town.clock.now = real_clock()
    counted = main(["refund", "2026-0001", "--dry-run"])
    nothing = asked(own_town)
    too_much = main(["refund", "2026-0001", "--amount", "15000.01", "--reason", WHY])
    done = main(["refund", "2026-0001", "--amount", "1500,00", "--reason", WHY])
    said = capsys.readouterr()

    assert (counted, nothing, too_much, done) == (0, [], 1, 0)
    assert "По дням:" in said.out
    assert "✓ Возвращено 1\u00a0500\u00a0₽ по заказу 2026-0001" in said.out
    assert "не больше 15\u00a0000\u00a0₽" in said.err
    assert own_town.facts(token)["refunded_kopecks"] == 150_000


@pytest.mark.usefixtures("as_its_process")
@pytest.mark.parametrize("spent", ["-5", "полчаса"])
def test_the_command_counts_no_time_that_is_none(
    own_town: Town, token: str, capsys: pytest.CaptureFixture[str], spent: str
) -> None:
    status = main(["refund", "2026-0001", "--dry-run", "--spent", spent])
    said = capsys.readouterr()

    assert (status, said.out) == (1, "")
    assert said.err.startswith(f"«{spent}» — не истраченные минуты")


@pytest.mark.usefixtures("as_its_process")
@pytest.mark.parametrize(
    "command",
    [
        ["refund", "2026-0001", "--reason", WHY],
        ["receipt", "2026-0001", "--again"],
        ["reconcile", "--since", "2026-11-20"],
    ],
    ids=lambda it: it[0],
)
def test_a_mistyped_address_of_the_database_is_told_and_makes_no_new_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    mistyped = tmp_path / "mistyped.sqlite"
    monkeypatch.setenv("CHECKOUT_DATABASE_URL", f"sqlite:///{mistyped}")
    status = main(command)

    assert status == 1
    assert "Нет базы данных" in capsys.readouterr().err
    assert not mistyped.exists()
