"""The permanent guests of a service in the admin (guide III.3)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import BooleanRadioSelect, Button

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.mailqueue.addresses import get_email
from wagtail_helpdesk.models import PermanentGuest

from .managers import PersonTitle
from .people import AddPeople
from .service_pages import ConfirmationPage, PeopleListPage
from .services import find_people_to_ask


class GuestFilters(WagtailFilterSet):
    """The filter of the permanent guests."""

    account = django_filters.BooleanFilter(
        label=gettext_lazy("Active account"),
        field_name="user__is_active",
        widget=BooleanRadioSelect,
    )

    class Meta:
        model = PermanentGuest
        fields: ClassVar[list[str]] = []


class GuestList(PeopleListPage):
    """The permanent guests, visible to everybody with a configuration privilege in the service."""

    model = PermanentGuest
    page_title = gettext_lazy("Permanent guests")
    header_icon = "user"
    page_name = "guests"
    add_item_label = gettext_lazy("Add a permanent guest")
    filterset_class = GuestFilters
    default_ordering = "pk"
    empty = gettext_lazy("This service has no permanent guest.")
    intro = gettext_lazy(
        "Invited automatically to every new ticket in the service. People removed from this list"
        " stay on the tickets they have already been invited to."
    )

    @cached_property
    def columns(self) -> list[Column]:
        """The person and their e-mail address."""
        return [
            PersonTitle("person", self, label=gettext_lazy("Name"), accessor=str),
            Column("mail", label=gettext_lazy("E-mail address"), accessor=_get_email_address),
        ]

    def get_valid_orderings(self) -> list[str]:
        return ["pk"]

    def get_add_url(self) -> str | None:
        return self.get_page_url("guest_add") if self.may_change else None

    def get_list_more_buttons(self, instance: PermanentGuest) -> list[Button]:
        """Return the menu of a guest."""
        if not self.may_change:
            return []
        label, removal = (
            pgettext("button", "Remove"),
            self.get_page_url("guest_remove", instance.pk),
        )
        return [Button(label, removal, icon_name="bin")]

    def get_base_queryset(self) -> QuerySet[PermanentGuest]:
        return self.service.permanent_guests.select_related("user")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ask=find_people_to_ask(self), **kwargs)


def _get_email_address(guest: PermanentGuest) -> str:
    return get_email(guest.user)


class AddPermanentGuest(AddPeople):
    """Add permanent guests to the service."""

    privilege = Privilege.MANAGE_MANAGERS
    page_title = gettext_lazy("Add a permanent guest to the service")
    header_icon = "user"
    success_name = "guests"

    def add(self, user: Any) -> PermanentGuest:
        return configuration.add_permanent_guest(self.service, user, by=self.author)

    def get_success_message(self) -> str:
        return ngettext(
            "Permanent guest added: %(names)s.",
            "Permanent guests added: %(names)s.",
            len(self.added),
        ) % {"names": self.join_names()}


class RemovePermanentGuest(ConfirmationPage):
    """Remove a permanent guest."""

    privilege = Privilege.MANAGE_MANAGERS
    success_name = "guests"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        guests = self.service.permanent_guests.select_related("user", "service")
        self.guest = get_object_or_404(guests, pk=kwargs["guest"])

    def get_page_subtitle(self) -> str:
        return str(self.guest)

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.get_page_url("guests"), "label": _("Permanent guests")}]

    def get_question(self) -> str:
        return _(
            "%(name)s will not be invited to new tickets of the service any more, and stays on the"
            " tickets they have already been invited to."
        ) % {"name": self.guest}

    def perform(self, form: Any) -> None:
        configuration.remove_permanent_guest(self.guest, by=self.author)

    def get_success_message(self) -> str:
        return _("%(name)s is no longer a permanent guest.") % {"name": self.guest}
