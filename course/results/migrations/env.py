"""Called by Alembic: every step runs on the connection, and in the transaction, that is handed over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=False)
context.run_migrations()
