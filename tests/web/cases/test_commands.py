"""Whatever is printed as the end of a case ends it, as it is printed: a row for each kind."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from checkout.clock import real_clock
from checkout.mail.contractor_letters import CASES
from checkout.refund import Wanted, refund
from checkout.show_cases import show_cases
from checkout.store import cases, correspondence
from checkout.verify import verify
from tests.town import Town, a_town
from tests.web.adding_hours import buy_extra
from tests.web.buying import spoilt_and_settled
from tests.web.cases.running import Command
from tests.web.receipts.books import ZONE
from tests.web.refusing import bought, refuse
from tests.web.test_erased_order import erased

WORDS = "решено 24.11.2026"


def odd(town: Town) -> None:
    spoilt_and_settled(town, town.order(), metadata={"offer_sha256": "0" * 64})


def refund_cancelled(town: Town) -> None:
    bought(town)
    in_vain(town, Wanted("2026-0001", 500_000, "скидка"))


def leaving_cancelled(town: Town) -> None:
    bought(town)
    in_vain(town, Wanted("2026-0001", 500_000, "уходит", ends_package=True))


def odd_refund_cancelled(town: Town) -> None:
    odd(town)
    (case,) = town.shop.store.read(cases.opened)
    in_vain(town, Wanted("2026-0001", 500_000, "лишнее", payment_id=case.subject))
    town.shop.store.transact(lambda tx: cases.end(tx, case, cases.By.WORD, reason="часть вернули"))


def in_vain(town: Town, wanted: Wanted) -> None:
    town.yookassa.control("PUT", "/refunds", {"become": "canceled"})
    refund(town.shop, wanted)
    town.yookassa.control("PUT", "/refunds", {"become": "succeeded"})


def receipt_failed(town: Town) -> None:
    town.yookassa.control("PUT", "/receipts", {"become": "canceled"})
    bought(town)
    town.clock.forward(minutes=2)
    town.work()
    town.yookassa.control("PUT", "/receipts", {"become": "succeeded"})


def extra_left(town: Town) -> None:
    buy_extra(town, bought(town), 2)
    refund(town.shop, Wanted("2026-0001", 1_000_000, "отказ", ends_package=True))


def erased_client(town: Town) -> None:
    token = bought(town)
    now = town.clock.now
    erased(town, token)
    town.clock.now = now
    town.shop.store.transact(
        lambda tx: correspondence.stage(tx, "late", kind="paid", subject="late", order_id=1)
    )
    town.work()


def refused(town: Town) -> None:
    refuse(town, bought(town))


def refused_and_partly_returned(town: Town) -> None:
    refused(town)
    refund(town.shop, Wanted("2026-0001", 400_000, "часть"))


def overdue(town: Town) -> None:
    refused(town)
    town.clock.forward(days=11)
    town.work()


def laid(kind: str) -> Callable[[Town], None]:
    """One that is ended by a word, whatever it is about."""

    def lay(town: Town) -> None:
        told = {"kind": kind, "subject": "3097-0001", "sentence": "Что-то случилось."}
        town.order()
        town.shop.store.transact(lambda tx: cases.lay_case(tx, order_id=1, **told))

    return lay


@dataclass(frozen=True)
class Row:
    """How a case comes about, and the commands told for its end, without what each names."""

    come: Callable[[Town], None]
    told: tuple[str, ...] = ("close",)


ROWS = {
    "odd_money": Row(odd, ("refund --payment --reason", "close")),
    "refund_cancelled": Row(refund_cancelled, ("refund --amount --reason", "close")),
    "refund_cancelled, leaving": Row(
        leaving_cancelled, ("refund --amount --ends-package --reason", "close")
    ),
    "refund_cancelled, odd": Row(
        odd_refund_cancelled, ("refund --payment --amount --reason", "close")
    ),
    "receipt_failed": Row(receipt_failed, ("receipt --again", "close")),
    "extra_left": Row(extra_left, ("refund --reason", "close")),
    "erased_client": Row(erased_client, ("refund --reason", "close")),
    "clock_jump": Row(laid("clock_jump"), ("confirm-clock",)),
    "refusal": Row(refused, ("refund --amount --ends-package --reason", "answer")),
    "refusal, partly returned": Row(
        refused_and_partly_returned, ("refund --amount --ends-package --reason", "answer")
    ),
    "refusal_overdue": Row(overdue, ("refund --amount --ends-package --reason", "answer")),
    **{
        kind: Row(laid(kind))
        for kind in (
            *("unknown_payment", "lost_payment", "lost_refund", "odd_refund", "unknown_refund"),
            *("clock_ahead", "receipt_for_nobody", "receipt_late", "receipts_differ"),
            *("npd_income", "npd_refund", "not_reconciled", "not_read", "provisional_end"),
        )
    },
}
EACH = [(name, which) for name, row in ROWS.items() for which in range(len(row.told))]


def test_no_kind_of_case_is_forgotten_here() -> None:
    assert {it.split(",")[0] for it in ROWS} == {*CASES, "refusal"}


@pytest.mark.parametrize(
    ("name", "which"), EACH, ids=[f"{name}: {ROWS[name].told[which]}" for name, which in EACH]
)
def test_the_command_that_is_printed_ends_the_case(
    tmp_path: Path, one_url: str, command: Command, name: str, which: int
) -> None:
    kind = name.split(",")[0]
    fiscal = kind.startswith("receipt_")
    said = {"receipts": "two"} if fiscal else {}
    with a_town(tmp_path, one_url, said, receipts=fiscal) as town:
        ROWS[name].come(town)
        assert kind in waiting(town)
        printed = commands(town, kind)
        town.clock.now = real_clock()  # by which a command goes
        status, _, complaint = command(town, *typed(printed[which]))
        town.work()

        assert tuple(shape(it) for it in printed) == ROWS[name].told
        assert (status, complaint) == (0, "")
        assert waiting(town) == []
        assert [it.sentence for it in verify(town.shop.store, ZONE) if it.mark == "✗"] == []


def waiting(town: Town) -> list[str]:
    return [it.kind for it in town.shop.store.read(cases.opened)]


def commands(town: Town, kind: str) -> list[str]:
    """What `checkout cases` prints for the end of the first case of a kind."""
    shown = "\n".join(show_cases(town.shop.store, ZONE, ended_too=False))
    which = waiting(town).index(kind)
    return re.findall(r"(?:Закончить|или): (.+)", shown.split("\n\n")[which])


def typed(printed: str) -> list[str]:
    """What the contractor types: words where the print leaves them to him, and today's date."""
    assert printed.startswith("checkout ")
    today = real_clock().astimezone(ZONE).date().isoformat()
    written = printed.replace("…", WORDS).replace("ГГГГ-ММ-ДД", today)
    return shlex.split(written)[1:]


def shape(printed: str) -> str:
    words = shlex.split(printed)
    options = [it for it in words if it.startswith("--")]
    return " ".join([words[1], *(options if words[1] in ("refund", "receipt") else [])])


def test_the_letter_tells_the_same_commands(own_town: Town) -> None:
    leaving_cancelled(own_town)
    printed = commands(own_town, "refund_cancelled")
    own_town.work()
    letter = own_town.post[-1].text

    assert all(it in letter for it in printed)
    assert letter.count(printed[0]) == 1
