"""The queue and the column of the desk, and the section of the daily report."""

from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.models import Event
from wagtail_helpdesk.portal.desk.queues import DeskQueue, find_all_tickets
from wagtail_helpdesk.portal.ticket_columns import TicketColumn
from wagtail_helpdesk.reports.sections import SectionDefinition

from .verbs import CONFIRM_VISIT, find_visits


def find_tickets(scope):
    """Return the tickets of the user's services that have a visit."""
    visits = Event.objects.filter(action=CONFIRM_VISIT.name)
    return find_all_tickets(scope).filter(pk__in=visits.values("ticket"))


def make_queue():
    """Return the queue of the desk, after “Mine”."""
    return DeskQueue("visits", "With a visit", find_tickets, sort_order=225)


def load_cells(rows, user):
    """Return the cells of the rows of a page, by ticket number."""
    visits = find_visits([row.number for row in rows])
    return {number: format_date(day) for number, day in visits.items()}


def make_column():
    """Return the column of the desk, between requester and manager."""
    return TicketColumn("visit", "Visit", load_cells, sort_order=150)


def list_visits(tickets, user, taken):
    """Return how many open tickets have a visit, and their numbers, next visit first."""
    visits = find_visits(tickets.list_numbers())
    return len(visits), sorted(visits, key=visits.get)


def make_section():
    """Return the section of the daily report; “see all” leads to the queue."""
    return SectionDefinition(
        name="visits",
        make_heading=lambda count: f"Tickets with a visit ({count})",
        list_tickets=list_visits,
        queue="visits",
    )
