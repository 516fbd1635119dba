"""What can go wrong when people are looked for, each with a sentence for whoever was looking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext as _

from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .protocol import Candidate


class DirectoryError(Exception):
    """Nobody could be named; ``message`` says why, in the language of the reader."""

    @property
    def message(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.message


class UnknownPerson(DirectoryError):
    """The directory answered, and knows nobody active by this identifier or address."""

    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier

    @property
    def message(self) -> str:
        return _("“%(identifier)s” is unknown.") % {"identifier": _short(self.identifier)}


class AmbiguousPerson(DirectoryError):
    """Several people answer to this address; choosing one of them would be guessing."""

    def __init__(self, identifier: str) -> None:
        super().__init__(identifier)
        self.identifier = identifier

    @property
    def message(self) -> str:
        return _("Several people match “%(identifier)s”: enter the identifier of one of them.") % {
            "identifier": _short(self.identifier)
        }


class UnconfirmedPerson(DirectoryError):
    """An account bears this address, and nothing but the account vouches for it.

    ``user`` is the account, to be named by its identifier once the reader has confirmed it.
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
            "identifier": _short(self.user.get_username()),
            "name": get_display_name(self.user),
            "address": _short(self.typed),
        }


class DirectoryUnavailable(DirectoryError):
    """The directory gave no answer that can be trusted, so nothing is known about anybody.

    ``reason`` is for logs and commands: ``down`` (dead, slow, incomplete) or ``refused`` (it answers,
    but not to the service account). ``known`` are the people that a search found without the directory.
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
    """The directory answered, and has no such group (or more than one)."""

    def __init__(self, group: str) -> None:
        super().__init__(group)
        self.group = group

    @property
    def message(self) -> str:
        return _("The group “%(group)s” is unknown.") % {"group": self.group}


class ForInsiders(DirectoryError):
    """An external guest does not search the directory of the organisation."""

    @property
    def message(self) -> str:
        return _(
            "Only people of the organisation can search the directory. Enter an e-mail address."
        )


class TooManySearches(DirectoryError):
    """This person searched more often than the settings allow within a minute."""

    @property
    def message(self) -> str:
        return _("You have searched too often. Wait a minute, or enter the identifier.")


class TooManyLookups(DirectoryError):
    """This person named more people than the settings allow within an hour."""

    @property
    def message(self) -> str:
        return _("You have entered a lot of people. Wait an hour before adding more.")


class TooManyPeople(DirectoryError):
    """More people are named than the directory is asked about for one form."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most

    @property
    def message(self) -> str:
        return _("Enter at most %(most)d people at a time.") % {"most": self.most}


class UnresolvedPeople(DirectoryError):
    """Some of several people could not be named: nobody is returned, and nothing typed is lost.

    ``problems`` maps what was typed to the error it met, ``found`` holds those who were found.
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
        """The accounts to be confirmed."""
        return [
            problem.user
            for problem in self.problems.values()
            if isinstance(problem, UnconfirmedPerson)
        ]

    @property
    def message(self) -> str:
        return " ".join(problem.message for problem in self.problems.values())


def _short(typed: str, longest: int = 80) -> str:
    """What was typed may be a whole pasted document; the sentence about it stays a sentence."""
    return typed if len(typed) <= longest else f"{typed[:longest]}…"
