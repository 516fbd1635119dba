"""Made-up data for the previews of blocks, which must show nobody's tickets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from wagtail_helpdesk.lifecycle import Priority, Status
from wagtail_helpdesk.models import Icon, Reason, Service, ServiceText
from wagtail_helpdesk.portal.desk.overview import OverviewLine, ServiceLoad
from wagtail_helpdesk.portal.desk.queues import REASONS
from wagtail_helpdesk.portal.paging import Page
from wagtail_helpdesk.portal.requests.catalogue import CatalogueLine, CatalogueSection
from wagtail_helpdesk.portal.ticket_columns import MANAGER, REQUESTER, fill_cells
from wagtail_helpdesk.portal.ticket_rows import TicketRow, build_rows

NUMBER = 1042


class PreviewHelpdesk:
    """Stands for the request in templates: all links of a preview lead nowhere."""

    incidents: tuple[()] = ()
    http = SimpleNamespace(get_full_path="#")

    def url(self, route: str, *args: Any, **query: Any) -> str:
        """Return a URL that stays on the page."""
        return "#"


def make_row(status: Status, *, own: bool) -> TicketRow:
    """Return a row of the list of the reader's own tickets, or of a list of others'."""
    values = {
        "number": NUMBER,
        "subject": gettext("The radiator stays cold"),
        "status": status,
        "priority": Priority.NORMAL,
        "version": 0,
        "resume_on": None,
        "merged_into": None,
        "last_activity_at": timezone.now(),
        "created_at": timezone.now(),
        "requester": None,
        "assignee": None,
        "category__name": gettext("Heating"),
        "category__titles": {},
        "service": None,
        "service__name": gettext("Facilities"),
        "service__titles": {},
    }
    reader = SimpleNamespace(pk=None if own else 0)
    columns = (MANAGER,) if own else (REQUESTER, MANAGER)
    [row] = fill_cells(build_rows([values], reader=reader), columns, reader)
    return row


def make_page(*, own: bool) -> Page[TicketRow]:
    """Return a list of two tickets."""
    return Page([make_row(Status.FREE, own=own), make_row(Status.IN_PROGRESS, own=own)])


def make_notifications() -> Any:
    """Return one notification."""
    ticket = SimpleNamespace(
        pk=NUMBER, subject=gettext("The radiator stays cold"), service=gettext("Facilities")
    )
    sentence = gettext("This ticket was automatically assigned to you.")
    item = SimpleNamespace(
        sentence=sentence,
        event=SimpleNamespace(created_at=timezone.now()),
        reason=Reason.IN_CHARGE.label,
    )
    about = SimpleNamespace(ticket=ticket, shown=[item], newest=item, rest=0, is_unread=True)
    return SimpleNamespace(tickets=[about])


def make_overview() -> Any:
    """Return the overview of a manager."""
    reason = str(next(iter(REASONS.values())))
    place = f"{gettext('Facilities')} › {gettext('Heating')}"
    return SimpleNamespace(
        waiting=[OverviewLine(NUMBER, gettext("The radiator stays cold"), place, reason, "")],
        waiting_count="1",
        free=[],
        free_count="0",
        free_query="",
        ages=[],
        loads=[ServiceLoad(1, gettext("Facilities"), "3", "12")],
    )


def make_catalogue_section() -> CatalogueSection:
    """Return a service of the catalogue."""
    names = (gettext("Heating"), gettext("Electricity"), gettext("Keys and badges"))
    lines = [CatalogueLine(pk, name, "", 0, True) for pk, name in enumerate(names, 1)]
    return CatalogueSection(
        Service(pk=1), ServiceText(title=gettext("Facilities"), icon=Icon.BUILDING), lines
    )


def make_text() -> ServiceText:
    """Return the text of a service as an editor might write it."""
    return ServiceText(
        title=gettext("Facilities"),
        icon=Icon.BUILDING,
        summary=gettext("The buildings, and whatever breaks down in them."),
        contact=gettext("Building A, ground floor"),
        hours=gettext("Monday to Friday, 7 a.m. to 6 p.m."),
    )
