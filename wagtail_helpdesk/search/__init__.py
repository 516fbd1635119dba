"""Full-text search over subjects, messages and properties, as one person may read them."""

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
