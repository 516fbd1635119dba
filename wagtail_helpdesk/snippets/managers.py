"""The list of the managers of a service in the admin, and adding one (guide III.2)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.admin.widgets import BooleanRadioSelect, Button

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.actions.assignment_rules import count_open_tickets
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Absence, ServiceManager

from .people import AddPeople
from .service_pages import PeopleListPage, ServicePageMixin
from .services import find_people_to_ask
from .tables import MenuTitle

AVAILABILITY = Privilege.SET_AVAILABILITY
TICKET_PRIVILEGES = tuple(
    p for p in Privilege if p not in (*CONFIGURATION_PRIVILEGES, AVAILABILITY)
)

#: Labels short enough for a list.
SHORT_LABELS = {
    Privilege.EDIT_SERVICE: gettext_lazy("properties"),
    Privilege.MANAGE_MANAGERS: gettext_lazy("managers"),
    Privilege.MANAGE_CATEGORIES: gettext_lazy("categories"),
    Privilege.ASSIGN: pgettext_lazy("privilege", "assign"),
    Privilege.MOVE_ANYWHERE: pgettext_lazy("privilege", "transfer elsewhere"),
    Privilege.REFUSE: pgettext_lazy("privilege", "refuse"),
    Privilege.REOPEN: pgettext_lazy("privilege", "reopen"),
    Privilege.TAKE_FREE: pgettext_lazy("privilege", "take a free ticket"),
    Privilege.TAKE_ASSIGNED: pgettext_lazy("privilege", "take from a colleague"),
}


class ManagerFilters(WagtailFilterSet):
    """The filters of the managers."""

    privilege = django_filters.ChoiceFilter(
        label=gettext_lazy("Privilege"), method="filter_privilege"
    )
    availability = django_filters.ChoiceFilter(
        label=gettext_lazy("Availability"),
        method="filter_availability",
        choices=[
            ("available", gettext_lazy("available")),
            ("unavailable", gettext_lazy("unavailable")),
            ("absent", gettext_lazy("absent today")),
        ],
    )
    account = django_filters.BooleanFilter(
        label=gettext_lazy("Active account"),
        field_name="user__is_active",
        widget=BooleanRadioSelect,
    )

    class Meta:
        model = ServiceManager
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(privilege.value, get_privilege_label(privilege)) for privilege in Privilege]
        self.filters["privilege"].extra["choices"] = choices

    def filter_privilege(self, managers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Return the managers who have the privilege."""
        return managers.filter(**{value: True})

    def filter_availability(self, managers: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Return the managers who are available, unavailable or absent today."""
        away = Absence.objects.on(timezone.localdate()).filter(user=OuterRef("user"))
        if value == "absent":
            return managers.filter(Exists(away))
        return managers.filter(~Exists(away), available=value == "available")


class PersonTitle(MenuTitle):
    """The name of a person, with their identifier and remarks on their account."""

    cell_template_name = "wagtail_helpdesk/admin/cells/person.html"


class TagsColumn(Column):
    """Labels, each in a frame."""

    cell_template_name = "wagtail_helpdesk/admin/cells/tags.html"


class AvailabilityColumn(Column):
    """Whether a manager is available today, and the replacement of an absent one."""

    cell_template_name = "wagtail_helpdesk/admin/cells/availability.html"

    def get_value(self, instance: ServiceManager) -> Absence | None:
        """Return the absence of today, or None."""
        return next(iter(getattr(instance.user, "away", ())), None)


class ManagerList(PeopleListPage):
    """The managers, visible to everybody with a configuration privilege in the service."""

    model = ServiceManager
    page_title = gettext_lazy("Managers")
    header_icon = "group"
    page_name = "managers"
    add_item_label = gettext_lazy("Add a manager")
    filterset_class = ManagerFilters
    sort_order_field = default_ordering = "order"
    empty = gettext_lazy("This service has no manager yet.")

    @cached_property
    def columns(self) -> list[Column]:
        """The person, their privileges, availability and open tickets."""
        return [
            PersonTitle(
                "person", self, label=gettext_lazy("Name"), accessor=str, get_url=self._link
            ),
            TagsColumn(
                "configuration", label=gettext_lazy("Configuration"), accessor=_list_configuration
            ),
            Column("tickets", label=gettext_lazy("Tickets"), accessor=_describe_ticket_privileges),
            AvailabilityColumn("availability", label=gettext_lazy("Availability")),
            NumberColumn("load", label=gettext_lazy("Open tickets")),
        ]

    def _link(self, manager: ServiceManager) -> str | None:
        return self.get_page_url("manager", manager.pk) if self.may_change else None

    def get_add_url(self) -> str | None:
        return self.get_page_url("manager_add") if self.may_change else None

    def get_list_more_buttons(self, instance: ServiceManager) -> list[Button]:
        """Return the menu of a manager."""
        if not self.may_change:
            return []
        edit = Button(_("Privileges"), self._link(instance), icon_name="edit", priority=0)
        return [edit, *make_manager_buttons(self, instance)]

    def get_base_queryset(self) -> QuerySet[ServiceManager]:
        absences = Absence.objects.on(timezone.localdate()).select_related("replacement")
        return self.service.managers.select_related("user").prefetch_related(
            Prefetch("user__helpdesk_absences", absences, to_attr="away")
        )

    def get_table(self, object_list: Any) -> Any:
        managers = list(object_list)
        users = [manager.user_id for manager in managers]
        loads = count_open_tickets(self.service.pk, users)
        for manager in managers:
            manager.load = loads.get(manager.user_id, 0)
        return super().get_table(managers)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ask=find_people_to_ask(self), **kwargs)


def make_manager_buttons(page: ServicePageMixin, manager: ServiceManager) -> list[Button]:
    """Return the links to the other pages about a manager."""
    person = urlencode({"person": manager.user.get_username()})
    links = [
        (_("Absences"), page.get_page_url("absences", manager.pk), "date"),
        (_("What can this person do, and why?"), f"{page.get_page_url('why')}?{person}", "key"),
    ]
    if may_remove(manager, page.user_privileges):
        removal = page.get_page_url("manager_remove", manager.pk)
        links.append((pgettext("button", "Remove"), removal, "bin"))
    return [
        Button(label, url, icon_name=icon, priority=place)
        for place, (label, url, icon) in enumerate(links, start=1)
    ]


def may_remove(manager: ServiceManager, user_privileges: frozenset[Privilege]) -> bool:
    """Return whether a person with these privileges may remove a manager.

    A manager with a configuration privilege that the person lacks stays.
    """
    return manager.privileges & frozenset(CONFIGURATION_PRIVILEGES) <= user_privileges


def get_privilege_label(privilege: Privilege) -> str:
    """Return the label of a privilege."""
    field: Any = ServiceManager._meta.get_field(privilege.value)
    return str(field.verbose_name)


def _list_configuration(manager: ServiceManager) -> list[Any]:
    return [SHORT_LABELS[p] for p in CONFIGURATION_PRIVILEGES if p in manager.privileges]


def _describe_ticket_privileges(manager: ServiceManager) -> str:
    missing = [str(SHORT_LABELS[p]) for p in TICKET_PRIVILEGES if p not in manager.privileges]
    if not missing:
        return _("All privileges")
    return _("All except: %(privileges)s") % {"privileges": ", ".join(missing)}


class AddManager(AddPeople):
    """Add managers. A single one leads to the form of their privileges."""

    privilege = Privilege.MANAGE_MANAGERS
    page_title = gettext_lazy("Add a manager to the service")
    header_icon = "user"

    def add(self, user: Any) -> ServiceManager:
        return configuration.add_manager(self.service, user, by=self.author)

    def get_success_url(self) -> str:
        if len(self.added) == 1:
            return self.get_page_url("manager", self.added[0].pk)
        return self.get_page_url("managers")

    def get_success_message(self) -> str:
        return ngettext(
            "Manager added: %(names)s.", "Managers added: %(names)s.", len(self.added)
        ) % {"names": self.join_names()}
