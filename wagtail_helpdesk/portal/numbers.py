"""Numbers in addresses and hidden fields: whatever was typed there, a key of a row or nothing."""


def number(typed: object) -> int | None:
    """Return the number a text says, or None: also for one that no key of a row can be."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
