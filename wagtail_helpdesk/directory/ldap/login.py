"""Logging in through LDAP, with no more patience than looking people up has."""

from __future__ import annotations

from typing import Any

import ldap
from django_auth_ldap.backend import LDAPBackend

from wagtail_helpdesk.conf import helpdesk_settings

from .connection import bound


class PromptLDAPBackend(LDAPBackend):
    """django-auth-ldap's, which takes a server that says nothing for one that is down.

    Name it in ``AUTHENTICATION_BACKENDS`` instead; every ``AUTH_LDAP_`` setting keeps its meaning.
    """

    @property
    def settings(self) -> Any:
        """Return the site's settings, for ``DIRECTORY_TIMEOUT`` seconds at a time."""
        if self._settings is None:
            bound(super().settings, helpdesk_settings.DIRECTORY_TIMEOUT)
        return self._settings


def may_hang(settings: Any) -> bool:
    """Tell whether django-auth-ldap's own back end would wait for ever for a server that says nothing."""
    limits = getattr(settings, "AUTH_LDAP_CONNECTION_OPTIONS", {}).keys()
    limited = {ldap.OPT_NETWORK_TIMEOUT, ldap.OPT_TIMEOUT} <= limits
    # To this scheme the limits do not apply: see Listening.
    return not limited or "ldaps://" in settings.AUTH_LDAP_SERVER_URI
