"""What each form of the store's tables changed, one step after the other; read by Alembic."""
