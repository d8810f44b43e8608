"""Time stamps of others on the published heads."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "time_stamps",
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.Column("server", sa.String(255), nullable=False),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("at", INSTANT),
        sa.Column("problem", sa.Text),
        sa.PrimaryKeyConstraint("day", "tried_at", "server"),
        sa.ForeignKeyConstraint(["day"], ["heads.day"]),
        sa.CheckConstraint(
            "(answer IS NULL) = (at IS NULL) AND (answer IS NULL) = (problem IS NOT NULL)",
            name="a_stamp_or_a_reason",
        ),
    )
