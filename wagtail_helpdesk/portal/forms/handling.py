"""The forms of whoever handles a ticket: taking, assigning, releasing, putting off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wagtail_helpdesk.actions.assignment import open_load
from wagtail_helpdesk.actions.handling import assignable
from wagtail_helpdesk.models import Away, ServiceManager, Ticket

from .. import presence
from ..people import name_of
from .acting import ActForm, StopsWhenOvertaken, WithText
from .attaching import WithFiles

#: More colleagues than this are not listed: the others are named by their identifier.
MOST_COLLEAGUES = 40


class Taking(ActForm):
    """The form of an act by which somebody becomes the manager of the ticket."""

    @property
    def replaces(self) -> str:
        """The name of whoever is in charge now and will not be any more."""
        current = self.ticket.assignee
        return name_of(current) if current and current != self.author else ""


class Take(Taking, WithFiles, WithText):
    name = "take"
    title = _("Take ticket no. %(number)s in charge")
    submit = _("Take in charge")
    done = _("You are now the manager of this ticket.")
    field_order = ("text", "files")


class TakeAndClose(Taking, StopsWhenOvertaken, WithFiles, WithText):
    name = "take_and_close"
    title = _("Take ticket no. %(number)s in charge and close it")
    submit = _("Take in charge and close")
    explains = _("%(requester)s will get a mail asking to approve this closure.")
    done = _(
        "Ticket no. %(number)s is closed."
        " %(requester)s will get a mail asking to approve this closure."
    )
    leaves = True
    field_order = ("text", "files")


class TakeAndAsk(Taking, WithFiles, WithText):
    name = "take_and_ask"
    title = _("Take in charge and ask for information")
    submit = _("Take in charge and ask")
    done = _("%(requester)s will get a mail with your question.")
    text_help = _("Please say which information you need.")
    field_order = ("text", "files")


class Release(WithText):
    name = "release"
    title = _("Release ticket no. %(number)s")
    submit = _("Release the ticket")
    explains = _("The ticket becomes free; the other managers of the service are told.")
    done = _("You are not the manager of this ticket any more.")


class Resume(WithText):
    name = "resume"
    title = _("Resume ticket no. %(number)s")
    submit = _("Resume the ticket")
    done = _("The ticket is in progress again.")


class Postpone(WithText):
    name = "postpone"
    title = _("Postpone ticket no. %(number)s")
    submit = _("Postpone the ticket")
    done = _("The ticket has been postponed.")
    leaves = True
    template = "wagtail_helpdesk/portal/acts/postpone.html"

    how = forms.ChoiceField(
        label=_("How will it resume?"),
        choices=[("date", _("Resume automatically on:")), ("hand", _("Resume by hand"))],
        initial="date",
        widget=forms.RadioSelect,
    )
    until = forms.DateField(
        label=_("Date"),
        required=False,
        error_messages={"invalid": _("Enter a date, for example 2030-12-31.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("how", "until", "text")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == "hand":
            cleaned["until"] = None
        elif not cleaned.get("until") and "until" not in self.errors:
            self.add_error("until", _("Choose a date, or to resume by hand."))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"until": self.cleaned_data["until"]}


class Assign(WithText):
    name = "assign"
    title = _("Assign ticket no. %(number)s to a manager")
    submit = _("Assign the ticket")
    done = _("The ticket has been assigned.")
    template = "wagtail_helpdesk/portal/acts/assign.html"

    to = forms.ChoiceField(
        label=_("Manager:"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a manager.")},
    )
    field_order = ("to", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = colleagues(self.ticket, self.author)
        self.groups = _grouped(self.ticket, self.colleagues)
        self.fields["to"].choices = self.groups  # type: ignore[attr-defined]
        absent = presence.absent_managers(self.ticket, self.author)
        self.absent = [self._instead(away) for away in absent]

    def _instead(self, away: Away) -> tuple[str, Any]:
        """Return the choice that puts the replacement of somebody absent in charge, or what is so."""
        offered = {manager.user_id for manager in self.colleagues}
        if away.replacement is not None and away.replacement.pk in offered:
            return presence.choice_about(away), away.replacement.pk
        return presence.sentence_about(away, self.author), None

    def arguments(self) -> dict[str, Any]:
        chosen = next(m.user for m in self.colleagues if str(m.user_id) == self.cleaned_data["to"])
        return super().arguments() | {"to": chosen}


def colleagues(ticket: Ticket, by: Any) -> list[ServiceManager]:
    """Return whom somebody can assign the ticket to, members of the category first."""
    available = assignable(ticket).exclude(user=by)
    members = available.filter(pk__in=ticket.category.effective_members().values("pk"))
    first = list(members[:MOST_COLLEAGUES])
    others = available.exclude(pk__in=[m.pk for m in first])[: MOST_COLLEAGUES - len(first)]
    for manager in first:
        manager.is_member = True  # type: ignore[attr-defined]
    return first + list(others)


def has_colleagues(ticket: Ticket, by: Any) -> bool:
    """Tell whether there is anybody to assign the ticket to."""
    return bool(assignable(ticket).exclude(user=by).exists())


def _grouped(
    ticket: Ticket, found: list[ServiceManager]
) -> list[tuple[Any, list[tuple[Any, Any]]]]:
    load = open_load(ticket.service_id, [manager.user_id for manager in found])
    groups: dict[bool, list[tuple[Any, Any]]] = {True: [], False: []}
    for manager in found:
        is_member = getattr(manager, "is_member", False)
        groups[is_member].append((manager.user_id, _with_load(manager, load)))
    titles = {True: _("Members of the category"), False: _("Other managers of the service")}
    return [(titles[kind], choices) for kind, choices in groups.items() if choices]


def _with_load(manager: ServiceManager, load: dict[Any, int]) -> str:
    count = load.get(manager.user_id, 0)
    tickets = ngettext("%(count)s open ticket", "%(count)s open tickets", count)
    return f"{name_of(manager.user)} ({tickets % {'count': count}})"
