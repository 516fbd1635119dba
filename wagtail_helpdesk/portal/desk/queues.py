"""The queues of the desk: which tickets each holds, and their counters in one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import (
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import hooks

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import (
    Bookmark,
    Category,
    Event,
    HelpdeskPreferences,
    ServiceManager,
    Ticket,
    build_unread_q,
    find_news,
    find_replaced,
)
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.ticket_columns import TicketColumn

HOOK = "register_helpdesk_desk_queue"
#: Counting stops here: an exact count takes longer with every ticket, and nobody reads it.
MAX_COUNT = 1000

_ANSWERED, _DUE = _("The requester has answered"), _("Due again today")
#: Why a ticket waits for the manager in charge, by the last action of another person.
REASONS: dict[str, Any] = {
    lifecycle.COMMENT.name: _ANSWERED,
    lifecycle.ATTACH.name: _ANSWERED,
    lifecycle.REJECT_CLOSURE.name: _("Closure refused"),
    lifecycle.REOPEN.name: pgettext_lazy("ticket", "Reopened"),
    lifecycle.ASSIGN.name: _("Assigned to you"),
    lifecycle.RESUME.name: _DUE,
}
_BY_ANYBODY = (lifecycle.REJECT_CLOSURE.name, lifecycle.REOPEN.name, lifecycle.ASSIGN.name)
_CALLS = (
    Q(action__in=(lifecycle.COMMENT.name, lifecycle.ATTACH.name), actor=OuterRef("requester"))
    | Q(action__in=_BY_ANYBODY)
    | Q(action=lifecycle.RESUME.name, actor=None)
)


class DeskScope:
    """What the queues of one manager are made of. Each part is read once."""

    def __init__(self, user: Any) -> None:
        self.user = user

    @cached_property
    def tickets(self) -> QuerySet[Ticket]:
        """The tickets that the user may read as a manager."""
        return Ticket.objects.visible_to(self.user, through=(Role.MANAGER,))

    @cached_property
    def services(self) -> list[Any]:
        """The ids of the services that the user manages."""
        return [row.service_id for row in access.manager_rows_of(self.user)]

    @cached_property
    def categories(self) -> list[Any]:
        """The ids of the categories of which the user is an effective member."""
        return list(Category.objects.with_member(self.user).values_list("pk", flat=True))

    @cached_property
    def replaced(self) -> list[Any]:
        """The absent colleagues whose substitute the user is today."""
        return find_replaced(self.user, timezone.localdate())

    @cached_property
    def preferences(self) -> HelpdeskPreferences:
        """The switches of the user."""
        return HelpdeskPreferences.of(self.user)

    @property
    def unread_q(self) -> Q:
        """The condition under which a ticket has something new for the user."""
        return build_unread_q(self.user, self.preferences.read_until)

    @property
    def bookmarked_q(self) -> Q:
        """The condition under which the user has bookmarked a ticket."""
        return Q(Exists(Bookmark.objects.filter(user=self.user, ticket=OuterRef("pk"))))

    @property
    def marks(self) -> dict[str, Subquery]:
        """What the user has not seen and has bookmarked, as columns of tickets: an id, or None."""
        # Not EXISTS: for a column of it, PostgreSQL reads the events of all tickets first.
        news = find_news(self.user, self.preferences.read_until)
        bookmarks = Bookmark.objects.filter(user=self.user, ticket=OuterRef("pk"))
        marks = {"is_new": news, "is_bookmarked": bookmarks}
        return {name: Subquery(rows.values("pk")[:1]) for name, rows in marks.items()}

    def load_marks(self, number: int) -> dict[str, bool]:
        """Return whether a ticket has something new and is bookmarked, empty if it is not managed."""
        marked = self.tickets.filter(number=number).annotate(**self.marks)
        found = marked.values(*self.marks).first() or {}
        return {name: bool(value) for name, value in found.items()}


def is_always_offered(scope: DeskScope) -> bool:
    """Offer a queue to every manager, empty or not, so that queues keep their places."""
    return True


def describe_nothing(scope: DeskScope) -> str:
    """Add nothing to the label of a queue."""
    return ""


@dataclass(frozen=True, slots=True)
class DeskQueue:
    """A queue of the desk.

    ``find_tickets`` narrows ``DeskScope.tickets``, which is what keeps tickets hidden from those
    who may not read them. It filters by an indexed column, with ids as literals, because the
    access conditions alone cannot use an index. ``sort_order`` is the place among the queues,
    ``default_order`` a key of ``desk_page.ORDERS``. A queue that ``is_open_only`` makes no sense
    for ended tickets. ``icon`` is one of ``icons.svg``. ``columns`` are shown in this queue alone,
    after those of every queue. ``is_offered`` decides whether the desk of a manager has the queue;
    its URL works all the same. ``describe`` returns a second line for the label.
    """

    name: str
    label: Any
    find_tickets: Callable[[DeskScope], QuerySet[Ticket]]
    sort_order: int
    default_order: str = "recent"
    is_open_only: bool = False
    icon: str = "inbox"
    columns: tuple[TicketColumn, ...] = ()
    is_offered: Callable[[DeskScope], bool] = is_always_offered
    describe: Callable[[DeskScope], str] = describe_nothing


def get_queues() -> dict[str, DeskQueue]:
    """Return the registered queues by name, in order; of two with one name, the later one."""
    registered = {queue.name: queue for queue in (make() for make in hooks.get_hooks(HOOK))}
    ordered = sorted(registered.values(), key=lambda queue: queue.sort_order)
    return {queue.name: queue for queue in ordered}


def get_queue_choices() -> list[tuple[str, Any]]:
    """Return the names and labels of the registered queues."""
    return [(queue.name, queue.label) for queue in get_queues().values()]


# -- the queues of the package ---------------------------------------------------------------------


def find_free_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets of the user's services that nobody is in charge of."""
    return find_all_tickets(scope).filter(assignee=None)


def find_own_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets that the user is in charge of."""
    return scope.tickets.filter(assignee=scope.user)


def find_calls(user: Any) -> QuerySet[Event]:
    """Return what others did to a ticket since the user last acted on it, latest first.

    A subquery of tickets. Only actions after which the manager in charge has something to do.
    """
    own = Event.objects.filter(actor=user, ticket=OuterRef("ticket"))
    since = ~Exists(own.filter(pk__gte=OuterRef("pk")))
    return Event.objects.filter(_CALLS, since, ticket=OuterRef("pk")).order_by("-pk")


def find_waiting_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets in the user's charge that wait for them: called, or due again."""
    due = Q(status=Status.POSTPONED, resume_on__lte=timezone.localdate())
    return find_own_tickets(scope).filter(due | Exists(find_calls(scope.user)))


def find_tickets_with_requester(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets in the user's charge whose requester was asked for information."""
    return find_own_tickets(scope).filter(status=Status.INCOMPLETE)


def find_postponed_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets in the user's charge that are postponed, or due again and not acted on."""
    resumed = find_calls(scope.user).filter(action=lifecycle.RESUME.name)
    return find_own_tickets(scope).filter(Q(status=Status.POSTPONED) | Exists(resumed))


def find_replaced_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets of the colleagues whom the user replaces, in the services both manage."""
    manages = ServiceManager.objects.filter(user=OuterRef("assignee"), service=OuterRef("service"))
    replaced = [user.pk for user in scope.replaced]
    return scope.tickets.filter(Exists(manages), assignee__in=replaced)


def list_replaced_names(scope: DeskScope) -> str:
    """Return the names of the colleagues whom the user replaces today."""
    return ", ".join(map(get_display_name, scope.replaced))


def load_reasons(rows: Sequence[Any], user: Any) -> dict[int, Any]:
    """Return why each ticket of a page waits for the user, by number."""
    tickets = Ticket.objects.visible_to(user, through=(Role.MANAGER,))
    waiting = tickets.filter(number__in=[row.number for row in rows])
    latest = Subquery(find_calls(user).values("action")[:1])
    return {
        number: get_reason(action)
        for number, action in waiting.annotate(call=latest).values_list("number", "call")
    }


def get_reason(action: str | None) -> Any:
    """Return why a ticket waits, by the last action of others; without one it is due again."""
    return REASONS.get(action or "", _DUE)


def find_category_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets of the categories of which the user is a member."""
    # The category alone: with the service beside it PostgreSQL combines two bitmaps.
    return scope.tickets.filter(category__in=scope.categories)


def find_all_tickets(scope: DeskScope) -> QuerySet[Ticket]:
    """Return the tickets of all services that the user manages."""
    return scope.tickets.filter(service__in=scope.services)


def register_free_queue() -> DeskQueue:
    """Return the queue of free tickets, those that have waited longest first."""
    label = pgettext_lazy("queue", "Free")
    return DeskQueue(
        "free", label, find_free_tickets, 100, "oldest", is_open_only=True, icon="plus"
    )


def register_own_queue() -> DeskQueue:
    """Return the queue of the tickets that the user is in charge of."""
    return DeskQueue("mine", pgettext_lazy("queue", "Mine"), find_own_tickets, 200, icon="user")


def register_waiting_queue() -> DeskQueue:
    """Return the queue of the tickets in the user's charge that wait for them, with the reasons."""
    return DeskQueue(
        "waiting",
        _("Waiting for you"),
        find_waiting_tickets,
        250,
        is_open_only=True,
        icon="bell",
        columns=(REASON,),
    )


def register_requester_queue() -> DeskQueue:
    """Return the queue of the tickets in the user's charge that wait for their requesters."""
    return DeskQueue(
        "requester",
        _("Waiting for the requester"),
        find_tickets_with_requester,
        260,
        "oldest",
        is_open_only=True,
        icon="reply",
    )


def register_replacement_queue() -> DeskQueue:
    """Return the queue of the tickets of absent colleagues, while the user replaces them."""
    return DeskQueue(
        "replacing",
        pgettext_lazy("queue", "Replacing"),
        find_replaced_tickets,
        320,
        icon="assign",
        is_offered=lambda scope: bool(scope.replaced),
        describe=list_replaced_names,
    )


def register_postponed_queue() -> DeskQueue:
    """Return the queue of the tickets in the user's charge that are postponed or due again."""
    return DeskQueue(
        "postponed",
        pgettext_lazy("queue", "Postponed and due"),
        find_postponed_tickets,
        350,
        "oldest",
        is_open_only=True,
        icon="pause",
    )


def register_category_queue() -> DeskQueue:
    """Return the queue of the user's categories."""
    label = _("My categories")
    return DeskQueue("categories", label, find_category_tickets, 300, icon="people")


def register_service_queue() -> DeskQueue:
    """Return the queue of all the user's services."""
    return DeskQueue("all", _("All my services"), find_all_tickets, 400, icon="desk")


REASON = TicketColumn("reason", _("Reason"), load_reasons, 300)


# -- counters --------------------------------------------------------------------------------------


class CappedCount(Subquery):
    """The number of rows of a query, at most ``MAX_COUNT``."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()
    #: Django runs no query that can find nothing, such as the tickets of no category.
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[:MAX_COUNT])


def count_queues(scope: DeskScope, queues: Mapping[str, DeskQueue]) -> dict[str, str]:
    """Return the number of open tickets in each queue, as shown; one statement."""
    found = {name: queue.find_tickets(scope) for name, queue in queues.items()}
    return count_lists(
        {name: tickets.filter(is_open=True) for name, tickets in found.items()}, scope.user
    )


def count_lists(lists: Mapping[str, QuerySet[Ticket]], user: Any) -> dict[str, str]:
    """Return the number of tickets of each list, as shown; one statement."""
    columns = {f"list_{name}": CappedCount(tickets) for name, tickets in lists.items()}
    values = count_in_one_statement(columns, user)
    return {name: format_count(values[f"list_{name}"]) for name in lists}


def count_in_one_statement(columns: Mapping[str, Any], user: Any) -> Mapping[str, Any]:
    """Return the value of each subquery, all selected beside the user's own row."""
    own_row = get_user_model()._default_manager.filter(pk=user.pk)
    return own_row.values(**columns).first() or {}


def format_count(count: int) -> str:
    """Return a counter as shown: ``999+`` where counting stopped."""
    return f"{MAX_COUNT - 1}+" if count >= MAX_COUNT else str(count)
