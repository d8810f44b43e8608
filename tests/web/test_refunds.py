"""Money given back: ordered, asked for once, polled to its end, told to everybody it concerns."""

import json
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from checkout.__main__ import main
from checkout.clock import real_clock
from checkout.domain.transitions import RefundState
from checkout.mail.kept import Kept
from checkout.open import open_shop
from checkout.refund import CannotRefund, Outcome, Wanted, kopecks_of, order_refund, refund
from checkout.refund_words import proposed, told
from checkout.repay import pursue, settle_refund
from checkout.store import refunds, tables
from checkout.verify import verify
from tests.town import Town, a_town, at_once
from tests.web.buying import page_of

POST, READ, LIST = "POST /refunds", "GET /refunds/{id}", "GET /refunds"
ZONE = ZoneInfo("Europe/Moscow")
WHY = "письмо от 23.11.2026"


@pytest.fixture
def any_town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    """A town with a paid order of 15 000 ₽, on SQLite and on PostgreSQL."""
    with a_town(tmp_path, database_url) as town:
        town.pay(town.order())
        town.work()
        yield town


@pytest.fixture
def token(own_town: Town) -> str:
    """A paid order of 15 000 ₽, its letters sent."""
    token = own_town.order()
    own_town.pay(token)
    own_town.work()
    return token


def post_of(town: Town) -> list[Kept]:
    """What came since the two letters of the purchase."""
    return town.post[2:]


def letters_of(town: Town) -> dict[str, Kept]:
    """The same by recipient; nobody got two."""
    found = {it.header("To"): it for it in post_of(town)}
    assert len(found) == len(post_of(town)), "somebody got two letters"
    return found


def give_back(town: Town, rub: str | None = None, *, leaves: bool = False) -> Outcome:
    amount = None if rub is None else kopecks_of(rub)
    return refund(town.shop, Wanted("2026-0001", amount, WHY, leaves))


def become(town: Town, what: str) -> None:
    town.yookassa.control("PUT", "/refunds", {"become": what})


def at_yookassa(town: Town) -> list[tuple[str, str]]:
    """Status and sum of every refund there is, oldest first."""
    listed = town.yookassa.control("GET", "/refunds")
    return [(it["status"], it["amount"]["value"]) for it in reversed(listed)]


def facts_of(town: Town) -> list[str]:
    return [row["action"] for row in town.ledger() if row["kind"] == "refund"]


def asked(town: Town, path: str = "/v3/refunds") -> list[dict[str, object]]:
    return [it for it in town.yookassa.requests() if (it["method"], it["path"]) == ("POST", path)]


def later(town: Town, **by: float) -> None:
    town.clock.forward(**by)
    town.work()


def returned_by(town: Town) -> int:
    return town.shop.store.read(lambda tx: refunds.returned(tx, 1))


def sound(town: Town) -> bool:
    return [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"] == []


def test_all_the_money_goes_back_and_the_package_ends(own_town: Town, token: str) -> None:
    own_town.clock.forward(days=2)
    outcome = give_back(own_town)
    own_town.work()

    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))
    letters = letters_of(own_town)
    assert (outcome.attempt.state, outcome.left_kopecks) == (RefundState.SUCCEEDED, 0)
    assert (facts["state"], facts["refunded_kopecks"]) == ("refunded", 1_500_000)
    assert facts["money_taken"] is True
    assert facts["package"]["last_day"] == "2026-11-25"
    assert "Деньги возвращены" in page.text
    assert "15 000 ₽ на карту, с которой платили" in page.text
    assert "Что дальше" not in page.text
    assert at_yookassa(own_town) == [("succeeded", "15000.00")]
    assert facts_of(own_town) == ["ordered", "succeeded"]
    assert sorted(letters) == ["anna@example.ru", "dudkinanton@bk.ru"]
    client = letters["anna@example.ru"]
    assert client.header("Subject") == "[ТЕСТ] Возвращено 15 000 ₽, заказ 2026-0001"
    assert WHY in client.text
    assert "Пакет прекращён 25.11.2026" in client.text
    assert "чек возврата" in letters["dudkinanton@bk.ru"].text
    assert "?letter=" in client.text
    assert "?letter=" not in letters["dudkinanton@bk.ru"].text
    assert told(outcome)[1].startswith("Возвращено всё")
    assert sound(own_town)


def test_a_part_goes_back_and_the_package_runs_on(own_town: Town, token: str) -> None:
    before = own_town.facts(token)
    give_back(own_town, "1500.00")
    own_town.work()

    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))
    assert facts == {**before, "refunded_kopecks": 150_000}
    assert "Из них возвращено 1 500 ₽" in page.text
    assert "Что дальше" in page.text
    assert "Пакет действует как прежде" in letters_of(own_town)["anna@example.ru"].text
    assert sound(own_town)


def test_who_leaves_gets_a_part_and_his_package_ends(own_town: Town, token: str) -> None:
    outcome = give_back(own_town, "10250", leaves=True)
    facts = own_town.facts(token)
    page = page_of(own_town.client.get(f"/orders/{token}"))

    assert (facts["state"], facts["refunded_kopecks"]) == ("paid", 1_025_000)
    assert facts["package"]["last_day"] == "2026-11-23"
    assert facts["package"]["reason"].endswith("деньги возвращены.")
    assert "Пакет прекращён 23.11.2026" in page.text
    assert "Что дальше" not in page.text
    assert told(outcome)[1].endswith("пакет прекращён. Клиенту и вам отправлены письма.")
    assert sound(own_town)


def test_parts_add_up_to_all_and_never_to_more(own_town: Town, token: str) -> None:
    give_back(own_town, "10000")
    with pytest.raises(CannotRefund, match="не больше 5\u00a0000\u00a0₽"):
        give_back(own_town, "5000.01")
    give_back(own_town)

    assert at_yookassa(own_town) == [("succeeded", "10000.00"), ("succeeded", "5000.00")]
    assert own_town.facts(token)["state"] == "refunded"
    with pytest.raises(CannotRefund, match="уже возвращено всё"):
        give_back(own_town, "1")


@pytest.mark.parametrize(
    ("rub", "why"),
    [
        ("15000.01", "не больше"),
        ("0.99", "меньше 1"),
        ("14999", "больше 1"),
        ("14999.50", "больше 1"),
        ("-5", "не сумма"),
        ("1e3", "не сумма"),
        ("1500.5", "не сумма"),
        ("nan", "не сумма"),
    ],
)
def test_a_sum_that_cannot_be_given_back_is_refused_before_anybody_is_asked(
    own_town: Town, token: str, rub: str, why: str
) -> None:
    with pytest.raises(CannotRefund, match=why):
        give_back(own_town, rub)

    assert asked(own_town) == []
    assert facts_of(own_town) == []


@pytest.mark.parametrize("reason", ["", "  ", "звонила Каренина", "anna@example.ru", "х" * 501])
def test_a_reason_is_needed_and_names_nobody(own_town: Town, token: str, reason: str) -> None:
    with pytest.raises(CannotRefund):
        refund(own_town.shop, Wanted("2026-0001", None, reason))

    assert facts_of(own_town) == []


def test_what_was_not_paid_or_is_not_there_is_not_refunded(own_town: Town) -> None:
    own_town.order()

    with pytest.raises(CannotRefund, match="ждёт оплаты"):
        give_back(own_town)
    with pytest.raises(CannotRefund, match="2026-0009 нет"):
        refund(own_town.shop, Wanted("2026-0009", None, WHY))


def test_the_key_and_the_body_are_saved_before_they_are_sent(own_town: Town, token: str) -> None:
    saved = own_town.shop.store.transact(
        lambda tx: order_refund(tx, Wanted("2026-0001", None, WHY))
    )
    assert asked(own_town) == []
    assert own_town.facts(token)["state"] == "paid"

    later(own_town, minutes=1)  # whoever ordered it died: the worker asks

    sent = asked(own_town)
    assert [it["text"] for it in sent] == [saved.body]
    assert [dict(it["headers"])["idempotence-key"] for it in sent] == [saved.id]  # type: ignore[call-overload]
    assert json.loads(saved.body)["metadata"]["refund"] == saved.id
    assert own_town.facts(token)["state"] == "refunded"


def test_a_pending_refund_is_said_to_be_on_its_way_and_polled_to_its_end(
    own_town: Town, token: str
) -> None:
    become(own_town, "pending")
    outcome = give_back(own_town, "1500")
    page = page_of(own_town.client.get(f"/orders/{token}"))
    with pytest.raises(CannotRefund, match="ещё не закончен"):
        give_back(own_town, "1")
    own_town.work()
    early = post_of(own_town)

    assert outcome.attempt.state is RefundState.OPEN
    assert "принят ЮKassa" in told(outcome)[0]
    assert "Возвращаем 1 500 ₽" in page.text
    assert (early, own_town.facts(token)["refunded_kopecks"]) == ([], 0)
    own_town.yookassa.control("POST", f"/refunds/{outcome.attempt.refund_id}/succeed")
    later(own_town, minutes=10)
    assert own_town.facts(token)["refunded_kopecks"] == 150_000
    assert len(letters_of(own_town)) == 2
    assert sound(own_town)


def test_a_cancelled_refund_of_which_nobody_tells_is_a_case_and_changes_nothing(
    own_town: Town, token: str
) -> None:
    become(own_town, "pending")
    outcome = give_back(own_town)
    name = outcome.attempt.refund_id
    own_town.yookassa.control("POST", f"/refunds/{name}/cancel", {"reason": "insufficient_funds"})
    later(own_town, minutes=10)

    letters = letters_of(own_town)
    facts = own_town.facts(token)
    assert (facts["state"], facts["refunded_kopecks"]) == ("paid", 0)
    assert "Что дальше" in page_of(own_town.client.get(f"/orders/{token}")).text
    assert list(letters) == ["dudkinanton@bk.ru"]
    assert "insufficient_funds" in letters["dudkinanton@bk.ru"].text
    assert "checkout refund 2026-0001 --amount 15000.00" in letters["dudkinanton@bk.ru"].text
    assert facts_of(own_town) == ["ordered", "cancelled"]
    become(own_town, "succeeded")
    assert give_back(own_town).attempt.state is RefundState.SUCCEEDED
    assert sound(own_town)


def test_a_refund_cancelled_at_once_says_so_at_the_terminal(own_town: Town, token: str) -> None:
    become(own_town, "canceled")
    outcome = give_back(own_town)

    assert not outcome.done
    assert "не состоялся: insufficient_funds" in told(outcome)[0]
    assert own_town.facts(token)["state"] == "paid"


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


def test_money_of_a_payment_nobody_here_knows_is_a_case(own_town: Town) -> None:
    from tests.contract.test_refunds import paid

    payment_id = paid(own_town.yookassa)
    amount = {"value": "1490.00", "currency": "RUB"}
    made = own_town.yookassa.post("/refunds", {"payment_id": payment_id, "amount": amount}).json()
    notify(own_town, made["id"])
    own_town.work()

    told = [letter.text for letter in own_town.post]
    assert sum("заказа с таким платежом здесь нет" in text for text in told) == 1
    assert sum("Получен платёж" in text for text in told) == 1


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
        lambda tx: order_refund(tx, Wanted("2026-0001", None, WHY))
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
