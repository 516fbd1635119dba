"""Looks up people by identifier, e-mail address or name, in any kind of directory."""

from .errors import (
    AmbiguousPerson,
    DirectoryError,
    DirectoryUnavailable,
    ForInsiders,
    TooManyLookups,
    TooManyPeople,
    TooManySearches,
    UnconfirmedPerson,
    UnknownGroup,
    UnknownPerson,
    UnresolvedPeople,
)
from .lookup import (
    SearchOutcome,
    count_lookups,
    find_people,
    find_person,
    get_directory_card,
    get_site_directory,
    search_people,
    search_with_limits,
)
from .parsing import split_names
from .protocol import Candidate, Directory, Profile

__all__ = [
    "AmbiguousPerson",
    "Candidate",
    "Directory",
    "DirectoryError",
    "DirectoryUnavailable",
    "ForInsiders",
    "Profile",
    "SearchOutcome",
    "TooManyLookups",
    "TooManyPeople",
    "TooManySearches",
    "UnconfirmedPerson",
    "UnknownGroup",
    "UnknownPerson",
    "UnresolvedPeople",
    "count_lookups",
    "find_people",
    "find_person",
    "get_directory_card",
    "get_site_directory",
    "search_people",
    "search_with_limits",
    "split_names",
]
