"""Evidence: details in parts, rows found by their order, published heads, letters as sent."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _details()
    _orders_of_rows()
    _heads()
    _what_was_shown()
    _letters()
    op.add_column("orders", sa.Column("consent_withdrawn_at", INSTANT))
    op.add_column("orders", sa.Column("email_confirmed_at", INSTANT))


def _details() -> None:
    """Who ordered and from where part; what the first version kept as one text stays one."""
    op.create_table(
        "details_in_parts",
        _row_of_ledger(),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ledger", "part"),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
        sa.CheckConstraint("part IN ('party', 'origin', 'letter')", name="known_part"),
    )
    op.execute(
        "INSERT INTO details_in_parts (ledger, part, salt, text) "
        "SELECT ledger, 'party', salt, text FROM details"
    )
    op.drop_table("details")
    op.rename_table("details_in_parts", "details")


def _orders_of_rows() -> None:
    op.create_table(
        "ledger_orders",
        _row_of_ledger(),
        sa.Column("order_number", sa.String(32), nullable=False, index=True),
        sa.PrimaryKeyConstraint("ledger"),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT number, fact FROM ledger")).all()
    facts = ((row.number, json.loads(row.fact)) for row in rows)
    about = [{"n": number, "o": fact["order"]} for number, fact in facts if "order" in fact]
    if about:
        connection.execute(
            sa.text("INSERT INTO ledger_orders (ledger, order_number) VALUES (:n, :o)"), about
        )


def _heads() -> None:
    op.create_table(
        "heads",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("day"),
        sa.ForeignKeyConstraint(["number"], ["ledger.number"]),
        sa.CheckConstraint("length(hash) = 64", name="head_hash"),
    )
    if op.get_bind().dialect.name == "sqlite":
        # INSERT OR REPLACE removes, in spite of the first two, the row that has the new one's day
        # or its row id
        taken = "EXISTS (SELECT 1 FROM heads WHERE day = NEW.day OR rowid = NEW.rowid)"
        for verb, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", f"WHEN {taken}")):
            op.execute(
                f"CREATE TRIGGER heads_no_{verb.lower()} BEFORE {verb} ON heads {when} "
                "BEGIN SELECT RAISE(ABORT, 'published heads are append-only'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER heads_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()"
    )


def _what_was_shown() -> None:
    op.create_table(
        "shown_pages",
        _row_of_ledger(),
        sa.Column("html", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("ledger"),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
    )


def _letters() -> None:
    with op.batch_alter_table("papers") as papers:
        papers.add_column(sa.Column("ledger", sa.Integer))
        papers.create_foreign_key("certificate_row", "ledger", ["ledger"], ["number"])
        papers.create_unique_constraint("one_row_of_a_certificate", ["ledger"])
    with op.batch_alter_table("messages") as messages:
        messages.add_column(sa.Column("key", sa.String(32)))
        messages.create_unique_constraint("one_key_of_a_message", ["key"])
    op.create_table(
        "letters",
        sa.Column("message", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False, unique=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("raw", sa.LargeBinary, nullable=False),
        sa.Column("composed_at", INSTANT, nullable=False),
        sa.Column("sent_at", INSTANT),
        sa.Column("ledger", sa.Integer, unique=True),
        sa.Column("refusal", sa.Integer, unique=True),
        sa.PrimaryKeyConstraint("message", "number"),
        sa.ForeignKeyConstraint(["message"], ["messages.id"]),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["refusal"], ["ledger.number"]),
        sa.CheckConstraint("(sent_at IS NULL) = (ledger IS NULL)", name="sent_is_a_fact"),
    )


def _row_of_ledger() -> sa.Column[int]:
    return sa.Column("ledger", sa.Integer, nullable=False, autoincrement=False)
