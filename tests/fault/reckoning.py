"""Does the money come out? What YooKassa took and gave back is what our rows, ledger, pages and
letters say, each time once. For a books at its end, when nothing is under way any more."""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from checkout.mail.kept import Kept
from checkout.store import ledger
from checkout.store.engine import Store
from checkout.verify import BAD, verify
from tests.contract.simulated import Simulated

Shown = dict[str, Any]
Facts = list[Shown]
TRIED = "SELECT a.payment_id FROM attempts a JOIN orders o ON o.id = a.order_id WHERE o.number ="
NOT_CHARGED = re.compile("деньги не[\u00a0 ]списаны", re.IGNORECASE)


@dataclass
class Books:
    """Everything there is to compare. `look` opens an order's facts and page by its token.

    `letters` are those that arrived, `deaths` how often a process died, `seen` the payments whose
    page a client was sent to.
    """

    store: Store
    zone: ZoneInfo
    yookassa: Simulated
    letters: Sequence[Kept]
    deaths: int
    seen: set[str]
    look: Callable[[str], tuple[Shown, str]]

    def payments(self, status: str | None = None) -> list[Shown]:
        found = self.yookassa.payments()
        return [it for it in found if status in (None, it["status"])]

    def refunds(self, status: str | None = None) -> list[Shown]:
        found: list[Shown] = self.yookassa.control("GET", "/refunds")
        return [it for it in found if status in (None, it["status"])]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.store.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]


def kopecks(amount: Shown | None) -> int:
    """YooKassa's amount without a float."""
    return int(amount["value"].replace(".", "")) if amount else 0


def reckon(books: Books) -> None:
    """Hold everything against everything; raises AssertionError."""
    told = [
        {**json.loads(row.fact), "kind": row.kind}
        for row in books.store.read(ledger.entries)
        if row.kind not in ("edition", "head")
    ]
    each_payment_is_one_acceptance_or_one_case(books, told)
    each_package_is_paid(books, {it["order"] for it in told if it["kind"] == "acceptance"})
    each_extra_hour_is_within_its_package(books, told)
    each_refund_is_one_fact_or_one_case(books, told)
    each_wish_is_one_refund_at_most(books, told)
    each_key_has_one_body(books)
    each_page_tells_the_sums(books)
    each_letter_went_once(books, told)
    nobody_who_paid_is_forgotten(told)
    nothing_is_left_undone(books)
    remarks = verify(books.store, books.zone)
    bad = [it.sentence for it in remarks if it.mark == BAD]
    assert not bad, bad


def each_payment_is_one_acceptance_or_one_case(books: Books, told: Facts) -> None:
    accepted = [it for it in told if it["kind"] == "acceptance"]
    odd = [it for it in told if it["kind"] == "payment" and it.get("fits") is False]
    settled = Counter(it["payment_id"] for it in (*accepted, *odd))
    taken = {it["id"]: it for it in books.payments("succeeded")}
    assert dict(settled) == dict.fromkeys(taken, 1), "each payment: one acceptance or one case"
    for fact in accepted:
        assert taken[fact["payment_id"]]["amount"]["currency"] == "RUB"
    for fact in (*accepted, *odd):
        assert kopecks(taken[fact["payment_id"]]["amount"]) == fact["amount_kopecks"]
    cases = {it["subject"] for it in told if it["kind"] == "case"}
    assert {it["payment_id"] for it in odd} <= cases, "odd money is laid before the contractor"


def each_package_is_paid(books: Books, accepted: set[str]) -> None:
    query = (
        "SELECT o.number, o.state FROM orders o LEFT JOIN packages p ON p.order_id = o.id "
        "WHERE p.order_id IS NOT NULL OR o.state IN ('paid', 'waiting', 'refunded')"
    )
    orders = books.rows(query)
    assert {number for number, _ in orders} == accepted, "a package for each acceptance, no other"
    assert {state for _, state in orders} <= {"paid", "refunded"}


def each_extra_hour_is_within_its_package(books: Books, told: Facts) -> None:
    """Bought by the package's text at its rate, begun while it ran, ended with it."""
    query = (
        "SELECT o.number, own.number, o.edition_sha256 = own.edition_sha256, "
        "p.starts_at >= theirs.starts_at AND p.starts_at < theirs.expires_at, "
        "p.expires_at = theirs.expires_at AND p.last_day = theirs.last_day "
        "FROM orders o JOIN orders own ON own.id = o.for_package "
        "JOIN packages p ON p.order_id = o.id JOIN packages theirs ON theirs.order_id = own.id"
    )
    rates = {2: 3_500_00, 5: 3_000_00, 10: 2_000_00}
    paid = books.rows(query)
    for number, package, *holds in paid:
        (fact, *_) = [it for it in told if it["kind"] == "order" and it["order"] == number]
        assert all(holds), f"{number} is not within {package}"
        assert fact["what"] == "extra"
        assert fact["for_package"]["order"] == package
        assert fact["price_kopecks"] == fact["hours"] * rates[fact["for_package"]["hours"]]
    started = {it["order"] for it in told if it["kind"] == "acceptance"}
    wanted = {it["order"] for it in told if it["kind"] == "order" and it["what"] == "extra"}
    assert {it[0] for it in paid} == started & wanted, "every paid order of extra hours has its own"


def each_refund_is_one_fact_or_one_case(books: Books, told: Facts) -> None:
    facts = [it for it in told if it["kind"] == "refund" and it["action"] == "succeeded"]
    written = Counter(it["refund_id"] for it in facts)
    cases = Counter(
        subject
        for (subject,) in books.rows("SELECT subject FROM cases WHERE kind = 'unknown_refund'")
        if subject not in written
    )
    given = {it["id"]: it for it in books.refunds("succeeded")}
    query = "SELECT subject, closed FROM cases WHERE kind = 'unknown_payment'"
    nobodys = {subject: closed is not None for subject, closed in books.rows(query)}
    ours = [name for name, it in given.items() if it["payment_id"] not in nobodys]
    assert dict(written + cases) == dict.fromkeys(ours, 1), "each refund: one fact or one case"
    for payment in books.payments("succeeded"):
        is_back = payment["refunded_amount"]["value"] == payment["amount"]["value"]
        assert nobodys.get(payment["id"], is_back) == is_back, "its case ends when all is back"
    for fact in facts:
        assert kopecks(given[fact["refund_id"]]["amount"]) == fact["amount_kopecks"]


def each_wish_is_one_refund_at_most(books: Books, told: Facts) -> None:
    """One decision of the contractor moves money once; what we call off has moved none."""
    made = Counter(it["metadata"]["refund"] for it in books.refunds() if "metadata" in it)
    assert set(made.values()) <= {1}, "two refunds with one wish"
    ends: dict[str, str] = {}
    for fact in told:
        if fact["kind"] == "refund":
            ends[fact["refund"]] = fact["action"]
    done = {it["metadata"]["refund"] for it in books.refunds("succeeded") if "metadata" in it}
    assert done == {key for key, end in ends.items() if end == "succeeded" and key in made}
    assert "ordered" not in ends.values(), "a wish without an end"
    for payment in books.payments("succeeded"):
        assert kopecks(payment["refunded_amount"]) <= kopecks(payment["amount"])


def each_key_has_one_body(books: Books) -> None:
    bodies: dict[str, set[str]] = {}
    for asked in books.yookassa.requests():
        if asked["method"] == "POST":
            bodies.setdefault(asked["headers"]["idempotence-key"], set()).add(asked["text"])
    assert [key for key, texts in bodies.items() if len(texts) > 1] == []


def each_page_tells_the_sums(books: Books) -> None:
    """Captured less given back is what the order's page, its row and YooKassa say."""
    taken = books.payments("succeeded")
    by_id = {it["id"]: it for it in taken}
    for (token,) in books.rows("SELECT token FROM orders ORDER BY id"):
        facts, page = books.look(token)
        is_honest(facts, page, taken, books.seen)
        if facts["state"] in ("paid", "refunded"):
            payment = by_id[facts["payment_id"]]
            assert facts["price_kopecks"] == kopecks(payment["amount"])
            assert facts["refunded_kopecks"] == kopecks(payment["refunded_amount"])
            is_whole = facts["refunded_kopecks"] == facts["price_kopecks"]
            assert (facts["state"] == "refunded") == is_whole, facts
        else:
            assert facts["package"] is None, facts
            # nothing was bought: what went back is of whatever came
            tried = books.rows(f"{TRIED} '{facts['number']}'")
            paid = [by_id[it] for (it,) in tried if it in by_id]
            back: Counter[str] = Counter()
            for it in paid:
                back[it["amount"]["currency"]] += kopecks(it.get("refunded_amount"))
            assert facts["refunded_kopecks"] == back["RUB"], facts
            assert all(code in page for code in back if back[code] and code != "RUB"), facts
        if facts["state"] == "case":
            assert facts["money_taken"] is True, facts


def is_honest(facts: Shown, page: str, taken: Sequence[Shown], seen: set[str]) -> None:
    """What an order says of money is so, as far as a client could have paid it."""
    of_order = [it for it in taken if it["metadata"].get("order") == facts["number"]]
    paid = [it for it in of_order if it["id"] in seen]
    if facts["money_taken"] is False:
        assert not paid, f"{facts} says that no money was taken"
    if facts["money_taken"] is True:
        assert of_order, f"{facts} says that money was taken"
    assert not (paid and NOT_CHARGED.search(page)), f"the page of {facts} says «не списаны»"
    back = sum(kopecks(it["refunded_amount"]) for it in of_order)
    assert facts["refunded_kopecks"] <= back, f"{facts} says more than was given back"


def each_letter_went_once(books: Books, told: Facts) -> None:
    """At least once each; a second time only as the very same bytes, after a crash."""
    letters = books.letters
    by_id: dict[str, set[bytes]] = {}
    for letter in letters:
        by_id.setdefault(message_id(letter.raw), set()).add(letter.raw)
    taken = [it for it in told if it["kind"] == "message" and it["outcome"] == "taken"]
    assert all(len(copies) == 1 for copies in by_id.values())
    assert Counter(it["message_id"] for it in taken) == Counter(dict.fromkeys(by_id, 1))
    assert len(letters) - len(by_id) <= books.deaths, "a letter went twice, and nobody died"
    staged = {it["subject"] for it in taken if it["kind"] == "message"}
    paid = {it["order"] for it in told if it["kind"] == "acceptance"}
    back = {it["refund"] for it in told if it["kind"] == "refund" and it["action"] == "succeeded"}
    assert paid | back <= staged, f"nobody was told of {(paid | back) - staged}"


def message_id(raw: bytes) -> str:
    """Past the parser, which reads attachments too."""
    found = re.search(rb"^Message-ID:\s*(<[^>]+>)", raw, re.MULTILINE | re.IGNORECASE)
    assert found, raw[:500]
    return found[1].decode()


def nobody_who_paid_is_forgotten(told: Facts) -> None:
    """A books is over long before anything obliges us to erase who paid."""
    paid = {it["order"] for it in told if it["kind"] == "acceptance"}
    assert not paid & {it.get("order") for it in told if it["kind"] == "erasure"}


def nothing_is_left_undone(books: Books) -> None:
    for what in (
        "attempts WHERE state IN ('unsent', 'open')",
        "refunds WHERE state IN ('unsent', 'open')",
        "inbox WHERE due_at IS NOT NULL",
        "messages WHERE sent_at IS NULL",
    ):
        assert books.rows(f"SELECT * FROM {what}") == [], what  # noqa: S608 - our own words


def money(books: Books) -> tuple[int, int]:
    """Kopecks that YooKassa took and gave back in all, for the figures of a soak."""
    taken = books.payments("succeeded")
    pairs = [(kopecks(it["amount"]), kopecks(it["refunded_amount"])) for it in taken]
    return sum(it[0] for it in pairs), sum(it[1] for it in pairs)
