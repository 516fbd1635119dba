"""Optional authentication back end: lets whoever holds a configuration privilege into the Wagtail admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import BaseBackend

from wagtail_helpdesk import access

ACCESS_ADMIN = "wagtailadmin.access_admin"


class ConfigurationBackend(BaseBackend):
    """Gives one permission, access to the admin, to those who may configure a service.

    Add it to ``AUTHENTICATION_BACKENDS``, after the back ends people log in with. It logs nobody
    in, keeps no group in step, and what it gives goes with the privilege.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return access to the admin, or nothing."""
        return (
            {ACCESS_ADMIN}
            if obj is None and access.configuration_privileges_of(user_obj)
            else set()
        )

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Answer for the one permission this back end is about without asking the database for others."""
        return perm == ACCESS_ADMIN and super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Answer for the app that permission belongs to."""
        return app_label == "wagtailadmin" and bool(access.configuration_privileges_of(user_obj))


def grants_admin_access() -> bool:
    """Tell whether the site uses this back end: then a configuration privilege is enough to get in."""
    return any(isinstance(backend, ConfigurationBackend) for backend in get_backends())
