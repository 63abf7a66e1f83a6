"""``course review``: a page on this machine where people mark a class; what they decide goes into the book."""
