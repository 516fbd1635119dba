"""Every place that shows tickets, as a function from a user to the numbers they find there.

All must agree with the gate (tests/test_visibility.py). A new place adds itself with ``@surface``.
"""

from collections.abc import Callable
from typing import Any

from wagtail_helpdesk.models import Attachment, Event, Ticket
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
