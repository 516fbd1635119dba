"""The sentence at the top of a ticket page: who follows the ticket, and what is awaited from whom."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import labels

from .history import History, HistoryEntry
from .readers import Reader, get_reader, get_status_words

_ICONS = {
    Status.FREE: "inbox",
    Status.IN_PROGRESS: "user",
    Status.INCOMPLETE: "ask",
    Status.POSTPONED: "pause",
    Status.CLOSED: "done",
    Status.APPROVED: "done",
    Status.EXPIRED: "done",
    Status.CANCELLED: "close",
    Status.REFUSED: "close",
}


@dataclass(frozen=True, slots=True)
class TicketState:
    """The state of a ticket in plain words for one reader."""

    #: A short label, which managers read before the sentence.
    label: str
    sentence: str
    detail: str = ""
    tone: str = ""
    icon: str = "info"


@dataclass(frozen=True, slots=True)
class Question:
    """What the ticket asks its requester: a closure to confirm, or a request for information."""

    sentence: str
    #: The closing words, or the question itself; None when it is not among the entries shown.
    entry: HistoryEntry | None
    is_closure: bool
    #: By when a closure has to be answered.
    deadline: str = ""


@dataclass(frozen=True)
class _Facts:
    """A ticket as one reader sees it, and the values that the sentences contain."""

    ticket: Ticket
    user: Any
    history: History

    @cached_property
    def reader(self) -> Reader:
        return get_reader(self.ticket)

    @property
    def status(self) -> Status:
        return Status(self.ticket.status)

    @cached_property
    def names(self) -> dict[str, str]:
        ticket, last = self.ticket, self.last
        return {
            "requester": get_display_name(ticket.requester),
            "manager": get_display_name(ticket.assignee) if ticket.assignee else _("The manager"),
            "service": str(ticket.service),
            "when": last.when_in_sentence if last else "",
            "date": format_date(ticket.resume_on) if ticket.resume_on else "",
            "asked": self.asked.when_in_sentence if self.asked else "",
            "deadline": format_deadline(ticket),
            "number": str(ticket.merged_into_id),
        }

    @cached_property
    def asked(self) -> HistoryEntry | None:
        """The last request for information, None on an older page."""
        return self.history.find_last(lifecycle.ASK_INFORMATION) if self.history.latest else None

    @cached_property
    def last(self) -> HistoryEntry | None:
        """The last message between the requester and the service, None on an older page."""
        if not self.history.latest:
            return None
        return next((entry for entry in reversed(self.history.messages) if not entry.is_note), None)

    @property
    def waits_for_service(self) -> bool:
        """Whether the last message is the requester's."""
        return self.last is not None and self.last.by_requester

    @property
    def is_in_charge(self) -> bool:
        return Role.IN_CHARGE in self.ticket.access.roles


def describe_state(ticket: Ticket, user: Any, history: History) -> TicketState:
    """Return the state of a ticket in words for its reader."""
    facts = _Facts(ticket, user, history)
    if ticket.is_merged:
        return _describe_merged(facts)
    describe = _DESCRIPTIONS.get(facts.reader, _describe_to_others)
    return describe(facts)


def build_question(ticket: Ticket, user: Any, history: History) -> Question | None:
    """Return what the ticket asks its requester, None for other readers and when it asks nothing."""
    if ticket.requester_id != user.pk:
        return None
    if ticket.status == Status.CLOSED:
        if ticket.is_merged:
            return None
        entry = _find_closure(history)
        name = entry.author if entry else _("The manager")
        sentence = _("%(name)s has closed your request. Is your problem solved?") % {"name": name}
        return Question(sentence, entry, is_closure=True, deadline=format_deadline(ticket))
    if ticket.status == Status.INCOMPLETE:
        entry = history.find_last(lifecycle.ASK_INFORMATION)
        name = entry.author if entry else _("The manager")
        sentence = _("%(name)s is waiting for your reply.") % {"name": name}
        return Question(sentence, entry, is_closure=False)
    return None


def _find_closure(history: History) -> HistoryEntry | None:
    return history.find_last(lifecycle.CLOSE) if history.latest else None


def format_deadline(ticket: Ticket) -> str:
    """Return the day on which a closure counts as approved, empty when it waits for nobody."""
    if ticket.awaiting_since is None:
        return ""
    last = ticket.awaiting_since + datetime.timedelta(days=helpdesk_settings.EXPIRY_DAYS)
    return format_date(timezone.localtime(last).date())


# -- the requester ---------------------------------------------------------------------------------


def _describe_to_requester(facts: _Facts) -> TicketState:
    sentence, detail = _REQUESTER_SENTENCES[facts.status](facts)
    return _make_state(facts, sentence, detail)


def _describe_work_to_requester(facts: _Facts) -> tuple[str, str]:
    sentence = _("%(manager)s is working on your request.")
    if facts.last is None:
        return sentence, ""
    if facts.last.is_mine:
        detail = _("You wrote %(when)s and are waiting for a reply from %(manager)s.")
    else:
        detail = _("The last reply was written %(when)s. You don’t need to do anything for now.")
    return sentence, detail


def _describe_postponement_to_requester(facts: _Facts) -> tuple[str, str]:
    if facts.ticket.resume_on:
        return (
            _("%(manager)s has postponed your request until %(date)s."),
            _("Work on it starts again on that day. You can write at any time."),
        )
    return _("%(manager)s has postponed your request."), _("You can write at any time.")


def _can_reopen() -> str:
    return _("If the problem comes back, you can reopen it.")


_Pair = tuple[str, str]
_REQUESTER_SENTENCES: dict[Status, Callable[[_Facts], _Pair]] = {
    Status.FREE: lambda facts: (
        _("The service %(service)s has received your request."),
        _("Someone will reply here. You don’t need to do anything for now."),
    ),
    Status.IN_PROGRESS: _describe_work_to_requester,
    Status.INCOMPLETE: lambda facts: (
        _("%(manager)s is waiting for your reply."),
        _("Your request stays open until then."),
    ),
    Status.POSTPONED: _describe_postponement_to_requester,
    Status.CLOSED: lambda facts: (_("Your request has been closed. Please confirm it."), ""),
    Status.APPROVED: lambda facts: (_("Your request is solved."), _can_reopen()),
    Status.EXPIRED: lambda facts: (
        _("Your request was closed without a reply from you."),
        _can_reopen(),
    ),
    Status.CANCELLED: lambda facts: (_("You withdrew this request."), _can_reopen()),
    Status.REFUSED: lambda facts: (
        _("The service %(service)s couldn’t take on your request."),
        _("The reason is given below. You can reopen the request to explain more."),
    ),
}


# -- managers --------------------------------------------------------------------------------------


def _describe_to_manager(facts: _Facts) -> TicketState:
    sentence = _MANAGER_SENTENCES[facts.status](facts)
    if facts.is_in_charge and facts.status == Status.IN_PROGRESS and facts.waits_for_service:
        return _make_state(facts, sentence, is_turn=True)
    return _make_state(facts, sentence)


def _describe_free(facts: _Facts) -> str:
    if facts.waits_for_service:
        return _("Nobody is in charge. %(requester)s wrote %(when)s and is waiting for an answer.")
    return _("Nobody is in charge of this ticket.")


def _describe_work(facts: _Facts) -> str:
    if facts.is_in_charge:
        if facts.waits_for_service:
            return _("%(requester)s wrote %(when)s and is waiting for your answer.")
        return _("You are in charge. %(requester)s has not written since the last answer.")
    if facts.waits_for_service:
        return _("%(manager)s is in charge. %(requester)s wrote %(when)s and is waiting.")
    return _("%(manager)s is in charge.")


def _describe_question(facts: _Facts) -> str:
    if facts.asked is None:
        return _("Work goes on once %(requester)s has given the information.")
    return _("%(requester)s was asked for information %(asked)s and has not answered yet.")


def _describe_postponement(facts: _Facts) -> str:
    if facts.ticket.resume_on:
        return _("Postponed by %(manager)s until %(date)s; it resumes by itself on that day.")
    return _("Postponed by %(manager)s without a date: it must be resumed manually.")


_MANAGER_SENTENCES: dict[Status, Callable[[_Facts], str]] = {
    Status.FREE: _describe_free,
    Status.IN_PROGRESS: _describe_work,
    Status.INCOMPLETE: _describe_question,
    Status.POSTPONED: _describe_postponement,
    Status.CLOSED: lambda facts: _(
        "%(requester)s is asked whether it is solved. Without an answer by %(deadline)s, the"
        " closure counts as approved."
    ),
    Status.APPROVED: lambda facts: _("%(requester)s confirmed that it is solved."),
    Status.EXPIRED: lambda facts: _("%(requester)s did not answer: the closure stands."),
    Status.CANCELLED: lambda facts: _("%(requester)s withdrew this request."),
    Status.REFUSED: lambda facts: _("This ticket was refused; the reason is in the history."),
}


# -- guests and viewers ----------------------------------------------------------------------------


def _describe_to_others(facts: _Facts) -> TicketState:
    if facts.reader is Reader.GUEST:
        detail = _("You follow it as a guest and don’t need to do anything.")
    else:
        detail = _("It is public: everybody who can see the service %(service)s can read it.")
    sentence = _GUEST_SENTENCES[facts.status](facts)
    return _make_state(facts, sentence, detail)


_GUEST_SENTENCES: dict[Status, Callable[[_Facts], str]] = {
    Status.FREE: lambda facts: _("The service %(service)s has received this request."),
    Status.IN_PROGRESS: lambda facts: _("%(manager)s is working on this request."),
    Status.INCOMPLETE: lambda facts: _("%(manager)s is waiting for a reply from %(requester)s."),
    Status.POSTPONED: lambda facts: (
        _("%(manager)s has postponed this request until %(date)s.")
        if facts.ticket.resume_on
        else _("%(manager)s has postponed this request.")
    ),
    Status.CLOSED: lambda facts: _(
        "This request has been closed; %(requester)s is asked whether it is solved."
    ),
    Status.APPROVED: lambda facts: _("This request is solved."),
    Status.EXPIRED: lambda facts: _("This request was closed without a reply from %(requester)s."),
    Status.CANCELLED: lambda facts: _("%(requester)s withdrew this request."),
    Status.REFUSED: lambda facts: _("The service %(service)s couldn’t take on this request."),
}

_DESCRIPTIONS: dict[Reader, Callable[[_Facts], TicketState]] = {
    Reader.MANAGER: _describe_to_manager,
    Reader.REQUESTER: _describe_to_requester,
}


def _describe_merged(facts: _Facts) -> TicketState:
    is_requester = facts.reader is Reader.REQUESTER
    sentence = (
        _("The work goes on in request #%(number)s.")
        if is_requester
        else _("The work goes on in ticket #%(number)s.")
    )
    return _make_state(facts, sentence, _("If it is not about the same, this one can be reopened."))


def get_tone(ticket: Ticket, reader: Reader) -> str:
    """Return the class of the colour of the status: it means whose turn it is."""
    tone = labels.get_tone(
        ticket.status,
        is_requester=reader is Reader.REQUESTER,
        is_in_charge=False,
        is_merged=ticket.is_merged,
    )
    return f"hd-{tone}" if tone else ""


def _make_state(
    facts: _Facts, sentence: str, detail: str = "", *, is_turn: bool = False
) -> TicketState:
    return TicketState(
        label=_("Your turn") if is_turn else get_status_words(facts.ticket, facts.reader),
        sentence=sentence % facts.names,
        detail=detail % facts.names,
        tone="hd-you" if is_turn else get_tone(facts.ticket, facts.reader),
        icon=_ICONS[facts.status],
    )
