"""Full-text search over subjects, messages and properties, as one person may read them."""

from .searching import Filters, Hit, Results, search
from .words import Query, TooBroad, Unavailable, parse

__all__ = ["Filters", "Hit", "Query", "Results", "TooBroad", "Unavailable", "parse", "search"]
