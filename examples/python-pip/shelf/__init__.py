"""A reading list as a small JSON service."""
