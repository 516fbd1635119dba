"""The form that transfers a ticket: the tree of services, and what happens to those on it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.actions.moving import find_move_targets
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Category, Guest, Service
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal.forms.people import FindsPeople
from wagtail_helpdesk.portal.search import matching

from .action_form import WithText
from .participants import MOST_GUESTS

#: More categories than this are not listed at once: the others are found by the search.
MOST_CATEGORIES = 400


@dataclass(frozen=True)
class Branch:
    """A service in the tree: its categories, and the one for arrivals when it is enough."""

    service: Service
    nodes: list[category_tree.TreeNode]
    managed: bool
    #: Whether the ticket is there now: its notes stay among the same managers.
    here: bool
    arrival: Any = None
    open: bool = False

    @property
    def value(self) -> str:
        """What the form sends when the service alone is chosen."""
        return f"service-{self.service.pk}"


class Without(forms.MultipleChoiceField):
    """The guests to remove; somebody who is none any more is nothing to correct."""

    def valid_value(self, value: Any) -> bool:
        return True


class Move(FindsPeople, WithText):
    name = "move"
    title = _("Transfer ticket no. %(number)s")
    submit = _("Transfer the ticket")
    submit_naming = _("Transfer to %(name)s")
    #: What becomes of the internal notes, once the service is chosen.
    notes_naming = _(
        "The internal notes will be readable by the managers of the service %(service)s."
    )
    done = _("The ticket has been transferred.")
    text_label = _("Reasons for the transfer (optional)")
    template = "wagtail_helpdesk/portal/acts/move.html"

    to = forms.CharField(
        label=_("Target category:"),
        error_messages={"required": _("Choose the target service and/or category.")},
    )
    release = forms.BooleanField(label=_("Release the ticket"), required=False)
    become_guest = forms.BooleanField(label=_("Become a guest user of the ticket"), required=False)
    without = Without(required=False)
    field_order = ("to", "query", "become_guest", "without", "release", "text")
    most = MOST_CATEGORIES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["query"].label = _("Find a service or a category:")
        if self.ticket.assignee_id is None:
            del self.fields["release"]
        if not self.may_become_guest:
            del self.fields["become_guest"]

    @cached_property
    def guests(self) -> list[Guest]:
        """The guests who stay on the ticket unless they are removed here."""
        return list(self.ticket.guests.select_related("user")[:MOST_GUESTS])

    @property
    def has_other_guests(self) -> bool:
        """Whether there are guests who are not named, and stay."""
        return len(self.guests) == MOST_GUESTS < self.ticket.guests.count()

    @property
    def wanted(self) -> str:
        """The name by which a target is looked for, empty for all of them."""
        return str(self["query"].value() or "").strip()

    @cached_property
    def found(self) -> list[Category]:
        """The categories the ticket may go to, the one already chosen among them; one too many if cut."""
        found = find_move_targets(self.ticket, self.author).select_related("service")
        if self.wanted:
            chosen = number(self["to"].value()) or 0
            named = matching.matches("name", self.wanted)
            found = found.filter(
                named | matching.matches("service__name", self.wanted) | Q(pk=chosen)
            )
        ordered = found.order_by("service__order", "service__name", "order", "name")
        return list(ordered[: MOST_CATEGORIES + 1])

    @property
    def categories(self) -> list[Category]:
        """Those listed."""
        return self.found[:MOST_CATEGORIES]

    @property
    def is_cut(self) -> bool:
        """Whether there are others, which the search finds."""
        return len(self.found) > MOST_CATEGORIES

    @cached_property
    def branches(self) -> list[Branch]:
        """The tree, a service at a time."""
        by_service: dict[Any, list[Category]] = defaultdict(list)
        for category in self.categories:
            by_service[category.service_id].append(category)
        parents = Category.objects.filter(service__in=by_service)
        here = () if self.wanted else (self.ticket.category_id,)
        tree = category_tree.build_tree(parents)
        whole = category_tree.keep_with_ancestors(tree, {*self.selectable, *here})
        return [self._branch(found, whole) for found in by_service.values()]

    def _branch(self, found: list[Category], whole: list[category_tree.TreeNode]) -> Branch:
        service = found[0].service
        here = service.pk == self.ticket.service_id
        return Branch(
            service=service,
            nodes=[node for node in whole if node.service == service.pk],
            managed=service in self.request.services,
            arrival=None if here else self._arrival(service, found),
            here=here,
            open=here or bool(self.wanted) or self._asked_for(service),
        )

    def _arrival(self, service: Service, found: list[Category]) -> Any:
        """Return the category that choosing the service alone means, or None: the tree asks."""
        if any(category.pk == service.arrivals_id for category in found):
            return service.arrivals_id
        # Of a service in a tree that is cut there may be others.
        whole = not self.is_cut and not self.wanted
        return found[0].pk if whole and len(found) == 1 else None

    def _asked_for(self, service: Service) -> bool:
        chosen = str(self["to"].value() or "")
        if chosen.startswith("service-"):
            return chosen == f"service-{service.pk}"
        return any(str(c.pk) == chosen and c.service_id == service.pk for c in self.categories)

    @property
    def removed(self) -> set[int | None]:
        """The ids of the guests ticked for removal, when the form comes back."""
        ticked = self["without"].value() or []
        return {number(pk) for pk in ([ticked] if isinstance(ticked, str) else ticked)}

    @property
    def selectable(self) -> set[Any]:
        """The ids of the categories that can be chosen."""
        return {category.pk for category in self.categories}

    @cached_property
    def may_become_guest(self) -> bool:
        """Whether the mover might lose sight of the ticket, and so be offered to stay."""
        roles = self.ticket.access.roles
        if Role.REQUESTER in roles or Role.GUEST in roles:
            return False
        listed = any(category.service not in self.request.services for category in self.categories)
        return listed or self.is_cut or bool(self.wanted)

    def clean_to(self) -> Category:
        chosen = self.cleaned_data["to"]
        if chosen.startswith("service-"):
            return self._category_of(chosen.removeprefix("service-"))
        # Asked of all targets: the tree may be too large to show whole.
        found = find_move_targets(self.ticket, self.author).filter(pk=number(chosen) or 0)
        if category := found.select_related("service").first():
            return category
        raise forms.ValidationError(_("The ticket cannot be transferred there."))

    def _category_of(self, service: str) -> Category:
        for branch in self.branches:
            if str(branch.service.pk) == service and branch.arrival is not None:
                return next(c for c in self.categories if c.pk == branch.arrival)
        raise forms.ValidationError(_("Choose a category of this service."))

    def arguments(self) -> dict[str, Any]:
        removed = self.cleaned_data["without"]
        return super().arguments() | {
            "to": self.cleaned_data["to"],
            "release": self.cleaned_data.get("release", False),
            "become_guest": self.cleaned_data.get("become_guest", False),
            "without": [g.user for g in self.guests if str(g.user_id) in removed],
        }
