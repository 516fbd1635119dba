"""The search page and matching by name."""
