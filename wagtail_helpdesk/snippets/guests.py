"""The permanent guests of a service in the admin (guide III.3)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets import HeaderButton

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import PermanentGuest

from .people import AddPeople
from .service_pages import ServiceButton, ServiceListPage
from .services import find_people_to_ask


class GuestList(ServiceListPage):
    """The permanent guests, visible to everybody with a configuration privilege in the service."""

    template_name = "wagtail_helpdesk/admin/guests.html"
    page_title = gettext_lazy("Permanent guests")
    header_icon = "user"
    page_name = "guests"

    @cached_property
    def header_buttons(self) -> list[Any]:
        if Privilege.MANAGE_MANAGERS not in self.holds:
            return []
        return [
            HeaderButton(
                _("Add a permanent guest"), url=self.address("guest_add"), icon_name="plus"
            )
        ]

    def get_queryset(self) -> QuerySet[PermanentGuest]:
        return self.service.permanent_guests.select_related("user")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ask=find_people_to_ask(self), **kwargs)


class AddGuest(AddPeople):
    """Add permanent guests to the service."""

    privilege = Privilege.MANAGE_MANAGERS
    page_title = gettext_lazy("Add a permanent guest to the service")
    header_icon = "user"
    success_name = "guests"

    def add(self, user: Any) -> PermanentGuest:
        return configuration.add_permanent_guest(self.service, user, by=self.author)

    def get_done(self) -> str:
        return ngettext(
            "Permanent guest added: %(names)s.",
            "Permanent guests added: %(names)s.",
            len(self.added),
        ) % {"names": self.join_names()}


class RemoveGuest(ServiceButton):
    """Remove a permanent guest."""

    privilege = Privilege.MANAGE_MANAGERS
    success_name = "guests"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        guests = self.service.permanent_guests.select_related("user", "service")
        self.guest = get_object_or_404(guests, pk=kwargs["guest"])

    def do(self) -> None:
        configuration.remove_permanent_guest(self.guest, by=self.author)

    def get_done(self) -> str:
        return _("%(name)s is no longer a permanent guest.") % {"name": self.guest}
