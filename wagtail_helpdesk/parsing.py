"""What stands in addresses and hidden fields: any text at all, until it is read here."""


def number(typed: object) -> int | None:
    """Return the number a text says, or None: also for one that no key of a row can be."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def words(typed: str, longest: int) -> str:
    """Return what somebody looks for, in so many characters at most."""
    # PostgreSQL refuses a NUL, which nobody types.
    return typed.replace("\0", " ").strip()[:longest]
