"""What people look at: terminal screens, tables, pictures."""
