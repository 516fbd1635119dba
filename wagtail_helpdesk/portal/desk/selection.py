"""The tickets that a manager selected on the desk, and which of them an action is possible on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from wagtail_helpdesk.access import is_active_user
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.names import get_display_names
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import labels

#: Tickets of one selection; their numbers stand in a URL.
MAX_TICKETS = 100


@dataclass(frozen=True, slots=True)
class Pick:
    """A selected ticket, with its version and its last event as the person was shown them."""

    number: int
    version: int | None = None
    seen: int | None = None


def read_picks(values: Iterable[str]) -> list[Pick]:
    """Return the tickets in the values of checkboxes, ``number-version-seen``, each once."""
    picks: dict[int, Pick] = {}
    for value in values:
        number, version, seen, *_rest = [*map(parse_number, value.split("-")[:3]), None, None]
        if number is not None:
            picks.setdefault(number, Pick(number, version, seen))
    return list(picks.values())


@dataclass(frozen=True, slots=True)
class SelectedTicket:
    """A selected ticket as the page shows it."""

    number: int
    subject: str
    status: str
    tone: str
    #: The colleague in charge, empty for a free ticket and for those of the user.
    colleague: str
    #: The value of its checkbox, see ``read_picks``.
    value: str
    is_ticked: bool = False
    #: Why it is not ticked, or why the action is not possible on it.
    remark: str = ""


class Selection:
    """The selected tickets that the user may see, for one action."""

    def __init__(self, user: Any, action: Action, picks: Sequence[Pick]) -> None:
        self.user, self.action = user, action
        self.picks = {pick.number: pick for pick in picks[:MAX_TICKETS]}
        self.is_cut = len(picks) > MAX_TICKETS
        self.tickets = load_tickets(user, self.picks)
        self.reasons = {t.pk: explain_unavailable(action, t) for t in self.tickets}

    @property
    def possible(self) -> list[Ticket]:
        """The tickets on which the action is available to the user."""
        return [ticket for ticket in self.tickets if not self.reasons[ticket.pk]]

    def take_versions(self) -> None:
        """Let each ticket stand for what the person was shown, so that a stale page is noticed."""
        for ticket in self.tickets:
            version = self.picks[ticket.pk].version
            ticket.version = ticket.version if version is None else version

    @property
    def seen(self) -> dict[int, int]:
        """The last event that the person was shown, by ticket."""
        return {n: pick.seen for n, pick in self.picks.items() if pick.seen is not None}

    def describe(
        self,
        *,
        ticked: Collection[int] | None = None,
        refusals: Mapping[int, str] | None = None,
    ) -> tuple[list[SelectedTicket], list[SelectedTicket]]:
        """Return the tickets on which the action is possible, and those that will be skipped.

        ``ticked`` are those that the user ticked on this page; None when it is shown first.
        ``refusals`` are the reasons for which tickets were refused just now.
        """
        names = get_display_names(ticket.assignee_id for ticket in self.tickets)
        last = _find_last_events(self.user, self.picks) if self.picks else {}
        possible: list[SelectedTicket] = []
        skipped: list[SelectedTicket] = []
        for ticket in self.tickets:
            reason, doubt = self.reasons[ticket.pk], self._find_doubt(ticket)
            refusal = (refusals or {}).get(ticket.pk, "")
            is_ticked = not doubt if ticked is None else ticket.pk in ticked
            shown = SelectedTicket(
                number=ticket.pk,
                subject=ticket.subject,
                status=labels.get_status_label(
                    ticket.status,
                    plain=False,
                    resume_on=ticket.resume_on,
                    is_merged=ticket.is_merged,
                ),
                tone=labels.get_tone(
                    ticket.status,
                    is_requester=False,
                    is_in_charge=Role.IN_CHARGE in ticket.access.roles,
                    is_merged=ticket.is_merged,
                ),
                colleague=names.get(ticket.assignee_id, "") if self._is_of_other(ticket) else "",
                value=f"{ticket.pk}-{ticket.version}-{last.get(ticket.pk, 0)}",
                is_ticked=is_ticked and not reason,
                remark=refusal or reason or doubt,
            )
            (skipped if reason else possible).append(shown)
        return possible, skipped

    def _find_doubt(self, ticket: Ticket) -> str:
        """Return why a ticket is left to the user's choice: nothing is taken by mistake."""
        version = self.picks[ticket.pk].version
        if self.action.checks_version and version not in (None, ticket.version):
            return _("It changed since you saw the list.")
        if self._is_of_other(ticket) and _takes(self.action):
            return _("A colleague is in charge of it.")
        return ""

    def _is_of_other(self, ticket: Ticket) -> bool:
        return ticket.assignee_id not in (None, self.user.pk)


def _takes(action: Action) -> bool:
    """Return whether the action makes the user the manager in charge."""
    return any(rule.unless is Role.IN_CHARGE for rule in action.rules)


def load_tickets(user: Any, numbers: Iterable[int]) -> list[Ticket]:
    """Return the tickets that the user may see, with their access, in the order of the numbers."""
    numbers = list(numbers)
    if not numbers or not is_active_user(user):
        return []
    rows = Ticket.objects.visible_to(user).with_access(user).select_related("service", "category")
    found = {ticket.pk: ticket for ticket in rows.filter(pk__in=numbers)}
    return [found[number] for number in numbers if number in found]


def _find_last_events(user: Any, numbers: Iterable[int]) -> dict[int, int]:
    events = Event.objects.visible_to(user).filter(ticket__in=list(numbers)).order_by()
    return dict(events.values("ticket").annotate(last=Max("pk")).values_list("ticket", "last"))


def explain_unavailable(action: Action, ticket: Ticket) -> str:
    """Return why an action is not available to the user whose access the ticket carries.

    In plain words, derived from the rules that decide; empty when it is available.
    """
    access, status = ticket.access, Status(ticket.status)
    if action.rule_for(access.roles, access.privileges, status):
        return ""
    now = [rule for rule in action.rules if status in rule.moves]
    held = [rule for rule in now if rule.by in access.roles]
    if any(rule.unless in access.roles for rule in held):
        return _("You are already in charge of it.")
    if held:
        return _("Your privileges in this service do not allow it.")
    by_manager = any(rule.by is Role.IN_CHARGE for rule in action.rules)
    if by_manager and status is Status.FREE:
        return _("Nobody is in charge of it yet.")
    if any(rule.by is Role.IN_CHARGE for rule in now):
        return _("You are not in charge of it.")
    return _("Not possible while it is “%(status)s”.") % {"status": status.label}
