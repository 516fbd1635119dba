"""Full-text search in the tickets that a user may read."""

from .normalisation import Query, QueryTooBroad, SearchUnavailable, parse_query
from .results import (
    FoundTickets,
    SearchFilters,
    SearchHit,
    SearchResults,
    find_tickets,
    search,
)

__all__ = [
    "FoundTickets",
    "Query",
    "QueryTooBroad",
    "SearchFilters",
    "SearchHit",
    "SearchResults",
    "SearchUnavailable",
    "find_tickets",
    "parse_query",
    "search",
]
