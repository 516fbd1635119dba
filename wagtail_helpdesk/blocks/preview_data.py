"""Made-up tickets for the previews of blocks: nobody's, so that no preview shows somebody's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from wagtail_helpdesk.lifecycle import Priority, Status
from wagtail_helpdesk.models import Icon, Service, ServiceText
from wagtail_helpdesk.portal.desk.overview import REASONS, OverviewLine, ServiceLoad
from wagtail_helpdesk.portal.paging import Page
from wagtail_helpdesk.portal.requests.catalogue import CatalogueLine as Category
from wagtail_helpdesk.portal.requests.catalogue import Shelf
from wagtail_helpdesk.portal.ticket_rows import TicketRow, build_rows

NUMBER = 1042


def make_row(status: Status, *, own: bool) -> TicketRow:
    """Return a ticket in a list, of the reader's own (``own``) or of somebody else."""
    values = {
        "number": NUMBER,
        "subject": gettext("The radiator stays cold"),
        "status": status,
        "priority": Priority.NORMAL,
        "resume_on": None,
        "last_activity_at": timezone.now(),
        "requester": None,
        "assignee": None,
        "category__name": gettext("Heating"),
        "service": None,
        "service__name": gettext("Facilities"),
    }
    [made] = build_rows([values], reader=SimpleNamespace(pk=None if own else 0))
    return made


def make_page(*, own: bool) -> Page[TicketRow]:
    """Return a list of two."""
    return Page([make_row(Status.FREE, own=own), make_row(Status.IN_PROGRESS, own=own)])


def make_overview() -> Any:
    """Return a manager's day."""
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


def make_shelf() -> Shelf:
    """Return a service of the catalogue."""
    names = (gettext("Heating"), gettext("Electricity"), gettext("Keys and badges"))
    lines = [Category(pk, name, "", 0, True) for pk, name in enumerate(names, 1)]
    return Shelf(Service(pk=1), ServiceText(title=gettext("Facilities"), icon=Icon.BUILDING), lines)


def make_text() -> ServiceText:
    """Return what an editor may write about a service."""
    return ServiceText(
        title=gettext("Facilities"),
        icon=Icon.BUILDING,
        summary=gettext("The buildings, and whatever breaks down in them."),
        contact=gettext("Building A, ground floor"),
        hours=gettext("Monday to Friday, 7 a.m. to 6 p.m."),
    )
