"""Optional authentication backend that opens the Wagtail admin to managers with a configuration privilege."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_backends
from django.contrib.auth.backends import BaseBackend

from wagtail_helpdesk import access

ACCESS_ADMIN = "wagtailadmin.access_admin"


class ConfigurationBackend(BaseBackend):
    """Grants access to the admin to people who can configure a service.

    Add it to ``AUTHENTICATION_BACKENDS`` after the login backends. It logs nobody in, needs no group,
    and the access ends with the privilege.
    """

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return the permission to access the admin, or nothing."""
        return (
            {ACCESS_ADMIN}
            if obj is None and access.configuration_privileges_of(user_obj)
            else set()
        )

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Return whether the user has access to the admin. Other permissions take no query."""
        return perm == ACCESS_ADMIN and super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Return whether the user has access to the admin, for its app only."""
        return app_label == "wagtailadmin" and bool(access.configuration_privileges_of(user_obj))


def grants_admin_access() -> bool:
    """Return whether the site uses this backend."""
    return any(isinstance(backend, ConfigurationBackend) for backend in get_backends())
