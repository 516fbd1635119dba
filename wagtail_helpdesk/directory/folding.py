"""``fold_name`` as a function of the database."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.models import Func, TextField

from wagtail_helpdesk.names import JOINERS, PLAIN, fold_name

_SQLITE_FUNCTION = "helpdesk_fold_name"


class FoldName(Func):
    """A text without case and accents, hyphens and apostrophes as spaces."""

    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use Python: SQLite lowers ASCII letters only."""
        connection.ensure_connection()
        # Once per connection: a function in use cannot be redefined.
        if getattr(connection, "_helpdesk_folds", None) is not connection.connection:
            connection.connection.create_function(
                _SQLITE_FUNCTION, 1, lambda text: fold_name(text or ""), deterministic=True
            )
            connection._helpdesk_folds = connection.connection
        return self.as_sql(compiler, connection, function=_SQLITE_FUNCTION, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Translate each letter: not every server has the extension ``unaccent``."""
        folded = "LOWER(%(expressions)s)"
        for spec, plain in _SEVERAL.items():
            folded = f"REPLACE({folded}, '{spec}', '{plain}')"
        return self.as_sql(
            compiler, connection, template=f"TRANSLATE({folded}, '{_FROM}', '{_TO}')", **context
        )


def _map_letters() -> tuple[dict[str, str], dict[str, str]]:
    """Return the accented letters that fold to one letter, and those that fold to several."""
    one: dict[str, str] = {}
    several: dict[str, str] = {}
    for number in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        spec = chr(number)
        folded = fold_name(spec)
        if folded != spec and folded.isascii() and folded.isalpha():
            (one if len(folded) == 1 else several)[spec] = folded
    # A server with locale C does not lower these letters.
    return one, {spec: folded for spec, folded in several.items() if spec.lower() in _COMMON}


_COMMON = {*PLAIN, "ß"}
_ONE, _SEVERAL = _map_letters()
_MARKS = "".join(chr(n) for n in range(0x300, 0x370) if unicodedata.combining(chr(n)))
# TRANSLATE deletes letters without a counterpart. Quotes are doubled in SQL.
_FROM = "".join([*_ONE, *JOINERS]).replace("'", "''") + _MARKS
_TO = "".join(_ONE.values()) + " " * len(JOINERS)
