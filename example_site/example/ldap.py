"""Login by LDAP: with LDAP_SERVER in the environment, accounts of the directory can log in.

    LDAP_SERVER=ldaps://ldap.example.org        enables it
    LDAP_BASE=ou=people,dc=example,dc=org       the base of the people
    LDAP_BIND_DN, LDAP_BIND_PASSWORD            a service account that may search (else anonymous)

Needs the extra `ldap` (system packages: docs/how-to/ldap.md). Accounts of the portal keep working.
"""

import os
from typing import Any

from django.utils.translation import gettext_lazy as _


def ldap_settings(backends: list[str]) -> dict[str, Any]:
    """Return the settings of django-auth-ldap, empty when no directory is configured."""
    server = os.environ.get("LDAP_SERVER")
    if not server:
        return {}
    # Imported here: python-ldap is compiled, and a site without a directory does not need it.
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
        # One account per person, whatever the case of the typed name.
        "AUTH_LDAP_USER_QUERY_FIELD": "username",
        # The helpdesk finds people in the directory: docs/how-to/ldap.md.
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
        # Passwords and e-mail addresses are changed in the directory.
        "WAGTAIL_PASSWORD_MANAGEMENT_ENABLED": False,
        "WAGTAIL_PASSWORD_RESET_ENABLED": False,
        "WAGTAIL_EMAIL_MANAGEMENT_ENABLED": False,
    }
