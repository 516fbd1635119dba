"""The menu of the helpdesk: its items, and the services that the user may configure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wagtail_helpdesk.auth import ACCESS_ADMIN, grants_admin_access
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES
from wagtail_helpdesk.models import Service

from .extensions import collect

if TYPE_CHECKING:
    from .request import HelpdeskRequest

#: A user who configures more services than this finds them in the list of the Wagtail admin.
MAX_MENU_SERVICES = 20


class HelpdeskMenuItem:
    """An item of the menu. A function registered for ``register_helpdesk_menu_item`` returns one.

    It leads to a route of the helpdesk page, or to the ``url`` given. ``in_more`` puts it behind
    the "+" instead of beside the other items. With an ``icon`` of ``icons.svg``, an item behind the
    "+" has it before its label, and another one has it in place of its label on narrow screens.
    Override ``is_shown`` to hide it from some users.
    """

    def __init__(
        self,
        label: Any,
        route: str = "",
        *,
        url: str = "",
        order: int = 1000,
        in_more: bool = False,
        icon: str = "",
    ) -> None:
        self.label = label
        self.route = route
        self.url = url
        self.order = order
        self.in_more = in_more
        self.icon = icon

    def is_shown(self, request: HelpdeskRequest) -> bool:
        """Return whether the user of this request sees the item."""
        return True

    def get_url(self, request: HelpdeskRequest) -> str:
        """Return where the item leads."""
        return self.url or request.url(self.route)


class DeskItem(HelpdeskMenuItem):
    """The item that leads managers to their tickets."""

    def is_shown(self, request: HelpdeskRequest) -> bool:
        return bool(request.manager_rows)


def get_requests_item() -> HelpdeskMenuItem:
    """Return the item of the user's own requests."""
    return HelpdeskMenuItem(gettext_lazy("Requests"), "tickets", order=100)


def get_desk_item() -> HelpdeskMenuItem:
    """Return the item of the desk."""
    return DeskItem(gettext_lazy("Work queue"), "desk", order=200)


def get_search_item() -> HelpdeskMenuItem:
    """Return the item of the search."""
    return HelpdeskMenuItem(pgettext_lazy("page", "Search"), "search", order=300, icon="search")


def get_preferences_item() -> HelpdeskMenuItem:
    """Return the item of the user's preferences."""
    return HelpdeskMenuItem(
        gettext_lazy("Preferences"), "preferences", order=100, in_more=True, icon="user"
    )


@dataclass(frozen=True)
class MenuLink:
    """A link of the menu, ready for the template."""

    label: Any
    url: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True)
class Menu:
    """The links that are always visible, those behind the "+", and the services to configure."""

    main: list[MenuLink]
    more: list[MenuLink]
    services: list[MenuLink]


def build_menu(request: HelpdeskRequest) -> Menu:
    """Return the menu for the user of a request."""
    items = [item for item in collect("register_helpdesk_menu_item") if item.is_shown(request)]
    main = [_make_link(request, item) for item in items if not item.in_more]
    more = [_make_link(request, item) for item in items if item.in_more]
    return Menu(main, more, _list_configurable_services(request))


def _make_link(request: HelpdeskRequest, item: HelpdeskMenuItem) -> MenuLink:
    url = item.get_url(request)
    return MenuLink(item.label, url, current=request.http.path == url, icon=item.icon)


def get_panel_url(service: Service) -> str | None:
    """Return where a service is configured in the Wagtail admin; None without the admin."""
    return _reverse_admin("panel", service.pk)


def _reverse_admin(name: str, *args: Any) -> str | None:
    try:
        return reverse(f"helpdesk_services:{name}", args=args)
    except NoReverseMatch:
        return None


def _list_configurable_services(request: HelpdeskRequest) -> list[MenuLink]:
    rows = [
        row for row in request.manager_rows if row.privileges.intersection(CONFIGURATION_PRIVILEGES)
    ]
    # With the helpdesk's authentication backend the privilege is enough: no query is needed.
    if not rows or not (grants_admin_access() or request.user.has_perm(ACCESS_ADMIN)):
        return []
    links = [(str(row.service), get_panel_url(row.service)) for row in rows[:MAX_MENU_SERVICES]]
    if len(rows) > MAX_MENU_SERVICES:
        links.append((_("All my services"), _reverse_admin("list")))
    return [MenuLink(name, url) for name, url in links if url]
