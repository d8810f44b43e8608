"""Accounts: whose orders they are, how he signs in, and where he is signed in now."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
HASH = sa.String(64)


def upgrade() -> None:
    _accounts()
    _sign_ins()
    _sessions()
    _of_the_orders_so_far()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("proved_at", INSTANT),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.CheckConstraint("email <> ''", name="an_account_has_a_mailbox"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "account_orders",
        sa.Column("order_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.Integer, nullable=False, index=True),
        sa.Column("browser_sha256", HASH),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
    )
    op.create_table(
        "corrections",
        sa.Column("ledger", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account_id", sa.Integer, nullable=False, index=True),
        sa.Column("order_id", sa.Integer, index=True),
        sa.ForeignKeyConstraint(["ledger"], ["ledger.number"]),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
    )


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("order_id", sa.Integer),
        sa.Column("told", sa.Text),
        sa.Column("browser_sha256", HASH, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, index=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("link_sha256", HASH, unique=True),
        sa.Column("code_sha256", HASH),
        sa.Column("guesses", sa.Integer, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.CheckConstraint("purpose IN ('enter', 'begin', 'readdress')", name="known_purpose"),
        sa.CheckConstraint(
            "(purpose = 'readdress') = (order_id IS NOT NULL)", name="an_order_is_readdressed"
        ),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("account_id", sa.Integer, nullable=False, index=True),
        sa.Column("secret_sha256", HASH, nullable=False),
        sa.Column("browser_sha256", HASH),
        sa.Column("device", sa.String(80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        sa.CheckConstraint("expires_at > created_at", name="a_session_lasts"),
    )


def _of_the_orders_so_far() -> None:
    """Every order whose client is not erased belongs to the account of its address."""
    connection = op.get_bind()
    kept = sa.text(
        "SELECT o.id, o.created_at, d.text FROM orders o "
        "JOIN details d ON d.ledger = o.ledger AND d.part = 'party' ORDER BY o.id"
    )
    accounts: dict[str, int] = {}
    for order in connection.execute(kept).all():
        email = str(json.loads(order.text)["email"]).strip().lower()
        if email not in accounts:
            accounts[email] = _made(connection, email, order.created_at)
        connection.execute(
            sa.text("INSERT INTO account_orders (order_id, account_id) VALUES (:order, :account)"),
            {"order": order.id, "account": accounts[email]},
        )


def _made(connection: sa.Connection, email: str, at: object) -> int:
    """Without naming the id, or PostgreSQL's sequence would give it again."""
    connection.execute(
        sa.text("INSERT INTO accounts (email, created_at, seen_at) VALUES (:email, :at, :at)"),
        {"email": email, "at": at},
    )
    found = connection.execute(sa.text("SELECT id FROM accounts WHERE email = :e"), {"e": email})
    return int(found.scalar_one())
