"""Every place that shows tickets, as a function from a user to the numbers they find there.

All must agree with the gate (tests/test_visibility.py). A new place adds itself with ``@surface``.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from wagtail_helpdesk.access import manager_rows_of
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Attachment, Event, ReportSection, Service, Ticket
from wagtail_helpdesk.portal.desk import queues
from wagtail_helpdesk.portal.desk.desk_page import count_tickets_of
from wagtail_helpdesk.portal.desk.overview import Overview
from wagtail_helpdesk.portal.desk.selection import load_tickets
from wagtail_helpdesk.portal.requests.catalogue import read_catalogue
from wagtail_helpdesk.portal.requests.home_panels import read_open_requests
from wagtail_helpdesk.portal.requests.my_tickets import find_my_tickets
from wagtail_helpdesk.portal.search.matching import suggest_places
from wagtail_helpdesk.reports.data import OpenTickets
from wagtail_helpdesk.search import search
from wagtail_helpdesk.search.indexing import index_missed_events

Surface = Callable[[Any], set[int]]
SURFACES: dict[str, Surface] = {}

#: A word that the first message of every ticket must have to be found.
WORD = "chaudière"


def surface(function: Surface) -> Surface:
    """Demand of a place that it shows what the gate lets through, neither more nor less."""
    SURFACES[function.__name__] = function
    return function


def tickets(user: Any) -> set[int]:
    """The gate itself."""
    return set(Ticket.objects.visible_to(user).values_list("pk", flat=True))


@surface
def roles(user: Any) -> set[int]:
    return {ticket.pk for ticket in Ticket.objects.all() if ticket.roles_of(user)}


@surface
def selections(user: Any) -> set[int]:
    numbers = Ticket.objects.values_list("pk", flat=True)
    return {ticket.pk for ticket in load_tickets(user, numbers)}


@surface
def histories(user: Any) -> set[int]:
    return set(Event.objects.visible_to(user).values_list("ticket", flat=True))


@surface
def what_goes_into_mails(user: Any) -> set[int]:
    return set(Event.objects.visible_to(user, own=False).values_list("ticket", flat=True))


@surface
def files_of_first_messages(user: Any) -> set[int]:
    return set(Attachment.objects.visible_to(user).values_list("event__ticket", flat=True))


@surface
def found_by_search(user: Any) -> set[int]:
    index_missed_events()
    results = search(user, WORD, length=1000)
    return {hit.event.ticket_id for hit in results.hits}


# -- places that show a part -----------------------------------------------------------------------


class Part(NamedTuple):
    """What a place shows, and what it should; less of it, where the reader chooses."""

    shown: Surface
    expected: Surface
    whole: bool

    def agrees(self, user: Any) -> bool:
        """Return whether the place shows a user what it should."""
        shown, expected = self.shown(user), self.expected(user)
        return shown == expected if self.whole else shown <= expected


#: Lists, counters, blocks, panels, reports and suggestions.
PARTS: dict[str, Part] = {}


def part(*, expected: Surface, whole: bool = True) -> Callable[[Surface], Surface]:
    """Demand of a place that it shows this part of what the gate lets through."""

    def register(function: Surface) -> Surface:
        PARTS[function.__name__] = Part(function, expected, whole)
        return function

    return register


def _own(user: Any) -> set[int]:
    return {t.pk for t in Ticket.objects.visible_to(user).filter(requester=user)}


def _invited(user: Any) -> set[int]:
    found = Ticket.objects.visible_to(user)
    return {t.pk for t in found if Role.GUEST in t.roles_of(user)}


def _managed(user: Any) -> set[int]:
    found = Ticket.objects.visible_to(user)
    return {t.pk for t in found if Role.MANAGER in t.roles_of(user)}


def _open(numbers: set[int]) -> set[int]:
    return {t.pk for t in Ticket.objects.filter(pk__in=numbers) if t.is_open}


@part(expected=_own)
def own_requests(user: Any) -> set[int]:
    return set(find_my_tickets(user, "own").values_list("pk", flat=True))


@part(expected=_invited)
def invitations(user: Any) -> set[int]:
    return set(find_my_tickets(user, "invited").values_list("pk", flat=True))


@part(expected=lambda user: _open(_own(user)))
def block_and_panel_of_requests(user: Any) -> set[int]:
    return {row.number for row in read_open_requests(_request(user), length=100).rows}


@part(expected=_managed)
def desk_and_its_block(user: Any) -> set[int]:
    return set(queues.find_all_tickets(queues.DeskScope(user)).values_list("pk", flat=True))


@part(expected=lambda user: {len(_open(_managed(user)))})
def counter_of_the_desk(user: Any) -> set[int]:
    [count] = [row["count"] for row in count_tickets_of(user) if row["name"] == "all"]
    return {int(count)}


@part(expected=lambda user: {len(_open(_managed(user)))})
def counters_of_the_panel(user: Any) -> set[int]:
    return {sum(int(load.open) for load in Overview(_request(user)).loads)}


@part(expected=lambda user: _open(_managed(user)), whole=False)
def reports(user: Any) -> set[int]:
    shown = set()
    for row in manager_rows_of(user):
        listing = OpenTickets.read(row.service_id).list_sections(user.pk, ReportSection.values)
        shown |= {number for _name, (_count, numbers) in listing for number in numbers}
    return shown


@part(expected=lambda user: {s.pk for s in Service.objects.open_to(user)})
def services_suggested_by_a_search(user: Any) -> set[int]:
    names = " ".join(Service.objects.values_list("name", flat=True))
    return {line.service for line in suggest_places(user, names) if line.service}


@part(expected=lambda user: {s.pk for s in Service.objects.open_to(user)})
def block_of_the_catalogue(user: Any) -> set[int]:
    return {section.service.pk for section in read_catalogue(user).sections}


def _request(user: Any) -> Any:
    """Return as much of a request as lists and panels need."""
    return SimpleNamespace(user=user, manager_rows=manager_rows_of(user), base="/assistance/")
