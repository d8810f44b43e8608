"""The tables of clients' accounts; `tables` has them with all the others."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from checkout.store.columns import HASH, Instant, metadata

# One client, who is whoever reads a mailbox. It is made by the first order, or by signing up.
accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    # when somebody first showed that he reads the mailbox
    Column("proved_at", Instant),
    Column("seen_at", Instant, nullable=False),
    # an id is never given again: facts and requests under way name it
    sqlite_autoincrement=True,
)

# Whose an order is, until its client is erased; and the hash of the browser it was made in.
account_orders = Table(
    "account_orders",
    metadata,
    Column("order_id", Integer, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("browser_sha256", HASH),
)

# Details a client gave anew: which rows of the ledger say so, newest last. Of an account, or of
# one order that was made with a wrong address.
corrections = Table(
    "corrections",
    metadata,
    Column("ledger", Integer, ForeignKey("ledger.number"), primary_key=True, autoincrement=False),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("order_id", Integer, ForeignKey("orders.id"), index=True),
)

# A letter with a link asked for: what it is for, in which browser, and of its secrets the hashes.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("email", Text, nullable=False),
    Column("order_id", Integer, ForeignKey("orders.id")),
    # what whoever signs up has told of himself
    Column("told", Text),
    Column("browser_sha256", HASH, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("due_at", Instant, index=True),
    Column("tries", Integer, nullable=False),
    Column("link_sha256", HASH, unique=True),
    Column("code_sha256", HASH),
    Column("guesses", Integer, nullable=False),
    Column("used_at", Instant),
)

# Where a client is signed in. One that rests on no letter sees what was ordered in its browser.
sessions = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("account_id", Integer, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("secret_sha256", HASH, nullable=False),
    Column("browser_sha256", HASH),
    Column("device", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
