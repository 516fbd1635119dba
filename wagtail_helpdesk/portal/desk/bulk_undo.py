"""Undoing an action on several tickets, where each can be put back exactly as it was."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.contrib import messages
from django.core import signing
from django.db.models import Max
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.lifecycle import Source, Status
from wagtail_helpdesk.models import Event, Submission
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .selection import load_tickets

#: For how long the list offers to undo. Longer than anybody hesitates, so that people who read or
#: type slowly are not cut off (WCAG 2.2.1); what happened to a ticket since ends it earlier.
UNDO_SECONDS = 600
_SALT = "wagtail_helpdesk.undo"


class Step(NamedTuple):
    """A verb that takes back what an event records, with its data."""

    verb: str
    data: Mapping[str, Any] = {}


def sign_undo(user: Any, submission: uuid.UUID, numbers: Sequence[int]) -> str:
    """Return a token by which this user can undo what a form did to these tickets."""
    value = [str(user.pk), submission.hex, list(numbers)]
    return signing.dumps(value, salt=_SALT, compress=True)


def read_undo(user: Any, token: str) -> tuple[uuid.UUID, list[int]] | None:
    """Return the form and the tickets of a token; None when it is false, too old or another's."""
    try:
        owner, submission, numbers = signing.loads(token, salt=_SALT, max_age=UNDO_SECONDS)
    except (signing.BadSignature, ValueError):
        return None
    return (uuid.UUID(submission), numbers) if owner == str(user.pk) else None


def find_undoable(
    user: Any, submission: uuid.UUID, numbers: Iterable[int]
) -> dict[int, list[Step]]:
    """Return how to undo what a form did, by ticket; without those that changed since."""
    events = _load_events(user, submission, numbers)
    last = _find_last_events(events) if events else {}
    plans = {n: _plan(some) for n, some in events.items() if some[-1].pk == last.get(n)}
    return {number: steps for number, steps in plans.items() if steps}


def _load_events(
    user: Any, submission: uuid.UUID, numbers: Iterable[int]
) -> dict[int, list[Event]]:
    """Return what a form of the user did, by ticket."""
    batches = {actions.derive_submission(submission, number): number for number in numbers}
    own = Event.objects.visible_to(user).filter(batch__in=batches, actor=user)
    found: dict[int, list[Event]] = defaultdict(list)
    for event in own.defer("text", "html").order_by("pk") if batches else ():
        found[event.ticket_id].append(event)
    return found


def _plan(events: Sequence[Event]) -> list[Step]:
    """Return the verbs that take these events back, the last first; none if one cannot be."""
    steps = [_invert(event) for event in reversed(events)]
    return [step for step in steps if step] if all(steps) else []


def _find_last_events(numbers: Iterable[int]) -> dict[int, int]:
    """Return the last event of each ticket. It is compared and not shown, so no access rule applies."""
    rows = Event.objects.filter(ticket__in=list(numbers)).order_by().values("ticket")
    return dict(rows.annotate(last=Max("pk")).values_list("ticket", "last"))


def _invert(event: Event) -> Step | None:
    """Return what takes an event back exactly, None where nothing does."""
    before = event.before
    if event.action == lifecycle.TAKE.name and event.status_before == Status.FREE:
        return Step("release")
    if event.action == lifecycle.CLOSE.name and event.status_before == Status.IN_PROGRESS:
        # Reopening leads to “in progress”; a manager who was released is not called back.
        return None if "assignee" in before else Step("reopen")
    if event.action == lifecycle.CHANGE_PRIORITY.name and "priority" in before:
        return Step("change_priority", {"to": before["priority"]})
    return None


def undo_bulk(request: HelpdeskRequest) -> HttpResponse:
    """Take back what a form did, on the tickets to which nothing happened since."""
    if not request.manager_rows:
        raise NotYours
    if not request.is_post:
        return SeeOther(request.url("desk"))
    given = read_undo(request.user, request.http.POST.get("undo", ""))
    back = QueryDict(request.http.POST.get("back", "")[:2000], mutable=True)
    back.pop("undo", None)
    answer = SeeOther(f"{request.url('desk')}?{back.urlencode()}")
    if given is None:
        messages.warning(request.http, _("It is too late to undo this."))
        return answer
    submission, numbers = given
    undone = _find_undone(request.user, submission, numbers)
    undone |= _undo(request.user, submission, set(numbers) - undone)
    _report(request, len(undone), len(numbers) - len(undone))
    return answer


def _report(request: HelpdeskRequest, undone: int, left: int) -> None:
    if undone:
        text = ngettext("Undone on %(count)s ticket.", "Undone on %(count)s tickets.", undone)
        messages.success(request.http, text % {"count": undone})
    if left:
        text = ngettext(
            "%(count)s ticket was left as it is: it changed since, or you may not undo this.",
            "%(count)s tickets were left as they are: they changed since, or you may not undo this.",
            left,
        )
        messages.warning(request.http, text % {"count": left})


def _find_undone(user: Any, submission: uuid.UUID, numbers: Iterable[int]) -> set[int]:
    """Return the tickets that an earlier copy of the undoing form put back."""
    ids = {}
    for number, events in _load_events(user, submission, numbers).items():
        if steps := _plan(events):
            form = _derive(submission, len(steps) - 1, steps[-1])
            ids[actions.derive_submission(form, number)] = number
    rows = Submission.objects.filter(pk__in=ids, actor=user)
    return {ids[pk] for pk in rows.values_list("pk", flat=True)} if ids else set()


def _undo(user: Any, submission: uuid.UUID, numbers: Iterable[int]) -> set[int]:
    """Perform the steps, one verb at a time on all its tickets; return what is as it was."""
    plans = find_undoable(user, submission, numbers)
    tickets = {ticket.pk: ticket for ticket in load_tickets(user, plans)}
    plans = {number: steps for number, steps in plans.items() if number in tickets}
    for position in range(max((len(steps) for steps in plans.values()), default=0)):
        for step, some in _group(plans, position):
            result = actions.perform(
                step.verb,
                [tickets[number] for number in some],
                user,
                step.data,
                _derive(submission, position, step),
                source=Source.PAGE,
            )
            for outcome in result.refused:
                if outcome.ticket is not None:
                    del plans[outcome.ticket.pk]
    return set(plans)


def _group(plans: Mapping[int, Sequence[Step]], position: int) -> list[tuple[Step, list[int]]]:
    """Return the steps at a position, each with the tickets that it concerns."""
    groups: dict[tuple[str, str], tuple[Step, list[int]]] = {}
    for number, steps in plans.items():
        if position < len(steps):
            step = steps[position]
            groups.setdefault((step.verb, str(step.data)), (step, []))[1].append(number)
    return list(groups.values())


def _derive(submission: uuid.UUID, position: int, step: Step) -> uuid.UUID:
    """Return the id of an undoing form: the same for a copy that is sent twice."""
    return uuid.uuid5(submission, f"undo {position} {step.verb} {sorted(step.data.items())}")
