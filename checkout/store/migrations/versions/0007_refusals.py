"""Refusals of packages by their clients, each waiting for the contractor's decision."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
UNDECIDED = sa.text("ended IS NULL")
PARTS = "part IN ('party', 'origin', 'letter', 'reason')"


def upgrade() -> None:
    _reasons_beside_the_ledger()
    _refusals()


def _reasons_beside_the_ledger() -> None:
    """One sort of details more: why a client leaves, in his own words."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("known_part", "details", type_="check")
        op.create_check_constraint("known_part", "details", PARTS)
        return
    op.create_table(
        "details_with_reasons",
        sa.Column("ledger", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("part", sa.String(16), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("ledger", "part"),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
        sa.CheckConstraint(PARTS, name="known_part"),
    )
    op.execute(
        "INSERT INTO details_with_reasons (ledger, part, salt, text) "
        "SELECT ledger, part, salt, text FROM details"
    )
    op.drop_table("details")
    op.rename_table("details_with_reasons", "details")


def _refusals() -> None:
    op.create_table(
        "refusals",
        sa.Column("asked", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("order_id", sa.Integer, nullable=False, index=True),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("decide_by", sa.Date, nullable=False, index=True),
        sa.Column("by_hours_kopecks", sa.Integer, nullable=False),
        sa.Column("by_days_kopecks", sa.Integer, nullable=False),
        sa.Column("proposed_kopecks", sa.Integer, nullable=False),
        sa.Column("answer", sa.Text),
        sa.Column("ended", sa.Integer, unique=True),
        sa.Column("ended_at", INSTANT),
        sa.ForeignKeyConstraint(["asked"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["ended"], ["ledger.number"]),
        sa.CheckConstraint(
            "by_hours_kopecks >= 0 AND by_days_kopecks >= 0 AND proposed_kopecks >= 0",
            name="nobody_owes_for_leaving",
        ),
        sa.CheckConstraint("(ended IS NULL) = (ended_at IS NULL)", name="an_end_has_its_day"),
        sa.CheckConstraint("answer IS NULL OR ended IS NOT NULL", name="an_answer_is_an_end"),
        sa.CheckConstraint("ended > asked", name="asked_before_it_is_decided"),
    )
    # whoever asks twice has asked once; after an answer he may ask again
    op.create_index(
        "one_refusal_undecided",
        "refusals",
        ["order_id"],
        unique=True,
        sqlite_where=UNDECIDED,
        postgresql_where=UNDECIDED,
    )
