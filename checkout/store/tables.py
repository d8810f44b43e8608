"""The tables, as the code reads and writes them; migrations/ makes them and their triggers.

Money is integer kopecks; every time is UTC.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from checkout.store.account_tables import account_orders as account_orders
from checkout.store.account_tables import accounts as accounts
from checkout.store.account_tables import corrections as corrections
from checkout.store.account_tables import sessions as sessions
from checkout.store.account_tables import sign_ins as sign_ins
from checkout.store.columns import HASH
from checkout.store.columns import Instant as Instant
from checkout.store.columns import metadata as metadata

# A row locked by whoever must be alone: the ledger's next number, the next order number.
locks = Table("locks", metadata, Column("name", String(32), primary_key=True))

# Every edition that was ever in a release we loaded, with its exact bytes.
editions = Table(
    "editions",
    metadata,
    Column("document", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", HASH, nullable=False),
    Column("commit_id", String(64), nullable=False),
    Column("tag_id", String(64), nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("change", String(16)),
    Column("summary", Text, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("terms", Text),
    Column("archived_at", Instant, nullable=False),
)

# Every PDF an edition ever had: a convenience beside its text, and made anew another file.
edition_pdfs = Table(
    "edition_pdfs",
    metadata,
    Column("document", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sha256", HASH, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("archived_at", Instant, nullable=False),
    ForeignKeyConstraint(["document", "number"], ["editions.document", "editions.number"]),
)

ledger = Table(
    "ledger",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("fact", Text, nullable=False),
    Column("fact_sha256", HASH, nullable=False),
    Column("previous", HASH, nullable=False, unique=True),
    Column("hash", HASH, nullable=False, unique=True),
)

# Which rows speak of which order: an index into the ledger, no evidence itself.
ledger_orders = Table(
    "ledger_orders",
    metadata,
    Column("ledger", Integer, ForeignKey("ledger.number"), primary_key=True, autoincrement=False),
    Column("order_number", String(32), nullable=False, index=True),
)

# The newest row as it was published, once a day: the chain leaves the seller's hands by it.
heads = Table(
    "heads",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("number", Integer, ForeignKey("ledger.number"), nullable=False),
    Column("hash", HASH, nullable=False),
)

# Every try to have a day's head dated by somebody else's clock: a stamp, or why there is none.
time_stamps = Table(
    "time_stamps",
    metadata,
    Column("day", Date, ForeignKey("heads.day"), primary_key=True),
    Column("tried_at", Instant, primary_key=True),
    Column("server", String(255), primary_key=True),
    Column("answer", LargeBinary),
    Column("at", Instant),
    Column("problem", Text),
)

# Personal details, apart from the ledger, which holds only their salted hash: these can be erased.
details = Table(
    "details",
    metadata,
    Column("ledger", Integer, ForeignKey("ledger.number"), primary_key=True, autoincrement=False),
    Column("part", String(16), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("text", Text, nullable=False),
)

# The page a decision was made on, byte for byte, where it could be made again; its hash is in the
# order's fact.
shown_pages = Table(
    "shown_pages",
    metadata,
    Column("ledger", Integer, ForeignKey("ledger.number"), primary_key=True, autoincrement=False),
    Column("html", LargeBinary, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", String(32), nullable=False, unique=True),
    Column("token", String(64), nullable=False, unique=True),
    Column("form_attempt", String(64), nullable=False),
    Column("fingerprint", HASH, nullable=False),
    Column("state", String(16), nullable=False),
    Column("hours", Integer, nullable=False),
    Column("price_kopecks", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("edition_sha256", HASH, nullable=False),
    Column("consent", Integer),
    Column("consent_sha256", HASH),
    Column("party_kind", String(16), nullable=False),
    Column("ledger", Integer, ForeignKey("ledger.number"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("paid_at", Instant),
    Column("payment_id", String(64), unique=True),
    Column("reason", String(64)),
    Column("money_taken", Boolean),
    Column("test", Boolean, nullable=False),
    Column("consent_withdrawn_at", Instant),
    Column("email_confirmed_at", Instant),
    # extra hours: the order of the package they are bought for
    Column("for_package", Integer, ForeignKey("orders.id"), index=True),
    UniqueConstraint("form_attempt", "fingerprint", name="one_order_per_form"),
)

# One attempt to be paid: its key and exact body are saved before they are sent.
attempts = Table(
    "attempts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("payment_id", String(64), unique=True),
    Column("confirmation_url", Text),
    Column("answer", Text),
    Column("tries", Integer, nullable=False),
    Column("next_look_at", Instant, index=True),
)
PAYABLE = text("state IN ('unsent', 'open')")
Index(
    "one_open_attempt",
    attempts.c.order_id,
    unique=True,
    sqlite_where=PAYABLE,
    postgresql_where=PAYABLE,
)

packages = Table(
    "packages",
    metadata,
    Column("order_id", Integer, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("starts_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("acceptance", Integer, ForeignKey("ledger.number"), nullable=False, unique=True),
    Column("payment", Integer, ForeignKey("ledger.number"), nullable=False, unique=True),
    # before its time, by giving money back; the term that was accepted stays beside it
    Column("ended_at", Instant),
)

# Money to be given back: the key and the exact body are saved before they are sent.
refunds = Table(
    "refunds",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False, index=True),
    Column("payment_id", String(64), nullable=False),
    Column("amount_kopecks", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("ends_package", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("refund_id", String(64), unique=True),
    Column("answer", Text),
    Column("tries", Integer, nullable=False),
    Column("next_look_at", Instant, index=True),
    Column("ordered", Integer, ForeignKey("ledger.number"), nullable=False, unique=True),
    Column("ended", Integer, ForeignKey("ledger.number"), unique=True),
)
REFUNDING = refunds.c.state.in_(("unsent", "open"))
Index(
    "one_refund_in_flight",
    refunds.c.order_id,
    unique=True,
    sqlite_where=PAYABLE,
    postgresql_where=PAYABLE,
)

# Fiscal receipts: those that go with payments and refunds, and those that set a prepayment off.
receipts = Table(
    "receipts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("payment_id", String(64), nullable=False, index=True),
    Column("amount_kopecks", Integer, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("vat_code", Integer, nullable=False),
    # a settlement's exact request, saved before it is sent; the others went with their own
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("receipt_id", String(64), unique=True),
    Column("document", String(32)),
    Column("storage", String(32)),
    Column("attribute", String(32)),
    Column("registered_at", Instant),
    Column("answer", Text),
    Column("tries", Integer, nullable=False),
    Column("next_look_at", Instant, index=True),
    Column("settle_at", Instant, index=True),
    Column("ordered", Integer, ForeignKey("ledger.number"), unique=True),
    Column("ended", Integer, ForeignKey("ledger.number"), unique=True),
    # one that failed, and was given again by this
    Column("instead_of", String(36), ForeignKey("receipts.id"), unique=True),
)
Index(
    "one_receipt_each",
    receipts.c.kind,
    receipts.c.subject,
    unique=True,
    sqlite_where=text("state <> 'failed'"),
    postgresql_where=text("state <> 'failed'"),
)

# A package its client has refused: what that came to when he asked, and how it ended.
refusals = Table(
    "refusals",
    metadata,
    Column("asked", Integer, ForeignKey("ledger.number"), primary_key=True, autoincrement=False),
    Column("order_id", Integer, ForeignKey("orders.id"), nullable=False, index=True),
    Column("asked_at", Instant, nullable=False),
    Column("decide_by", Date, nullable=False, index=True),
    Column("by_hours_kopecks", Integer, nullable=False),
    Column("by_days_kopecks", Integer, nullable=False),
    Column("proposed_kopecks", Integer, nullable=False),
    Column("answer", Text),
    Column("ended", Integer, ForeignKey("ledger.number"), unique=True),
    Column("ended_at", Instant),
)
UNDECIDED = refusals.c.ended.is_(None)
Index(
    "one_refusal_undecided",
    refusals.c.order_id,
    unique=True,
    sqlite_where=text("ended IS NULL"),
    postgresql_where=text("ended IS NULL"),
)

# The certificate: made once, its bytes kept.
papers = Table(
    "papers",
    metadata,
    Column("order_id", Integer, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("sha256", HASH, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("ledger", Integer, ForeignKey("ledger.number"), unique=True),
)

# What a fact causes to be said. Staged with the fact, sent later, marked after sending.
messages = Table(
    "messages",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("order_id", Integer, ForeignKey("orders.id")),
    Column("text", Text, nullable=False),
    Column("staged_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_at", Instant),
    Column("answer", Text),
    # stands in the links of the letter: whoever opens one has read his mail
    Column("key", String(32), unique=True),
    UniqueConstraint("kind", "subject", name="told_once"),
)

# A message's letters, one to each reader, as they are sent: composed once, sent until taken.
letters = Table(
    "letters",
    metadata,
    Column("message", String(36), ForeignKey("messages.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("message_id", String(255), nullable=False, unique=True),
    Column("recipient", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("composed_at", Instant, nullable=False),
    Column("sent_at", Instant),
    # the fact that a server took it; the fact that one refused it for good
    Column("ledger", Integer, ForeignKey("ledger.number"), unique=True),
    Column("refusal", Integer, ForeignKey("ledger.number"), unique=True),
)

# Notifications as they came: a hint to ask YooKassa, never a fact.
inbox = Table(
    "inbox",
    metadata,
    Column("event", String(64), primary_key=True),
    Column("object_id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("due_at", Instant, index=True),
)

# What the worker's daily comparison with YooKassa found.
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("since", Date, nullable=False),
    Column("payments", Integer, nullable=False),
    Column("refunds", Integer, nullable=False),
    Column("differences", Integer, nullable=False),
)

# What only the contractor can decide; `closed` is the row of the ledger that says it has ended.
cases = Table(
    "cases",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("order_id", Integer, ForeignKey("orders.id")),
    Column("sentence", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("number", Integer, nullable=False, unique=True),
    Column("closed", Integer, ForeignKey("ledger.number"), unique=True),
)
