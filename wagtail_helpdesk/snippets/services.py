"""Services in the admin: the list, and the panel and properties of each."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, NumberColumn
from wagtail.admin.widgets import BooleanRadioSelect, Button
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Service, ServiceManager
from wagtail_helpdesk.parsing import parse_number

from .forms import ServiceForm
from .object_permissions import (
    ConfigurationActionView,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
    VisibleListMixin,
)
from .service_pages import SERVICES, ServicePageMixin, join_title
from .tables import MenuTitle, WagtailView
from .texts import find_texts
from .widgets import CHECKBOXES, RADIOS, SELECT, TEXTAREA

TEMPLATE_PANEL = MultiFieldPanel(
    [
        FieldPanel("default_subject"),
        FieldPanel("default_message", widget=TEXTAREA),
        # The labels with inherited values are too long for a select on a phone.
        FieldPanel("default_priority", widget=RADIOS),
        FieldPanel("default_visibility", widget=RADIOS),
    ],
    heading=gettext_lazy("Ticket template"),
    icon="doc-full",
)

EDIT_HANDLER = ObjectList(
    [
        MultiFieldPanel(
            [
                FieldPanel("name"),
                FieldPanel("enabled"),
                FieldPanel("confidential"),
                FieldPanel("arrivals", widget=SELECT),
            ],
            heading=gettext_lazy("Service"),
            icon="helpdesk-service",
        ),
        MultiFieldPanel(
            [FieldPanel("everyone"), FieldPanel("groups", widget=CHECKBOXES)],
            heading=gettext_lazy("Who can open tickets"),
            icon="group",
        ),
        TEMPLATE_PANEL,
        MultiFieldPanel(
            [
                FieldPanel("algorithm", widget=RADIOS),
                FieldPanel("alert_address"),
                FieldPanel("monitoring"),
            ],
            heading=gettext_lazy("Assignment and alerts"),
            icon="mail",
        ),
        MultiFieldPanel(
            [FieldPanel("site")],
            heading=gettext_lazy("Site"),
            icon="site",
            classname="collapsed",
        ),
    ],
    base_form_class=ServiceForm,
)


def get_service_panel_url(service: Service) -> str:
    """Return the URL of a service's panel in the admin."""
    return reverse(f"{SERVICES}:panel", args=[service.pk])


class ServiceFilters(WagtailFilterSet):
    """The filters of the services."""

    enabled = django_filters.BooleanFilter(
        label=pgettext_lazy("service", "Enabled"), widget=BooleanRadioSelect
    )
    everyone = django_filters.BooleanFilter(
        label=gettext_lazy("Open to everybody"), widget=BooleanRadioSelect
    )
    confidential = django_filters.BooleanFilter(
        label=gettext_lazy("Confidential"), widget=BooleanRadioSelect
    )

    class Meta:
        model = Service
        fields: ClassVar[list[str]] = []


class ServiceList(VisibleListMixin, generic.IndexView):
    """The services that the user configures."""

    any_permission_required = ["add", "view"]
    filterset_class = ServiceFilters

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            MenuTitle(
                "name",
                self,
                label=gettext_lazy("Name"),
                sort_key="name",
                get_url=get_service_panel_url,
            ),
            BooleanColumn("enabled", label=pgettext_lazy("service", "Enabled"), sort_key="enabled"),
            NumberColumn("managers_count", label=gettext_lazy("Managers")),
            NumberColumn("categories_count", label=gettext_lazy("Categories")),
        ]

    def get_base_queryset(self) -> QuerySet[Service]:
        return (
            super()
            .get_base_queryset()
            .annotate(
                managers_count=Count("managers", distinct=True),
                categories_count=Count("categories", distinct=True),
            )
        )

    def get_reorder_url(self) -> str | None:
        return super().get_reorder_url() if self.user_has_permission("reorder") else None

    def get_valid_orderings(self) -> list[str]:
        orderings = super().get_valid_orderings()
        return [o for o in orderings if o != self.sort_order_field or self.get_reorder_url()]

    def get_edit_url(self, instance: Service) -> str | None:
        allowed = self.user_has_permission_for_instance("change", instance)
        return super().get_edit_url(instance) if allowed else None


class ReorderServices(generic.ReorderView):
    """Reorder services by drag and drop, for administrators."""

    permission_required = "reorder"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        service = get_object_or_404(Service, pk=parse_number(kwargs["pk"]))
        author: Any = request.user
        place = parse_number(request.GET.get("position"))
        configuration.change_service_order(service, by=author, place=place)
        return JsonResponse({"success": True})


class CreateService(ConfigurationActionView, generic.CreateView):
    """Create a service."""

    def save_instance(self) -> Service:
        return configuration.create_service(by=self.request.user, **self.form.cleaned_data)

    def get_success_url(self) -> str:
        return get_service_panel_url(self.object)


class ServiceBreadcrumbsMixin(WagtailView):
    """Adds breadcrumbs back to the panel to Wagtail's views of a service."""

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": get_service_panel_url(self.object), "label": str(self.object)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_success_url(self) -> str:
        return get_service_panel_url(self.object)


class EditService(
    ConfigurationActionView, ServiceBreadcrumbsMixin, PermittedObjectMixin, generic.EditView
):
    """The properties of a service."""

    page_title = gettext_lazy("Properties")

    def save_instance(self) -> Service:
        return configuration.change_service(
            self.form.instance, by=self.request.user, **self.form.changes
        )


class DeleteService(PermittedObjectMixin, generic.DeleteView):
    """Delete a service without tickets."""

    template_name = "wagtail_helpdesk/admin/delete.html"

    def get_usage_url(self) -> None:
        # The usage would count its own categories, which are deleted with it.
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tickets=configuration.find_tickets_of(self.object).count(),
            hint=_("Transfer them first, or keep the service and untick “Enabled”."),
            transfer_url=reverse(f"{SERVICES}:transfer", args=[self.object.pk]),
            cancel_url=get_service_panel_url(self.object),
            **kwargs,
        )

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            configuration.delete_service(self.object, by=self.request.user)
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            messages.error(self.request, str(refusal))
            return HttpResponseRedirect(self.get_delete_url())
        messages.success(self.request, self.get_success_message())
        return HttpResponseRedirect(reverse(f"{SERVICES}:list"))


class ServiceUsage(ServiceBreadcrumbsMixin, PermittedBaseObjectMixin, generic.UsageView):
    """The pages whose blocks use a service."""


class ServicePanel(ServicePageMixin):
    """The panel of a service: its categories, managers and permanent guests (guide III)."""

    template_name = "wagtail_helpdesk/admin/service.html"
    page_title = gettext_lazy("Service panel")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": "", "label": str(self.service)},
        ]

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        buttons = [
            Button(
                _("History"), url=self.get_page_url("history"), icon_name="history", priority=10
            ),
            Button(
                _("What can this person do, and why?"),
                url=self.get_page_url("why"),
                icon_name="key",
                priority=20,
            ),
        ]
        if Privilege.EDIT_SERVICE in self.user_privileges:
            url = f"{reverse('helpdesk_incidents:add')}?service={self.service.pk}"
            buttons.append(
                Button(_("Announce an incident"), url=url, icon_name="warning", priority=15)
            )
        if self.request.user.has_perm("wagtail_helpdesk.delete_service"):
            buttons.append(
                Button(_("Delete"), url=self.get_page_url("delete"), icon_name="bin", priority=30)
            )
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        service = self.service
        return super().get_context_data(
            managers=service.managers.count(),
            guests=service.permanent_guests.count(),
            categories=service.categories.count(),
            categories_without_members=service.categories.without_active_members().count(),
            texts=find_texts(service) if Privilege.EDIT_SERVICE in self.user_privileges else [],
            ask=find_people_to_ask(self),
            **kwargs,
        )


def find_people_to_ask(page: ServicePageMixin) -> list[ServiceManager] | None:
    """Return up to three people who can change managers and guests; None if the user can do it."""
    if Privilege.MANAGE_MANAGERS in page.user_privileges:
        return None
    rows = page.service.managers.filter(can_manage_managers=True, user__is_active=True)
    return list(rows.select_related("user")[:3])
