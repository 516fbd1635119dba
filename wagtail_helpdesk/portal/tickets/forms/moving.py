"""The form that transfers a ticket: the tree of services and the guests who stay or go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from wagtail_helpdesk import access, category_tree
from wagtail_helpdesk.actions.moving import find_move_targets
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Category, Guest, Service, Ticket
from wagtail_helpdesk.parsing import parse_number, parse_user_key
from wagtail_helpdesk.portal.forms.people import PeopleSearchForm
from wagtail_helpdesk.portal.search import matching

from .action_form import BulkLabels, ButtonGroup, ButtonPlace, Done, TextForm
from .participants import MAX_GUESTS
from .registry import register_form

#: More categories than this are not listed at once; the others are found by the search.
MAX_CATEGORIES = 400


@dataclass(frozen=True)
class ServiceBranch:
    """A service in the tree, with its categories.

    ``arrival`` is the category that choosing the service alone means, None when one must be chosen.
    """

    service: Service
    nodes: list[category_tree.TreeNode]
    is_managed: bool
    #: Whether the ticket is in this service now: its notes keep the same readers.
    is_current: bool
    arrival: Any = None
    is_open: bool = False

    @property
    def value(self) -> str:
        """The value that the form sends when only the service is chosen."""
        return f"service-{self.service.pk}"


class GuestsToRemoveField(forms.MultipleChoiceField):
    """The ids of guests to remove; a person who has left meanwhile is no error."""

    def valid_value(self, value: Any) -> bool:
        return True


@register_form
class Move(PeopleSearchForm, TextForm):
    action_name = "move"
    title = _("Transfer ticket #%(number)s")
    submit_label = _("Transfer the ticket")
    submit_label_with_name = _("Transfer to %(name)s")
    #: Who will read the internal notes, once the service is chosen.
    notes_label_with_name = _(
        "The internal notes will be readable by the managers of the service %(service)s."
    )
    success_message = _("The ticket has been transferred.")
    text_label = _("Reasons for the transfer (optional)")
    button = ButtonPlace(ButtonGroup.SECOND, 300, "move")
    bulk = BulkLabels(
        _("Transfer the tickets"),
        ngettext_lazy("%(count)s ticket transferred.", "%(count)s tickets transferred.", "count"),
    )
    template = "wagtail_helpdesk/portal/actions/move.html"

    to = forms.CharField(
        label=_("Target category:"),
        error_messages={"required": _("Choose the target service and/or category.")},
    )
    release = forms.BooleanField(label=_("Release the ticket"), required=False)
    become_guest = forms.BooleanField(label=_("Stay on this ticket as a guest"), required=False)
    without = GuestsToRemoveField(required=False)
    field_order = ("to", "query", "become_guest", "without", "release", "text")
    max_categories = MAX_CATEGORIES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["query"].label = _("Find a service or a category:")
        if self.ticket.assignee_id is None:
            del self.fields["release"]
        if not self.can_become_guest:
            del self.fields["become_guest"]

    def extend_to(self, tickets: Sequence[Ticket]) -> None:
        """Offer the targets of the first ticket, and its own category to those that are elsewhere.

        The guests of all tickets stay.
        """
        super().extend_to(tickets)
        self.guests = []
        del self.fields["without"]
        if any(ticket.assignee_id == self.user.pk for ticket in tickets):
            self.fields["release"] = self.base_fields["release"]
        if any(ticket.category_id != self.ticket.category_id for ticket in tickets):
            own = Category.objects.filter(
                pk=self.ticket.category_id, takes_tickets=True, service__enabled=True
            )
            self.targets = self.targets | own
        self.order_fields(self.field_order)

    @cached_property
    def targets(self) -> QuerySet[Category]:
        """The categories to which the user can transfer."""
        return find_move_targets(self.ticket, self.user)

    @property
    def managed_services(self) -> list[Service]:
        """The services that the user manages."""
        return [row.service for row in access.manager_rows_of(self.user)]

    @cached_property
    def guests(self) -> list[Guest]:
        """The guests who stay on the ticket unless they are removed here."""
        return list(self.ticket.guests.select_related("user")[:MAX_GUESTS])

    @property
    def has_other_guests(self) -> bool:
        """Whether there are more guests than are listed; they stay."""
        return len(self.guests) == MAX_GUESTS < self.ticket.guests.count()

    @property
    def search_text(self) -> str:
        """The name of a service or category to look for; empty for all of them."""
        return str(self["query"].value() or "").strip()

    @cached_property
    def _found(self) -> list[Category]:
        """The possible targets, the one already chosen included, and one more when there are others."""
        found = self.targets.select_related("service")
        if self.search_text:
            chosen = parse_number(self["to"].value()) or 0
            named = matching.build_name_condition(self.search_text)
            in_service = matching.build_name_condition(self.search_text, "service__")
            found = found.filter(named | in_service | Q(pk=chosen))
        ordered = found.order_by("service__order", "service__name", "order", "name")
        return list(ordered[: MAX_CATEGORIES + 1])

    @property
    def categories(self) -> list[Category]:
        """The possible targets that are listed."""
        return self._found[:MAX_CATEGORIES]

    @property
    def is_cut(self) -> bool:
        """Whether there are more targets than are listed; the search finds the others."""
        return len(self._found) > MAX_CATEGORIES

    @cached_property
    def branches(self) -> list[ServiceBranch]:
        """The services with their categories."""
        by_service: dict[Any, list[Category]] = defaultdict(list)
        for category in self.categories:
            by_service[category.service_id].append(category)
        parents = Category.objects.filter(service__in=by_service)
        current = () if self.search_text else (self.ticket.category_id,)
        tree = category_tree.build_tree(parents)
        whole = category_tree.keep_with_ancestors(tree, {*self.selectable, *current})
        return [self._branch(found, whole) for found in by_service.values()]

    def _branch(self, found: list[Category], whole: list[category_tree.TreeNode]) -> ServiceBranch:
        service = found[0].service
        is_current = service.pk == self.ticket.service_id
        return ServiceBranch(
            service=service,
            nodes=[node for node in whole if node.service == service.pk],
            is_managed=service in self.managed_services,
            arrival=None if is_current else self._find_arrival(service, found),
            is_current=is_current,
            is_open=is_current or bool(self.search_text) or self._is_chosen(service),
        )

    def _find_arrival(self, service: Service, found: list[Category]) -> Any:
        """Return the category that choosing the service alone means, or None."""
        if any(category.pk == service.arrivals_id for category in found):
            return service.arrivals_id
        # A tree that is cut may hide other categories of the service.
        whole = not self.is_cut and not self.search_text
        return found[0].pk if whole and len(found) == 1 else None

    def _is_chosen(self, service: Service) -> bool:
        chosen = str(self["to"].value() or "")
        if chosen.startswith("service-"):
            return chosen == f"service-{service.pk}"
        return any(str(c.pk) == chosen and c.service_id == service.pk for c in self.categories)

    @property
    def removed(self) -> set[Any]:
        """The keys of the guests ticked for removal, when the form comes back."""
        ticked = self["without"].value() or []
        return {parse_user_key(pk) for pk in ([ticked] if isinstance(ticked, str) else ticked)}

    @property
    def selectable(self) -> set[Any]:
        """The ids of the categories that can be chosen."""
        return {category.pk for category in self.categories}

    @cached_property
    def can_become_guest(self) -> bool:
        """Whether the user might lose access to the ticket, and so is offered to stay."""
        roles = self.ticket.access.roles
        if Role.REQUESTER in roles or Role.GUEST in roles:
            return False
        listed = any(category.service not in self.managed_services for category in self.categories)
        return listed or self.is_cut or bool(self.search_text)

    def clean_to(self) -> Category:
        chosen = self.cleaned_data["to"]
        if chosen.startswith("service-"):
            return self._get_arrival_of(chosen.removeprefix("service-"))
        # Among all targets, because the tree may be too large to be shown whole.
        found = self.targets.filter(pk=parse_number(chosen) or 0)
        if category := found.select_related("service").first():
            return category
        raise forms.ValidationError(_("The ticket cannot be transferred there."))

    def _get_arrival_of(self, service: str) -> Category:
        for branch in self.branches:
            if str(branch.service.pk) == service and branch.arrival is not None:
                return next(c for c in self.categories if c.pk == branch.arrival)
        raise forms.ValidationError(_("Choose a category of this service."))

    @classmethod
    def describe_success(cls, done: Done) -> str:
        if not done.is_visible:
            return str(_("The ticket has been transferred. You can no longer see it."))
        if done.user.pk in (done.result.value_after("guests") or ()):
            return str(_("The ticket has been transferred. You are now a guest of it."))
        return super().describe_success(done)

    def get_arguments(self) -> dict[str, Any]:
        removed = self.cleaned_data.get("without", ())
        return super().get_arguments() | {
            "to": self.cleaned_data["to"],
            "release": self.cleaned_data.get("release", False),
            "become_guest": self.cleaned_data.get("become_guest", False),
            "without": [g.user for g in self.guests if str(g.user_id) in removed],
        }
