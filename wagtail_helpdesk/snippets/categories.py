"""Adding, changing and deleting a category in the admin."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number

from .category_lists import get_tree_url
from .forms import CategoryForm
from .history import ConfigurationHistory
from .object_permissions import (
    ConfigurationActionView,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
)
from .service_pages import (
    CATEGORIES,
    SERVICES,
    join_title,
)
from .services import TEMPLATE_PANEL, get_service_panel_url
from .tables import WagtailView
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
