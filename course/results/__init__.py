"""What becomes of records: read, kept in a store, made late, adjusted by hand, exported, handed back."""
