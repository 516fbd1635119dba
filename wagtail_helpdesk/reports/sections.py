"""The sections of a report: the package's own, and those that a host registers with a hook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _
from wagtail import hooks

from wagtail_helpdesk.models import ReportSection

if TYPE_CHECKING:
    from .data import Cell, OpenTickets

#: A hook: functions without arguments that return a ``SectionDefinition``.
HOOK = "register_helpdesk_report_section"

#: How many tickets a section has, and the numbers of those it lists, longest idle first.
SectionContent = tuple[int, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDefinition:
    """A section of the daily report of a service.

    ``list_tickets(tickets, user, taken)`` returns its content for a user id. ``taken`` holds the parts of
    the service's tickets that earlier sections list; a section that must not repeat them removes
    them and adds its own (``OpenTickets.take``).
    """

    name: str
    #: Returns the heading, in the active language, for a number of tickets.
    make_heading: Callable[[int], str]
    list_tickets: Callable[[OpenTickets, int, set[Cell]], SectionContent]
    #: The same after *member*, which may have listed some of the tickets already.
    make_rest_heading: Callable[[int], str] | None = None
    #: The queue of the desk that shows the whole section.
    queue: str = "all"
    #: Whether to list it for a manager who has chosen these sections.
    is_listed: Callable[[Sequence[str]], bool] = lambda chosen: True
    #: Whether to omit it when it is empty.
    hide_if_empty: bool = True


def get_sections() -> dict[str, SectionDefinition]:
    """Return all registered sections by name, in the order of registration."""
    functions = cast("Sequence[Callable[[], SectionDefinition]]", hooks.get_hooks(HOOK))
    sections = (function() for function in functions)
    return {section.name: section for section in sections}


def choose_sections(chosen: Sequence[str]) -> list[SectionDefinition]:
    """Return the sections of a report: those the manager chose, in their order, then the others."""
    sections = get_sections()
    rest = [name for name in sections if name not in chosen]
    ordered = [sections[name] for name in (*chosen, *rest) if name in sections]
    return [section for section in ordered if section.is_listed(chosen)]


# -- the package's own sections ----------------------------------------------------------------


def _list_managed(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
    return tickets.take(user, [("mine", category) for category in tickets.by_category], taken)


def _list_member(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
    categories = [one for one in tickets.by_category if tickets.is_member(user, one)]
    cells = [(owner, one) for one in categories for owner in ("mine", "free", "others")]
    return tickets.take(user, cells, taken)


def _list_free(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
    return tickets.take(user, [("free", category) for category in tickets.by_category], taken)


def _list_others(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
    return tickets.take(user, [("others", category) for category in tickets.by_category], taken)


MANAGED = SectionDefinition(
    name=ReportSection.MANAGED.value,
    make_heading=lambda count: _("Tickets you are in charge of (%(count)s)") % {"count": count},
    list_tickets=_list_managed,
    queue="mine",
    is_listed=lambda chosen: ReportSection.MANAGED in chosen,
    hide_if_empty=False,
)
MEMBER = SectionDefinition(
    name=ReportSection.MEMBER.value,
    make_heading=lambda count: _("Tickets in your categories (%(count)s)") % {"count": count},
    list_tickets=_list_member,
    queue="categories",
    is_listed=lambda chosen: ReportSection.MEMBER in chosen,
    hide_if_empty=False,
)
FREE = SectionDefinition(
    name=ReportSection.FREE.value,
    make_heading=lambda count: _("Free tickets (%(count)s)") % {"count": count},
    make_rest_heading=lambda count: _("Other free tickets (%(count)s)") % {"count": count},
    list_tickets=_list_free,
    queue="free",
    is_listed=lambda chosen: ReportSection.FREE in chosen,
    hide_if_empty=False,
)
#: The open tickets that others are in charge of: last in the reports of managers who chose *free*.
OTHERS = SectionDefinition(
    name="others",
    make_heading=lambda count: _("Other tickets (%(count)s)") % {"count": count},
    list_tickets=_list_others,
    is_listed=lambda chosen: ReportSection.FREE in chosen,
    hide_if_empty=False,
)

BUILT_IN = (MANAGED, MEMBER, FREE, OTHERS)
