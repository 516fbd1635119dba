"""Finding people: who stands behind an identifier or an address, whichever directory the site uses."""

from .errors import (
    AmbiguousPerson,
    DirectoryError,
    DirectoryUnavailable,
    ForInsiders,
    TooManyPeople,
    TooManySearches,
    UnconfirmedPerson,
    UnknownGroup,
    UnknownPerson,
    UnresolvedPeople,
)
from .finding import (
    Found,
    card,
    find_people,
    find_person,
    look_for,
    search_people,
    site_directory,
)
from .parsing import names_in
from .protocol import Candidate, Directory, Profile

__all__ = [
    "AmbiguousPerson",
    "Candidate",
    "Directory",
    "DirectoryError",
    "DirectoryUnavailable",
    "ForInsiders",
    "Found",
    "Profile",
    "TooManyPeople",
    "TooManySearches",
    "UnconfirmedPerson",
    "UnknownGroup",
    "UnknownPerson",
    "UnresolvedPeople",
    "card",
    "find_people",
    "find_person",
    "look_for",
    "names_in",
    "search_people",
    "site_directory",
]
