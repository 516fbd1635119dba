"""Looks up one or several people, searches for people and loads directory cards."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple, cast

from django.core.cache import cache
from django.utils.module_loading import import_string

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.names import split_name_words

from . import guests
from .errors import (
    DirectoryError,
    DirectoryUnavailable,
    ForInsiders,
    TooManyLookups,
    TooManyPeople,
    TooManySearches,
    UnconfirmedPerson,
    UnknownPerson,
    UnresolvedPeople,
)
from .parsing import split_names
from .refreshing import DOWN, DOWN_SECONDS, update_known_account
from .users import UserDirectory

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .protocol import Candidate, Directory

logger = logging.getLogger(__name__)

#: Letters that one word of a search needs at least: some names are no longer.
MIN_QUERY = 2
#: A search that finds more is to be made narrower.
MAX_RESULTS = 20
#: Above it nobody typed a name.
MAX_QUERY = 100
#: Each name costs a question to the directory, while a person waits for a page.
MAX_PEOPLE_AT_ONCE = 50
#: And all of them together no more than so many times what one may take.
TIMEOUT_SECONDS = 3

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def get_site_directory() -> Directory:
    """Return the directory that ``DIRECTORY`` names."""
    return cast("Directory", import_string(helpdesk_settings.DIRECTORY)())


def find_person(
    identifier_or_address: str,
    *,
    external: bool = False,
    confirmed: Collection[str] = (),
    by: User | None = None,
) -> User:
    """Return the one active user with this identifier or e-mail address.

    An address that only its account vouches for names nobody, unless the identifier of the account
    is among ``confirmed``: see ``TRUST_ACCOUNT_ADDRESSES``. With ``external`` an address that the
    directory does not know becomes an external guest, where the site allows it: for invitations,
    never for managers. ``by`` is who asks: limited to ``DIRECTORY_LOOKUPS_PER_HOUR``.

    Raises ``UnknownPerson``, ``AmbiguousPerson``, ``UnconfirmedPerson``, ``TooManyLookups`` or
    ``DirectoryUnavailable``.
    """
    count_lookups(by, 1)
    typed = identifier_or_address.strip()
    try:
        return _find(typed, confirmed)
    except UnknownPerson:
        if external and guests.may_invite_address(typed):
            return guests.create_external_guest(typed)
        raise


def find_people(
    text: str,
    *,
    external: bool = False,
    confirmed: Collection[str] = (),
    by: User | None = None,
) -> list[User]:
    """Return everybody named in a text, each once: all or nobody. ``split_names`` reads it.

    Raises ``UnresolvedPeople``, which keeps those who were found beside those who were not,
    ``TooManyPeople``, ``TooManyLookups`` or ``DirectoryUnavailable``. ``external``, ``confirmed``
    and ``by``: see ``find_person``.
    """
    names = split_names(text)
    if len(names) > MAX_PEOPLE_AT_ONCE:
        raise TooManyPeople(MAX_PEOPLE_AT_ONCE)
    count_lookups(by, len(names))
    found: dict[str, User | None] = {}
    problems: dict[str, DirectoryError] = {}
    for typed in _limit_time(names):
        try:
            found[typed] = _find(typed, confirmed)
        except DirectoryUnavailable:
            # One dead directory is enough: asking again for each name would add up the waiting.
            raise
        except DirectoryError as problem:
            if external and isinstance(problem, UnknownPerson) and guests.may_invite_address(typed):
                found[typed] = None
            else:
                problems[typed] = problem
    if problems:
        raise UnresolvedPeople(problems, _deduplicate(user for user in found.values() if user))
    # Accounts of external guests are made last, once nothing can stop the form that names them.
    return _deduplicate(
        user or guests.create_external_guest(typed) for typed, user in found.items()
    )


def search_people(
    query: str, limit: int = MAX_RESULTS, *, by: User | None = None
) -> list[Candidate]:
    """Return at most ``limit`` people whose names, identifier or address fit.

    A query of two letters must be a whole name; a shorter one finds nobody. Makes no account. ``by`` is who asks: their searches are logged and limited to
    ``DIRECTORY_SEARCHES_PER_MINUTE``. Raises ``ForInsiders``, ``TooManySearches``, or ``DirectoryUnavailable`` with the
    people in ``known`` who can be named without the directory.
    """
    query = " ".join(_CONTROL.sub(" ", query).split())
    words = split_name_words(query)
    if len(query) > MAX_QUERY or max(map(len, words), default=0) < MIN_QUERY:
        return []
    _check_search_limits(by)
    directory, users = get_site_directory(), UserDirectory()
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


class SearchOutcome(NamedTuple):
    """What a search came to: people to choose from, and a sentence about what went wrong."""

    candidates: Sequence[Candidate]
    problem: str = ""
    #: The HTTP status of a page that shows it: 429 beyond the limit of searches.
    status: int = 200

    @property
    def may_be_cut(self) -> bool:
        """Whether there may be others."""
        return len(self.candidates) >= MAX_RESULTS


def search_with_limits(query: str, *, by: User) -> SearchOutcome:
    """Return what ``search_people`` finds, or the sentence about why it found nobody."""
    try:
        return SearchOutcome(search_people(query, by=by))
    except DirectoryUnavailable as error:
        return SearchOutcome(error.known, error.message)
    except TooManySearches as error:
        return SearchOutcome([], error.message, status=429)
    except DirectoryError as error:
        return SearchOutcome([], error.message)


def get_directory_card(user: User) -> Mapping[str, str]:
    """Return label and value of what ``DIRECTORY_CARD`` shows about a person.

    Never raises: a ticket is read with the directory down too, and then its card is empty. Answers
    are kept for ``DIRECTORY_CARD_SECONDS``, failures for a minute, so that no page waits twice.
    """
    if not helpdesk_settings.DIRECTORY_CARD:
        return {}
    key = f"wagtail_helpdesk.directory.get_directory_card.{user.pk}"
    kept: Mapping[str, str] | None = cache.get(key)
    if kept is not None:
        return kept
    if cache.get(DOWN):
        return {}
    return _load_card(user, key)


def _load_card(user: User, key: str) -> Mapping[str, str]:
    try:
        shown = dict(get_site_directory().card(user))
    except DirectoryUnavailable as error:
        logger.warning("No directory card of user %s: %s", user.pk, error.detail)
        cache.set(DOWN, True, DOWN_SECONDS)
        return {}
    cache.set(key, shown, helpdesk_settings.DIRECTORY_CARD_SECONDS)
    return shown


def _find(typed: str, confirmed: Collection[str]) -> User:
    if not typed or _CONTROL.search(typed):
        raise UnknownPerson(typed)
    accounts = UserDirectory()
    known = accounts.find_by_identifier(typed)
    # Local accounts are found by identifier even while the directory is down.
    if known and not accounts.identifies_by_address:
        return update_known_account(get_site_directory(), known)
    try:
        return _ask_directories(typed)
    except UnconfirmedPerson as problem:
        if problem.user.get_username() in confirmed:
            return problem.user
        raise


def _ask_directories(typed: str) -> User:
    try:
        return get_site_directory().find(typed)
    except UnknownPerson:
        return UserDirectory().find(typed)


def _limit_time(names: Iterable[str]) -> Iterator[str]:
    """Yield the names until the time for all of them is over; then raise ``DirectoryUnavailable``."""
    deadline = monotonic() + TIMEOUT_SECONDS * helpdesk_settings.DIRECTORY_TIMEOUT
    for name in names:
        if monotonic() > deadline:
            raise DirectoryUnavailable("too slow for so many names")
        yield name


def _deduplicate(users: Iterable[User]) -> list[User]:
    return list({user.pk: user for user in users}.values())


def count_lookups(by: User | None, people: int) -> None:
    """Count looked-up people against the hourly limit, because each lookup reveals whether a person exists."""
    if by is None or not people:
        return
    most = helpdesk_settings.DIRECTORY_LOOKUPS_PER_HOUR
    if not rate_limits.allow("directory_lookups", by, most, rate_limits.HOUR, people):
        logger.warning("User %s names people too often", by.pk)
        raise TooManyLookups


def _check_search_limits(by: User | None) -> None:
    if by is None:
        return
    if guests.is_external(by):
        raise ForInsiders
    most = helpdesk_settings.DIRECTORY_SEARCHES_PER_MINUTE
    if not rate_limits.allow("directory_searches", by, most, rate_limits.MINUTE):
        logger.warning("User %s searches the directory too often", by.pk)
        raise TooManySearches
    logger.info("User %s searches the directory", by.pk)
