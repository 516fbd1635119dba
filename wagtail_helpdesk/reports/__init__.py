"""Daily reports: who is due one, what it lists, and its mail."""
