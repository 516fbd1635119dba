"""Reads the members of directory groups by the group type set in django-auth-ldap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import ldap
from django.core.exceptions import ImproperlyConfigured
from django_auth_ldap.config import NestedMemberDNGroupType, PosixGroupType
from ldap.filter import escape_filter_chars

from ..errors import DirectoryUnavailable, UnknownGroup
from .connection import LdapConnection, LDAPEntry
from .people import People

if TYPE_CHECKING:
    from django_auth_ldap.backend import LDAPBackend

_POSIX_ATTRIBUTES = ("memberUid", "gidNumber")


def list_members(
    connection: LdapConnection, backend: LDAPBackend, people: People, group: str
) -> list[LDAPEntry]:
    """Return all people of a group, given by name or distinguished name. Never a partial list."""
    group_type = backend.settings.GROUP_TYPE
    if isinstance(group_type, PosixGroupType):
        return _posix_members(
            connection, people, _group(connection, backend, group, _POSIX_ATTRIBUTES)
        )
    attribute = getattr(group_type, "member_attr", None)
    if attribute is None:
        raise ImproperlyConfigured(
            "AUTH_LDAP_GROUP_TYPE must say which attribute holds a group's members"
        )
    top = _group(connection, backend, group, [attribute])
    nested = isinstance(group_type, NestedMemberDNGroupType)
    return list(_walk(connection, people, top, attribute, nested=nested).values())


def _walk(
    connection: LdapConnection, people: People, top: LDAPEntry, attribute: str, *, nested: bool
) -> dict[str, LDAPEntry]:
    """Return the people among the members, of nested groups too; cycles are detected."""
    found: dict[str, LDAPEntry] = {}
    seen: set[str] = set()
    waiting = [top]
    while waiting:
        for dn in _values(waiting.pop(), attribute):
            if dn.lower() in seen:
                continue
            seen.add(dn.lower())
            if person := people.find_by_dn(connection, dn):
                found[dn.lower()] = person[0]
            elif nested:
                waiting += connection.search(
                    dn, ldap.SCOPE_BASE, f"({attribute}=*)", [attribute], whole=True
                )
    return found


def _posix_members(connection: LdapConnection, people: People, group: LDAPEntry) -> list[LDAPEntry]:
    """Return the members of a POSIX group: listed by login, or with it as primary group."""
    entries = {
        entry.dn.lower(): entry
        for entry in people.find_in_primary_group(connection, group.first("gidNumber"))
    }
    for login in _values(group, "memberUid"):
        entries |= {entry.dn.lower(): entry for entry in people.find_by_login(connection, login)}
    return list(entries.values())


def _values(group: LDAPEntry, attribute: str) -> list[str]:
    """Return all values. Raises ``DirectoryUnavailable`` for a group returned in ranges."""
    if any(name.startswith(f"{attribute.lower()};range=") for name in group.attributes):
        raise DirectoryUnavailable(f"the group {group.dn} is too large to be read whole")
    return group.attributes.get(attribute.lower(), [])


def _group(
    connection: LdapConnection, backend: LDAPBackend, group: str, attributes: Iterable[str]
) -> LDAPEntry:
    entries: dict[str, LDAPEntry] = {}
    for base, scope, filterstr in _where(backend, group):
        for entry in connection.search(base, scope, filterstr, attributes, whole=True):
            entries[entry.dn.lower()] = entry
    if len(entries) != 1:
        raise UnknownGroup(group)
    return next(iter(entries.values()))


def _where(backend: LDAPBackend, group: str) -> list[tuple[str, int, str]]:
    if "=" in group:
        return [(group, ldap.SCOPE_BASE, "(objectClass=*)")]
    search = backend.settings.GROUP_SEARCH
    if search is None:
        raise ImproperlyConfigured("AUTH_LDAP_GROUP_SEARCH must say where groups are")
    named = f"({backend.settings.GROUP_TYPE.name_attr}={escape_filter_chars(group)})"
    parts = getattr(search, "searches", (search,))
    return [(part.base_dn, part.scope, f"(&{part.filterstr}{named})") for part in parts]
