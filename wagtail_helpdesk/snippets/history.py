"""The log of the configuration: who changed what, with the values before and after."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import DateField, DateTimeField, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry
from wagtail.snippets.views import snippets as generic

from wagtail_helpdesk.dates import format_date, format_datetime
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import (
    Absence,
    Alias,
    Category,
    Incident,
    Service,
    ServiceManager,
)

from .object_permissions import PermittedBaseObjectMixin
from .service_pages import SERVICES
from .services import ServiceBreadcrumbsMixin
from .tables import CardTableMixin


class LogKind(NamedTuple):
    """A kind of change: its name in filters, its sentence, and the privilege needed to see it."""

    label: Promise
    sentence: Promise
    privilege: Privilege


EDIT, MANAGERS, CATEGORIES = (
    Privilege.EDIT_SERVICE,
    Privilege.MANAGE_MANAGERS,
    Privilege.MANAGE_CATEGORIES,
)

KINDS: dict[str, LogKind] = {
    "create_service": LogKind(
        gettext_lazy("Create service"), gettext_lazy("Service “%(name)s” created"), EDIT
    ),
    "edit_service": LogKind(
        gettext_lazy("Edit service"), gettext_lazy("Service “%(name)s” changed"), EDIT
    ),
    "order_services": LogKind(
        gettext_lazy("Order services"), gettext_lazy("Service “%(name)s” moved in the list"), EDIT
    ),
    "delete_service": LogKind(
        gettext_lazy("Delete service"), gettext_lazy("Service “%(name)s” deleted"), EDIT
    ),
    "add_manager": LogKind(
        gettext_lazy("Add manager"), gettext_lazy("Manager %(name)s added"), MANAGERS
    ),
    "update_manager": LogKind(
        gettext_lazy("Update manager"), gettext_lazy("Manager %(name)s updated"), MANAGERS
    ),
    "remove_manager": LogKind(
        gettext_lazy("Remove manager"),
        gettext_lazy("Manager %(name)s removed, open tickets handed over: %(tickets)s"),
        MANAGERS,
    ),
    "order_managers": LogKind(
        gettext_lazy("Order managers"), gettext_lazy("Manager %(name)s moved in the list"), MANAGERS
    ),
    "set_availability": LogKind(
        gettext_lazy("Set availability"), gettext_lazy("Availability of %(name)s changed"), MANAGERS
    ),
    "add_absence": LogKind(
        gettext_lazy("Add absence"), gettext_lazy("Absence of %(name)s added"), MANAGERS
    ),
    "remove_absence": LogKind(
        gettext_lazy("Remove absence"), gettext_lazy("Absence of %(name)s removed"), MANAGERS
    ),
    "add_permanent_guest": LogKind(
        gettext_lazy("Add permanent guest"),
        gettext_lazy("Permanent guest %(name)s added"),
        MANAGERS,
    ),
    "remove_permanent_guest": LogKind(
        gettext_lazy("Remove permanent guest"),
        gettext_lazy("Permanent guest %(name)s removed"),
        MANAGERS,
    ),
    "create_category": LogKind(
        gettext_lazy("Create category"), gettext_lazy("Category “%(name)s” created"), CATEGORIES
    ),
    "edit_category": LogKind(
        gettext_lazy("Edit category"), gettext_lazy("Category “%(name)s” changed"), CATEGORIES
    ),
    "order_categories": LogKind(
        gettext_lazy("Order categories"),
        gettext_lazy("Category “%(name)s” moved in the list"),
        CATEGORIES,
    ),
    "delete_category": LogKind(
        gettext_lazy("Delete category"), gettext_lazy("Category “%(name)s” deleted"), CATEGORIES
    ),
    "name_members": LogKind(
        gettext_lazy("Choose members"), gettext_lazy("Members of “%(name)s” changed"), CATEGORIES
    ),
    "transfer_tickets": LogKind(
        gettext_lazy("Transfer all tickets"),
        gettext_lazy("Tickets of “%(name)s” transferred to %(to)s: %(count)s"),
        CATEGORIES,
    ),
    "add_alias": LogKind(
        gettext_lazy("Add alias"), gettext_lazy("Alias “%(name)s” of %(to)s added"), CATEGORIES
    ),
    "remove_alias": LogKind(
        gettext_lazy("Remove alias"), gettext_lazy("Alias “%(name)s” removed"), CATEGORIES
    ),
    "create_incident": LogKind(
        gettext_lazy("Announce incident"), gettext_lazy("Incident “%(name)s” announced"), EDIT
    ),
    "edit_incident": LogKind(
        gettext_lazy("Edit incident"), gettext_lazy("Incident “%(name)s” changed"), EDIT
    ),
    "end_incident": LogKind(
        gettext_lazy("End incident"), gettext_lazy("Incident “%(name)s” ended"), EDIT
    ),
    "delete_incident": LogKind(
        gettext_lazy("Delete incident"), gettext_lazy("Incident “%(name)s” deleted"), EDIT
    ),
}


def register_log_actions(actions: LogActionRegistry) -> None:
    """Register every kind of change with Wagtail's log."""
    for action, kind in KINDS.items():
        formatter = type("_Formatter", (Formatter,), {"kind": kind, "label": kind.label})
        actions.register_action(f"wagtail_helpdesk.{action}")(formatter)


class Formatter(LogFormatter):
    """Formats a change as a sentence with the values before and after."""

    kind: LogKind

    def format_message(self, log_entry: ModelLogEntry) -> str:
        details = " · ".join(format_details(log_entry))
        sentence = self.format_sentence(log_entry)
        return f"{sentence}. {details}" if details else sentence

    def format_sentence(self, log_entry: ModelLogEntry) -> str:
        """Return what happened, without the values."""
        return str(self.kind.sentence) % log_entry.data


def format_details(log_entry: ModelLogEntry) -> list[str]:
    """Return each changed value with the one before."""
    before, after = log_entry.data.get("before", {}), log_entry.data.get("after", {})
    # In the order of the forms: PostgreSQL does not keep the order of keys.
    places = {name: place for place, name in enumerate(_get_fields())}
    names = sorted({*before, *after}, key=lambda name: (places.get(name, -1), name))
    return [_format_detail(name, before, after) for name in names]


def _format_detail(name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    parts = {
        "field": capfirst(_get_label(name)),
        "before": _format_value(name, before.get(name)),
        "after": _format_value(name, after.get(name)),
    }
    if name in before and name in after:
        return _("%(field)s: %(before)s → %(after)s") % parts
    # Added or removed: there is only one value.
    return (_("%(field)s: %(after)s") if name in after else _("%(field)s: %(before)s")) % parts


@cache
def _get_fields() -> dict[str, Any]:
    models = (Incident, Absence, Alias, ServiceManager, Category, Service)
    return {
        f.name: f
        for model in models
        for f in model._meta.get_fields()
        if hasattr(f, "verbose_name")
    }


def _get_label(name: str) -> str:
    if name == "members":
        return _("members")
    field = _get_fields().get(name)
    return str(field.verbose_name) if field else name


def _format_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "members" and value is None:
        return _("inherited")
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(value)
    field = _get_fields().get(name)
    if isinstance(field, DateTimeField):
        return format_datetime(datetime.fromisoformat(value))
    if isinstance(field, DateField):
        return format_date(date.fromisoformat(value))
    choices = dict(getattr(field, "flatchoices", ()))
    return Truncator(str(choices.get(value, value))).chars(120)


class ChangeColumn(Column):
    """What happened, and below it one line for each changed value."""

    cell_template_name = "wagtail_helpdesk/admin/cells/change.html"

    def get_value(self, instance: ModelLogEntry) -> Any:
        """Return the sentence of the entry, Wagtail’s for entries that are not ours."""
        formatter = instance.formatter
        if isinstance(formatter, Formatter):
            return formatter.format_sentence(instance)
        return instance.message

    def get_cell_context_data(self, instance: ModelLogEntry, parent_context: Any) -> dict[str, Any]:
        """Add the lines to the context of the cell."""
        context = super().get_cell_context_data(instance, parent_context)
        is_ours = isinstance(instance.formatter, Formatter)
        return context | {"details": format_details(instance) if is_ours else []}


class ConfigurationHistory(CardTableMixin, PermittedBaseObjectMixin, generic.HistoryView):
    """The log of a service or a category."""

    @cached_property
    def no_results_message(self) -> str:
        """What is shown instead of an empty list."""
        if self.is_filtering:
            return _("Nothing was found.")
        return _("Nothing has been changed yet.")

    @cached_property
    def columns(self) -> list[Any]:
        """Wagtail’s columns; the first shows the changed values."""
        return [ChangeColumn("message", label=gettext_lazy("Action")), *super().columns[1:]]


class ServiceHistory(ServiceBreadcrumbsMixin, ConfigurationHistory):
    """The log of a service and its categories, limited to changes that the user could make."""

    any_permission_required = ["view"]
    page_title = gettext_lazy("History")

    def get_edit_url(self, instance: Service) -> str:
        return reverse(f"{SERVICES}:panel", args=[instance.pk])

    @property
    def header_buttons(self) -> list[Any]:
        return []

    def get_base_queryset(self) -> QuerySet[ModelLogEntry]:
        user_privileges = self.object.configuration_of(self.request.user)
        readable = [
            f"wagtail_helpdesk.{action}"
            for action, kind in KINDS.items()
            if kind.privilege in user_privileges
        ]
        service = ContentType.objects.get_for_model(Service)
        category = ContentType.objects.get_for_model(Category)
        entries = ModelLogEntry.objects.filter(
            Q(content_type=service, object_id=str(self.object.pk))
            | Q(content_type=category, data__service=self.object.pk),
            action__in=readable,
        )
        return self._annotate_queryset(entries)


def find_last_change(service: Service, user_id: int) -> ModelLogEntry | None:
    """Return the last log entry about the privileges of a user in a service, or None."""
    return (
        ModelLogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(Service),
            object_id=str(service.pk),
            action__in=["wagtail_helpdesk.add_manager", "wagtail_helpdesk.update_manager"],
            data__user=user_id,
        )
        .select_related("user")
        .order_by("-timestamp")
        .first()
    )
