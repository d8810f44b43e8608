"""Fiscal receipts: of payments, of refunds, and of the settlement of what was paid in advance."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.Integer, nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("payment_id", sa.String(64), nullable=False, index=True),
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
        sa.Column("next_look_at", INSTANT, index=True),
        sa.Column("settle_at", INSTANT, index=True),
        sa.Column("ordered", sa.Integer, unique=True),
        sa.Column("ended", sa.Integer, unique=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["ordered"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["ended"], ["ledger.number"]),
        sa.UniqueConstraint("kind", "subject", name="one_receipt_each"),
        *(sa.CheckConstraint(text, name=name) for name, text in CHECKS.items()),
    )


CHECKS = {
    "known_receipt_kind": "kind IN ('payment', 'settlement', 'refund')",
    "known_receipt_mode": "mode IN ('full_prepayment', 'full_payment')",
    "known_receipt_state": "state IN ('unsent', 'pending', 'registered', 'failed')",
    "a_receipt_is_of_something": "amount_kopecks > 0",
    "a_known_rate": "vat_code BETWEEN 1 AND 12",
    "the_end_of_a_receipt_is_a_fact": "(state IN ('registered', 'failed')) = (ended IS NOT NULL)",
    "a_settlement_is_ordered": "(kind = 'settlement') = (ordered IS NOT NULL)",
    "a_settlement_has_its_request": "(kind = 'settlement') = (body <> '')",
    "only_a_settlement_waits_to_be_sent": "state <> 'unsent' OR kind = 'settlement'",
    "only_a_prepayment_is_set_off": "settle_at IS NULL OR (kind = 'payment' "
    "AND mode = 'full_prepayment')",
}
