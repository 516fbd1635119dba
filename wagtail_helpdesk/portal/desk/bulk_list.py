"""What the desk shows for actions on several tickets: the bar, the way back, what came of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import ngettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.tickets.forms import ActionForm, get_form_classes
from wagtail_helpdesk.portal.tickets.forms.action_form import ButtonGroup

from .bulk_undo import read_undo

#: Buttons beside the number of selected tickets; the others are in the menu.
_SHOWN = frozenset({"take", "assign", "move", "close"})
#: Numbers of tickets named in one message.
MAX_NAMED = 20


def get_bulk_forms() -> list[type[ActionForm]]:
    """Return the forms of the actions that can be performed on several tickets, in order."""
    forms = [form for form in get_form_classes().values() if form.bulk and form.get_action()]
    return sorted(forms, key=_get_place)


def _get_place(form_class: type[ActionForm]) -> tuple[int, int, str]:
    place, groups = form_class.button, list(ButtonGroup)
    group, order = (groups.index(place.group), place.order) if place else (len(groups), 0)
    return (group, order, form_class.action_name)


def build_bulk_context(request: HelpdeskRequest) -> dict[str, Any]:
    """Return what the list needs to select tickets, to take one, and to undo what was just done."""
    undo = request.http.GET.get("undo", "")
    back = clean_back(request.http.GET.urlencode())
    return {
        "selects": True,
        "bulk_actions": [
            {
                "label": form.get_button_label(),
                "title": form.bulk.title if form.bulk else "",
                "icon": form.button.icon if form.button else "",
                "url": request.url("bulk", form.get_slug()),
                "is_shown": form.action_name in _SHOWN,
            }
            for form in get_bulk_forms()
        ],
        "take_url": request.url("bulk", lifecycle.TAKE.slug),
        "take_submission": uuid.uuid4(),
        "back": back,
        "undo": undo if undo and read_undo(request.user, undo) else "",
    }


def describe_success(form_class: type[ActionForm], count: int) -> str:
    """Return the sentence about what was done."""
    assert form_class.bulk is not None  # noqa: S101 - checked by handle_bulk
    return str(form_class.bulk.success % {"count": count})


def describe_refusals(numbers: Sequence[int], reason: str) -> str:
    """Return the sentence about tickets that were skipped for one reason."""
    named = ", ".join(f"#{number}" for number in numbers[:MAX_NAMED])
    skipped = ngettext(
        "%(count)s ticket skipped (%(numbers)s): %(reason)s",
        "%(count)s tickets skipped (%(numbers)s): %(reason)s",
        len(numbers),
    )
    more = "…" if len(numbers) > MAX_NAMED else ""
    return skipped % {"count": len(numbers), "numbers": named + more, "reason": reason}


def clean_back(query: str) -> str:
    """Return the query string of the list to go back to, without what belongs to another page."""
    # Django refuses a request for too many parameters: no list has as many.
    parameters = QueryDict(query[:2000] if query.count("&") < 100 else "", mutable=True)
    parameters.pop("undo", None)
    return parameters.urlencode()


def get_back_url(request: HelpdeskRequest, **more: str) -> str:
    """Return where the list is that the page came from, with more parameters."""
    given = request.http.POST if request.is_post else request.http.GET
    parameters = QueryDict(clean_back(given.get("back", "")), mutable=True)
    parameters.update(more)
    query = parameters.urlencode()
    return f"{request.url('desk')}?{query}" if query else request.url("desk")
