"""How migrations run: on the connection `app.migrate` hands over, one transaction each."""

from alembic import context

from app.db import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, transaction_per_migration=True,
    compare_type=True, compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
