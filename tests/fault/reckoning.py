"""Does the money come out? What YooKassa took and gave back is what our rows, ledger, pages and
letters say, each time once. For a story at its end, when nothing is under way any more."""

import json
import re
from collections import Counter
from typing import Any

from checkout.store import ledger
from checkout.verify import BAD, verify
from tests.fault.story import Story, kopecks

Facts = list[dict[str, Any]]


def reckon(story: Story) -> None:
    """Everything there is to compare; raises AssertionError."""
    told = [
        {**json.loads(row.fact), "kind": row.kind}
        for row in story.shop.store.read(ledger.entries)
        if row.kind not in ("edition", "head")
    ]
    each_payment_is_one_acceptance_or_one_case(story, told)
    each_package_is_paid(story, {it["order"] for it in told if it["kind"] == "acceptance"})
    each_refund_is_one_fact_or_one_case(story, told)
    each_wish_is_one_refund_at_most(story, told)
    each_key_has_one_body(story)
    each_page_tells_the_sums(story)
    each_letter_went_once(story, told)
    nobody_who_paid_is_forgotten(told)
    nothing_is_left_undone(story)
    remarks = verify(story.shop.store, story.shop.settings.zone)
    bad = [it.sentence for it in remarks if it.mark == BAD]
    assert not bad, bad


def each_payment_is_one_acceptance_or_one_case(story: Story, told: Facts) -> None:
    accepted = [it for it in told if it["kind"] == "acceptance"]
    odd = [it for it in told if it["kind"] == "payment" and it.get("fits") is False]
    settled = Counter(it["payment_id"] for it in (*accepted, *odd))
    taken = {it["id"]: it for it in story.payments("succeeded")}
    assert dict(settled) == dict.fromkeys(taken, 1), "each payment: one acceptance or one case"
    for fact in accepted:
        assert taken[fact["payment_id"]]["amount"]["currency"] == "RUB"
    for fact in (*accepted, *odd):
        assert kopecks(taken[fact["payment_id"]]["amount"]) == fact["amount_kopecks"]
    cases = {it["subject"] for it in told if it["kind"] == "case"}
    assert {it["payment_id"] for it in odd} <= cases, "odd money is laid before the contractor"


def each_package_is_paid(story: Story, accepted: set[str]) -> None:
    query = (
        "SELECT o.number, o.state FROM orders o LEFT JOIN packages p ON p.order_id = o.id "
        "WHERE p.order_id IS NOT NULL OR o.state IN ('paid', 'waiting', 'refunded')"
    )
    orders = rows(story, query)
    assert {number for number, _ in orders} == accepted, "a package for each acceptance, no other"
    assert {state for _, state in orders} <= {"paid", "refunded"}


def each_refund_is_one_fact_or_one_case(story: Story, told: Facts) -> None:
    facts = [it for it in told if it["kind"] == "refund" and it["action"] == "succeeded"]
    written = Counter(it["refund_id"] for it in facts)
    cases = Counter(
        subject
        for (subject,) in rows(story, "SELECT subject FROM cases WHERE kind = 'unknown_refund'")
        if subject not in written
    )
    given = {it["id"]: it for it in story.refunds("succeeded")}
    assert dict(written + cases) == dict.fromkeys(given, 1), "each refund: one fact or one case"
    for fact in facts:
        assert kopecks(given[fact["refund_id"]]["amount"]) == fact["amount_kopecks"]


def each_wish_is_one_refund_at_most(story: Story, told: Facts) -> None:
    """One decision of the contractor moves money once; what we call off has moved none."""
    made = Counter(it["metadata"]["refund"] for it in story.refunds() if "metadata" in it)
    assert set(made.values()) <= {1}, "two refunds with one wish"
    ends: dict[str, str] = {}
    for fact in told:
        if fact["kind"] == "refund":
            ends[fact["refund"]] = fact["action"]
    done = {it["metadata"]["refund"] for it in story.refunds("succeeded") if "metadata" in it}
    assert done == {key for key, end in ends.items() if end == "succeeded" and key in made}
    assert "ordered" not in ends.values(), "a wish without an end"
    for payment in story.payments("succeeded"):
        assert kopecks(payment["refunded_amount"]) <= kopecks(payment["amount"])


def each_key_has_one_body(story: Story) -> None:
    bodies: dict[str, set[str]] = {}
    for asked in story.town.yookassa.requests():
        if asked["method"] == "POST":
            bodies.setdefault(asked["headers"]["idempotence-key"], set()).add(asked["text"])
    assert [key for key, texts in bodies.items() if len(texts) > 1] == []


def each_page_tells_the_sums(story: Story) -> None:
    """Captured less given back is what the order's page, its row and YooKassa say."""
    taken = story.payments("succeeded")
    by_id = {it["id"]: it for it in taken}
    for token in story.tokens:
        facts = story.client.get(f"/orders/{token}", headers={"accept": "application/json"}).json()
        page = story.client.get(f"/orders/{token}").text
        story.is_honest(facts, page, taken)
        if facts["state"] in ("paid", "refunded"):
            payment = by_id[facts["payment_id"]]
            assert facts["price_kopecks"] == kopecks(payment["amount"])
            assert facts["refunded_kopecks"] == kopecks(payment["refunded_amount"])
            is_whole = facts["refunded_kopecks"] == facts["price_kopecks"]
            assert (facts["state"] == "refunded") == is_whole, facts
        else:
            assert facts["package"] is None, facts
            given_back = kopecks(by_id.get(facts["payment_id"], {}).get("refunded_amount"))
            assert facts["refunded_kopecks"] == given_back, facts
        if facts["state"] == "case":
            assert facts["money_taken"] is True, facts


def each_letter_went_once(story: Story, told: Facts) -> None:
    """At least once each; a second time only as the very same bytes, after a crash."""
    letters = story.town.mailbox.letters
    by_id: dict[str, set[bytes]] = {}
    for letter in letters:
        by_id.setdefault(message_id(letter.raw), set()).add(letter.raw)
    taken = [it for it in told if it["kind"] == "message" and it["outcome"] == "taken"]
    assert all(len(copies) == 1 for copies in by_id.values())
    assert Counter(it["message_id"] for it in taken) == Counter(dict.fromkeys(by_id, 1))
    assert len(letters) - len(by_id) <= story.crashes, "a letter went twice, and nobody died"
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
    """A story is over long before anything obliges us to erase who paid."""
    paid = {it["order"] for it in told if it["kind"] == "acceptance"}
    assert not paid & {it.get("order") for it in told if it["kind"] == "erasure"}


def nothing_is_left_undone(story: Story) -> None:
    for what in (
        "attempts WHERE state IN ('unsent', 'open')",
        "refunds WHERE state IN ('unsent', 'open')",
        "inbox WHERE due_at IS NOT NULL",
        "messages WHERE sent_at IS NULL",
    ):
        assert rows(story, f"SELECT * FROM {what}") == [], what  # noqa: S608 - our own words


def rows(story: Story, query: str) -> list[tuple[Any, ...]]:
    with story.store.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def money(story: Story) -> tuple[int, int]:
    """Kopecks that YooKassa took and gave back in all, for the figures of a soak."""
    taken = story.payments("succeeded")
    pairs = [(kopecks(it["amount"]), kopecks(it["refunded_amount"])) for it in taken]
    return sum(it[0] for it in pairs), sum(it[1] for it in pairs)
