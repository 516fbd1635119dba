"""Logging in through LDAP, with no more patience than looking people up has."""

from __future__ import annotations

from typing import Any

import ldap
from django.contrib import messages
from django.utils.translation import gettext as _
from django_auth_ldap.backend import LDAPBackend, ldap_error

from wagtail_helpdesk.conf import helpdesk_settings

from .connection import open_connection


class PromptLDAPBackend(LDAPBackend):
    """django-auth-ldap's, which takes a server that says nothing for one that is down.

    Name it in ``AUTHENTICATION_BACKENDS`` instead; every ``AUTH_LDAP_`` setting keeps its meaning.
    """

    @property
    def settings(self) -> Any:
        """Return the site's settings, for ``DIRECTORY_TIMEOUT`` seconds at a time."""
        if self._settings is None:
            open_connection(super().settings, helpdesk_settings.DIRECTORY_TIMEOUT)
        return self._settings


def _say_why(request: Any = None, **kwargs: Any) -> None:
    """Or else the log-in page would only say that the password is wrong."""
    if request is not None:
        messages.warning(
            request,
            _("The directory is not answering: only this site’s own accounts can log in."),
            fail_silently=True,
        )


ldap_error.connect(
    _say_why, sender=PromptLDAPBackend, dispatch_uid="wagtail_helpdesk.directory.login"
)


def can_hang(settings: Any) -> bool:
    """Tell whether django-auth-ldap's own back end would wait for ever for a server that says nothing."""
    limits = getattr(settings, "AUTH_LDAP_CONNECTION_OPTIONS", {}).keys()
    limited = {ldap.OPT_NETWORK_TIMEOUT, ldap.OPT_TIMEOUT} <= limits
    # To this scheme the limits do not apply: see Listening.
    return not limited or "ldaps://" in settings.AUTH_LDAP_SERVER_URI
