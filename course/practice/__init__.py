"""What a student's own machine does: check a folder, follow saves, remember progress."""
