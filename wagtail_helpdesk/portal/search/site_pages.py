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
from wagtail_helpdesk.search.catalogue import compare, iterate_meaningful_words
from wagtail_helpdesk.search.normalisation import (
    Query,
    QueryWord,
    normalise_word,
    parse_query,
    strip_plural,
)
from wagtail_helpdesk.search.passages import extract_passage
from wagtail_helpdesk.search.stemming import analyse_text

logger = logging.getLogger(__name__)

#: In characters: what is read of a page for the sentence that matches.
MAX_READ_LENGTH = 20_000
#: Pages among which the best ones are chosen.
MAX_COMPARED_PAGES = 8
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
    manager: Any = TicketOrigin.page.field.related_model._default_manager
    pages = manager.live()
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
    words = list(query.words) if every_word else list(iterate_meaningful_words(query))
    if not words:
        return []
    here = pages.filter(locale=request.page.locale_id)
    typed = {normalise_word(word): word.lower() for word in text.split()}
    asked = [_build_word(word, typed.get(word.whole, "")) for word in words]
    combined: SearchQuery = reduce(lambda a, b: a & b if every_word else a | b, asked)
    try:
        found = list(get_search_backend().search(combined, here)[:MAX_COMPARED_PAGES])
    except Exception:  # each back end has errors of its own; the page is of use without the pages
        logger.exception("The search of the site does not answer.")
        return []
    others = [page for page in found if not _is_ours(page)]
    best = others if every_word else _keep_best(others, words)
    return [page for page in describe_pages(best[:length], request.http, query) if page.url]


def _keep_best(pages: list[Any], words: list[QueryWord]) -> list[Any]:
    """Return the pages with the most of these words, without those that have half as many or fewer."""
    texts = [analyse_text(f"{page.title} {_read(page)}") for page in pages]
    counts = [sum(1 for word in words if compare(word, text)) for text in texts]
    most = max(counts, default=0)
    ranked = sorted(zip(counts, pages, strict=True), key=lambda row: -row[0])
    return [page for count, page in ranked if count * 2 > most]


def _read(page: Any) -> str:
    """Return the texts of a page, up to a length."""
    return " ".join(_iterate_texts(page.specific))[:MAX_READ_LENGTH]


def describe_pages(pages: Iterable[Any], request: HttpRequest, query: Query) -> list[FoundPage]:
    """Return pages with the sentence that matches a query."""
    return [
        FoundPage(
            page.pk,
            page.title,
            page.get_url(request) or "",
            extract_passage(_read(page), query),
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
