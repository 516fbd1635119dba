"""The sites that the demonstration can show around the helpdesk: each with a base template of its own."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SESSION_KEY = "demo_host"


@dataclass(frozen=True)
class Host:
    """A site: its base template, and whether its pages have the class of its dark mode."""

    name: str
    label: Any
    template: str
    is_dark: bool = False


HOSTS = (
    Host("blue", _("blue, wide"), "portal/hosts/blue.html"),
    Host("narrow", _("white, narrow"), "portal/hosts/narrow.html"),
    Host("narrow-dark", _("dark by a class"), "portal/hosts/narrow.html", is_dark=True),
)


def get_host(request: HttpRequest) -> Host:
    """Return the site that this visitor chose, at first the blue one."""
    chosen = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    return find_host(chosen) or HOSTS[0]


def find_host(name: str | None) -> Host | None:
    """Return the site with a name; None without one."""
    return next((host for host in HOSTS if host.name == name), None)
