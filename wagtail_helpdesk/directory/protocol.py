"""The interface of directories, and the data they return."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Candidate:
    """A person found by a search. ``details`` maps the labels of ``DIRECTORY_CANDIDATE`` to values."""

    identifier: str
    full_name: str
    mail: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    #: Primary key of the account, if there is one.
    user_pk: Any = None


@dataclass(frozen=True)
class Profile:
    """The directory's data for an account."""

    user: User
    #: Values in the directory by field of the user model.
    values: Mapping[str, str]
    #: Identifier that never changes; empty if the directory has none.
    stable_id: str = ""
    #: The new identifier, if it changed.
    identifier: str = ""


class Directory(Protocol):
    """A source of people. ``DIRECTORY`` is the path of the class, instantiated without arguments."""

    def find(self, identifier_or_address: str) -> User:
        """Return the active user; an account is created for a person who never logged in.

        Raises ``UnknownPerson``, ``AmbiguousPerson`` or ``DirectoryUnavailable``.
        """
        ...

    def search(self, query: str, limit: int) -> list[Candidate]:
        """Return at most ``limit`` people whose names, identifier or e-mail match every word. Writes nothing.

        Raises ``DirectoryUnavailable``.
        """
        ...

    def card(self, user: User) -> Mapping[str, str]:
        """Return the values of ``DIRECTORY_CARD`` by label. Raises ``DirectoryUnavailable``."""
        ...

    def members(self, group: str) -> list[Candidate]:
        """Return all members of a group. Raises ``UnknownGroup`` or ``DirectoryUnavailable``."""
        ...

    def missing(self, users: Iterable[User]) -> list[User]:
        """Return the users who are not in the directory. Raises ``DirectoryUnavailable``, never guesses."""
        ...

    # Optional, for directories that hold names and addresses of accounts:
    #
    # def profiles(self, users: Iterable[User]) -> list[Profile]
    #     Return the data of the users it finds. Raises ``DirectoryUnavailable``.
