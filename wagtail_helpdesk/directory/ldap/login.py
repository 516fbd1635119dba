"""Logging in through LDAP, with no more patience than looking people up has."""

from __future__ import annotations

import logging
from typing import Any

import ldap
from django.contrib import messages
from django.utils.translation import gettext as _
from django_auth_ldap.backend import LDAPBackend, ldap_error

from wagtail_helpdesk.conf import helpdesk_settings

from ..refreshing import follow, remember
from .connection import open_connection, read_entry

logger = logging.getLogger(__name__)


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

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[Any, bool]:
        """Return the account of an entry; one whose identifier changed keeps it."""
        follow(_stable_id(ldap_user), username)
        found: tuple[Any, bool] = super().get_or_build_user(username, ldap_user)
        return found

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> Any:
        """Return the user who logged in, or None; which entry it is is noted."""
        user = super().authenticate_ldap_user(ldap_user, password)
        if user is not None:
            remember(user, _stable_id(ldap_user))
        return user


def _stable_id(ldap_user: Any) -> str:
    """Return the stable identifier of an entry, or nothing where it cannot be read.

    It is asked for apart: servers give an operational attribute only to those who name it.
    """
    attribute = helpdesk_settings.DIRECTORY_STABLE_ID
    if not attribute or not ldap_user.dn:
        return ""
    if not hasattr(ldap_user, "_helpdesk_stable_id"):
        try:
            found = ldap_user.connection.search_s(
                ldap_user.dn, ldap.SCOPE_BASE, "(objectClass=*)", [attribute]
            )
        except ldap.LDAPError:
            logger.warning("The attribute %s of an entry cannot be read", attribute, exc_info=True)
            found = []
        ldap_user._helpdesk_stable_id = read_entry(*found[0]).stable_id(attribute) if found else ""
    return str(ldap_user._helpdesk_stable_id)


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
