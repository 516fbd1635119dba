"""The permission report: every right of a person in a service, and its source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn

from wagtail_helpdesk import access
from wagtail_helpdesk.auth import ACCESS_ADMIN, grants_admin_access
from wagtail_helpdesk.directory import DirectoryError, UnknownPerson, count_lookups
from wagtail_helpdesk.directory.fields import make_validation_error
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Service, ServiceManager
from wagtail_helpdesk.rate_limits import exceeds_limit

from .choosers import find_reachable_services
from .history import find_last_change
from .managers import get_privilege_label
from .service_pages import ServicePageMixin
from .tables import CardTable

BACKEND = "wagtail_helpdesk.auth.ConfigurationBackend"


class PermissionReason(NamedTuple):
    """A right, whether a person has it, and why."""

    right: str
    has: bool
    why: str


COLUMNS = (
    TitleColumn("right", label=gettext_lazy("Right")),
    BooleanColumn("has", label=gettext_lazy("Granted")),
    Column("why", label=gettext_lazy("Why")),
)


class PersonForm(forms.Form):
    """The person of the report."""

    person = forms.CharField(label=gettext_lazy("Identifier or e-mail address"), max_length=254)


class PermissionReportView(ServicePageMixin):
    """Shows the user's own rights; those of others only to managers of managers."""

    template_name = "wagtail_helpdesk/admin/permission_report.html"
    page_title = gettext_lazy("What can this person do, and why?")
    header_icon = "key"

    def get_page_subtitle(self) -> str:
        return ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = self.get_context_data()
        status = 429 if exceeds_limit(context["form"]) else 200
        return self.render_to_response(context, status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_ask = Privilege.MANAGE_MANAGERS in self.user_privileges
        typed = self.request.GET.get("person")
        # Before the lookup, whose result would reveal which accounts exist.
        if not may_ask and typed not in (None, self.author.get_username()):
            raise PermissionDenied
        context = (
            {"person": self.author, "form": PersonForm()} if typed is None else self._find_person()
        )
        if context["person"]:
            reasons = explain_permissions(context["person"], self.service, self.author)
            context["reasons"] = list(reasons)
            context["table"] = CardTable(COLUMNS, context["reasons"])
            context["last"] = find_last_change(self.service, context["person"].pk)
        media = CardTable([], []).media + context["form"].media
        return super().get_context_data(may_ask=may_ask, media=media, **context, **kwargs)

    def _find_person(self) -> dict[str, Any]:
        form = PersonForm(self.request.GET)
        if not form.is_valid():
            return {"form": form, "person": None}
        try:
            # Local accounts only: people without an account have no rights, and none is created here.
            count_lookups(self.author, 1)
            person = _get_account(form.cleaned_data["person"])
        except DirectoryError as error:
            form.add_error("person", make_validation_error(error))
            return {"form": form, "person": None}
        return {"form": form, "person": person}


def _get_account(typed: str) -> Any:
    """Return the account by identifier or e-mail address. Raises ``UnknownPerson``."""
    accounts = UserDirectory()
    person = accounts.find_by_identifier(typed) or accounts.find_by_email(typed)
    if person is None:
        raise UnknownPerson(typed)
    return person


def explain_permissions(user: Any, service: Service, reader: Any) -> Iterator[PermissionReason]:
    """Yield the rights of a person in a service with their reasons, without revealing anything to the reader."""
    row = service.managers.filter(user=user).first()
    yield _explain_admin(user, reader)
    yield _explain_administrator(user)
    yield _explain_tickets(row)
    yield _explain_opening(user, row, service)
    for privilege in Privilege:
        yield _explain_privilege(privilege, row, user)


def _explain_privilege(
    privilege: Privilege, row: ServiceManager | None, user: Any
) -> PermissionReason:
    label = get_privilege_label(privilege)
    if row is not None and privilege in row.privileges:
        return PermissionReason(label, True, _("Granted to this manager."))
    if privilege in CONFIGURATION_PRIVILEGES and access.administers_helpdesk(user):
        return PermissionReason(label, True, _("Administers the helpdesk."))
    if row is None:
        return PermissionReason(label, False, _("Is not a manager of this service."))
    return PermissionReason(label, False, _("Not granted."))


def _explain_admin(user: Any, reader: Any) -> PermissionReason:
    right = _("open the Wagtail admin")
    if user.is_superuser:
        return PermissionReason(right, True, _("Superuser."))
    group = _find_group(user, "access_admin")
    if group:
        return PermissionReason(
            right, True, _("Member of the group “%(group)s”.") % {"group": group}
        )
    held = access.configuration_privileges_of(user)
    if held and grants_admin_access():
        services = _join_names(held, reader)
        why = _("Holds a configuration privilege: %(services)s.") % {"services": services}
        return PermissionReason(right, True, why)
    if user.has_perm(ACCESS_ADMIN):
        return PermissionReason(right, True, _("A permission of this user."))
    if held:
        why = _("Holds a configuration privilege, but the site does not use %(backend)s.")
        return PermissionReason(right, False, why % {"backend": BACKEND})
    return PermissionReason(right, False, _("Holds no configuration privilege in any service."))


def _explain_administrator(user: Any) -> PermissionReason:
    right = _("configure every service")
    if user.is_superuser:
        return PermissionReason(right, True, _("Superuser."))
    if not access.administers_helpdesk(user):
        return PermissionReason(
            right, False, _("Neither a superuser nor in a group that can change services.")
        )
    group = _find_group(user, "change_service")
    return PermissionReason(
        right, True,
        _("Member of the group “%(group)s”.") % {"group": group} if group else _("A permission of this user."),
    )  # fmt: skip


def _explain_tickets(row: ServiceManager | None) -> PermissionReason:
    right = _("read the tickets of the service")
    if row is not None:
        return PermissionReason(right, True, _("Manager of the service."))
    return PermissionReason(
        right, False,
        _("Not a manager: sees only public tickets, and those of which they are the requester or a guest."),
    )  # fmt: skip


def _explain_opening(user: Any, row: ServiceManager | None, service: Service) -> PermissionReason:
    right = _("open tickets in the service")
    if Service.objects.open_to(user).filter(pk=service.pk).exists():
        return PermissionReason(right, True, _explain_access(user, row, service))
    if not service.enabled:
        return PermissionReason(right, False, _("The service is not enabled."))
    if Service.objects.visible_to(user).filter(pk=service.pk).exists():
        return PermissionReason(right, False, _("No category of the service accepts tickets."))
    if service.everyone:
        return PermissionReason(
            right, False, _("External guest: “open to everybody” means people of the organisation.")
        )
    return PermissionReason(right, False, _("Not in any of the groups that can open tickets."))


def _explain_access(user: Any, row: ServiceManager | None, service: Service) -> str:
    if service.everyone and not access.get_external_groups(user).exists():
        return _("The service is open to everybody.")
    if row is not None:
        return _("Manager of the service.")
    group = service.groups.filter(pk__in=user.groups.values("pk")).first()
    return _("Member of the group “%(group)s”.") % {"group": group}


def _find_group(user: Any, codename: str) -> Group | None:
    return user.groups.filter(permissions__codename=codename).first()


def _join_names(services: Iterable[int], reader: Any) -> str:
    """Return the names of up to five services that the reader can see; the others are counted as others."""
    services = set(services)
    names = [
        str(service) for service in find_reachable_services(reader).filter(pk__in=services)[:5]
    ]
    if others := len(services) - len(names):
        names.append(npgettext("list of services", "another service", "other services", others))
    return ", ".join(names)
