"""Why can this person do this: every right somebody has in a service, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk import access
from wagtail_helpdesk.directory import DirectoryError, find_person
from wagtail_helpdesk.lifecycle import CONFIGURATION, Privilege
from wagtail_helpdesk.models import Service, ServiceManager

from .history import last_change
from .managers import label_of
from .pages import ServicePage

BACKEND = "wagtail_helpdesk.auth.ConfigurationBackend"


class Reason(NamedTuple):
    """A right, whether somebody has it, and why or why not."""

    right: str
    has: bool
    why: str


class PersonForm(forms.Form):
    """Whom the question is about."""

    person = forms.CharField(label=gettext_lazy("Identifier or e-mail address"), max_length=254)


class Why(ServicePage):
    """Explains the rights of somebody; of others, to whoever manages the managers."""

    template_name = "wagtail_helpdesk/admin/why.html"
    page_title = gettext_lazy("Why can this person do this?")
    header_icon = "key"

    def get_page_subtitle(self) -> str:
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.author
        context: dict[str, Any] = {"person": user, "form": PersonForm()}
        if "person" in self.request.GET:
            context |= self._asked()
        if context["person"]:
            context["reasons"] = list(reasons(context["person"], self.service))
            context["last"] = last_change(self.service, context["person"].pk)
        return super().get_context_data(
            may_ask=Privilege.MANAGE_MANAGERS in self.holds, **context, **kwargs
        )

    def _asked(self) -> dict[str, Any]:
        form = PersonForm(self.request.GET)
        if not form.is_valid():
            return {"form": form, "person": None}
        try:
            person = find_person(form.cleaned_data["person"])
        except DirectoryError as error:
            form.add_error("person", error.message)
            return {"form": form, "person": None}
        if person != self.author and Privilege.MANAGE_MANAGERS not in self.holds:
            raise PermissionDenied
        return {"form": form, "person": person}


def reasons(user: Any, service: Service) -> Iterator[Reason]:
    """Yield what somebody may do in a service, each with its reason."""
    row = service.managers.filter(user=user).first()
    yield _admin(user)
    yield _administrator(user)
    yield _tickets(row, service)
    yield _asking(user, service)
    for privilege in Privilege:
        yield _privilege(privilege, row, user)


def _privilege(privilege: Privilege, row: ServiceManager | None, user: Any) -> Reason:
    label = label_of(privilege)
    if row is not None and privilege in row.privileges:
        return Reason(label, True, _("A privilege of this manager."))
    if privilege in CONFIGURATION and access.configures_everything(user):
        return Reason(label, True, _("Administers the helpdesk."))
    if row is None:
        return Reason(label, False, _("Is not a manager of this service."))
    return Reason(label, False, _("This privilege is off."))


def _admin(user: Any) -> Reason:
    right = _("enter the Wagtail admin")
    if user.is_superuser:
        return Reason(right, True, _("Superuser."))
    group = _group_with(user, "access_admin")
    if group:
        return Reason(right, True, _("Member of the group “%(group)s”.") % {"group": group})
    if user.has_perm("wagtailadmin.access_admin"):
        return Reason(
            right,
            True,
            _("Holds a configuration privilege: %(services)s.") % {"services": _services(user)},
        )
    if access.configuration_held(user) and BACKEND not in settings.AUTHENTICATION_BACKENDS:
        return Reason(
            right,
            False,
            _("Holds a configuration privilege, but the site does not use %(backend)s.")
            % {"backend": BACKEND},
        )
    return Reason(right, False, _("Holds no configuration privilege in any service."))


def _administrator(user: Any) -> Reason:
    right = _("configure every service")
    if user.is_superuser:
        return Reason(right, True, _("Superuser."))
    if not access.configures_everything(user):
        return Reason(right, False, _("Neither superuser nor in a group that may change services."))
    group = _group_with(user, "change_service")
    return Reason(
        right, True,
        _("Member of the group “%(group)s”.") % {"group": group} if group else _("A permission of this user."),
    )  # fmt: skip


def _tickets(row: ServiceManager | None, service: Service) -> Reason:
    right = _("read the tickets of the service")
    if row is not None:
        return Reason(right, True, _("Manager of the service."))
    return Reason(
        right, False,
        _("Not a manager: sees only public tickets, and those they are requester or guest of."),
    )  # fmt: skip


def _asking(user: Any, service: Service) -> Reason:
    right = _("open tickets in the service")
    if not service.enabled:
        return Reason(right, False, _("The service is not enabled."))
    if service.everyone:
        return Reason(right, True, _("The service is open to everybody."))
    group = service.groups.filter(pk__in=user.groups.values("pk")).first()
    if group:
        return Reason(right, True, _("Member of the group “%(group)s”.") % {"group": group})
    return Reason(right, False, _("In none of the groups that may open tickets."))


def _group_with(user: Any, codename: str) -> Group | None:
    return user.groups.filter(permissions__codename=codename).first()


def _services(user: Any) -> str:
    services = Service.objects.filter(pk__in=access.configuration_held(user))
    return ", ".join(str(service) for service in services[:5])
