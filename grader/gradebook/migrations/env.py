"""Alembic's environment: the connection that schema.py has opened, its transaction begun -> the steps run in it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
