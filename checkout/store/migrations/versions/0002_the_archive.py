"""The archive: the PDFs of editions, and neither text nor PDF once archived can be rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "edition_pdfs",
        sa.Column("document", sa.String(16), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=False),
        # a PDF made anew is another row
        sa.PrimaryKeyConstraint("document", "number", "sha256"),
        sa.ForeignKeyConstraint(["document", "number"], ["editions.document", "editions.number"]),
        sa.CheckConstraint("length(sha256) = 64", name="pdf_hash"),
    )
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite("editions", ("document", "number"))
        _protect_on_sqlite("edition_pdfs", ("document", "number", "sha256"))
        return
    op.execute(
        "CREATE FUNCTION archive_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the archive is append-only'; END $$"
    )
    for table in ("editions", "edition_pdfs"):
        op.execute(
            f"CREATE TRIGGER {table}_no_rewrite BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION archive_append_only()"
        )


def _protect_on_sqlite(table: str, key: tuple[str, ...]) -> None:
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    # INSERT OR REPLACE removes, in spite of the first two, the row that has the new one's key or
    # its row id
    is_taken = f"EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid OR ({same}))"  # noqa: S608
    for verb, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", f"WHEN {is_taken}")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when} "
            "BEGIN SELECT RAISE(ABORT, 'the archive is append-only'); END"
        )
