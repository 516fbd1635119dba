"""Categories in the admin: the tree of a service and the panel of each category."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn
from wagtail.admin.widgets import BooleanRadioSelect, Button
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number

from .forms import CategoryForm
from .history import ConfigurationHistory
from .object_permissions import (
    ConfigurationActionView,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
    VisibleListMixin,
)
from .service_pages import (
    CATEGORIES,
    SERVICES,
    ReorderPage,
    ServiceListPage,
    join_title,
)
from .services import TEMPLATE_PANEL, get_service_panel_url
from .tables import MenuTitle, WagtailView
from .texts import find_texts
from .widgets import RADIOS, SELECT

EDIT_HANDLER = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("parent", widget=SELECT),
                FieldRowPanel([FieldPanel("takes_tickets"), FieldPanel("hidden")]),
            ],
            heading=gettext_lazy("Category"),
            icon="helpdesk-category",
        ),
        TEMPLATE_PANEL,
        MultiFieldPanel(
            [FieldPanel("algorithm", widget=RADIOS), FieldPanel("alert_address")],
            heading=gettext_lazy("Assignment and alerts"),
            icon="mail",
        ),
    ],
    base_form_class=CategoryForm,
)


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


class CategoryBreadcrumbsMixin(WagtailView):
    """Adds breadcrumbs back to the tree to Wagtail's views of a category."""

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        service = self.object.service
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": get_service_panel_url(service), "label": str(service)},
            {"url": get_tree_url(service), "label": _("Categories")},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_success_url(self) -> str:
        return get_tree_url(self.object.service)


class CreateCategory(ConfigurationActionView, CategoryBreadcrumbsMixin, generic.CreateView):
    """Create a category in the service, and below the parent, given in the URL."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        service = parse_number(request.GET.get("service", ""))
        if service is None:
            messages.warning(
                request, _("Choose the service first: categories are added in its tree.")
            )
            return redirect(f"{SERVICES}:list")
        services = Service.objects.configured_by(request.user, Privilege.MANAGE_CATEGORIES)
        self.service = get_object_or_404(services, pk=service)
        return super().dispatch(request, *args, **kwargs)

    def get_initial_form_instance(self) -> Category:
        parent = parse_number(self.request.GET.get("parent", ""))
        self.object = Category(service=self.service)
        if parent is not None:
            self.object.parent = get_object_or_404(self.service.categories, pk=parent)
        return self.object

    def get_page_subtitle(self) -> str:
        return _("New category")

    def get_add_url(self) -> str:
        return self.request.get_full_path()

    def save_instance(self) -> Category:
        return configuration.create_category(
            self.service, by=self.request.user, **self.form.cleaned_data
        )


class EditCategory(
    ConfigurationActionView, CategoryBreadcrumbsMixin, PermittedObjectMixin, generic.EditView
):
    """The panel of a category (guide III.1)."""

    page_title = gettext_lazy("Category panel")
    template_name = "wagtail_helpdesk/admin/category.html"

    def save_instance(self) -> Category:
        return configuration.change_category(
            self.form.instance, by=self.request.user, **self.form.changes
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        category = self.object
        return super().get_context_data(
            category=category,
            texts=find_texts(category),
            source=category.list_in_force(),
            members=category.effective_members().count(),
            **kwargs,
        )


class DeleteCategory(CategoryBreadcrumbsMixin, PermittedObjectMixin, generic.DeleteView):
    """Delete a category without tickets and subcategories."""

    template_name = "wagtail_helpdesk/admin/delete.html"

    def get_usage_url(self) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tickets=configuration.find_tickets_of(self.object).count(),
            below=self.object.children.count(),
            hint=_("Transfer them first, or keep the category and untick “Accepts tickets”."),
            transfer_url=reverse(f"{CATEGORIES}:transfer", args=[self.object.pk]),
            cancel_url=reverse(f"{CATEGORIES}:edit", args=[self.object.pk]),
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            configuration.delete_category(self.object, by=self.request.user)
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            messages.error(self.request, str(refusal))
            return HttpResponseRedirect(self.get_delete_url())
        messages.success(self.request, self.get_success_message())
        return HttpResponseRedirect(self.get_success_url())


class CategoryUsage(CategoryBreadcrumbsMixin, PermittedBaseObjectMixin, generic.UsageView):
    """The pages whose blocks use a category."""


class CategoryHistory(CategoryBreadcrumbsMixin, ConfigurationHistory):
    """The log of a category."""

    any_permission_required = ["change"]


class ReorderCategories(ReorderPage):
    """Put a category in another place among its siblings."""

    privilege = Privilege.MANAGE_CATEGORIES

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.category = get_object_or_404(self.service.categories, pk=kwargs["category"])

    def change_order(self, place: int | None) -> None:
        configuration.change_category_order(self.category, by=self.author, place=place)
