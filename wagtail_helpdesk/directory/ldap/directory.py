"""The directory protocol for LDAP servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models.functions import Lower
from django.utils.module_loading import import_string
from django_auth_ldap.backend import LDAPBackend

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import DirectoryIdentity
from wagtail_helpdesk.names import split_name_words

from ..errors import AmbiguousPerson, UnknownPerson
from ..guests import is_email_address, is_external
from ..protocol import Candidate, Profile
from ..refreshing import record_identity, rename_by_stable_id
from . import groups
from .accounts import get_account
from .connection import LdapConnection, LDAPEntry, connect
from .people import People

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Short, because the ticket page waits for the requester's card.
CARD_SECONDS = 2


def get_login_backend() -> LDAPBackend:
    """Return the LDAP backend of the logins, or django-auth-ldap's own."""
    for path in settings.AUTHENTICATION_BACKENDS:
        backend = import_string(path)
        if isinstance(backend, type) and issubclass(backend, LDAPBackend):
            return backend()
    return LDAPBackend()


class LdapDirectory:
    """The people of an LDAP server. Instantiated per request; keeps no connection and no cache."""

    def __init__(self) -> None:
        self._backend = get_login_backend()
        # A failure cached while the server was down would make everybody unknown.
        self._backend.settings.CACHE_TIMEOUT = 0
        self._people = People(self._backend)

    def find(self, identifier_or_address: str) -> User:
        """Return the user, created or updated from the directory. See ``Directory.find``."""
        entry = self._find_entry(identifier_or_address)
        stable_id = self._people.get_stable_id(entry)
        rename_by_stable_id(stable_id, self._people.get_username(entry))
        user = get_account(self._backend, self._people.get_login(entry))
        # Accounts deactivated on the site stay deactivated.
        if user is None or not user.is_active:
            raise UnknownPerson(identifier_or_address)
        record_identity(user, stable_id)
        return user

    def search(self, query: str, limit: int) -> list[Candidate]:
        """Return matching people, with the primary key of existing accounts. See ``Directory.search``."""
        shown = helpdesk_settings.DIRECTORY_CANDIDATE
        with self._connect() as connection:
            entries = self._people.search(connection, split_name_words(query), limit, shown)
        return self._make_candidates(entries)[:limit]

    def card(self, user: User) -> Mapping[str, str]:
        """Return the values of ``DIRECTORY_CARD``, whose keys are LDAP attributes."""
        wanted = helpdesk_settings.DIRECTORY_CARD
        with self._connect(min(CARD_SECONDS, helpdesk_settings.DIRECTORY_TIMEOUT)) as connection:
            entries = self._people.find_accounts(connection, [user], wanted)
        return _get_attributes(entries[0], wanted) if len(entries) == 1 else {}

    def members(self, group: str) -> list[Candidate]:
        """Return the people of a group, nested groups included where the group type says so."""
        with self._connect() as connection:
            entries = groups.list_members(connection, self._backend, self._people, group)
        return self._make_candidates(entries)

    def missing(self, users: Iterable[User]) -> list[User]:
        """Return those who left the directory.

        Local accounts, with a password or of external guests, are never missing.
        """
        accounts = [user for user in users if _is_from_directory(user)]
        found = {profile.user.pk for profile in self.profiles(accounts)}
        return [user for user in accounts if user.pk not in found]

    def profiles(self, users: Iterable[User]) -> list[Profile]:
        """Return the directory's data for its accounts. See ``Profile``.

        An account with a recorded stable identifier belongs to that entry, even if another person has
        its login identifier now.
        """
        accounts = [user for user in users if _is_from_directory(user)]
        recorded = dict(
            DirectoryIdentity.objects.filter(user__in=accounts).values_list("user", "stable_id")
        )
        with self._connect() as connection:
            return [
                self._make_profile(user, entry)
                for some in _split_into_batches(accounts)
                for user, entry in self._iterate_entries(connection, some, recorded)
            ]

    def _make_profile(self, user: User, entry: LDAPEntry) -> Profile:
        known = {value.casefold() for value in self._people.get_identifiers(entry)}
        renamed = self._people.get_identifier(user).casefold() not in known
        return Profile(
            user,
            self._people.get_field_values(entry),
            self._people.get_stable_id(entry),
            self._people.get_username(entry) if renamed else "",
        )

    def _iterate_entries(
        self, connection: LdapConnection, users: Sequence[User], recorded: Mapping[Any, str]
    ) -> Iterator[tuple[User, LDAPEntry]]:
        kept = self._people.account_attributes
        entries = self._people.find_accounts(connection, users, kept, whole=True)
        named = {
            value.casefold(): entry
            for entry in entries
            for value in self._people.get_identifiers(entry)
        }
        for user in users:
            entry = named.get(self._people.get_identifier(user).casefold())
            if entry is None:
                # The server compares identifiers by its own rules: query this one alone.
                found = self._people.find_accounts(connection, [user], kept, whole=True)
                entry = found[0] if found else None
            stable_id = recorded.get(user.pk, "")
            if stable_id and (
                entry is None or self._people.get_stable_id(entry) not in ("", stable_id)
            ):
                found = self._people.find_by_stable_id(connection, stable_id)
                entry = found[0] if found else None
            if entry is not None:
                yield user, entry

    def _find_entry(self, typed: str) -> LDAPEntry:
        with self._connect() as connection:
            entries = self._people.find_by_login(connection, typed)
            if not entries and is_email_address(typed):
                entries = self._people.find_by_email(connection, typed)
        if not entries:
            raise UnknownPerson(typed)
        if len(entries) > 1:
            raise AmbiguousPerson(typed)
        return entries[0]

    def _make_candidates(self, entries: Sequence[LDAPEntry]) -> list[Candidate]:
        known = _find_known_users(self._people.get_username(entry) for entry in entries)
        candidates = []
        for entry in entries:
            user_pk, is_active = known.get(self._people.get_username(entry).lower(), (None, True))
            if is_active:
                candidates.append(self._make_candidate(entry, user_pk))
        return candidates

    def _make_candidate(self, entry: LDAPEntry, user_pk: Any) -> Candidate:
        return Candidate(
            identifier=self._people.get_login(entry),
            full_name=self._people.get_full_name(entry),
            mail=self._people.get_email(entry),
            details=_get_attributes(entry, helpdesk_settings.DIRECTORY_CANDIDATE),
            user_pk=user_pk,
        )

    @contextmanager
    def _connect(self, seconds: float | None = None) -> Iterator[LdapConnection]:
        with connect(self._backend, seconds or helpdesk_settings.DIRECTORY_TIMEOUT) as connection:
            yield connection


def _is_from_directory(user: User) -> bool:
    """Return whether an account comes from the directory: no password, and not an external guest."""
    return not user.has_usable_password() and not is_external(user)


def _split_into_batches(users: Sequence[User], size: int = 50) -> Iterator[Sequence[User]]:
    """Return the users in batches below the size limits of servers."""
    return (users[start : start + size] for start in range(0, len(users), size))


def _find_known_users(usernames: Iterable[str]) -> dict[str, tuple[Any, bool]]:
    """Return primary key and activity of the users with these usernames, ignoring case."""
    model = get_user_model()
    rows = (
        model._default_manager.annotate(_lower=Lower(model.USERNAME_FIELD))
        .filter(_lower__in=[username.lower() for username in usernames])
        .values_list("_lower", "pk", "is_active")
    )
    return {username: (pk, is_active) for username, pk, is_active in rows}


def _get_attributes(entry: LDAPEntry, wanted: Mapping[str, Any]) -> dict[str, str]:
    values = (
        (label, ", ".join(entry.attributes.get(name.lower(), ()))) for name, label in wanted.items()
    )
    return {str(label): value for label, value in values if value}
