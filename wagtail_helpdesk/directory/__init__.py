"""Finding people: who stands behind an identifier or an address, whichever directory the site uses."""

from .errors import (
    AmbiguousPerson,
    DirectoryError,
    DirectoryUnavailable,
    TooManySearches,
    UnknownGroup,
    UnknownPerson,
    UnresolvedPeople,
)
from .finding import card, find_people, find_person, search_people, site_directory
from .protocol import Candidate, Directory

__all__ = [
    "AmbiguousPerson",
    "Candidate",
    "Directory",
    "DirectoryError",
    "DirectoryUnavailable",
    "TooManySearches",
    "UnknownGroup",
    "UnknownPerson",
    "UnresolvedPeople",
    "card",
    "find_people",
    "find_person",
    "search_people",
    "site_directory",
]
