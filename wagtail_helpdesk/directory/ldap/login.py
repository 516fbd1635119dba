"""LDAP logins with the timeout of the directory."""

from __future__ import annotations

import logging
from typing import Any

import ldap
from django.contrib import messages
from django.utils.translation import gettext as _
from django_auth_ldap.backend import LDAPBackend, ldap_error

from wagtail_helpdesk.conf import helpdesk_settings

from ..refreshing import record_identity, rename_by_stable_id
from .connection import read_entry, set_timeout

logger = logging.getLogger(__name__)


class PromptLDAPBackend(LDAPBackend):
    """django-auth-ldap's backend, for which a server that never responds is down.

    It replaces that backend in ``AUTHENTICATION_BACKENDS`` and uses the same settings.
    """

    @property
    def settings(self) -> Any:
        """Return the site's settings with the timeout ``DIRECTORY_TIMEOUT``."""
        if self._settings is None:
            set_timeout(super().settings, helpdesk_settings.DIRECTORY_TIMEOUT)
        return self._settings

    def get_or_build_user(self, username: str, ldap_user: Any) -> tuple[Any, bool]:
        """Return the account of an entry, renamed if the identifier changed."""
        rename_by_stable_id(_stable_id(ldap_user), username)
        found: tuple[Any, bool] = super().get_or_build_user(username, ldap_user)
        return found

    def authenticate_ldap_user(self, ldap_user: Any, password: str) -> Any:
        """Return the logged-in user or None, and record the entry."""
        user = super().authenticate_ldap_user(ldap_user, password)
        if user is not None:
            record_identity(user, _stable_id(ldap_user))
        return user


def _stable_id(ldap_user: Any) -> str:
    """Return the stable identifier of an entry, or an empty string if it cannot be read.

    It takes its own query: servers return operational attributes only on request.
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


def _warn_directory_down(request: Any = None, **kwargs: Any) -> None:
    """Warn on the login page, which would only report a wrong password."""
    if request is not None:
        messages.warning(
            request,
            _("The directory is not answering: only this site’s own accounts can log in."),
            fail_silently=True,
        )


ldap_error.connect(
    _warn_directory_down, sender=PromptLDAPBackend, dispatch_uid="wagtail_helpdesk.directory.login"
)


def can_block(settings: Any) -> bool:
    """Return whether django-auth-ldap's own backend would wait indefinitely for a silent server."""
    limits = getattr(settings, "AUTH_LDAP_CONNECTION_OPTIONS", {}).keys()
    limited = {ldap.OPT_NETWORK_TIMEOUT, ldap.OPT_TIMEOUT} <= limits
    # Timeouts do not apply to this scheme: see RespondingServers.
    return not limited or "ldaps://" in settings.AUTH_LDAP_SERVER_URI
