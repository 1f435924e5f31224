"""How migrations run: on a connection handed over, waiting little for locks, one transaction each."""

from alembic import context

from app.db import metadata

LOCK_WAIT = "2s"
STATEMENT = "30s"

connection = context.config.attributes["connection"]
connection.exec_driver_sql(f"set lock_timeout = '{LOCK_WAIT}'")
connection.exec_driver_sql(f"set statement_timeout = '{STATEMENT}'")
connection.commit()
context.configure(
    connection=connection, target_metadata=metadata, transaction_per_migration=True, compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
