"""The forms about who is in charge: taking, assigning, releasing, postponing, resuming."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Exists, ExpressionWrapper, Min, OuterRef, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from wagtail_helpdesk.actions.assignment_rules import count_open_tickets
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.models import ServiceManager, Substitution, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.parsing import parse_user_key
from wagtail_helpdesk.portal.forms.attachments import AttachmentsForm
from wagtail_helpdesk.portal.forms.people import PeopleSearchForm
from wagtail_helpdesk.portal.tickets import availability

from .action_form import ActionForm, BulkLabels, ButtonGroup, ButtonPlace, TextForm
from .closing import ClosingForm
from .messages import QuestionForm
from .registry import register_form

#: More colleagues than this are not listed at once; the others are found by the search.
MAX_COLLEAGUES = 40


class TakingForm(ActionForm):
    """The form of an action by which the user becomes the manager of the ticket."""

    @property
    def replaced_manager(self) -> str:
        """The name of the manager whom the user would replace, or an empty string."""
        current = self.ticket.assignee
        return get_display_name(current) if current and current != self.user else ""


@register_form
class Take(TakingForm, AttachmentsForm, TextForm):
    action_name = "take"
    title = _("Take ticket #%(number)s")
    submit_label = _("Take the ticket")
    success_message = _("You are now the manager of this ticket.")
    button = ButtonPlace(ButtonGroup.FIRST, 100, "check")
    bulk = BulkLabels(
        _("Take the tickets"),
        ngettext_lazy("%(count)s ticket taken.", "%(count)s tickets taken.", "count"),
    )
    field_order = ("text", "files")


@register_form
class TakeAndClose(TakingForm, ClosingForm, AttachmentsForm, TextForm):
    action_name = "take_and_close"
    title = _("Take ticket #%(number)s and close it")
    submit_label = _("Take and close")
    button = ButtonPlace(ButtonGroup.FIRST, 200, "done")
    bulk = BulkLabels(
        _("Take and close the tickets"),
        ngettext_lazy(
            "%(count)s ticket taken and closed.", "%(count)s tickets taken and closed.", "count"
        ),
    )
    field_order = ("text", "files")


@register_form
class TakeAndAsk(TakingForm, QuestionForm, AttachmentsForm, TextForm):
    action_name = "take_and_ask"
    title = _("Take ticket #%(number)s and ask for information")
    submit_label = _("Take and ask")
    button = ButtonPlace(ButtonGroup.FIRST, 300, "ask")
    bulk = BulkLabels(
        _("Take the tickets and ask for information"),
        ngettext_lazy(
            "%(count)s ticket taken, and information asked for.",
            "%(count)s tickets taken, and information asked for.",
            "count",
        ),
    )
    field_order = ("text", "files")


@register_form
class Release(TextForm):
    action_name = "release"
    title = _("Release ticket #%(number)s")
    submit_label = _("Release the ticket")
    help_text = _(
        "The ticket becomes free, and the other managers of the service are alerted according to their settings."
    )
    success_message = _("You are no longer the manager of this ticket.")
    button = ButtonPlace(ButtonGroup.SECOND, 200, "reopen")


@register_form
class Resume(TextForm):
    action_name = "resume"
    title = _("Resume ticket #%(number)s")
    submit_label = _("Resume the ticket")
    success_message = _("The ticket is in progress again.")
    button = ButtonPlace(ButtonGroup.FIRST, 900, "forward")


@register_form
class Postpone(TextForm):
    action_name = "postpone"
    title = _("Postpone ticket #%(number)s")
    submit_label = _("Postpone the ticket")
    success_message = _("The ticket has been postponed.")
    button = ButtonPlace(ButtonGroup.SECOND, 600, "pause")
    ends_ticket = True
    template = "wagtail_helpdesk/portal/actions/postpone.html"

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

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"until": self.cleaned_data["until"]}


class ManagerField(forms.ModelChoiceField):
    """A manager of the service, named by the key of their user."""

    def to_python(self, value: Any) -> ServiceManager | None:
        key = parse_user_key(value)
        if key is None and value not in self.empty_values:
            # A number that is too large for a key would break the query.
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(key)


@register_form
class Assign(PeopleSearchForm, TextForm):
    action_name = "assign"
    title = _("Assign ticket #%(number)s to a manager")
    submit_label_with_name = _("Assign to %(name)s")
    success_message = _("The ticket has been assigned.")
    button = ButtonPlace(ButtonGroup.SECOND, 100, "assign")
    bulk = BulkLabels(
        _("Assign the tickets"),
        ngettext_lazy("%(count)s ticket assigned.", "%(count)s tickets assigned.", "count"),
    )
    template = "wagtail_helpdesk/portal/actions/assign.html"

    to = ManagerField(
        label=_("Manager:"),
        queryset=ServiceManager.objects.none(),
        to_field_name="user",
        error_messages={
            "required": _("Choose a manager."),
            "invalid_choice": _("Choose an available manager of this service."),
        },
    )
    field_order = ("to", "query", "text")
    max_colleagues = MAX_COLLEAGUES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.available = availability.find_colleagues(self.ticket, self.user)
        self.fields["to"].queryset = self.available  # type: ignore[attr-defined]
        self.fields["query"].label = _("Find a manager:")

    def extend_to(self, tickets: Sequence[Ticket]) -> None:
        """Offer the managers of all the services concerned, each once."""
        super().extend_to(tickets)
        services = {ticket.service_id for ticket in tickets}
        rows = ServiceManager.objects.filter(service__in=services).available_on()
        once = rows.exclude(user=self.user).values("user").annotate(first=Min("pk"))
        self.available = ServiceManager.objects.filter(pk__in=once.values("first")).select_related(
            "user"
        )
        self.fields["to"].queryset = self.available  # type: ignore[attr-defined]

    @classmethod
    def get_disabled_reason(cls, ticket: Ticket, user: Any) -> str:
        if availability.has_colleagues(ticket, user):
            return ""
        return str(_("No manager is available."))

    @cached_property
    def colleagues(self) -> list[Any]:
        """The colleagues to list, and one more when there are others.

        The one already chosen comes first, then the members of the category.
        """
        chosen, query = parse_user_key(self["to"].value()), str(self["query"].value() or "")
        rows = self.available
        if query:
            matching = UserDirectory().filter_matching(query)
            rows = rows.filter(Q(user__in=matching) | Q(user=chosen))
        members = self.ticket.category.effective_members().filter(pk=OuterRef("pk"))
        ordered = rows.annotate(
            is_member=Exists(members), is_chosen=ExpressionWrapper(Q(user=chosen), BooleanField())
        ).order_by("-is_chosen", "-is_member", "order", "pk")
        return list(ordered[: MAX_COLLEAGUES + 1])

    @property
    def is_cut(self) -> bool:
        """Whether there are more colleagues than are listed; the search finds the others."""
        return len(self.colleagues) > MAX_COLLEAGUES

    @cached_property
    def groups(self) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
        """The colleagues with their names and their load, members of the category apart."""
        return _group_by_membership(self.ticket, self.colleagues[:MAX_COLLEAGUES])

    @cached_property
    def suggested_user(self) -> Any:
        """The colleague named in the URL, to be confirmed; None in a form that was sent."""
        was_sent = self.is_bound or "find" in self.initial
        pk = None if was_sent else parse_user_key(self["to"].value())
        return next((row.user for row in self.colleagues if row.user_id == pk), None)

    @property
    def submit_label(self) -> Any:
        return self.submit_label_with_name if self.suggested_user else _("Assign the ticket")

    @property
    def label_context(self) -> dict[str, Any]:
        name = get_display_name(self.suggested_user) if self.suggested_user else ""
        return super().label_context | {"name": name}

    @cached_property
    def absent(self) -> list[tuple[str, Any]]:
        """A sentence about each absent manager, and the replacement if they can be put in charge."""
        absent = availability.find_absent_managers(self.ticket, self.user)
        replacements = [away.replacement.pk for away in absent if away.replacement]
        rows = self.available.filter(user__in=replacements) if replacements else []
        return [self._describe(away, {row.user_id for row in rows}) for away in absent]

    def _describe(self, away: Substitution, assignable: set[Any]) -> tuple[str, Any]:
        person = away.replacement
        if person is not None and person.pk in assignable:
            return availability.describe_choice(away), person
        return availability.describe_absence(away, self.user), None

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"to": self.cleaned_data["to"].user}


def _group_by_membership(
    ticket: Ticket, managers: list[Any]
) -> list[tuple[Any, list[tuple[Any, str, str]]]]:
    load = count_open_tickets(ticket.service_id, [manager.user_id for manager in managers])
    groups: dict[bool, list[tuple[Any, str, str]]] = {True: [], False: []}
    for manager in managers:
        name, count = get_display_name(manager.user), load.get(manager.user_id, 0)
        groups[manager.is_member].append((manager.user_id, name, _format_count(count)))
    titles = {True: _("Members of the category"), False: _("Other managers of the service")}
    return [(titles[kind], choices) for kind, choices in groups.items() if choices]


def _format_count(count: int) -> str:
    return ngettext("%(count)s open ticket", "%(count)s open tickets", count) % {"count": count}
