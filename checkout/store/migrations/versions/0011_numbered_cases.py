"""Cases have a number, and an end that is a fact."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Those laid before the contractor so far are numbered as they came, and none has ended."""
    op.rename_table("cases", "unnumbered_cases")
    if op.get_bind().dialect.name == "postgresql":  # the name of a key is the schema's, not its own
        op.execute("ALTER TABLE unnumbered_cases DROP CONSTRAINT cases_pkey")
    op.create_table(
        "cases",
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("order_id", sa.Integer),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, unique=True),
        sa.Column("closed", sa.Integer, unique=True),
        sa.PrimaryKeyConstraint("kind", "subject"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["closed"], ["ledger.number"]),
        sa.CheckConstraint("number > 0", name="cases_are_counted_from_one"),
    )
    op.execute(
        "INSERT INTO cases (kind, subject, order_id, sentence, opened_at, number) "
        "SELECT kind, subject, order_id, sentence, opened_at, "
        "row_number() OVER (ORDER BY opened_at, kind, subject) FROM unnumbered_cases"
    )
    op.drop_table("unnumbered_cases")
