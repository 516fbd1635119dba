"""Incidents in the admin: a list by state, a form, an end at once, a history."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.widgets import Button
from wagtail.snippets.views import snippets as generic
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.models import Incident
from wagtail_helpdesk.parsing import parse_number

from .history import ConfigurationHistory
from .incident_form import IncidentForm, find_own_services
from .object_permissions import (
    ConfigurationActionView,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
    VisibleListMixin,
)
from .tables import MenuTitle
from .widgets import DateTimeInput

INCIDENTS = "helpdesk_incidents"

STATES = {
    "current": pgettext_lazy("incident", "Now"),
    "planned": pgettext_lazy("incident", "Planned"),
    "ended": pgettext_lazy("incident", "Ended"),
}

EDIT_HANDLER = ObjectList(
    [
        FieldPanel("texts"),
        MultiFieldPanel(
            [
                FieldPanel("starts_at", widget=DateTimeInput),
                FieldPanel("ends_at", widget=DateTimeInput),
            ],
            heading=pgettext_lazy("incident", "Time"),
            icon="date",
        ),
        MultiFieldPanel(
            [FieldPanel("services"), FieldPanel("sections")],
            heading=gettext_lazy("Where it is shown"),
            icon="view",
        ),
        FieldPanel("ticket"),
    ],
    base_form_class=IncidentForm,
)


class IncidentFilters(WagtailFilterSet):
    """The filters of incidents."""

    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("incident", "Status"),
        choices=list(STATES.items()),
        method="filter_state",
    )
    services = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Service"), queryset=lambda request: find_own_services(request.user)
    )

    class Meta:
        model = Incident
        fields: ClassVar[list[str]] = []

    def filter_state(self, queryset: Any, name: str, value: str) -> Any:
        """Narrow to the incidents that are shown now, later, or no more."""
        return getattr(queryset, value)()


class IncidentList(VisibleListMixin, generic.IndexView):
    """The incidents of the services that the user may edit; administrators see all."""

    any_permission_required = ["add", "view"]
    filterset_class = IncidentFilters
    default_ordering = "-starts_at"

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            MenuTitle(
                "title",
                self,
                label=pgettext_lazy("incident", "Title"),
                accessor="text.title",
                get_url=self.get_edit_url,
            ),
            StatusTagColumn(
                "state",
                label=pgettext_lazy("incident", "Status"),
                accessor=lambda incident: STATES[incident.state],
                primary=lambda incident: incident.state == "current",
            ),
            Column("dates", label=gettext_lazy("Dates"), accessor=describe_period),
            Column("places", label=gettext_lazy("Where it is shown"), accessor=describe_places),
            Column("ticket", label=gettext_lazy("Ticket"), accessor=_name_ticket),
        ]

    def get_base_queryset(self) -> QuerySet[Incident]:
        found = super().get_base_queryset().select_related("ticket")
        return found.prefetch_related("services", "sections")

    def get_edit_url(self, instance: Incident) -> str | None:
        allowed = self.user_has_permission_for_instance("change", instance)
        return super().get_edit_url(instance) if allowed else None

    def get_list_more_buttons(self, instance: Incident) -> list[Button]:
        """Return the menu of an incident; nothing for one that others change."""
        if not configuration.may_change_incident(instance, self.request.user):
            return []
        pages = [("edit", _("Edit"), "edit"), ("history", _("History"), "history")]
        if instance.state == "current":
            pages.insert(1, ("end", _("End now"), "time"))
        pages.append(("delete", _("Delete"), "bin"))
        return [
            Button(label, _get_url(page, instance), icon_name=icon, priority=place)
            for place, (page, label, icon) in enumerate(pages)
        ]


def _get_url(page: str, incident: Incident) -> str:
    return reverse(f"{INCIDENTS}:{page}", args=[incident.pk])


def describe_period(incident: Incident) -> str:
    """Return when an incident begins and when it is expected to end."""
    if incident.ends_at is None:
        return _("since %(start)s") % {"start": format_datetime(incident.starts_at)}
    return _("from %(start)s to %(end)s") % {
        "start": format_datetime(incident.starts_at),
        "end": format_datetime(incident.ends_at),
    }


def describe_places(incident: Incident) -> str:
    """Return the names of the services and sections of an incident."""
    return ", ".join(map(str, [*incident.services.all(), *incident.sections.all()]))


def _name_ticket(incident: Incident) -> str:
    return f"#{incident.ticket_id}" if incident.ticket_id else ""


class CreateIncident(ConfigurationActionView, generic.CreateView):
    """Announce an incident; the URL can name its service and its ticket."""

    def get_initial(self) -> dict[str, Any]:
        own = find_own_services(self.request.user)
        asked = parse_number(self.request.GET.get("service", ""))
        chosen = list(own.filter(pk=asked)) if asked is not None else list(own[:2])
        ticket = parse_number(self.request.GET.get("ticket", ""))
        return {
            "services": [service.pk for service in chosen] if len(chosen) == 1 else [],
            "ticket": "" if ticket is None else str(ticket),
        }

    def save_instance(self) -> Incident:
        return configuration.create_incident(by=self.request.user, **self.form.cleaned_data)


class EditIncident(ConfigurationActionView, PermittedObjectMixin, generic.EditView):
    """Change an incident, which is shown with its new text at once."""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        buttons = list(super().header_more_buttons)
        if self.object.state == "current":
            end = _get_url("end", self.object)
            buttons.append(Button(_("End now"), end, icon_name="time", priority=5))
        return buttons

    def save_instance(self) -> Incident:
        return configuration.change_incident(
            self.form.instance, by=self.request.user, **self.form.cleaned_data
        )


class ConfirmIncident(PermittedObjectMixin, generic.DeleteView):
    """Asks before it changes an incident for good."""

    template_name = "wagtail_helpdesk/admin/confirm.html"
    question: ClassVar[Any] = ""
    done: ClassVar[Any] = ""

    def get_usage_url(self) -> None:
        return None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            question=str(self.question) % {"title": self.object},
            action_url=self.request.path,
            cancel_url=reverse(f"{INCIDENTS}:list"),
            submit_button_label=self.page_title,
            **kwargs,
        )

    def do(self) -> None:
        """Perform the action."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.do()
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            messages.error(self.request, str(refusal))
        else:
            messages.success(self.request, str(self.done) % {"title": self.object})
        return HttpResponseRedirect(reverse(f"{INCIDENTS}:list"))


class EndIncident(ConfirmIncident):
    """End an incident now."""

    page_title = gettext_lazy("End now")
    header_icon = "time"
    question = gettext_lazy("“%(title)s” will not be shown any more. Its ticket is not changed.")
    done = gettext_lazy("“%(title)s” has ended.")

    def do(self) -> None:
        author: Any = self.request.user
        configuration.end_incident(self.object, by=author)


class DeleteIncident(ConfirmIncident):
    """Delete an incident."""

    page_title = pgettext_lazy("button", "Delete")
    question = gettext_lazy("“%(title)s” will be deleted. Its ticket is not changed.")
    done = gettext_lazy("“%(title)s” was deleted.")

    def do(self) -> None:
        author: Any = self.request.user
        configuration.delete_incident(self.object, by=author)


class IncidentUsage(PermittedBaseObjectMixin, generic.UsageView):
    """The usage of an incident, always empty."""


class IncidentHistory(ConfigurationHistory):
    """The log of an incident."""


class IncidentViewSet(SnippetViewSet):
    """Incidents."""

    model = Incident
    icon = "warning"
    menu_label = gettext_lazy("Incidents")
    menu_order = 140
    url_prefix = "helpdesk/incidents"
    url_namespace = INCIDENTS
    copy_view_enabled = False
    search_backend_name = None
    index_template_name = "wagtailadmin/generic/index.html"
    index_results_template_name = "wagtailadmin/generic/index_results.html"
    edit_handler = EDIT_HANDLER
    index_view_class = IncidentList
    add_view_class = CreateIncident
    edit_view_class = EditIncident
    delete_view_class = DeleteIncident
    delete_template_name = DeleteIncident.template_name
    usage_view_class = IncidentUsage
    history_view_class = IncidentHistory

    def get_permissions_to_register(self) -> Any:
        # The privileges of managers decide; groups get no permission.
        return Permission.objects.none()

    def register_chooser_viewset(self) -> None:
        """Register no chooser for incidents."""

    def get_urlpatterns(self) -> list[Any]:
        end = self.construct_view(EndIncident, **self.get_delete_view_kwargs())
        return [*super().get_urlpatterns(), path("end/<str:pk>/", end, name="end")]
