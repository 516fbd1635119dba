"""What happened to a ticket, in one sentence for its reader: shared by pages, mails, logs and APIs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from . import lifecycle
from .access import manager_rows_of
from .dates import format_date
from .lifecycle import Priority, Visibility
from .models import Category, Event, Service, Ticket
from .names import get_display_name, get_display_names


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One event as one reader may know it: what its sentence may name.

    ``place`` is where the event left the ticket, ``previous_place`` where it was before; the caller
    names neither a service that the reader does not see nor a confidential category.
    """

    event: Event
    #: Display names of the users that the event mentions, by id.
    people: Mapping[Any, str] = field(default_factory=dict)
    place: str = ""
    previous_place: str = ""
    #: The id of the reader; None for a log or a mailbox.
    reader: int | None = None
    #: The id of the requester.
    requester: int | None = None
    #: Whether the event asks the reader for something that is still open.
    is_question: bool = False
    shows_subject: bool = True

    @property
    def actor(self) -> str:
        """The name of the person who did it, or of the system."""
        return get_display_name(self.event.actor) if self.event.actor else _("The system")

    @property
    def is_automatic(self) -> bool:
        """Whether nobody did it: the system did."""
        return self.event.actor is None

    @property
    def is_for_requester(self) -> bool:
        """Whether the reader is the requester of the ticket."""
        return self.reader is not None and self.reader == self.requester

    def get_name(self, key: str) -> str:
        """Return the name of the user that the event recorded as ``key``, empty if unknown."""
        return self.people.get(self.event.value_after(key), "")

    def get_previous_name(self, key: str) -> str:
        """Return the name of the user that ``key`` was before the event, empty if unknown."""
        return self.people.get(self.event.value_before(key), "")

    def join_names(self, key: str) -> str:
        """Return the names of the users that the event recorded as a list under ``key``."""
        users = self.event.value_after(key) or ()
        return ", ".join(self.people[user] for user in users if user in self.people)


Sentence = Callable[[EventView], str]

_SENTENCES: dict[str, Sentence] = {}


def register(action: str, sentence: Sentence) -> None:
    """Let a function describe the events of an action, instead of the one it has, if any.

    The function is called in the reader's language and returns one complete sentence.
    """
    _SENTENCES[action] = sentence


def describe_event(view: EventView) -> str:
    """Return what happened, in one complete sentence for the reader, in the active language."""
    return _SENTENCES.get(view.event.action, _describe_other)(view)


def has_sentence(action: str) -> bool:
    """Return whether an action has a sentence of its own."""
    return action in _SENTENCES


class EventDescriber:
    """Describes events of one ticket to one reader, with all names read in at most three statements.

    Former places of the ticket are named only to readers who see them anyway.
    """

    def __init__(self, ticket: Ticket, events: Sequence[Event], reader: Any) -> None:
        facts = [side for event in events for side in (event.before, event.after)]
        self.ticket, self.reader = ticket, reader
        loaded = _get_loaded_people(ticket, events)
        # As text: events record keys of any type as JSON does.
        known = {str(key) for key in loaded}
        missing = [key for key in collect_people(facts) if str(key) not in known]
        self.people = loaded | get_display_names(missing)
        categories = {side["category"] for side in facts if side.get("category")}
        self.places = find_visible_places(ticket, categories, reader) if categories else {}

    def get_author(self, event: Event) -> str:
        """Return the name of the person who did it, or of the system."""
        return EventView(event=event).actor

    def describe(self, event: Event) -> str:
        """Return what happened, in one sentence."""
        return describe_event(self.build_view(event))

    def build_view(self, event: Event) -> EventView:
        """Return the event with what its sentence may name."""
        return EventView(
            event=event,
            people=self.people,
            place=self.places.get(event.after.get("category"), _("another service")),
            previous_place=self.places.get(event.before.get("category"), ""),
            reader=self.reader.pk,
            requester=self.ticket.requester_id,
        )


def find_visible_places(ticket: Ticket, categories: Iterable[Any], reader: Any) -> dict[Any, str]:
    """Return the names of the categories that a reader of the ticket may know, by id.

    These are where the ticket is now and what the catalogue shows this reader; of a hidden category
    only the service is named.
    """
    visible = Service.objects.visible_to(reader).values("pk")
    condition = Q(service=ticket.service_id) | Q(service__in=visible)
    found = Category.objects.filter(condition, pk__in=categories).select_related("service")
    managed = {row.service_id for row in manager_rows_of(reader)}
    return {
        category.pk: f"{category.service} › {category}"
        if not category.hidden
        or category.pk == ticket.category_id
        or category.service_id in managed
        else str(category.service)
        for category in found
    }


def _get_loaded_people(ticket: Ticket, events: Iterable[Event]) -> dict[Any, str]:
    """Return the names of the users that were loaded with the ticket and its events, by id."""
    roles = [(ticket, name) for name in ("requester", "creator", "assignee")]
    users = [
        getattr(row, name)
        for row, name in [*roles, *((event, "actor") for event in events)]
        if name in row._state.fields_cache
    ]
    return {user.pk: get_display_name(user) for user in users if user is not None}


def collect_people(facts: Iterable[dict[str, Any]]) -> set[Any]:
    """Return the keys of the users that the facts of events mention."""
    people: set[Any] = set()
    for side in facts:
        people |= {side.get("assignee"), side.get("requester")}
        people |= {*side.get("guests", ()), *side.get("removed", ())}
    return people


# -- the sentences of the package's actions ------------------------------------------------------


def _describe_other(view: EventView) -> str:
    # The app that added the action may have been removed since.
    action = lifecycle.ACTIONS.get(view.event.action)
    label = str(action.label) if action else view.event.action
    return _("%(who)s: %(action)s.") % {"who": view.actor, "action": label}


def format_previous(previous: str) -> str:
    """Return the end of a sentence that names a former value, empty if there was none."""
    return " " + _("(previously %(previous)s)") % {"previous": previous} if previous else ""


def _describe_opening(view: EventView) -> str:
    if number := view.event.value_after("split_from"):
        names = {"who": view.actor, "number": number}
        return _("%(who)s opened this ticket from a message of #%(number)s.") % names
    return _("%(who)s opened a ticket in %(place)s.") % {"who": view.actor, "place": view.place}


def _describe_taking(view: EventView) -> str:
    if view.is_for_requester:
        return _("%(who)s is now working on your request.") % {"who": view.actor}
    previous = format_previous(view.get_previous_name("assignee"))
    return _("%(who)s took the ticket%(previously)s.") % {
        "who": view.actor,
        "previously": previous,
    }


def _describe_assignment(view: EventView) -> str:
    assignee = view.event.value_after("assignee")
    names = {
        "who": view.actor,
        "name": view.get_name("assignee"),
        "previously": format_previous(view.get_previous_name("assignee")),
    }
    if view.reader is not None and view.reader == assignee:
        if view.is_automatic:
            return _("This ticket was automatically assigned to you.")
        return _("%(who)s assigned this ticket to you.") % names
    if view.is_for_requester:
        return _("%(name)s is now working on your request.") % names
    if view.is_automatic:
        return _("The ticket was automatically assigned to %(name)s%(previously)s.") % names
    return _("%(who)s assigned the ticket to %(name)s%(previously)s.") % names


def _describe_release(view: EventView) -> str:
    if view.is_for_requester:
        return _("Your request is back in the queue; a colleague will pick it up.")
    if view.is_automatic:
        return _("The ticket was automatically released: nobody is in charge of it any more.")
    return _("%(who)s released the ticket: nobody is in charge of it any more.") % {
        "who": view.actor
    }


def _describe_question(view: EventView) -> str:
    if view.is_question:
        return _("%(who)s has a question for you. Please reply below.") % {"who": view.actor}
    if view.is_for_requester:
        return _("%(who)s asked you for more information.") % {"who": view.actor}
    return _("%(who)s asked the requester for more information.") % {"who": view.actor}


def _describe_postponement(view: EventView) -> str:
    until = view.event.after.get("resume_on")
    names = {"who": view.actor}
    if not until:
        if view.is_for_requester:
            return _("%(who)s postponed your request.") % names
        return _("%(who)s postponed the ticket.") % names
    names["date"] = format_date(date.fromisoformat(until))
    if view.is_for_requester:
        return _("%(who)s postponed your request until %(date)s.") % names
    return _("%(who)s postponed the ticket until %(date)s.") % names


def _describe_resumption(view: EventView) -> str:
    if view.is_automatic:
        if view.is_for_requester:
            return _("Your request was automatically resumed.")
        return _("The ticket was automatically resumed.")
    if view.is_for_requester:
        return _("%(who)s resumed your request.") % {"who": view.actor}
    return _("%(who)s resumed the ticket.") % {"who": view.actor}


def _describe_reopening(view: EventView) -> str:
    if view.is_for_requester:
        return _("%(who)s reopened your request.") % {"who": view.actor}
    return _("%(who)s reopened the ticket.") % {"who": view.actor}


def _describe_closure(view: EventView) -> str:
    if view.is_question:
        return _("%(who)s closed your request. Is your problem solved?") % {"who": view.actor}
    if view.is_for_requester:
        return _("%(who)s closed your request.") % {"who": view.actor}
    return _("%(who)s closed the ticket.") % {"who": view.actor}


def _describe_refusal(view: EventView) -> str:
    if view.is_for_requester:
        return _("%(who)s couldn’t take on this request.") % {"who": view.actor}
    return _("%(who)s refused the ticket.") % {"who": view.actor}


def _describe_move(view: EventView) -> str:
    names = {
        "who": view.actor,
        "place": view.place,
        "previously": format_previous(view.previous_place),
    }
    if view.is_automatic:
        if view.is_for_requester:
            return (
                _("Your request was automatically transferred to %(place)s%(previously)s.") % names
            )
        return _("The ticket was automatically transferred to %(place)s%(previously)s.") % names
    if view.is_for_requester:
        return _("%(who)s transferred your request to %(place)s%(previously)s.") % names
    return _("%(who)s transferred the ticket to %(place)s%(previously)s.") % names


def _name_other_ticket(view: EventView, fact: str) -> dict[str, Any]:
    """Return who acted, and the number of the ticket that a fact of the event names."""
    return {"who": view.actor, "number": view.event.value_after(fact)}


def _describe_merge(view: EventView) -> str:
    names = _name_other_ticket(view, "merged_into")
    if view.is_for_requester:
        return _("%(who)s merged your request into #%(number)s, where the work goes on.") % names
    return _("%(who)s merged the ticket into #%(number)s.") % names


def _describe_received(view: EventView) -> str:
    names = _name_other_ticket(view, "merged_from")
    return _("%(who)s merged ticket #%(number)s into this one.") % names


def _describe_link(view: EventView) -> str:
    names = _name_other_ticket(view, "linked_to")
    if view.is_for_requester:
        return _("%(who)s linked your request to #%(number)s.") % names
    return _("%(who)s linked the ticket to #%(number)s.") % names


def _describe_end_of_link(view: EventView) -> str:
    names = _name_other_ticket(view, "unlinked_from")
    return _("%(who)s removed the link to #%(number)s.") % names


def _describe_split(view: EventView) -> str:
    names = _name_other_ticket(view, "split_into")
    if view.is_for_requester:
        return (
            _("%(who)s made a message of this request a request of its own: #%(number)s.") % names
        )
    return _("%(who)s made a message of this ticket a ticket of its own: #%(number)s.") % names


def _describe_invitation(view: EventView) -> str:
    names = {"who": view.actor, "name": view.join_names("guests"), "number": view.event.ticket_id}
    if view.is_question:
        return _("%(who)s invites you to follow ticket #%(number)s.") % names
    if view.is_automatic:
        return _("%(name)s was added automatically.") % names
    return _("%(who)s invited %(name)s to follow the ticket.") % names


def _describe_removal(view: EventView) -> str:
    if view.event.value_after("removed") == [view.event.actor_id]:
        return _("%(who)s left the ticket.") % {"who": view.actor}
    names = {"who": view.actor, "name": view.join_names("removed")}
    return _("%(who)s removed %(name)s from the list of guests.") % names


def _describe_new_requester(view: EventView) -> str:
    if view.reader is not None and view.reader == view.event.value_after("requester"):
        return _("%(who)s transferred this ticket to you.") % {"who": view.actor}
    return _("%(who)s made %(name)s the requester of the ticket%(previously)s.") % {
        "who": view.actor,
        "name": view.get_name("requester"),
        "previously": format_previous(view.get_previous_name("requester")),
    }


def _describe_priority(view: EventView) -> str:
    return _("%(who)s changed the priority: %(after)s (previously %(before)s).") % {
        "who": view.actor,
        "after": Priority(view.event.after["priority"]).label,
        "before": Priority(view.event.before["priority"]).label,
    }


def _describe_subject(view: EventView) -> str:
    if not view.shows_subject:
        return _("%(who)s changed the subject of the ticket.") % {"who": view.actor}
    return _("%(who)s changed the subject: “%(after)s” (previously “%(before)s”).") % {
        "who": view.actor,
        "after": view.event.after["subject"],
        "before": view.event.before["subject"],
    }


def _describe_visibility(view: EventView) -> str:
    return _("%(who)s changed the visibility: %(after)s.") % {
        "who": view.actor,
        "after": Visibility(view.event.after["visibility"]).label,
    }


def _describe_expiry(view: EventView) -> str:
    if view.is_for_requester:
        return _("Closed automatically: no reply received.")
    return _("The ticket expired because the requester did not reply.")


def _make_sentence(translate: Callable[[], str]) -> Sentence:
    """Return a sentence in which only the actor varies; translated when called."""
    return lambda view: translate() % {"who": view.actor}


_BUILT_IN: tuple[tuple[lifecycle.Action, Sentence], ...] = (
    (lifecycle.OPEN_TICKET, _describe_opening),
    (lifecycle.TAKE, _describe_taking),
    (lifecycle.ASSIGN, _describe_assignment),
    (lifecycle.RELEASE, _describe_release),
    (lifecycle.COMMENT, _make_sentence(lambda: _("%(who)s added a comment."))),
    (lifecycle.NOTE, _make_sentence(lambda: _("%(who)s added an internal note."))),
    (lifecycle.ASK_INFORMATION, _describe_question),
    (lifecycle.POSTPONE, _describe_postponement),
    (lifecycle.RESUME, _describe_resumption),
    (lifecycle.CLOSE, _describe_closure),
    (
        lifecycle.APPROVE_CLOSURE,
        _make_sentence(lambda: _("%(who)s approved the closure of the ticket.")),
    ),
    (
        lifecycle.REJECT_CLOSURE,
        _make_sentence(lambda: _("%(who)s refused the closure of the ticket.")),
    ),
    (lifecycle.CANCEL, _make_sentence(lambda: _("%(who)s cancelled the ticket."))),
    (lifecycle.REFUSE, _describe_refusal),
    (lifecycle.REOPEN, _describe_reopening),
    (lifecycle.MOVE, _describe_move),
    (lifecycle.MERGE, _describe_merge),
    (lifecycle.RECEIVE_MERGED, _describe_received),
    (lifecycle.LINK, _describe_link),
    (lifecycle.UNLINK, _describe_end_of_link),
    (lifecycle.SPLIT, _describe_split),
    (lifecycle.INVITE, _describe_invitation),
    (lifecycle.REMOVE_GUEST, _describe_removal),
    (lifecycle.CHANGE_REQUESTER, _describe_new_requester),
    (lifecycle.CHANGE_PRIORITY, _describe_priority),
    (lifecycle.CHANGE_SUBJECT, _describe_subject),
    (lifecycle.CHANGE_VISIBILITY, _describe_visibility),
    (lifecycle.ATTACH, _make_sentence(lambda: _("%(who)s attached a file."))),
    (lifecycle.EXPIRE, _describe_expiry),
)
for _action, _sentence in _BUILT_IN:
    register(_action.name, _sentence)
