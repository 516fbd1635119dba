"""The LDAP directory (extra ``ldap``), configured by django-auth-ldap; the only code that imports ``ldap``."""

from .directory import LdapDirectory
from .login import PromptLDAPBackend

__all__ = ["LdapDirectory", "PromptLDAPBackend"]
