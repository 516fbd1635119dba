"""Queries for people in the directory, built from django-auth-ldap's settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ldap
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from ldap.filter import escape_filter_chars

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.names import fold_name

from ..users import MIN_PART_LENGTH
from .connection import LdapConnection, LDAPEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django_auth_ldap.backend import LDAPBackend

_LOGIN = re.compile(r"\(([\w;.-]+)=%\(user\)s\)")
_DN_TEMPLATE = re.compile(r"([\w-]+)=%\(user\)s,(.+)")


@dataclass(frozen=True)
class SearchBranch:
    """A part of the tree with people in it. ``filterstr`` holds ``%(user)s``, as in ``USER_SEARCH``."""

    base: str
    scope: int
    filterstr: str

    def build_login_filter(self, login: str) -> str:
        """Return the filter for one login, escaped."""
        return self.filterstr % {"user": escape_filter_chars(login)}

    @property
    def everybody_filter(self) -> str:
        """The filter for any login, with the site's restrictions."""
        return self.filterstr % {"user": "*"}


class People:
    """The people that ``USER_SEARCH`` (or a simple ``USER_DN_TEMPLATE``) describes."""

    def __init__(self, backend: LDAPBackend) -> None:
        self._backend = backend
        self.branches = _list_branches(backend)
        fields = backend.settings.USER_ATTR_MAP
        self._login = _get_login_attribute(self.branches[0])
        self._username = fields.get(get_user_model().USERNAME_FIELD)
        self._mail = fields.get(get_user_model().get_email_field_name(), "mail")
        self._given = fields.get("first_name", "givenName")
        self._family = fields.get("last_name", "sn")
        #: Fields of the user model and the attributes that fill them; the identifier apart.
        self._fields = {
            name: attribute
            for name, attribute in fields.items()
            if name not in (get_user_model().USERNAME_FIELD, backend.settings.USER_QUERY_FIELD)
        }
        self._stable = helpdesk_settings.DIRECTORY_STABLE_ID

    # -- attributes of an entry --

    def get_login(self, entry: LDAPEntry) -> str:
        """Return the login used by ``USER_SEARCH``."""
        return entry.first(self._login)

    def get_username(self, entry: LDAPEntry) -> str:
        """Return the username in Django."""
        if self._username:
            return entry.first(self._username)
        return str(self._backend.ldap_to_django_username(self.get_login(entry)))

    def get_email(self, entry: LDAPEntry) -> str:
        return entry.first(self._mail)

    def get_full_name(self, entry: LDAPEntry) -> str:
        given, family = entry.first(self._given), entry.first(self._family)
        return (
            f"{given} {family}" if given and family else entry.first("cn") or self.get_login(entry)
        )

    def get_identifier(self, user: User) -> str:
        """Return the identifier of a user in the directory."""
        username = user.get_username()
        return username if self._username else str(self._backend.django_to_ldap_username(username))

    def get_identifiers(self, entry: LDAPEntry) -> list[str]:
        """Return all identifiers of an entry; the attribute can have several values."""
        return entry.attributes.get((self._username or self._login).lower(), [])

    def get_stable_id(self, entry: LDAPEntry) -> str:
        """Return the stable identifier; empty if it cannot be read."""
        return entry.stable_id(self._stable) if self._stable else ""

    def get_field_values(self, entry: LDAPEntry) -> dict[str, str]:
        """Return the values by field of the user model, without missing ones."""
        values = {name: entry.first(attribute) for name, attribute in self._fields.items()}
        return {name: value for name, value in values.items() if value}

    @property
    def account_attributes(self) -> list[str]:
        """The attributes that update accounts."""
        return [*self._fields.values(), *([self._stable] if self._stable else [])]

    # -- queries --

    def find_by_stable_id(self, connection: LdapConnection, stable_id: str) -> list[LDAPEntry]:
        """Return the person with a stable identifier."""
        value = _filter_value(stable_id)
        return self._search(
            connection,
            lambda branch: f"(&{branch.everybody_filter}({self._stable}={value}))",
            extra=self.account_attributes,
            whole=True,
        )

    def find_by_login(self, connection: LdapConnection, login: str) -> list[LDAPEntry]:
        """Return the people found by ``USER_SEARCH``, two at most, to detect ambiguity."""
        return self._search(
            connection,
            lambda branch: branch.build_login_filter(login),
            extra=self.account_attributes,
            limit=2,
        )

    def find_by_email(self, connection: LdapConnection, address: str) -> list[LDAPEntry]:
        """Return the people with this e-mail address, two at most."""
        fits = f"({self._mail}={escape_filter_chars(address)})"
        return self._search(
            connection,
            lambda branch: f"(&{branch.everybody_filter}{fits})",
            extra=self.account_attributes,
            limit=2,
        )

    def search(
        self,
        connection: LdapConnection,
        words: Sequence[str],
        limit: int,
        extra: Iterable[str] = (),
    ) -> list[LDAPEntry]:
        """Return people who match every folded word, sorted by name.

        Accents are ignored if the server supports it.
        """
        # Short queries must match a whole name.
        whole = sum(map(len, words)) < MIN_PART_LENGTH
        fits = "".join(
            self._build_name_filter(word) if whole else self._build_word_filter(word)
            for word in words
        )
        entries = self._search(
            connection,
            lambda branch: f"(&{branch.everybody_filter}{fits})",
            extra=extra,
            limit=limit * 2,
        )
        # "~=" finds Léa for lea, and on some servers everybody who sounds alike.
        sought = [f" {word} " if whole else word for word in words]
        true = [
            entry
            for entry in entries
            if all(word in self._get_searched_text(entry) for word in sought)
        ]
        return sorted(true, key=lambda entry: fold_name(self.get_full_name(entry)))[:limit]

    def find_accounts(
        self,
        connection: LdapConnection,
        users: Sequence[User],
        extra: Iterable[str] = (),
        *,
        whole: bool = False,
    ) -> list[LDAPEntry]:
        """Return the entries of users of the site."""
        identities = [self.get_identifier(user) for user in users]

        def fits(branch: SearchBranch) -> str:
            return f"(|{''.join(self._build_identifier_filter(branch, identity) for identity in identities)})"

        return self._search(connection, fits, extra=extra, whole=whole)

    def find_in_primary_group(self, connection: LdapConnection, number: str) -> list[LDAPEntry]:
        """Return the people whose primary POSIX group has this number."""
        if not number:
            return []
        fits = f"(gidNumber={escape_filter_chars(number)})"
        return self._search(
            connection, lambda branch: f"(&{branch.everybody_filter}{fits})", whole=True
        )

    def find_by_dn(self, connection: LdapConnection, dn: str) -> list[LDAPEntry]:
        """Return the person with this distinguished name, if it is a person."""
        is_person = f"(|{''.join(branch.everybody_filter for branch in self.branches)})"
        return connection.search(dn, ldap.SCOPE_BASE, is_person, self.list_attributes(), whole=True)

    def list_attributes(self, extra: Iterable[str] = ()) -> list[str]:
        """Return the attributes to request: others cannot leak."""
        wanted = [self._login, self._mail, self._given, self._family, "cn", *extra]
        return list(dict.fromkeys(wanted + ([self._username] if self._username else [])))

    def _search(
        self,
        connection: LdapConnection,
        fits: Callable[[SearchBranch], str],
        *,
        extra: Iterable[str] = (),
        limit: int = 0,
        whole: bool = False,
    ) -> list[LDAPEntry]:
        """Return the matches in all branches, each entry once, without entries that lack a login."""
        attributes = self.list_attributes(extra)
        entries = {
            entry.dn.lower(): entry
            for branch in self.branches
            for entry in connection.search(
                branch.base, branch.scope, fits(branch), attributes, limit=limit, whole=whole
            )
        }
        return [entry for entry in entries.values() if self.get_login(entry)]

    def _build_identifier_filter(self, branch: SearchBranch, identity: str) -> str:
        if self._username:
            return f"(&{branch.everybody_filter}({self._username}={escape_filter_chars(identity)}))"
        return branch.build_login_filter(identity)

    def _build_word_filter(self, word: str) -> str:
        escaped = escape_filter_chars(word)
        begins = (f"({attribute}={escaped}*)" for attribute in (self._login, self._mail))
        contains = (f"({attribute}=*{escaped}*)" for attribute in ("cn", self._given, self._family))
        sounds = (f"({attribute}~={escaped})" for attribute in ("cn", self._given, self._family))
        return f"(|{''.join([*begins, *contains, *sounds])})"

    def _build_name_filter(self, word: str) -> str:
        escaped = escape_filter_chars(word)
        names = ("cn", self._given, self._family)
        whole = (f"({attribute}={escaped})" for attribute in (self._login, *names))
        among = (f"(cn={escaped} *)", f"(cn=* {escaped})", f"(cn=* {escaped} *)")
        sounds = (f"({attribute}~={escaped})" for attribute in names)
        return f"(|{''.join([*whole, *among, *sounds])})"

    def _get_searched_text(self, entry: LDAPEntry) -> str:
        attributes = (self._login, self._mail, self._given, self._family, "cn")
        values = [value for name in attributes for value in entry.attributes.get(name.lower(), ())]
        return fold_name(f" {' '.join(values)} ")


def _filter_value(stable_id: str) -> str:
    """Return a stable identifier for a filter; 32 hexadecimal digits are the bytes of a GUID."""
    if re.fullmatch(r"[0-9a-f]{32}", stable_id):
        return "".join(f"\\{stable_id[place : place + 2]}" for place in range(0, 32, 2))
    return str(escape_filter_chars(stable_id))


def _list_branches(backend: LDAPBackend) -> list[SearchBranch]:
    search = backend.settings.USER_SEARCH
    if search is not None:
        # A union of searches has its parts in ``searches``.
        return [
            SearchBranch(part.base_dn, part.scope, part.filterstr)
            for part in getattr(search, "searches", (search,))
        ]
    if template := _DN_TEMPLATE.fullmatch(backend.settings.USER_DN_TEMPLATE or ""):
        attribute, base = template.groups()
        return [SearchBranch(base, ldap.SCOPE_ONELEVEL, f"({attribute}=%(user)s)")]
    raise ImproperlyConfigured(
        "The LDAP directory needs AUTH_LDAP_USER_SEARCH, or an AUTH_LDAP_USER_DN_TEMPLATE "
        "that begins with attribute=%(user)s"
    )


def _get_login_attribute(branch: SearchBranch) -> str:
    """Return the attribute that ``USER_SEARCH`` compares with the login."""
    attribute = _LOGIN.search(branch.filterstr)
    if attribute is None:
        raise ImproperlyConfigured("AUTH_LDAP_USER_SEARCH compares no attribute with %(user)s")
    return attribute[1]
