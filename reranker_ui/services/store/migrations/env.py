"""Alembic's entry point: uses the connection of `upgrade`."""

from alembic import context

from reranker_ui.services.store.database import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
