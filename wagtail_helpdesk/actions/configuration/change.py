"""One change of a service: locks the service, checks privileges, writes to Wagtail's log."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from wagtail.log_actions import log

from wagtail_helpdesk.actions.errors import NotPossible, NotYours
from wagtail_helpdesk.actions.locking import get_locked
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Category, Incident, Service

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ConfigurationChange:
    """A change in progress of a locked service. ``by`` is None for the system."""

    service: Service
    by: AbstractUser | None
    #: The configuration privileges of the author.
    user_privileges: frozenset[Privilege] = frozenset()

    def record(
        self,
        action: str,
        target: Service | Category | Incident | None = None,
        *,
        before: Values | None = None,
        after: Values | None = None,
        **about: Any,
    ) -> None:
        """Write the change to Wagtail's log, with the values before and after.

        ``about`` are names that the sentence in the log needs: they outlive the rows.
        """
        log(
            target or self.service,
            f"wagtail_helpdesk.{action}",
            user=self.by,
            # The log shows one entry per action and id, and one request may make several changes.
            uuid=uuid.uuid4(),
            data={
                "service": self.service.pk,
                "before": before or {},
                "after": after or {},
                **about,
            },
        )


@contextmanager
def change_service_locked(
    service: Service, *, by: AbstractUser | None, needs: Privilege | None = None
) -> Iterator[ConfigurationChange]:
    """Lock the service, check the author's privileges, and yield the change.

    Raises ``NotYours``; without ``needs`` that is up to the block. Everything in it happens or
    nothing does.
    """
    with transaction.atomic():
        # Changes of a service are serialised, so that its last manager can be counted. Opening a
        # ticket waits for them only to choose its manager, on databases with NO KEY locks.
        now = get_locked(Service.objects, service.pk)
        user_privileges = (
            frozenset(CONFIGURATION_PRIVILEGES) if by is None else now.configuration_of(by)
        )
        if needs is not None and needs not in user_privileges:
            raise NotYours
        yield ConfigurationChange(now, by, user_privileges)


def apply_changes(row: models.Model, changes: Mapping[str, Any]) -> tuple[Values, Values]:
    """Set values on a row without saving; return those that differ, before and after."""
    before, after = {}, {}
    for name, value in changes.items():
        old = getattr(row, name)
        if old != value:
            before[name], after[name] = format_value(old), format_value(value)
            setattr(row, name, value)
    return before, after


def format_value(value: Any) -> Any:
    """Return a value as the log keeps it: rows by name, because they may be deleted later."""
    if isinstance(value, Service | Category):
        # Not the title, which depends on the author's language.
        return value.name
    if isinstance(value, models.Model):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def save_validated(row: models.Model) -> None:
    """Check a row before it is saved; raises ``NotPossible`` for the first error."""
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        known = field if field in {f.name for f in row._meta.get_fields()} else None
        raise NotPossible(known, messages[0]) from error


def get_next_order(rows: models.QuerySet[Any]) -> int:
    """Return the order value after the last of these rows."""
    last = rows.aggregate(last=models.Max("order"))["last"]
    return 0 if last is None else last + 1


def move_to_place(rows: list[Any], row: Any, place: int | None) -> tuple[Values, Values] | None:
    """Move a row to a place among its siblings, counted from 0, and renumber them.

    None and places after the last one mean the end. Return its places before and after as people
    count them, None if the row is there already.
    """
    before, last = rows.index(row), len(rows) - 1
    place = last if place is None else min(place, last)
    if place == before:
        return None
    rows.insert(place, rows.pop(before))
    for order, neighbour in enumerate(rows):
        neighbour.order = order
    type(row).objects.bulk_update(rows, ["order"])
    return {"order": before + 1}, {"order": place + 1}
