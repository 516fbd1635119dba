"""Login by directory: set LDAP_SERVER in the environment, and every account of it may log in.

    LDAP_SERVER=ldaps://ldap.example.org        the one setting that turns it on
    LDAP_BASE=ou=people,dc=example,dc=org       where people are
    LDAP_BIND_DN, LDAP_BIND_PASSWORD            a service account that may search (else anonymous)

Needs the extra `ldap` (docs/how-to/ldap.md says what it is compiled with). The portal’s own accounts keep working beside it.
"""

import os
from typing import Any

from django.utils.translation import gettext_lazy as _


def ldap_settings(backends: list[str]) -> dict[str, Any]:
    """Return django-auth-ldap’s settings, or nothing when no directory is configured."""
    server = os.environ.get("LDAP_SERVER")
    if not server:
        return {}
    # Only here: python-ldap is compiled, and a site without a directory does not need it.
    import ldap
    from django_auth_ldap.config import LDAPSearch

    base = os.environ.get("LDAP_BASE", "ou=people,dc=example,dc=org")
    return {
        "AUTHENTICATION_BACKENDS": [
            "wagtail_helpdesk.directory.ldap.PromptLDAPBackend",
            *backends,
        ],
        "AUTH_LDAP_SERVER_URI": server,
        "AUTH_LDAP_BIND_DN": os.environ.get("LDAP_BIND_DN", ""),
        "AUTH_LDAP_BIND_PASSWORD": os.environ.get("LDAP_BIND_PASSWORD", ""),
        "AUTH_LDAP_USER_SEARCH": LDAPSearch(base, ldap.SCOPE_SUBTREE, "(uid=%(user)s)"),
        "AUTH_LDAP_USER_ATTR_MAP": {
            "username": "uid",
            "first_name": "givenName",
            "last_name": "sn",
            "email": "mail",
        },
        # One account per person, whichever way the name is typed.
        "AUTH_LDAP_USER_QUERY_FIELD": "username",
        # The helpdesk finds people there too: docs/how-to/ldap.md.
        "WAGTAIL_HELPDESK": {
            "DIRECTORY": "wagtail_helpdesk.directory.ldap.LdapDirectory",
            "IDENTIFIER_LABEL": _("LDAP identifier"),
            "DIRECTORY_SEARCH_LABEL": _("LDAP search"),
            "DIRECTORY_CARD": {
                "ou": _("Unit"),
                "telephoneNumber": _("Telephone"),
                "roomNumber": _("Office"),
            },
        },
        # The directory is where passwords and addresses are changed.
        "WAGTAIL_PASSWORD_MANAGEMENT_ENABLED": False,
        "WAGTAIL_PASSWORD_RESET_ENABLED": False,
        "WAGTAIL_EMAIL_MANAGEMENT_ENABLED": False,
    }
