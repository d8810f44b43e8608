"""Alembic's entry: the connection is handed over by `checkout.store.schema`."""

from alembic import context

from checkout.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
