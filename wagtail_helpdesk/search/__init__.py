"""Full-text search over subjects, messages and properties, as one person may read them."""

from .normalisation import Query, TooBroad, Unavailable, parse
from .results import Filters, Hit, Results, search

__all__ = ["Filters", "Hit", "Query", "Results", "TooBroad", "Unavailable", "parse", "search"]
