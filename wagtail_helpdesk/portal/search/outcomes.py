"""Counting what searches and suggestions led to, without a trace of who asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.models import MAX_COUNTED_LENGTH, CountedOutcome, OutcomeCount
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.search.normalisation import parse_query

#: Pages that are suggested at a time.
MAX_SUGGESTED_PAGES = 3
#: Forms of one category that a page made superfluous, of one person: more are not counted.
MAX_SOLVED_PER_DAY = 5
#: Numbers and e-mail addresses, which may point to a person.
_PERSONAL = re.compile(r"@|\d{4}")


def count_nothing_found(user: Any, text: str) -> None:
    """Count a search without result, once a day for the same person and words."""
    words = " ".join(word.whole for word in parse_query(text).words)
    if not words or len(words) > MAX_COUNTED_LENGTH or _PERSONAL.search(text):
        return
    # The cache knows who, for a day; the table does not.
    key = hashlib.sha256(words.encode()).hexdigest()[:16]
    if rate_limits.allow(f"nothing_found.{key}", user, 1, rate_limits.DAY):
        OutcomeCount.objects.add(CountedOutcome.NOTHING, words=words)


def may_count_solved(user: Any, category: int) -> bool:
    """Count a form that a page made superfluous; return whether it counts in the report.

    Nothing else limits it: one person would decide what the report says.
    """
    return rate_limits.allow(f"solved.{category}", user, MAX_SOLVED_PER_DAY, rate_limits.DAY)


def count_suggestions(
    category: int, *, suggested: Iterable[Any], opened: Iterable[Any], solved: Any = None
) -> None:
    """Count the pages that a form suggested, those opened, and the one that made it superfluous.

    The ids come from the form: those of other pages than it can suggest are ignored.
    """
    pages: Any = OutcomeCount.page.field.related_model._default_manager
    wanted = {pk for pk in map(parse_number, [*suggested, solved]) if pk is not None}
    chosen = sorted(wanted)[:MAX_SUGGESTED_PAGES]
    known = set(pages.live().filter(pk__in=chosen).values_list("pk", flat=True))
    read = {parse_number(pk) for pk in opened} & known
    for outcome, found in (
        (CountedOutcome.SUGGESTED, known),
        (CountedOutcome.OPENED, read),
        (CountedOutcome.SOLVED, {parse_number(solved)} & known),
    ):
        for page in sorted(found):
            OutcomeCount.objects.add(outcome, category=category, page=page)
