"""What the helpdesk asks of a directory, and what a directory says of somebody who is not a user yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Candidate:
    """Somebody a search found. ``details`` maps the labels of ``DIRECTORY_CANDIDATE`` to values."""

    identifier: str
    full_name: str
    mail: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    #: Primary key of the user, for people the site knows already.
    user_pk: Any = None


@dataclass(frozen=True)
class Profile:
    """What the directory says of somebody who has an account."""

    user: User
    #: Names of fields of the user model, with what the directory has.
    values: Mapping[str, str]
    #: What stays the same when the identifier changes; empty where the directory has no such thing.
    stable_id: str = ""
    #: The new identifier, of a person who got another one.
    identifier: str = ""


class Directory(Protocol):
    """Where people are found. ``DIRECTORY`` names the class; it is made without arguments."""

    def find(self, identifier_or_address: str) -> User:
        """Return the one active user; make the account of somebody who never logged in.

        Raises ``UnknownPerson``, ``AmbiguousPerson`` or ``DirectoryUnavailable``.
        """
        ...

    def search(self, query: str, limit: int) -> list[Candidate]:
        """Return at most ``limit`` people whose names, identifier or address fit every word. Writes nothing.

        Raises ``DirectoryUnavailable``.
        """
        ...

    def card(self, user: User) -> Mapping[str, str]:
        """Return label and value of what ``DIRECTORY_CARD`` shows of somebody. Raises ``DirectoryUnavailable``."""
        ...

    def members(self, group: str) -> list[Candidate]:
        """Return everybody in a group. Raises ``UnknownGroup`` or ``DirectoryUnavailable``, never a part."""
        ...

    def missing(self, users: Iterable[User]) -> list[User]:
        """Return those whom a complete, successful search did not find. Raises ``DirectoryUnavailable``."""
        ...

    # Optional, for directories that hold names and addresses of accounts:
    #
    # def profiles(self, users: Iterable[User]) -> list[Profile]
    #     Return what it knows of those it finds. Raises ``DirectoryUnavailable``, never a part.
