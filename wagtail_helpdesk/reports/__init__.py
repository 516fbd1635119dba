"""Daily reports of managers: who is due one, what it lists, and its mail."""
