"""The LDAP directory (extra ``ldap``), through the settings of django-auth-ldap. Nothing else imports ``ldap``."""

from .directory import LdapDirectory
from .login import PromptLDAPBackend

__all__ = ["LdapDirectory", "PromptLDAPBackend"]
