"""Refunds, each with its key and exact body, and the end of a package before its time."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
IN_FLIGHT = sa.text("state IN ('unsent', 'open')")


def upgrade() -> None:
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("order_id", sa.Integer, nullable=False, index=True),
        sa.Column("payment_id", sa.String(64), nullable=False),
        sa.Column("amount_kopecks", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("ends_package", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("refund_id", sa.String(64), unique=True),
        sa.Column("answer", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("next_look_at", INSTANT, index=True),
        sa.Column("ordered", sa.Integer, nullable=False, unique=True),
        sa.Column("ended", sa.Integer, unique=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["ordered"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["ended"], ["ledger.number"]),
        sa.CheckConstraint(
            "state IN ('unsent', 'open', 'succeeded', 'cancelled')", name="known_refund_state"
        ),
        sa.CheckConstraint("amount_kopecks > 0", name="something_is_refunded"),
        sa.CheckConstraint(
            "(state IN ('succeeded', 'cancelled')) = (ended IS NOT NULL)", name="the_end_is_a_fact"
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'succeeded') OR refund_id IS NOT NULL", name="yookassa_knows_it"
        ),
    )
    # one at a time: whoever orders a second one knows what became of the first
    op.create_index(
        "one_refund_in_flight",
        "refunds",
        ["order_id"],
        unique=True,
        sqlite_where=IN_FLIGHT,
        postgresql_where=IN_FLIGHT,
    )
    op.add_column("packages", sa.Column("ended_at", INSTANT))
