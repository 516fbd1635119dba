"""Errors of looking up people, each with a message for the user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .protocol import Candidate


class DirectoryError(Exception):
    """A person could not be identified; ``message`` is the reason in the user's language."""

    @property
    def message(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message


class UnknownPerson(DirectoryError):
    """No active person has this identifier or e-mail address."""

    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier

    @property
    def message(self) -> str:
        return _("“%(identifier)s” is unknown.") % {"identifier": _shorten(self.identifier)}


class AmbiguousPerson(DirectoryError):
    """Several people have this e-mail address."""

    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier

    @property
    def message(self) -> str:
        return _("Several people match “%(identifier)s”: enter the identifier of one of them.") % {
            "identifier": _shorten(self.identifier)
        }


class UnconfirmedPerson(DirectoryError):
    """The e-mail address belongs to an account, and the directory does not confirm it.

    ``user`` is the account, used once the user of the form has confirmed it.
    """

    def __init__(self, typed: str, user: User) -> None:
        super().__init__(typed)
        self.typed = typed
        self.user = user

    @property
    def message(self) -> str:
        return _(
            "The account “%(identifier)s” (%(name)s) uses the address “%(address)s”, "
            "which the directory does not confirm. Check that this is the right person."
        ) % {
            "identifier": _shorten(self.user.get_username()),
            "name": get_display_name(self.user),
            "address": _shorten(self.typed),
        }


class DirectoryUnavailable(DirectoryError):
    """The directory gave no complete answer.

    ``reason`` is for logs and commands: ``down`` (dead, slow, incomplete) or ``refused`` (it rejects
    the service account). ``known`` holds local accounts found by a search.
    """

    def __init__(self, detail: str = "", *, reason: Literal["down", "refused"] = "down") -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason
        self.known: Sequence[Candidate] = ()

    @property
    def message(self) -> str:
        return _(
            "The directory is not answering. Try again in a moment, or enter an identifier already known."
        )


class UnknownGroup(DirectoryError):
    """The directory has no such group, or more than one."""

    def __init__(self, group: str) -> None:
        super().__init__(group)
        self.group = group

    @property
    def message(self) -> str:
        return _("The group “%(group)s” is unknown.") % {"group": self.group}


class ForInsiders(DirectoryError):
    """External guests cannot search the directory."""

    @property
    def message(self) -> str:
        return _(
            "Only people of the organisation can search the directory. Enter an e-mail address."
        )


class TooManySearches(DirectoryError):
    """The user exceeded the number of searches per minute."""

    @property
    def message(self) -> str:
        return _("You have searched too often. Wait a minute, or enter the identifier.")


class TooManyLookups(DirectoryError):
    """The user exceeded the number of people per hour."""

    @property
    def message(self) -> str:
        return _("You have entered a lot of people. Wait an hour before adding more.")


class TooManyPeople(DirectoryError):
    """One form contains too many people."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    @property
    def message(self) -> str:
        return _("Enter at most %(most)d people at a time.") % {"most": self.most}


class UnresolvedPeople(DirectoryError):
    """Some of several people could not be identified.

    ``problems`` maps the typed text to its error; ``found`` holds the people identified.
    """

    def __init__(self, problems: Mapping[str, DirectoryError], found: Sequence[User]) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.found = list(found)

    @property
    def unknown(self) -> list[str]:
        return [
            typed for typed, problem in self.problems.items() if isinstance(problem, UnknownPerson)
        ]

    @property
    def ambiguous(self) -> list[str]:
        return [
            typed
            for typed, problem in self.problems.items()
            if isinstance(problem, AmbiguousPerson)
        ]

    @property
    def unconfirmed(self) -> list[User]:
        """The accounts that need confirmation."""
        return [
            problem.user
            for problem in self.problems.values()
            if isinstance(problem, UnconfirmedPerson)
        ]

    @property
    def message(self) -> str:
        return " ".join(problem.message for problem in self.problems.values())


def _shorten(typed: str, longest: int = 80) -> str:
    """Return typed text cut to a length that fits a message."""
    return typed if len(typed) <= longest else f"{typed[:longest]}…"
