"""Which managers are available or absent today, for the ticket page and the assignment form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions.assigning import find_assignable_managers
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Action, Role
from wagtail_helpdesk.models import (
    Absence,
    ServiceManager,
    Substitution,
    Ticket,
    find_substitutions,
)
from wagtail_helpdesk.names import get_display_name

#: More absent managers than this are not listed.
MAX_ABSENT = 40
_CACHE = "_has_colleagues"


@dataclass(frozen=True, slots=True)
class AbsenceBanner:
    """A sentence about an absent manager in charge, and the action that the page offers, if any."""

    sentence: str
    action: Action | None = None
    #: The person to assign the ticket to.
    assignee: Any = None
    label: str = ""


def find_colleagues(ticket: Ticket, user: Any) -> QuerySet[ServiceManager]:
    """Return the rows of the managers to whom a user can assign a ticket."""
    return find_assignable_managers(ticket).exclude(user=user)


def has_colleagues(ticket: Ticket, user: Any) -> bool:
    """Return whether a user can assign a ticket to anyone; kept on the ticket."""
    if _CACHE not in ticket.__dict__:
        ticket.__dict__[_CACHE] = find_colleagues(ticket, user).exists()
    return bool(ticket.__dict__[_CACHE])


def _is_colleague(person: Any, ticket: Ticket, user: Any) -> bool:
    is_one = find_colleagues(ticket, user).filter(user=person.pk).exists()
    if is_one:
        ticket.__dict__[_CACHE] = True
    return is_one


def build_banner(
    ticket: Ticket, reader: Any, available: Collection[Action]
) -> AbsenceBanner | None:
    """Return the banner when the manager of an open ticket is absent or unavailable, or None.

    The requester reads about absences only, the managers of the service about the rest as well.
    """
    manager = ticket.assignee
    if manager is None or manager == reader or not ticket.is_open:
        return None
    if not ticket.access.roles & {Role.MANAGER, Role.REQUESTER}:
        return None
    away = find_substitutions([manager.pk], timezone.localdate()).get(manager.pk)
    if away is not None:
        return _build_absence_banner(ticket, reader, away, available)
    if Role.MANAGER not in ticket.access.roles:
        return None
    return _build_unavailable_banner(ticket, manager)


def _build_absence_banner(
    ticket: Ticket, reader: Any, away: Substitution, available: Collection[Action]
) -> AbsenceBanner:
    sentence = describe_absence(away, reader)
    person = away.replacement
    if person == reader and lifecycle.TAKE in available:
        return AbsenceBanner(sentence, lifecycle.TAKE, label=_("Take the ticket"))
    if person is None or lifecycle.ASSIGN not in available:
        return AbsenceBanner(sentence)
    if not _is_colleague(person, ticket, reader):
        return AbsenceBanner(sentence)
    label = _("Assign the ticket to %(name)s") % {"name": get_display_name(person)}
    return AbsenceBanner(sentence, lifecycle.ASSIGN, person, label)


def _build_unavailable_banner(ticket: Ticket, manager: Any) -> AbsenceBanner | None:
    row = ServiceManager.objects.filter(service=ticket.service_id, user=manager).first()
    if row is None:
        sentence = _("%(name)s no longer manages this service. Nobody is working on this ticket.")
    elif not manager.is_active:
        sentence = _(
            "The account of %(name)s is no longer active. Nobody is working on this ticket."
        )
    elif not row.available:
        sentence = _("%(name)s is not available at the moment.")
    else:
        return None
    return AbsenceBanner(sentence % {"name": get_display_name(manager)})


def describe_absence(away: Substitution, reader: Any) -> str:
    """Return a sentence about an absence: until when, and who the replacement is."""
    absence, person = away.absence, away.replacement
    if person is None:
        sentence = _("%(name)s is away until %(day)s.")
    elif person == reader:
        sentence = _("%(name)s is away until %(day)s. You are the replacement.")
    else:
        sentence = _("%(name)s is away until %(day)s. %(replacement)s is the replacement.")
    return sentence % {
        "name": get_display_name(absence.user),
        "day": format_date(absence.ends_on),
        "replacement": get_display_name(person) if person else "",
    }


def describe_choice(away: Substitution) -> str:
    """Return the label by which the replacement of an absent manager is chosen."""
    return _("%(replacement)s, replacing %(name)s (away until %(day)s)") % {
        "replacement": get_display_name(away.replacement),
        "name": get_display_name(away.absence.user),
        "day": format_date(away.absence.ends_on),
    }


def find_absent_managers(ticket: Ticket, user: Any) -> list[Substitution]:
    """Return the absences today of the managers of a ticket's service, except the user's own."""
    today = timezone.localdate()
    rows = Absence.objects.on(today).filter(user__helpdesk_manager_rows__service=ticket.service_id)
    absent = rows.filter(user__is_active=True).exclude(user=user).order_by("user")
    ids = list(absent.values_list("user", flat=True)[:MAX_ABSENT])
    return list(find_substitutions(ids, today).values())
