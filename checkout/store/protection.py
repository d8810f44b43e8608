"""Are the triggers there that keep the ledger and the archive from being rewritten?

They stop accidents and careless hands; the proof is the chain. The migrations make them; here
stands what they must be, word for word.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import text

from checkout.store.engine import Tx

# per table: what it calls itself, and when a new row would take the place of an old one (SQLite)
LEDGER = "number = NEW.number OR previous = NEW.previous OR hash = NEW.hash"
TAKEN: Mapping[str, tuple[str, str]] = {
    "ledger": ("the ledger is", LEDGER),
    "heads": ("published heads are", "day = NEW.day OR rowid = NEW.rowid"),
    "editions": (
        "the archive is",
        "rowid = NEW.rowid OR (document = NEW.document AND number = NEW.number)",
    ),
    "edition_pdfs": (
        "the archive is",
        "rowid = NEW.rowid OR "
        "(document = NEW.document AND number = NEW.number AND sha256 = NEW.sha256)",
    ),
}
# PostgreSQL: one statement trigger a table, and the words of its function
FUNCTIONS: Mapping[str, str] = {
    "ledger": "BEGIN RAISE EXCEPTION 'the ledger is append-only'; END",
    "heads": "BEGIN RAISE EXCEPTION 'the ledger is append-only'; END",
    "editions": "BEGIN RAISE EXCEPTION 'the archive is append-only'; END",
    "edition_pdfs": "BEGIN RAISE EXCEPTION 'the archive is append-only'; END",
}
# pg_trigger.tgtype: BEFORE (2), DELETE (8), UPDATE (16), TRUNCATE (32), for a statement
BEFORE_ANY_REWRITE = 2 + 8 + 16 + 32
POSTGRESQL = text(
    """
    SELECT t.tgname, t.tgtype, t.tgenabled, t.tgqual IS NULL AND t.tgattr::text = '' AS always,
           btrim(p.prosrc) AS body
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = to_regclass(:table) AND NOT t.tgisinternal
    """
)


def missing(tx: Tx) -> list[str]:
    """A sentence for each trigger that is gone, switched off or another; [] if all is well."""
    if tx.connection.dialect.name == "sqlite":
        return [sentence for table in TAKEN for sentence in _on_sqlite(tx, table)]
    found = [sentence for table in TAKEN for sentence in _on_postgresql(tx, table)]
    role = tx.connection.execute(text("SHOW session_replication_role")).scalar_one()
    if role == "replica":  # a setting of the database or of its user can say so for every session
        found.append("session_replication_role = replica: триггеры не действуют.")
    return found


def _on_sqlite(tx: Tx, table: str) -> Iterator[str]:
    found = tx.connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"),
        {"table": table},
    )
    here = {row.name: _plain(row.sql or "") for row in found}
    for name, sql in sqlite_triggers(table).items():
        if name not in here:
            yield f"нет триггера {name} таблицы {table}."
        elif here[name] != _plain(sql):
            yield f"триггер {name} таблицы {table} не тот, что поставлен."


def sqlite_triggers(table: str) -> dict[str, str]:
    """The triggers of a table by name, as its migration writes them."""
    who, taken = TAKEN[table]
    is_taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608
    return {
        f"{table}_no_{verb.lower()}": f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} "
        f"ON {table} {when} BEGIN SELECT RAISE(ABORT, '{who} append-only'); END"
        for verb, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", is_taken))
    }


def _on_postgresql(tx: Tx, table: str) -> Iterator[str]:
    name = f"{table}_no_rewrite"
    found = tx.connection.execute(POSTGRESQL, {"table": table})
    it = {row.tgname: row for row in found}.get(name)
    if it is None:
        yield f"нет триггера {name} таблицы {table}."
    elif it.tgenabled not in ("O", "A"):
        yield f"триггер {name} таблицы {table} выключен."
    elif (it.tgtype, it.always, it.body) != (BEFORE_ANY_REWRITE, True, FUNCTIONS[table]):
        yield f"триггер {name} таблицы {table} не тот, что поставлен."


def _plain(sql: str) -> str:
    return " ".join(sql.split())
