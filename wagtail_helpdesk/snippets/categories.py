"""Categories in the admin: the tree of a service and the panel of each category."""

from __future__ import annotations

from typing import Any

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
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.widgets import HeaderButton
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number

from .aliases import find_aliases_in, find_aliases_of
from .forms import CategoryForm
from .object_permissions import (
    ConfigurationActionView,
    ScopedList,
    ScopedObject,
    ScopedSubject,
    WagtailView,
)
from .service_pages import CATEGORIES, SERVICES, CategoryPage, ServiceButton, ServicePageMixin
from .services import TEMPLATE_PANEL, get_service_panel_url
from .texts import find_texts
from .tree import walk_tree
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


class CategoryTree(ServicePageMixin):
    """The categories of a service, as a tree."""

    privilege = Privilege.MANAGE_CATEGORIES
    template_name = "wagtail_helpdesk/admin/tree.html"
    page_title = gettext_lazy("Categories")
    header_icon = "helpdesk-category"

    @cached_property
    def header_buttons(self) -> list[Any]:
        return [HeaderButton(_("Add a category"), url=get_add_url(self.service), icon_name="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rows=[
                {"node": node, "add_below": get_add_url(self.service, node.category)}
                for node in self._nodes()
            ],
            aliases=find_aliases_in(self.service, reader=self.author),
            names=find_aliases_of(self.service, reader=self.author),
            **kwargs,
        )

    def _nodes(self) -> list[Any]:
        categories = self.service.categories.with_source().select_related("members_from")
        categories = categories.annotate(
            named=Count("named_members", distinct=True),
            open_tickets=Count("tickets", filter=Q(tickets__is_open=True), distinct=True),
        )
        return list(walk_tree(categories))


def get_add_url(service: Service, parent: Category | None = None) -> str:
    """Return the URL of the form for a new category."""
    query = {"service": service.pk} | ({"parent": parent.pk} if parent else {})
    return f"{reverse(f'{CATEGORIES}:add')}?{urlencode(query)}"


class CategoryList(ScopedList, generic.IndexView):
    """The categories of all services whose categories the user manages."""

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


class CategoryCrumbs(WagtailView):
    """Adds breadcrumbs back to the tree to Wagtail's views of a category."""

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


class CreateCategory(ConfigurationActionView, CategoryCrumbs, generic.CreateView):
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


class EditCategory(ConfigurationActionView, CategoryCrumbs, ScopedObject, generic.EditView):
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


class DeleteCategory(CategoryCrumbs, ScopedObject, generic.DeleteView):
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


class CategoryUsage(CategoryCrumbs, ScopedSubject, generic.UsageView):
    """The pages whose blocks use a category."""


class CategoryHistory(CategoryCrumbs, ScopedSubject, generic.HistoryView):
    """The log of a category."""

    any_permission_required = ["change"]


class StepCategory(ServiceButton, CategoryPage):
    """Move a category one place up or down."""

    success_name = "tree"

    def do(self) -> None:
        up = self.request.POST.get("to") == "up"
        configuration.step_category(self.category, by=self.author, up=up)
