"""Who works today, as the page of a ticket and the form that assigns it say it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

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

#: More absent colleagues than this are not named.
MOST_ABSENT = 40


@dataclass(frozen=True, slots=True)
class AbsenceBanner:
    """What the page says of a manager in charge who is not there, and what to do about it."""

    sentence: str
    #: The form to open, with its parameters, and the words of the link: for those who may.
    address: str = ""
    label: str = ""


def build_banner(
    ticket: Ticket, reader: Any, available: Collection[Action]
) -> AbsenceBanner | None:
    """Return what a reader is told when whoever is in charge of an open ticket is not there.

    The requester learns of absences; only the service's managers learn more. The one in charge
    knows already.
    """
    manager = ticket.assignee
    if manager is None or manager == reader or not ticket.is_open:
        return None
    if not ticket.access.roles & {Role.MANAGER, Role.REQUESTER}:
        return None
    away = find_substitutions([manager.pk], timezone.localdate()).get(manager.pk)
    if away is not None:
        return _absent(ticket, reader, away, available)
    if Role.MANAGER not in ticket.access.roles:
        return None
    return _not_there(ticket, manager)


def _absent(
    ticket: Ticket, reader: Any, away: Substitution, available: Collection[Action]
) -> AbsenceBanner | None:
    sentence = describe_absence(away, reader)
    person = away.replacement
    if person == reader and lifecycle.TAKE in available:
        return AbsenceBanner(
            sentence, f"take/?version={ticket.version}", _("Take charge of the ticket")
        )
    if person is None or lifecycle.ASSIGN not in available:
        return AbsenceBanner(sentence)
    if not find_assignable_managers(ticket).filter(user=person.pk).exists():
        return AbsenceBanner(sentence)
    label = _("Assign the ticket to %(name)s") % {"name": get_display_name(person)}
    return AbsenceBanner(sentence, f"assign/?version={ticket.version}&to={person.pk}", label)


def _not_there(ticket: Ticket, manager: Any) -> AbsenceBanner | None:
    row = ServiceManager.objects.filter(service=ticket.service_id, user=manager).first()
    if row is None:
        said = _("%(name)s no longer manages this service: nobody is working on this ticket.")
    elif not manager.is_active:
        said = _("The account of %(name)s is no longer active: nobody is working on this ticket.")
    elif not row.available:
        said = _("%(name)s is not available at the moment.")
    else:
        return None
    return AbsenceBanner(said % {"name": get_display_name(manager)})


def describe_absence(away: Substitution, reader: Any) -> str:
    """Return until when somebody is absent and who stands in for them."""
    absence, person = away.absence, away.replacement
    if person is None:
        said = _("%(name)s is absent until %(day)s.")
    elif person == reader:
        said = _("%(name)s is absent until %(day)s: you stand in.")
    else:
        said = _("%(name)s is absent until %(day)s: %(replacement)s stands in.")
    return said % {
        "name": get_display_name(absence.user),
        "day": format_date(absence.ends_on),
        "replacement": get_display_name(person) if person else "",
    }


def describe_choice(away: Substitution) -> str:
    """Return the words by which the replacement of somebody absent is chosen."""
    return _("%(replacement)s, in place of %(name)s (absent until %(day)s)") % {
        "replacement": get_display_name(away.replacement),
        "name": get_display_name(away.absence.user),
        "day": format_date(away.absence.ends_on),
    }


def find_absent_managers(ticket: Ticket, by: Any) -> list[Substitution]:
    """Return the managers of a ticket's service who are absent today, its assigner left out."""
    today = timezone.localdate()
    rows = Absence.objects.on(today).filter(user__helpdesk_manager_rows__service=ticket.service_id)
    absent = rows.filter(user__is_active=True).exclude(user=by).order_by("user")
    ids = list(absent.values_list("user", flat=True)[:MOST_ABSENT])
    return list(find_substitutions(ids, today).values())
