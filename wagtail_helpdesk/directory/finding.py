"""The questions that doors ask: this person, these people, somebody like that, and what their card says."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, cast

from django.core.cache import cache
from django.utils.module_loading import import_string

from wagtail_helpdesk import limits
from wagtail_helpdesk.conf import helpdesk_settings

from . import guests
from .errors import (
    DirectoryError,
    DirectoryUnavailable,
    TooManyLookups,
    TooManyPeople,
    TooManySearches,
    UnknownPerson,
    UnresolvedPeople,
)
from .users import UserDirectory

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .protocol import Candidate, Directory

logger = logging.getLogger(__name__)

#: Below this many characters a search would list half the organisation.
MIN_QUERY = 3
#: A search that finds more is to be made narrower.
MOST_FOUND = 20
#: Above it nobody typed a name.
MAX_QUERY = 100
#: Each name costs a question to the directory, while somebody waits for a page.
MOST_AT_ONCE = 50
#: And all of them together no more than so many times what one may take.
PATIENCE = 3

_SEPARATORS = re.compile(r"[,;\n\r]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def site_directory() -> Directory:
    """Return the directory that ``DIRECTORY`` names."""
    return cast("Directory", import_string(helpdesk_settings.DIRECTORY)())


def find_person(
    identifier_or_address: str, *, external: bool = False, by: User | None = None
) -> User:
    """Return the one active user with this identifier or e-mail address.

    With ``external`` an address that the directory does not know becomes an external guest,
    where the site allows it: for invitations, never for managers. ``by`` is who asks: limited to
    ``DIRECTORY_LOOKUPS_PER_HOUR``.

    Raises ``UnknownPerson``, ``AmbiguousPerson``, ``TooManyLookups`` or ``DirectoryUnavailable``.
    """
    _count_lookups(by, 1)
    typed = identifier_or_address.strip()
    try:
        return _find(typed)
    except UnknownPerson:
        if external and guests.may_be_invited(typed):
            return guests.create(typed)
        raise


def find_people(text: str, *, external: bool = False, by: User | None = None) -> list[User]:
    """Return everybody named in a text with commas, semicolons or new lines, each once: all or nobody.

    Raises ``UnresolvedPeople``, which keeps those who were found beside those who were not,
    ``TooManyPeople``, ``TooManyLookups``, or ``DirectoryUnavailable``. ``external`` and ``by``: see
    ``find_person``.
    """
    names = names_in(text)
    if len(names) > MOST_AT_ONCE:
        raise TooManyPeople(MOST_AT_ONCE)
    _count_lookups(by, len(names))
    found: dict[str, User | None] = {}
    problems: dict[str, DirectoryError] = {}
    for typed in _patiently(names):
        try:
            found[typed] = _find(typed)
        except DirectoryUnavailable:
            # One dead directory is enough: asking again for each name would add up the waiting.
            raise
        except DirectoryError as problem:
            if external and isinstance(problem, UnknownPerson) and guests.may_be_invited(typed):
                found[typed] = None
            else:
                problems[typed] = problem
    if problems:
        raise UnresolvedPeople(problems, _each_once(user for user in found.values() if user))
    # Accounts of external guests are made last, once nothing can stop the form that names them.
    return _each_once(user or guests.create(typed) for typed, user in found.items())


def names_in(text: str) -> list[str]:
    """Return what stands between commas, semicolons or new lines, without repetition, in order."""
    return list(dict.fromkeys(name for part in _SEPARATORS.split(text) if (name := part.strip())))


def search_people(
    query: str, limit: int = MOST_FOUND, *, by: User | None = None
) -> list[Candidate]:
    """Return at most ``limit`` people whose names, identifier or address fit; [] below three characters.

    Makes no account. ``by`` is who asks: their searches are logged and limited to
    ``DIRECTORY_SEARCHES_PER_MINUTE``. Raises ``TooManySearches``, or ``DirectoryUnavailable`` with the
    people in ``known`` who can be named without the directory.
    """
    query = " ".join(_CONTROL.sub(" ", query).split())
    if not MIN_QUERY <= len(query.replace(" ", "")) <= MAX_QUERY:
        return []
    _count_search(by)
    directory, users = site_directory(), UserDirectory()
    try:
        candidates = directory.search(query, limit)
    except DirectoryUnavailable as error:
        error.known = users.search(query, limit)
        raise
    if isinstance(directory, UserDirectory) or len(candidates) >= limit:
        return candidates[:limit]
    # Local accounts and external guests stand in no directory, and can be named all the same.
    listed = {candidate.user_pk for candidate in candidates}
    others = [known for known in users.search(query, limit) if known.user_pk not in listed]
    return (candidates + others)[:limit]


class Found(NamedTuple):
    """What a search came to: people to choose from, and a sentence about what went wrong."""

    candidates: Sequence[Candidate]
    problem: str = ""

    @property
    def may_be_cut(self) -> bool:
        """Whether there may be others."""
        return len(self.candidates) >= MOST_FOUND


def look_for(query: str, *, by: User) -> Found:
    """Return what ``search_people`` finds, or the sentence about why it found nobody."""
    try:
        return Found(search_people(query, by=by))
    except DirectoryUnavailable as error:
        return Found(error.known, error.message)
    except DirectoryError as error:
        return Found([], error.message)


def card(user: User) -> Mapping[str, str]:
    """Return label and value of what ``DIRECTORY_CARD`` shows of somebody.

    Never raises: a ticket is read with the directory down too, and then its card is empty. Answers
    are kept for ``DIRECTORY_CARD_SECONDS``, failures for a minute, so that no page waits twice.
    """
    if not helpdesk_settings.DIRECTORY_CARD:
        return {}
    key = f"wagtail_helpdesk.directory.card.{user.pk}"
    kept: Mapping[str, str] | None = cache.get(key)
    if kept is not None:
        return kept
    if cache.get(_DOWN):
        return {}
    return _fresh_card(user, key)


_DOWN = "wagtail_helpdesk.directory.down"
_DOWN_SECONDS = 60


def _fresh_card(user: User, key: str) -> Mapping[str, str]:
    try:
        shown = dict(site_directory().card(user))
    except DirectoryUnavailable as error:
        logger.warning("No directory card of user %s: %s", user.pk, error.detail)
        cache.set(_DOWN, True, _DOWN_SECONDS)
        return {}
    cache.set(key, shown, helpdesk_settings.DIRECTORY_CARD_SECONDS)
    return shown


def _find(typed: str) -> User:
    if not typed or _CONTROL.search(typed):
        raise UnknownPerson(typed)
    # Whoever is known by identifier is found with the directory down too; and one statement is
    # cheaper than three exchanges over the network.
    if known := UserDirectory().by_identifier(typed):
        return known
    try:
        return site_directory().find(typed)
    except UnknownPerson:
        return UserDirectory().find(typed)


def _patiently(names: Iterable[str]) -> Iterator[str]:
    """Yield the names while there is time. A directory may answer each in time, and all of them never."""
    deadline = monotonic() + PATIENCE * helpdesk_settings.DIRECTORY_TIMEOUT
    for name in names:
        if monotonic() > deadline:
            raise DirectoryUnavailable("too slow for so many names")
        yield name


def _each_once(users: Iterable[User]) -> list[User]:
    return list({user.pk: user for user in users}.values())


def _count_lookups(by: User | None, people: int) -> None:
    """Count the people named: who is found and who is not says who exists."""
    if by is None or not people:
        return
    most = helpdesk_settings.DIRECTORY_LOOKUPS_PER_HOUR
    if not limits.allows("directory_lookups", by, most, limits.HOUR, people):
        logger.warning("User %s names people too often", by.pk)
        raise TooManyLookups


def _count_search(by: User | None) -> None:
    if by is None:
        return
    most = helpdesk_settings.DIRECTORY_SEARCHES_PER_MINUTE
    if not limits.allows("directory_searches", by, most, limits.MINUTE):
        logger.warning("User %s searches the directory too often", by.pk)
        raise TooManySearches
    logger.info("User %s searches the directory", by.pk)
