"""Keyset pagination: a page starts after a key and never at an offset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

#: Rows on a page.
LENGTH = 25

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = TypeVar("Row")
Key = Sequence[int]


@dataclass(frozen=True)
class Order:
    """An order that an index supports, and the condition for the rows after a key."""

    fields: tuple[str, ...]
    after: Callable[[list[Any]], Q]

    def key(self, row: dict[str, Any]) -> str:
        """Return the key of a row, for the URL of the next page."""
        values = (row[field.lstrip("-")] for field in self.fields)
        return "-".join(str(_as_number(value)) for value in values)

    def read(self, key: str) -> list[Any] | None:
        """Return the values of a key, None for an invalid one."""
        names = [field.lstrip("-") for field in self.fields]
        try:
            numbers = [int(part) for part in key.split("-")]
            return [_as_value(n, v) for n, v in zip(names, numbers, strict=True)]
        except (ValueError, OverflowError):
            return None


def _as_number(value: Any) -> int:
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1)
    return int(value)


def _as_value(name: str, number: int) -> Any:
    if not 0 <= number < 2**63:
        raise ValueError(number)
    return _EPOCH + timedelta(microseconds=number) if name.endswith("_at") else number


_BY_ACTIVITY = Tuple(F("last_activity_at"), F("number"))

# Row comparison is an index condition on PostgreSQL; the same with OR would read all rows before
# the key again.
RECENT = Order(
    ("-last_activity_at", "-number"), lambda key: Q(TupleLessThan(_BY_ACTIVITY, tuple(key)))
)
OLDEST = Order(
    ("last_activity_at", "number"), lambda key: Q(TupleGreaterThan(_BY_ACTIVITY, tuple(key)))
)
NEWEST = Order(("-number",), lambda key: Q(number__lt=key[0]))
# The index on priority backwards: the most urgent first, and of these the longest idle.
URGENT = Order(
    ("-priority", "last_activity_at", "number"),
    lambda key: (
        Q(priority__lte=key[0])
        & (Q(priority__lt=key[0]) | Q(TupleGreaterThan(_BY_ACTIVITY, tuple(key[1:]))))
    ),
)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows, and the key after which the next page starts, empty on the last page."""

    rows: list[Row]
    next_key: str = ""
    continued: bool = False


def paginate(
    queryset: QuerySet[Any],
    fields: Sequence[str],
    order: Order,
    after: str = "",
    length: int = LENGTH,
) -> Page[dict[str, Any]]:
    """Return one page of a list as values; model instances would take longer than the query."""
    key = order.read(after) if after else None
    if key is not None:
        queryset = queryset.filter(order.after(key))
    found = list(queryset.order_by(*order.fields).values(*fields)[: length + 1])
    rows = found[:length]
    next_key = order.key(rows[-1]) if len(found) > length else ""
    return Page(rows, next_key, continued=key is not None)
