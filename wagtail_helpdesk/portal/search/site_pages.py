"""Pages of the site that answer a question, as far as their reader may open them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString
from wagtail.models import PageViewRestriction
from wagtail.search import index
from wagtail.search.backends import get_search_backend
from wagtail.search.query import Phrase, PlainText, SearchQuery

from wagtail_helpdesk.markdown import strip_html
from wagtail_helpdesk.models import TicketOrigin
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.search.catalogue import iterate_telling_words
from wagtail_helpdesk.search.normalisation import (
    Query,
    QueryWord,
    normalise_word,
    parse_query,
    strip_plural,
)
from wagtail_helpdesk.search.passages import extract_passage

logger = logging.getLogger(__name__)

#: In characters: what is read of a page for the sentence that matches.
MAX_READ_LENGTH = 20_000
#: First letters that people write apart from the rest of a word, at most: “wi fi”, “e mail”.
MAX_DETACHED_LENGTH = 2


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of the site with the sentence that matches, as safe HTML."""

    pk: Any
    title: str
    url: str
    passage: SafeString
    published_at: datetime | None


def get_readable_pages(request: HttpRequest) -> Any:
    """Return the published pages that a request may open, those of the helpdesk left out."""
    pages = TicketOrigin.page.field.related_model._default_manager.live()
    restrictions = PageViewRestriction.objects.select_related("page").prefetch_related("groups")
    for restriction in restrictions:
        if not restriction.accept_request(request):
            pages = pages.not_descendant_of(restriction.page, inclusive=True)
    return pages


def find_pages(
    request: HelpdeskRequest, text: str, length: int, *, pages: Any, every_word: bool = True
) -> list[FoundPage]:
    """Return the pages in the language of the helpdesk page that have the words of a text.

    The site's own search finds them, the best first. ``pages`` are those that the request may open.
    """
    query = parse_query(text)
    words = list(query.words) if every_word else list(iterate_telling_words(query))
    if not words:
        return []
    here = pages.filter(locale=request.page.locale_id)
    typed = {normalise_word(word): word.lower() for word in text.split()}
    asked = [_build_word(word, typed.get(word.whole, "")) for word in words]
    combined: SearchQuery = reduce(lambda a, b: a & b if every_word else a | b, asked)
    try:
        found = list(get_search_backend().search(combined, here)[: length + 1])
    except Exception:  # each back end has errors of its own; the page is of use without the pages
        logger.exception("The search of the site does not answer.")
        return []
    rows = describe_pages(found, request.http, query)
    return [row for row, page in zip(rows, found, strict=True) if row.url and not _is_ours(page)][
        :length
    ]


def describe_pages(pages: Iterable[Any], request: HttpRequest, query: Query) -> list[FoundPage]:
    """Return pages with the sentence that matches a query."""
    return [
        FoundPage(
            page.pk,
            page.title,
            page.get_url(request) or "",
            extract_passage(" ".join(_iterate_texts(page.specific))[:MAX_READ_LENGTH], query),
            page.first_published_at,
        )
        for page in pages
    ]


def _is_ours(page: Any) -> bool:
    return bool(getattr(page.specific_class, "is_helpdesk_page", False))


def _build_word(word: QueryWord, typed: str) -> SearchQuery:
    """Return the forms in which a page may contain a word; ``typed`` has its accents.

    The site's search knows neither plurals nor that ``wifi`` is ``wi-fi``, and not every back end
    removes accents.
    """
    forms = {word.whole, strip_plural(word.whole), f"{strip_plural(word.whole)}s"}
    forms |= {typed} if typed.isalnum() else set()
    asked: list[SearchQuery] = [PlainText(form) for form in sorted(forms)]
    if len(word.parts) > 1:
        asked.append(Phrase(" ".join(word.parts)))
    else:
        whole = word.whole
        splits = range(1, MAX_DETACHED_LENGTH + 1) if len(whole) > MAX_DETACHED_LENGTH + 1 else ()
        asked += [Phrase(f"{whole[:end]} {whole[end:]}") for end in splits]
    return reduce(lambda a, b: a | b, asked)


def _iterate_texts(page: Any) -> Iterator[str]:
    """Yield the texts of a page that the site's search reads, without its title."""
    for field in type(page).get_search_fields():
        if isinstance(field, index.SearchField) and field.field_name not in ("title", "slug"):
            yield from _flatten(field.get_value(page))


def _flatten(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        # A space before each tag: paragraphs follow each other without one.
        yield strip_html(value.replace("<", " <")) if "<" in value else value
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _flatten(each)
