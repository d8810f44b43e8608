"""A fiscal receipt that failed may be given again: another one instead of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
# by these it differs from what 0008 made
CHANGED = {
    "a_settlement_is_ordered": "(kind = 'settlement' OR instead_of IS NOT NULL) = "
    "(ordered IS NOT NULL)",
    "a_settlement_has_its_request": "(kind = 'settlement' OR instead_of IS NOT NULL) = "
    "(body <> '')",
    "only_a_settlement_waits_to_be_sent": "state <> 'unsent' OR kind = 'settlement' "
    "OR instead_of IS NOT NULL",
}
KEPT = {
    "known_receipt_kind": "kind IN ('payment', 'settlement', 'refund')",
    "known_receipt_mode": "mode IN ('full_prepayment', 'full_payment')",
    "known_receipt_state": "state IN ('unsent', 'pending', 'registered', 'failed')",
    "a_receipt_is_of_something": "amount_kopecks > 0",
    "a_known_rate": "vat_code BETWEEN 1 AND 12",
    "the_end_of_a_receipt_is_a_fact": "(state IN ('registered', 'failed')) = (ended IS NOT NULL)",
    "only_a_prepayment_is_set_off": "settle_at IS NULL OR (kind = 'payment' "
    "AND mode = 'full_prepayment')",
}
INDEXED = ("order_id", "payment_id", "next_look_at", "settle_at")
STANDS = sa.text("state <> 'failed'")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _change()
    else:
        _make_anew()
    op.create_index(
        "one_receipt_each",
        "receipts",
        ["kind", "subject"],
        unique=True,
        sqlite_where=STANDS,
        postgresql_where=STANDS,
    )


def _change() -> None:
    op.add_column("receipts", sa.Column("instead_of", sa.String(36)))
    op.create_unique_constraint("receipts_instead_of_key", "receipts", ["instead_of"])
    op.create_foreign_key(None, "receipts", "receipts", ["instead_of"], ["id"])
    op.drop_constraint("one_receipt_each", "receipts", type_="unique")
    for name, text in CHANGED.items():
        op.drop_constraint(name, "receipts", type_="check")
        op.create_check_constraint(name, "receipts", text)


def _make_anew() -> None:
    """SQLite changes no constraint of a table that is there."""
    columns: list[sa.Column[Any]] = [
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("payment_id", sa.String(64), nullable=False),
        sa.Column("amount_kopecks", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("vat_code", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("receipt_id", sa.String(64), unique=True),
        sa.Column("document", sa.String(32)),
        sa.Column("storage", sa.String(32)),
        sa.Column("attribute", sa.String(32)),
        sa.Column("registered_at", INSTANT),
        sa.Column("answer", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_look_at", INSTANT),
        sa.Column("settle_at", INSTANT),
        sa.Column("ordered", sa.Integer, unique=True),
        sa.Column("ended", sa.Integer, unique=True),
    ]
    names = ", ".join(it.name for it in columns)
    op.create_table(
        "receipts_made_anew",
        *columns,
        sa.Column("instead_of", sa.String(36), unique=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["ordered"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["ended"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["instead_of"], ["receipts_made_anew.id"]),
        *(sa.CheckConstraint(text, name=name) for name, text in (KEPT | CHANGED).items()),
    )
    op.execute(
        f"INSERT INTO receipts_made_anew ({names}) SELECT {names} FROM receipts"  # noqa: S608
    )
    op.drop_table("receipts")
    op.rename_table("receipts_made_anew", "receipts")
    for name in INDEXED:
        op.create_index(f"ix_receipts_{name}", "receipts", [name])
