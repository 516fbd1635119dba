"""What the reader of a page did, in one sentence that addresses them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.event_text import EventView, format_previous
from wagtail_helpdesk.lifecycle import Priority, Visibility


def describe_own_event(view: EventView) -> str:
    """Return what the reader did, empty for an action without such a sentence."""
    describe = _SENTENCES.get(view.event.action)
    return describe(view) if describe else ""


def _describe_taking(view: EventView) -> str:
    previously = format_previous(view.get_previous_name("assignee"))
    return _("You took the ticket%(previously)s.") % {"previously": previously}


def _describe_assignment(view: EventView) -> str:
    return _("You assigned the ticket to %(name)s%(previously)s.") % {
        "name": view.get_name("assignee"),
        "previously": format_previous(view.get_previous_name("assignee")),
    }


def _describe_move(view: EventView) -> str:
    return _("You transferred the ticket to %(place)s%(previously)s.") % {
        "place": view.place,
        "previously": format_previous(view.previous_place),
    }


def _describe_new_requester(view: EventView) -> str:
    return _("You made %(name)s the requester of the ticket%(previously)s.") % {
        "name": view.get_name("requester"),
        "previously": format_previous(view.get_previous_name("requester")),
    }


def _describe_postponement(view: EventView) -> str:
    until = view.event.after.get("resume_on")
    if not until:
        return _("You postponed the ticket.")
    day = format_date(date.fromisoformat(until))
    return _("You postponed the ticket until %(date)s.") % {"date": day}


def _describe_closure(view: EventView) -> str:
    return _("You marked it as solved.") if view.is_for_requester else _("You closed the ticket.")


def _describe_reopening(view: EventView) -> str:
    if view.is_for_requester:
        return _("You reopened your request.")
    return _("You reopened the ticket.")


def _describe_removal(view: EventView) -> str:
    if view.event.after.get("removed") == [view.event.actor_id]:
        return _("You left the ticket.")
    return _("You removed %(name)s from the list of guests.") % {"name": view.join_names("removed")}


def _describe_priority(view: EventView) -> str:
    return _("You changed the priority: %(after)s (previously %(before)s).") % {
        "after": Priority(view.event.after["priority"]).label,
        "before": Priority(view.event.before["priority"]).label,
    }


def _describe_subject(view: EventView) -> str:
    return _("You changed the subject: “%(after)s” (previously “%(before)s”).") % {
        "after": view.event.after["subject"],
        "before": view.event.before["subject"],
    }


def _describe_visibility(view: EventView) -> str:
    label = Visibility(view.event.after["visibility"]).label
    return _("You changed the visibility: %(after)s.") % {"after": label}


_SENTENCES: dict[str, Callable[[EventView], str]] = {
    lifecycle.TAKE.name: _describe_taking,
    lifecycle.ASSIGN.name: _describe_assignment,
    lifecycle.RELEASE.name: lambda view: _("You released the ticket."),
    lifecycle.ASK_INFORMATION.name: lambda view: _("You asked for more information."),
    lifecycle.POSTPONE.name: _describe_postponement,
    lifecycle.RESUME.name: lambda view: _("You resumed the ticket."),
    lifecycle.CLOSE.name: _describe_closure,
    lifecycle.APPROVE_CLOSURE.name: lambda view: _("You confirmed that it is solved."),
    lifecycle.REJECT_CLOSURE.name: lambda view: _("You answered that it is not solved."),
    lifecycle.CANCEL.name: lambda view: _("You withdrew your request."),
    lifecycle.REFUSE.name: lambda view: _("You refused the ticket."),
    lifecycle.REOPEN.name: _describe_reopening,
    lifecycle.MOVE.name: _describe_move,
    lifecycle.MERGE.name: lambda view: (
        _("You merged the ticket into #%(number)s.")
        % {"number": view.event.value_after("merged_into")}
    ),
    lifecycle.RECEIVE_MERGED.name: lambda view: (
        _("You merged ticket #%(number)s into this one.")
        % {"number": view.event.value_after("merged_from")}
    ),
    lifecycle.LINK.name: lambda view: (
        _("You linked the ticket to #%(number)s.") % {"number": view.event.value_after("linked_to")}
    ),
    lifecycle.UNLINK.name: lambda view: (
        _("You removed the link to #%(number)s.")
        % {"number": view.event.value_after("unlinked_from")}
    ),
    lifecycle.SPLIT.name: lambda view: (
        _("You made a message of this ticket a ticket of its own: #%(number)s.")
        % {"number": view.event.value_after("split_into")}
    ),
    lifecycle.INVITE.name: lambda view: (
        _("You invited %(name)s to follow the ticket.") % {"name": view.join_names("guests")}
    ),
    lifecycle.REMOVE_GUEST.name: _describe_removal,
    lifecycle.CHANGE_REQUESTER.name: _describe_new_requester,
    lifecycle.CHANGE_PRIORITY.name: _describe_priority,
    lifecycle.CHANGE_SUBJECT.name: _describe_subject,
    lifecycle.CHANGE_VISIBILITY.name: _describe_visibility,
}
