"""Changing one manager of a service: privileges, place in the list, removal."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import Button

from wagtail_helpdesk.actions import HandOverPolicy, configuration
from wagtail_helpdesk.directory.fields import PeopleInput, find_named_people
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import ServiceManager

from .concurrent_edits import ConcurrentEditForm
from .managers import AVAILABILITY, TICKET_PRIVILEGES, make_manager_buttons, may_remove
from .service_pages import ReorderPage, ServiceFormPage, ServicePageMixin


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

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.get_page_url("managers"), "label": _("Managers")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(manager=self.manager, **kwargs)


class ManagerForm(ConcurrentEditForm):
    """Privileges and availability. Privileges that the user cannot grant are shown as disabled."""

    class Meta:
        model = ServiceManager
        fields = [*(privilege.value for privilege in Privilege), "available"]

    def __init__(self, *args: Any, user_privileges: frozenset[Privilege], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["available"].help_text = _(
            "Untick while no ticket should be assigned to this person."
        )
        for privilege in CONFIGURATION_PRIVILEGES:
            if privilege not in user_privileges:
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

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """The other pages about the manager."""
        return make_manager_buttons(self, self.manager)

    def get_form_kwargs(self) -> dict[str, Any]:
        # A copy: a rejected form must not change what the page shows.
        instance = ServiceManager.objects.get(pk=self.manager.pk)
        return {
            **super().get_form_kwargs(),
            "instance": instance,
            "user_privileges": self.user_privileges,
        }

    def perform(self, form: ManagerForm) -> None:
        configuration.update_manager(self.manager, by=self.author, **form.changes)

    def get_success_message(self) -> str:
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
            people = find_named_people(self, "colleague", by=self.author)
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
    header_icon = "bin"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_remove(self.manager, self.user_privileges):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def count(self) -> int:
        return configuration.count_open_tickets_of(self.manager)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "count": self.count}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(count=self.count, **kwargs)

    def perform(self, form: RemovalForm) -> None:
        then = HandOverPolicy(form.cleaned_data["then"]) if form.cleaned_data.get("then") else None
        colleague = form.cleaned_data["colleague"] if then is HandOverPolicy.COLLEAGUE else None
        configuration.remove_manager(self.manager, by=self.author, then=then, colleague=colleague)

    def get_success_message(self) -> str:
        return _("%(name)s is no longer a manager of the service.") % {"name": self.manager}


class ReorderManagers(ReorderPage, ManagerPage):
    """Put a manager in another place of the list."""

    def change_order(self, place: int | None) -> None:
        configuration.change_manager_order(self.manager, by=self.author, place=place)
