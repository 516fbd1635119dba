"""The sections of a report: the package's own, and those that a host registers with a hook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from wagtail_helpdesk.models import ReportSection

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from .data import Cell, OpenTickets

#: A hook: functions without arguments that return a ``SectionDefinition``.
HOOK = "register_helpdesk_report_section"

#: How many tickets a section has, and the numbers of those it lists, longest idle first.
SectionContent = tuple[int, list[int]]
ListTickets: TypeAlias = "Callable[[OpenTickets, int, set[Cell]], SectionContent]"
#: Who is in charge: the reader, nobody, or another manager.
Owner = Literal["mine", "free", "others"]


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
    list_tickets: ListTickets
    #: The same after a section of ``rest_of``, which may have listed some of the tickets already.
    make_rest_heading: Callable[[int], str] | None = None
    rest_of: frozenset[str] = frozenset({ReportSection.MEMBER.value})
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


def _list_all(*owners: Owner) -> ListTickets:
    """Return a function that lists the tickets of all categories, of these owners."""

    def list_tickets(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
        cells = [(owner, category) for category in tickets.by_category for owner in owners]
        return tickets.take(user, cells, taken)

    return list_tickets


def _list_member(tickets: OpenTickets, user: int, taken: set[Cell]) -> SectionContent:
    categories = [one for one in tickets.by_category if tickets.is_member(user, one)]
    cells = [(owner, one) for one in categories for owner in ("mine", "free", "others")]
    return tickets.take(user, cells, taken)


def _make_heading(message: StrOrPromise) -> Callable[[int], str]:
    return lambda count: str(message) % {"count": count}


def _is_chosen(section: ReportSection) -> Callable[[Sequence[str]], bool]:
    return lambda chosen: section in chosen


MANAGED = SectionDefinition(
    name=ReportSection.MANAGED.value,
    make_heading=_make_heading(_("Tickets you are in charge of (%(count)s)")),
    list_tickets=_list_all("mine"),
    queue="mine",
    is_listed=_is_chosen(ReportSection.MANAGED),
    hide_if_empty=False,
)
MEMBER = SectionDefinition(
    name=ReportSection.MEMBER.value,
    make_heading=_make_heading(_("Tickets in your categories (%(count)s)")),
    list_tickets=_list_member,
    queue="categories",
    is_listed=_is_chosen(ReportSection.MEMBER),
    hide_if_empty=False,
)
FREE = SectionDefinition(
    name=ReportSection.FREE.value,
    make_heading=_make_heading(_("Free tickets (%(count)s)")),
    make_rest_heading=_make_heading(_("Other free tickets (%(count)s)")),
    list_tickets=_list_all("free"),
    queue="free",
    is_listed=_is_chosen(ReportSection.FREE),
    hide_if_empty=False,
)
#: The open tickets that have a manager, also the reader's own unless *managed* lists them: the rest
#: of what *free* promises (guide, II.1), last in the report.
IN_PROGRESS = SectionDefinition(
    name="in_progress",
    make_heading=_make_heading(_("Tickets in progress (%(count)s)")),
    make_rest_heading=_make_heading(_("Other tickets in progress (%(count)s)")),
    rest_of=frozenset({ReportSection.MANAGED.value, ReportSection.MEMBER.value}),
    list_tickets=_list_all("mine", "others"),
    is_listed=_is_chosen(ReportSection.FREE),
    hide_if_empty=False,
)
