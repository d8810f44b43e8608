"""The first sale: editions, ledger, orders, attempts, packages, papers, messages, inbox, cases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HASH = sa.String(64)


def upgrade() -> None:
    _texts()
    _ledger()
    _orders()
    _after_payment()
    _correspondence()
    _protect_ledger()
    op.execute("INSERT INTO locks (name) VALUES ('ledger')")


def _texts() -> None:
    op.create_table("locks", sa.Column("name", sa.String(32), primary_key=True))
    op.create_table(
        "editions",
        sa.Column("document", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("commit_id", sa.String(64), nullable=False),
        sa.Column("tag_id", sa.String(64), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.Column("change", sa.String(16)),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("terms", sa.Text),
        sa.Column("archived_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("document", "number"),
        sa.CheckConstraint("document IN ('offer', 'consent', 'privacy')", name="known_document"),
        sa.CheckConstraint("number > 0", name="edition_number"),
        sa.CheckConstraint("length(sha256) = 64", name="edition_hash"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("fact_sha256", HASH, nullable=False),
        sa.Column("previous", HASH, nullable=False, unique=True),
        sa.Column("hash", HASH, nullable=False, unique=True),
        sa.CheckConstraint("number > 0", name="ledger_number"),
        sa.CheckConstraint(
            "length(fact_sha256) = 64 AND length(previous) = 64 AND length(hash) = 64",
            name="ledger_hashes",
        ),
    )
    op.create_table(
        "details",
        sa.Column("ledger", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(32), nullable=False, unique=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("form_attempt", sa.String(64), nullable=False),
        sa.Column("fingerprint", HASH, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("price_kopecks", sa.Integer, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("edition_sha256", HASH, nullable=False),
        sa.Column("consent", sa.Integer),
        sa.Column("consent_sha256", HASH),
        sa.Column("party_kind", sa.String(16), nullable=False),
        sa.Column("ledger", sa.Integer, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("paid_at", INSTANT),
        sa.Column("payment_id", sa.String(64), unique=True),
        sa.Column("reason", sa.String(64)),
        sa.Column("money_taken", sa.Boolean),
        sa.Column("test", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
        # the same form with the same data is one order, however often it is sent
        sa.UniqueConstraint("form_attempt", "fingerprint", name="one_order_per_form"),
        sa.CheckConstraint("hours > 0 AND price_kopecks > 0", name="something_is_sold"),
        sa.CheckConstraint(
            "state IN ('created', 'waiting', 'paid', 'cancelled', 'refunded', 'case')",
            name="known_state",
        ),
        sa.CheckConstraint(
            "state NOT IN ('paid', 'refunded') OR (paid_at IS NOT NULL AND payment_id IS NOT NULL)",
            name="paid_means_paid",
        ),
        sa.CheckConstraint(
            "party_kind IN ('person', 'sole_trader', 'company')", name="known_party_kind"
        ),
        sa.CheckConstraint(
            "(consent IS NULL) = (consent_sha256 IS NULL)", name="consent_has_its_text"
        ),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.Integer, nullable=False, index=True),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("payment_id", sa.String(64), unique=True),
        sa.Column("confirmation_url", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_look_at", INSTANT, index=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.CheckConstraint(
            "state IN ('unsent', 'open', 'refused', 'final')", name="known_attempt_state"
        ),
    )
    # one attempt at a time may take money for an order
    op.create_index(
        "one_open_attempt",
        "attempts",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('unsent', 'open')"),
        postgresql_where=sa.text("state IN ('unsent', 'open')"),
    )


def _after_payment() -> None:
    op.create_table(
        "packages",
        sa.Column("order_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("acceptance", sa.Integer, nullable=False, unique=True),
        sa.Column("payment", sa.Integer, nullable=False, unique=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["acceptance"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["payment"], ["ledger.number"]),
        sa.CheckConstraint("expires_at > starts_at", name="a_package_lasts"),
    )
    op.create_table(
        "papers",
        sa.Column("order_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sha256", HASH, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
    )


def _correspondence() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Integer),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("staged_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("answer", sa.Text),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        # a fact is told once
        sa.UniqueConstraint("kind", "subject", name="told_once"),
    )
    op.create_table(
        "inbox",
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("due_at", INSTANT, index=True),
        sa.PrimaryKeyConstraint("event", "object_id"),
    )
    op.create_table(
        "cases",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Integer),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
    )


def _protect_ledger() -> None:
    is_taken = (
        "EXISTS (SELECT 1 FROM ledger WHERE"
        " number = NEW.number OR previous = NEW.previous OR hash = NEW.hash)"
    )
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE removes, in spite of the first two, whatever row has one of the new
        # row's unique values: hence the third
        for verb, when in (
            ("UPDATE", ""),
            ("DELETE", ""),
            ("INSERT", f"WHEN {is_taken}"),
        ):
            op.execute(
                f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger {when} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
    )
