"""Writing what managers keep about their desk: read marks, bookmarks and saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Privilege, Role
from wagtail_helpdesk.models import (
    Bookmark,
    Event,
    HelpdeskPreferences,
    SavedView,
    ServiceManager,
    Ticket,
    TicketRead,
)

from .errors import NotPossible, NotYours

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.contrib.auth.models import User

#: Saved views of one person, and of one service.
MAX_VIEWS = 20


def mark_ticket_read(user: User, number: int, last_event: int) -> None:
    """Record that a manager was shown a ticket up to an event; an earlier mark never replaces a later one.

    Raises ``NotYours`` when the user may not read the ticket as a manager.
    """
    _check_manages_ticket(user, number)
    # An event of another ticket, or of none, would hide what comes later.
    shown = Event.objects.filter(ticket=number, pk__lte=last_event).aggregate(last=Max("pk"))
    if shown["last"] is None:
        return
    values = {"last_event": shown["last"], "read_at": timezone.now()}
    row = TicketRead(user=user, ticket_id=number, **values)
    TicketRead.objects.bulk_create([row], ignore_conflicts=True)
    earlier = TicketRead.objects.filter(user=user, ticket=number, last_event__lt=shown["last"])
    earlier.update(**values)


def mark_all_read(user: User, until: datetime) -> None:
    """Record that everything up to a moment, at most now, is read; an earlier moment changes nothing."""
    until = min(until, timezone.now())
    with transaction.atomic():
        preferences, _created = HelpdeskPreferences.objects.select_for_update().get_or_create(
            user=user
        )
        if preferences.read_until is None or preferences.read_until < until:
            preferences.read_until = until
            preferences.save(update_fields=["read_until"])


def set_bookmark(user: User, number: int, *, kept: bool) -> None:
    """Keep a ticket among a manager's bookmarks, or remove it from them.

    Raises ``NotYours`` when the user may not read the ticket as a manager.
    """
    if not kept:
        Bookmark.objects.filter(user=user, ticket=number).delete()
        return
    _check_manages_ticket(user, number)
    Bookmark.objects.bulk_create([Bookmark(user=user, ticket_id=number)], ignore_conflicts=True)


def save_view(user: User, name: str, query: str, *, service: Any = None) -> SavedView:
    """Save a list of the desk under a name, in place of the view that has it.

    With the id of a service, for all its managers. Raises ``NotYours`` without the privilege to
    edit that service, ``NotPossible`` when there are ``MAX_VIEWS`` already.
    """
    if service is not None:
        _check_edits(user, service)
    belongs = {"owner": user, "service": None} if service is None else {"owner": None}
    belongs |= {} if service is None else {"service_id": service}
    with transaction.atomic():
        _lock(user, service)
        views = SavedView.objects.filter(**belongs)
        same = views.filter(name=name).first()
        if same is None and views.count() >= MAX_VIEWS:
            raise NotPossible("name", _("There are %d views already.") % MAX_VIEWS)
        view = same or SavedView(name=name, **belongs)
        view.query = query
        view.save()
    return view


def delete_view(user: User, view: SavedView) -> None:
    """Delete a saved view. Raises ``NotYours`` for another person's, or without the privilege."""
    if view.service_id is not None:
        _check_edits(user, view.service_id)
    elif view.owner_id != user.pk:
        raise NotYours
    view.delete()


def choose_default_view(user: User, view: SavedView | None) -> None:
    """Let a user's desk open with a saved view; None: with the first queue."""
    if view is not None and not SavedView.objects.usable_by(user).filter(pk=view.pk).exists():
        raise NotYours
    HelpdeskPreferences.objects.update_or_create(user=user, defaults={"default_view": view})


def choose_display(user: User, columns: Sequence[str], rows: int) -> None:
    """Keep how a user's desk is displayed: the columns in order, and the rows of a page."""
    values = {"desk_columns": list(columns), "desk_rows": rows}
    HelpdeskPreferences.objects.update_or_create(user=user, defaults=values)


def choose_pane(user: User, *, is_used: bool) -> None:
    """Let tickets open beside a user's desk where there is room, or on their own page."""
    HelpdeskPreferences.objects.update_or_create(user=user, defaults={"desk_pane": is_used})


def may_edit_service(user: Any, service: Any) -> bool:
    """Return whether the user has the privilege to edit a service, given its id."""
    rows = access.manager_rows_of(user)
    return any(
        row.service_id == service and Privilege.EDIT_SERVICE in row.privileges for row in rows
    )


def _check_manages_ticket(user: User, number: int) -> None:
    managed = Ticket.objects.visible_to(user, through=(Role.MANAGER,))
    if not managed.filter(pk=number).exists():
        raise NotYours


def _check_edits(user: User, service: Any) -> None:
    row = ServiceManager.objects.filter(user=user, service=service).first()
    if row is None or Privilege.EDIT_SERVICE not in row.privileges:
        raise NotYours


def _lock(user: User, service: Any) -> None:
    """Let one form at a time count the views: of a person, or of a service."""
    rows = ServiceManager.objects.select_for_update(of=("self",)).order_by("pk")
    list(rows.filter(user=user) if service is None else rows.filter(service=service))
