"""The main menu of the helpdesk, and what its "+" holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk.auth import ACCESS_ADMIN, grants_admin_access
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES
from wagtail_helpdesk.models import Service

if TYPE_CHECKING:
    from .request import HelpdeskRequest

#: More services than this are reached through the Wagtail admin's own list.
MAX_MENU_SERVICES = 20


@dataclass(frozen=True)
class MenuItem:
    """A line of the menu."""

    label: str
    address: str
    current: bool = False


@dataclass(frozen=True)
class Menu:
    """The entries that are always visible, those behind the "+", and the services to configure."""

    main: list[MenuItem]
    more: list[MenuItem]
    services: list[MenuItem]


def build_menu(request: HelpdeskRequest) -> Menu:
    """Return the menu of a visitor; managers have the desk, some of them services to configure."""
    main = [_entry(request, _("Requests"), "tickets/")]
    if request.managed:
        main.append(_entry(request, _("Work queue"), "desk/"))
    main.append(_entry(request, pgettext("page", "Search"), "search/"))
    more = [_entry(request, _("Preferences"), "preferences/")]
    return Menu(main, more, _configurable(request))


def get_panel_url(service: Service) -> str | None:
    """Return where a service is configured in the Wagtail admin, if it is installed there."""
    return _in_the_admin("panel", service.pk)


def _in_the_admin(name: str, *args: Any) -> str | None:
    try:
        return reverse(f"helpdesk_services:{name}", args=args)
    except NoReverseMatch:
        return None


def _entry(request: HelpdeskRequest, label: str, path: str) -> MenuItem:
    address = request.base + path
    return MenuItem(label, address, current=request.http.path == address)


def _configurable(request: HelpdeskRequest) -> list[MenuItem]:
    rows = [row for row in request.managed if row.privileges.intersection(CONFIGURATION_PRIVILEGES)]
    # Where our back end is in use the privilege is enough, and nothing has to be asked.
    if not rows or not (grants_admin_access() or request.user.has_perm(ACCESS_ADMIN)):
        return []
    addresses = [(row.service.name, get_panel_url(row.service)) for row in rows[:MAX_MENU_SERVICES]]
    if len(rows) > MAX_MENU_SERVICES:
        addresses.append((_("All my services"), _in_the_admin("list")))
    return [MenuItem(name, address) for name, address in addresses if address]
