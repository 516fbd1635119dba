"""Choosers of services and categories: those the user can open tickets in, and those they configure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views import chooser as generic

from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number

from .object_permissions import CleanRequestMixin


def find_reachable_services(user: Any) -> QuerySet[Service]:
    """Return the services that a user can choose in the admin. Others must not be revealed."""
    named, configured = Service.objects.named_to(user), Service.objects.configured_by(user)
    return Service.objects.filter(Q(pk__in=named.values("pk")) | Q(pk__in=configured.values("pk")))


def filter_reachable(model: type[Any], user: Any) -> QuerySet[Any]:
    """Return the services or categories that a user can choose in the admin."""
    if model is Service:
        return find_reachable_services(user)
    named, configured = Category.objects.named_to(user), Service.objects.configured_by(user)
    categories = Category.objects.filter(
        Q(pk__in=named.values("pk")) | Q(service__in=configured.values("pk"))
    )
    return categories.select_related("service", "parent").order_by(
        "service__order", "service__name", "order", "name"
    )


def describe_state(chosen: Service | Category) -> str:
    """Return why no ticket can be opened in a service or a category; empty if one can."""
    service = chosen.service if isinstance(chosen, Category) else chosen
    if not service.enabled:
        return gettext("not enabled")
    if isinstance(chosen, Category) and not chosen.takes_tickets:
        return gettext("does not accept tickets")
    if isinstance(chosen, Category) and chosen.hidden:
        return gettext("hidden")
    return ""


class NameForm(BaseFilterForm):
    """Searches by a part of the name."""

    q = forms.CharField(
        label=_("Search term"),
        widget=forms.TextInput(attrs={"placeholder": pgettext_lazy("button", "Search")}),
        required=False,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        objects = super().filter(objects)
        query = self.cleaned_data.get("q", "")
        if query:
            objects = objects.filter(name__icontains=query)
            self.is_searching, self.search_query = True, query
        return objects


class ReachableMixin(CleanRequestMixin):
    """Limits a view of a chooser to what the user can choose."""

    filter_form_class = NameForm

    def get_object_list(self) -> QuerySet[Any]:
        return filter_reachable(self.model_class, self.request.user)

    def get_object(self, pk: Any) -> Any:
        return self.get_object_list().get(pk=parse_number(pk))

    def get_objects(self, pks: list[str]) -> QuerySet[Any]:
        return self.get_object_list().filter(pk__in=filter(None, map(parse_number, pks)))

    def can_create(self) -> bool:
        return False

    def filter_object_list(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the categories to the service that is chosen beside the field, if there is one."""
        objects = super().filter_object_list(objects)
        service = parse_number(self.request.GET.get("service", ""))
        if self.model_class is Category and service is not None:
            return objects.filter(service=service)
        return objects

    def get_display_title(self, instance: Any) -> str:
        name = instance.path if isinstance(instance, Category) else str(instance)
        state = describe_state(instance)
        return gettext("%(name)s (%(state)s)") % {"name": name, "state": state} if state else name

    @property
    def columns(self) -> list[Any]:
        columns = [
            *super().columns,
            Column("state", label=pgettext_lazy("service", "Status"), accessor=describe_state),
        ]
        if self.model_class is Category:
            columns += [
                Column("parent", label=_("Parent category"), accessor="parent"),
                Column("service", label=_("Service"), accessor="service"),
            ]
        return columns


class ChooseView(ReachableMixin, generic.ChooseView):
    """The modal of a chooser."""


class ChooseResultsView(ReachableMixin, generic.ChooseResultsView):
    """The results in the modal."""


class ChosenView(ReachableMixin, generic.SnippetChosenView):
    """The data of the chosen object."""


class ChosenMultipleView(ReachableMixin, generic.SnippetChosenMultipleView):
    """The data of several chosen objects."""


class CreateView(ReachableMixin, generic.SnippetCreateView):
    """Not used: choosers create nothing."""


class ReachableChooser(generic.SnippetChooserViewSet):
    """The chooser of services or categories."""

    # Wagtail's own text is translated once, when the site starts.
    choose_one_text = _("Choose")
    preserve_url_parameters = ["multiple", "service"]
    choose_view_class = ChooseView
    choose_results_view_class = ChooseResultsView
    chosen_view_class = ChosenView
    chosen_multiple_view_class = ChosenMultipleView
    create_view_class = CreateView
