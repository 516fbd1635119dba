"""The forms of whoever handles a ticket: taking, assigning, releasing, putting off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wagtail_helpdesk.actions.assigning import find_assignable_managers
from wagtail_helpdesk.actions.assignment_rules import count_open_tickets
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.models import ServiceManager, Substitution, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal.forms.attachments import WithFiles
from wagtail_helpdesk.portal.forms.people import FindsPeople
from wagtail_helpdesk.portal.tickets import availability

from .action_form import ActForm, WithText
from .closing import Closing
from .messages import Asking

#: More colleagues than this are not listed at once: the others are found by the search.
MOST_COLLEAGUES = 40


class Taking(ActForm):
    """The form of an act by which somebody becomes the manager of the ticket."""

    @property
    def replaces(self) -> str:
        """The name of whoever is in charge now and will not be any more."""
        current = self.ticket.assignee
        return get_display_name(current) if current and current != self.author else ""


class Take(Taking, WithFiles, WithText):
    name = "take"
    title = _("Take charge of ticket no. %(number)s")
    submit = _("Take charge")
    done = _("You are now the manager of this ticket.")
    field_order = ("text", "files")


class TakeAndClose(Taking, Closing, WithFiles, WithText):
    name = "take_and_close"
    title = _("Take charge of ticket no. %(number)s and close it")
    submit = _("Take charge and close")
    field_order = ("text", "files")


class TakeAndAsk(Taking, Asking, WithFiles, WithText):
    name = "take_and_ask"
    title = _("Take charge and ask for information")
    submit = _("Take charge and ask")
    field_order = ("text", "files")


class Release(WithText):
    name = "release"
    title = _("Release ticket no. %(number)s")
    submit = _("Release the ticket")
    explains = _("The ticket becomes free, and the other managers of the service will be told.")
    done = _("You are no longer the manager of this ticket.")


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
        choices=[("date", _("Resume automatically on:")), ("hand", _("Resume manually"))],
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
            self.add_error("until", _("Choose a date, or “Resume manually”."))
        return cleaned

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"until": self.cleaned_data["until"]}


class Assign(FindsPeople, WithText):
    name = "assign"
    title = _("Assign ticket no. %(number)s to a manager")
    submit_naming = _("Assign to %(name)s")
    done = _("The ticket has been assigned.")
    template = "wagtail_helpdesk/portal/acts/assign.html"

    to = forms.ModelChoiceField(
        label=_("Manager:"),
        queryset=ServiceManager.objects.none(),
        to_field_name="user",
        error_messages={
            "required": _("Choose a manager."),
            "invalid_choice": _("Choose an available manager of this service."),
        },
    )
    field_order = ("to", "query", "text")
    most = MOST_COLLEAGUES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.available = find_assignable_managers(self.ticket).exclude(user=self.author)
        self.fields["to"].queryset = self.available  # type: ignore[attr-defined]
        self.fields["query"].label = _("Find a manager:")

    @cached_property
    def colleagues(self) -> list[Any]:
        """Those listed: the one already chosen, then members of the category, and one too many if cut."""
        chosen, query = number(self["to"].value()) or 0, str(self["query"].value() or "")
        found = self.available
        if query:
            fitting = UserDirectory().matching(query)
            found = found.filter(Q(user__in=fitting) | Q(user=chosen))
        members = self.ticket.category.effective_members().filter(pk=OuterRef("pk"))
        ordered = found.annotate(
            is_member=Exists(members), is_chosen=ExpressionWrapper(Q(user=chosen), BooleanField())
        ).order_by("-is_chosen", "-is_member", "order", "pk")
        return list(ordered[: MOST_COLLEAGUES + 1])

    @property
    def is_cut(self) -> bool:
        """Whether there are others, whom the search finds."""
        return len(self.colleagues) > MOST_COLLEAGUES

    @cached_property
    def groups(self) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
        """The colleagues with their names and their load, members of the category apart."""
        return _grouped(self.ticket, self.colleagues[:MOST_COLLEAGUES])

    @cached_property
    def known(self) -> Any:
        """The colleague whom the address names, to be confirmed and not chosen again."""
        named = None if self.request.posted else number(self["to"].value())
        return next((row.user for row in self.colleagues if row.user_id == named), None)

    @property
    def submit(self) -> Any:
        return self.submit_naming if self.known else _("Assign the ticket")

    @property
    def about(self) -> dict[str, Any]:
        return super().about | {"name": get_display_name(self.known) if self.known else ""}

    @cached_property
    def absent(self) -> list[tuple[str, Any]]:
        """What is said of each absent manager, and the replacement if one can be put in charge."""
        absent = availability.find_absent_managers(self.ticket, self.author)
        replacements = [away.replacement.pk for away in absent if away.replacement]
        rows = self.available.filter(user__in=replacements) if replacements else []
        return [self._instead(away, {row.user_id for row in rows}) for away in absent]

    def _instead(self, away: Substitution, possible: set[Any]) -> tuple[str, Any]:
        person = away.replacement
        if person is not None and person.pk in possible:
            return availability.describe_choice(away), person
        return availability.describe_absence(away, self.author), None

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"to": self.cleaned_data["to"].user}


def has_colleagues(ticket: Ticket, by: Any) -> bool:
    """Tell whether there is anybody to assign the ticket to."""
    return bool(find_assignable_managers(ticket).exclude(user=by).exists())


def _grouped(ticket: Ticket, found: list[Any]) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
    load = count_open_tickets(ticket.service_id, [manager.user_id for manager in found])
    groups: dict[bool, list[tuple[Any, str, str]]] = {True: [], False: []}
    for manager in found:
        name, count = get_display_name(manager.user), load.get(manager.user_id, 0)
        groups[manager.is_member].append((manager.user_id, name, _tickets(count)))
    titles = {True: _("Members of the category"), False: _("Other managers of the service")}
    return [(titles[kind], choices) for kind, choices in groups.items() if choices]


def _tickets(count: int) -> str:
    return ngettext("%(count)s open ticket", "%(count)s open tickets", count) % {"count": count}
