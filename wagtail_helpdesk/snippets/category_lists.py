"""The tree of the categories of a service, and the list of those of all services."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.admin.widgets import BooleanRadioSelect, Button
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number

from .object_permissions import (
    VisibleListMixin,
)
from .service_pages import (
    CATEGORIES,
    SERVICES,
    ReorderPage,
    ServiceListPage,
)
from .tables import MenuTitle


def get_tree_url(service: Service) -> str:
    """Return the URL of a service's categories in the admin."""
    return reverse(f"{SERVICES}:tree", args=[service.pk])


class CategoryFilters(WagtailFilterSet):
    """The filters of the categories of a service."""

    takes_tickets = django_filters.BooleanFilter(
        label=gettext_lazy("Accepts tickets"), widget=BooleanRadioSelect
    )
    hidden = django_filters.BooleanFilter(label=gettext_lazy("Hidden"), widget=BooleanRadioSelect)
    inherits_members = django_filters.BooleanFilter(
        label=gettext_lazy("Inherits its members"), widget=BooleanRadioSelect
    )

    class Meta:
        model = Category
        fields: ClassVar[list[str]] = []


class CategoryTitle(MenuTitle):
    """The name of a category, indented by its depth, and its state."""

    cell_template_name = "wagtail_helpdesk/admin/cells/category.html"


class MembersColumn(Column):
    """Where the members of a category come from, linked to their form."""

    cell_template_name = "wagtail_helpdesk/admin/cells/members.html"


class CategoryTree(ServiceListPage):
    """The categories of a service as a tree, or the siblings below one parent in their order.

    A search or a filter shows the categories found with their path.
    """

    model = Category
    privilege = changing = Privilege.MANAGE_CATEGORIES
    page_title = gettext_lazy("Categories")
    header_icon = "helpdesk-category"
    page_name = "tree"
    add_item_label = gettext_lazy("Add a category")
    filterset_class = CategoryFilters
    sort_order_field = default_ordering = "order"
    empty = gettext_lazy("This service has no category yet. Every ticket belongs to one.")
    search_fields = ("name",)
    search_backend_name = None

    @cached_property
    def columns(self) -> list[Column]:
        """The name, the members and the open tickets."""
        return [
            CategoryTitle(
                "name",
                self,
                label=gettext_lazy("Name"),
                accessor=str,
                get_url=lambda category: reverse(f"{CATEGORIES}:edit", args=[category.pk]),
            ),
            MembersColumn("members", label=gettext_lazy("Members")),
            NumberColumn("open_tickets", label=gettext_lazy("Open tickets")),
        ]

    def get_add_url(self) -> str:
        return get_add_url(self.service)

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """The aliases, and the order of the top level if the tree has several levels."""
        aliases = Button(_("Aliases"), self.get_page_url("aliases"), icon_name="link", priority=10)
        if self.is_flat:
            return [aliases]
        order = Button(_("Change the order"), self._get_order_url(), icon_name="list-ul")
        return [aliases, order]

    def _get_order_url(self, parent: Any = "") -> str:
        return f"{self.index_url}?{urlencode({'ordering': 'order', 'parent': parent})}"

    @cached_property
    def is_flat(self) -> bool:
        """Whether every category is at the top level."""
        return not self.service.categories.exclude(parent=None).exists()

    @cached_property
    def show_ordering_column(self) -> bool:
        """Whether rows can be dragged: those shown are siblings."""
        if self.is_searching or self.is_filtering:
            return False
        return self.is_flat or self.is_explicitly_ordered

    def get_list_more_buttons(self, instance: Any) -> list[Button]:
        """Return the menu of a category."""
        buttons = [
            (_("Edit"), reverse(f"{CATEGORIES}:edit", args=[instance.pk]), "edit"),
            (_("View/edit members"), self._get_members_url(instance), "group"),
            (_("Add below"), get_add_url(self.service, instance), "plus"),
        ]
        if instance.subcategories > 1:
            buttons.append((_("Sort subcategories"), self._get_order_url(instance.pk), "list-ul"))
        buttons.append((_("Delete"), reverse(f"{CATEGORIES}:delete", args=[instance.pk]), "bin"))
        return [
            Button(label, url, icon_name=icon, priority=place)
            for place, (label, url, icon) in enumerate(buttons)
        ]

    def _get_members_url(self, category: Category) -> str:
        return reverse(f"{CATEGORIES}:members", args=[category.pk])

    def get_base_queryset(self) -> QuerySet[Category]:
        categories = self.service.categories.with_source().select_related(
            "members_from", "service", "parent"
        )
        return categories.annotate(
            named=Count("named_members", distinct=True),
            open_tickets=Count("tickets", filter=Q(tickets__is_open=True), distinct=True),
            subcategories=Count("children", distinct=True),
        )

    def get_paginate_by(self, queryset: Any) -> None:
        # The categories of one service are a short list, and a branch stays together.
        return None

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        if self.is_searching or self.is_filtering:
            return self._add_paths(found.order_by("order", "name"))
        if self.is_explicitly_ordered and self.show_ordering_column and not self.is_flat:
            return found.filter(parent=parse_number(self.request.GET.get("parent", "")))
        return [
            _annotate(node.category, depth=node.depth) for node in category_tree.build_tree(found)
        ]

    def _add_paths(self, found: QuerySet[Category]) -> list[Category]:
        """Return the categories with the names of those above them."""
        everything = self.service.categories.only(*category_tree.FIELDS)
        by_pk = {category.pk: category for category in everything}
        lineages = [list(category_tree.iterate_lineage(c, by_pk))[:0:-1] for c in found]
        return [
            _annotate(category, above=" › ".join(map(str, lineage)))
            for category, lineage in zip(found, lineages, strict=True)
        ]


def _annotate(category: Category, **shown: Any) -> Category:
    """Return the category with values that its cell shows."""
    for name, value in shown.items():
        setattr(category, name, value)
    return category


def get_add_url(service: Service, parent: Category | None = None) -> str:
    """Return the URL of the form for a new category."""
    query = {"service": service.pk} | ({"parent": parent.pk} if parent else {})
    return f"{reverse(f'{CATEGORIES}:add')}?{urlencode(query)}"


def find_services_with_categories(request: HttpRequest) -> QuerySet[Service]:
    """Return the services whose categories a user manages."""
    return Service.objects.configured_by(request.user, Privilege.MANAGE_CATEGORIES)


class AllCategoryFilters(CategoryFilters):
    """The filters of the categories of several services."""

    service = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Service"), queryset=find_services_with_categories
    )


class CategoryList(VisibleListMixin, generic.IndexView):
    """The categories of all services whose categories the user manages."""

    filterset_class = AllCategoryFilters
    default_ordering = "service__name"
    list_display = [
        "name",
        Column(
            "service", label=gettext_lazy("Service"), accessor="service", sort_key="service__name"
        ),
        Column("parent", label=gettext_lazy("Parent category"), accessor="parent"),
        BooleanColumn("takes_tickets", label=gettext_lazy("Accepts tickets")),
    ]

    def get_base_queryset(self) -> QuerySet[Category]:
        return super().get_base_queryset().select_related("service", "parent")

    def order_queryset(self, queryset: QuerySet[Category]) -> QuerySet[Category]:
        return super().order_queryset(queryset).order_by(self.ordering, "order", "pk")

    def get_add_url(self) -> None:
        # Categories are added in the tree of their service.
        return None


class ReorderCategories(ReorderPage):
    """Put a category in another place among its siblings."""

    privilege = Privilege.MANAGE_CATEGORIES

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.category = get_object_or_404(self.service.categories, pk=kwargs["category"])

    def change_order(self, place: int | None) -> None:
        configuration.change_category_order(self.category, by=self.author, place=place)
