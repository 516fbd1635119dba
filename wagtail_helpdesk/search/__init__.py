"""Full-text search in the tickets that a user may read."""

from .normalisation import Query, QueryTooBroad, SearchUnavailable, parse_query
from .results import SearchFilters, SearchHit, SearchResults, search

__all__ = [
    "Query",
    "QueryTooBroad",
    "SearchFilters",
    "SearchHit",
    "SearchResults",
    "SearchUnavailable",
    "parse_query",
    "search",
]
