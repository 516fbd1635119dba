"""The managers of a service in the admin (guide III.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from wagtail.admin.widgets import HeaderButton

from wagtail_helpdesk.actions import HandOverPolicy, configuration
from wagtail_helpdesk.actions.assignment_rules import count_open_tickets
from wagtail_helpdesk.directory.fields import PeopleInput, named_people
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Absence, ServiceManager

from .concurrent_edits import ConcurrentEditForm
from .people import AddPeople
from .service_pages import ServiceButton, ServiceFormPage, ServiceListPage, ServicePageMixin
from .services import find_people_to_ask

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


class ManagerList(ServiceListPage):
    """The managers, visible to everybody with a configuration privilege in the service."""

    template_name = "wagtail_helpdesk/admin/managers.html"
    page_title = gettext_lazy("Managers")
    header_icon = "group"
    page_name = "managers"

    @cached_property
    def header_buttons(self) -> list[Any]:
        if Privilege.MANAGE_MANAGERS not in self.holds:
            return []
        return [HeaderButton(_("Add a manager"), url=self.address("manager_add"), icon_name="plus")]

    def get_queryset(self) -> QuerySet[ServiceManager]:
        absences = Absence.objects.on(timezone.localdate()).select_related("replacement")
        return self.service.managers.select_related("user").prefetch_related(
            Prefetch("user__helpdesk_absences", absences, to_attr="away")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(ask=find_people_to_ask(self), **kwargs)
        context["rows"] = self._make_rows(context["page_obj"])
        return context

    def _make_rows(self, page: Any) -> list[dict[str, Any]]:
        load = count_open_tickets(self.service.pk, [manager.user_id for manager in page])
        rows = [_make_row(manager) | {"load": load.get(manager.user_id, 0)} for manager in page]
        if rows:
            rows[0]["first"] = not page.has_previous()
            rows[-1]["last"] = not page.has_next()
        return rows


def get_privilege_label(privilege: Privilege) -> str:
    """Return the label of a privilege."""
    field: Any = ServiceManager._meta.get_field(privilege.value)
    return str(field.verbose_name)


def _make_row(manager: ServiceManager) -> dict[str, Any]:
    held = manager.privileges
    return {
        "manager": manager,
        "configuration": [SHORT_LABELS[p] for p in CONFIGURATION_PRIVILEGES if p in held],
        "missing": [SHORT_LABELS[p] for p in TICKET_PRIVILEGES if p not in held],
        "away": next(iter(getattr(manager.user, "away", ())), None),
    }


class AddManager(AddPeople):
    """Add managers. A single one leads to the form of their privileges."""

    privilege = Privilege.MANAGE_MANAGERS
    page_title = gettext_lazy("Add a manager to the service")
    header_icon = "user"

    def add(self, user: Any) -> ServiceManager:
        return configuration.add_manager(self.service, user, by=self.author)

    def get_success_url(self) -> str:
        if len(self.added) == 1:
            return self.address("manager", self.added[0].pk)
        return self.address("managers")

    def get_done(self) -> str:
        return ngettext(
            "Manager added: %(names)s.", "Managers added: %(names)s.", len(self.added)
        ) % {"names": self.join_names()}


class ManagerPage(ServicePageMixin):
    """A page about one manager of the service."""

    privilege = Privilege.MANAGE_MANAGERS
    header_icon = "user"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        managers = self.service.managers.select_related("user", "service")
        self.manager = get_object_or_404(managers, pk=kwargs["manager"])

    def get_page_subtitle(self) -> str:
        return str(self.manager)

    def crumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.address("managers"), "label": _("Managers")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(manager=self.manager, **kwargs)


class ManagerForm(ConcurrentEditForm):
    """Privileges and availability. Privileges that the user cannot grant are shown as disabled."""

    class Meta:
        model = ServiceManager
        fields = [*(privilege.value for privilege in Privilege), "available"]

    def __init__(self, *args: Any, holds: frozenset[Privilege], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for privilege in CONFIGURATION_PRIVILEGES:
            if privilege not in holds:
                self.fields[privilege.value].disabled = True
                self.fields[privilege.value].help_text = _(
                    "Only people who have this privilege can grant it."
                )

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Return the fields under their headings."""
        return [
            (_("Configuration"), [self[p.value] for p in CONFIGURATION_PRIVILEGES]),
            (_("Tickets"), [self[p.value] for p in TICKET_PRIVILEGES]),
            (_("Availability"), [self["available"], self[AVAILABILITY.value]]),
        ]


class EditManager(ManagerPage, ServiceFormPage):
    """The privileges of a manager (guide III.2)."""

    template_name = "wagtail_helpdesk/admin/manager.html"
    page_title = gettext_lazy("Privileges")
    submit_label = gettext_lazy("Update the manager")
    success_name = "managers"
    form_class = ManagerForm

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a rejected form must not change what the page shows.
        instance = ServiceManager.objects.get(pk=self.manager.pk)
        return {**super().get_form_kwargs(), "instance": instance, "holds": self.holds}

    def do(self, form: ManagerForm) -> None:
        configuration.update_manager(self.manager, by=self.author, **form.changes)

    def get_done(self) -> str:
        return _("%(name)s was updated.") % {"name": self.manager}


class RemovalForm(forms.Form):
    """What happens to the open tickets of a removed manager. Without open tickets it has no field."""

    #: The person who fills in the form, set by the view.
    author: Any = None

    then = forms.ChoiceField(
        label=gettext_lazy("What should happen to these tickets?"),
        widget=forms.RadioSelect,
        choices=[
            (HandOverPolicy.ALGORITHM.value, gettext_lazy("Assign them automatically")),
            (HandOverPolicy.COLLEAGUE.value, gettext_lazy("Assign them to a colleague")),
            (HandOverPolicy.FREE.value, gettext_lazy("Release the tickets")),
        ],
    )
    colleague = forms.CharField(
        label=gettext_lazy("Colleague"), required=False, max_length=254, widget=PeopleInput
    )

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not count:
            self.fields.clear()
            return
        self.fields["colleague"].help_text = _(
            "Identifier or e-mail address of a manager of the service."
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("then") == HandOverPolicy.COLLEAGUE.value:
            self._find_colleague(cleaned)
        return cleaned

    def _find_colleague(self, cleaned: dict[str, Any]) -> None:
        try:
            people = named_people(self, "colleague", by=self.author)
        except forms.ValidationError as error:
            self.add_error("colleague", error)
            return
        if len(people) != 1:
            self.add_error("colleague", _("Enter one person."))
            return
        cleaned["colleague"] = people[0]


class RemoveManager(ManagerPage, ServiceFormPage):
    """Remove a manager from the service and hand over their open tickets."""

    template_name = "wagtail_helpdesk/admin/manager_remove.html"
    page_title = gettext_lazy("Remove the manager")
    submit_label = gettext_lazy("Remove the manager")
    success_name = "managers"
    form_class = RemovalForm

    @cached_property
    def count(self) -> int:
        return configuration.find_open_tickets_of(self.manager)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "count": self.count}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=self.count, **kwargs)

    def do(self, form: RemovalForm) -> None:
        then = HandOverPolicy(form.cleaned_data["then"]) if form.cleaned_data.get("then") else None
        colleague = form.cleaned_data["colleague"] if then is HandOverPolicy.COLLEAGUE else None
        configuration.remove_manager(self.manager, by=self.author, then=then, colleague=colleague)

    def get_done(self) -> str:
        return _("%(name)s is no longer a manager of the service.") % {"name": self.manager}


class StepManager(ServiceButton, ManagerPage):
    """Move a manager one place up or down in the list."""

    success_name = "managers"

    def do(self) -> None:
        up = self.request.POST.get("to") == "up"
        configuration.step_manager(self.manager, by=self.author, up=up)
