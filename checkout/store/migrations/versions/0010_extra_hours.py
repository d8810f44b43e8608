"""Extra hours: an order that is bought for the package of an earlier one."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # by hand: Alembic adds no foreign key to a column of SQLite's
    op.execute(
        "ALTER TABLE orders ADD COLUMN for_package INTEGER "
        "CONSTRAINT extra_hours_are_of_an_earlier_order CHECK (for_package < id) "
        "REFERENCES orders (id)"
    )
    op.create_index("ix_orders_for_package", "orders", ["for_package"])
