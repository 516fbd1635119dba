"""Absolute addresses of the helpdesk, its tickets and acts, from configuration: for mails and pages.

Never from a request: a worker has none, and its ``Host`` header is whatever the client says.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Page, PageViewRestriction, Site

from .models import Service


@dataclass(frozen=True)
class HelpdeskLocation:
    """The helpdesk page to which one reader is sent."""

    page: Any

    @cached_property
    def home(self) -> str:
        """The address of the page itself, as it is now."""
        return str(self.page.full_url)

    @cached_property
    def _restrictions(self) -> list[PageViewRestriction]:
        return list(self.page.get_view_restrictions())

    def is_open_to(self, user: Any) -> bool:
        """Return whether Wagtail's page privacy lets a person open the page.

        A shared password is asked for there: it keeps nobody out who is logged in.
        """
        asking = SimpleNamespace(user=user)
        return all(
            each.restriction_type == PageViewRestriction.PASSWORD or each.accept_request(asking)
            for each in self._restrictions
        )

    def to(self, route: str, *args: Any, **query: Any) -> str:
        """Return the permanent address of one of the page's routes: ``to("ticket", 1042)``.

        It stands outside the page and leads to wherever the page is when somebody follows it, so
        that it outlives a new name or place of the page; the page's own where a host left our
        ``urls.py`` out.
        """
        path = self.page.reverse_subpage(route, args=args)
        address = self.outside("go", *filter(None, [path])) or f"{self.home}{path}"
        return f"{address}?{urlencode(query, doseq=True)}" if query else address

    def to_ticket(self, number: int) -> str:
        """Return the address of a ticket."""
        return self.to("ticket", number)

    def to_act(self, number: int, slug: str) -> str:
        """Return the address of the form of an action on a ticket."""
        return self.to("act", number, slug)

    def outside(self, name: str, *args: Any) -> str:
        """Return the address of a view of our ``urls.py``, or nothing where a host left it out."""
        try:
            path = reverse(f"wagtail_helpdesk:{name}", args=args)
        except NoReverseMatch:
            return ""
        return f"{self.page.get_site().root_url}{path}"


def helpdesk_page_models() -> list[type[Page]]:
    """Return the page models that are a helpdesk: those that say so of themselves."""
    return [model for model in apps.get_models() if getattr(model, "is_helpdesk_page", False)]


def helpdesk_pages() -> list[Page]:
    """Return every published helpdesk page that a site serves, each with its language."""
    found = (model._default_manager.live() for model in helpdesk_page_models())
    live = (page for pages in found for page in pages.select_related("locale"))
    # A page outside the trees of all sites has no address that a link could hold.
    return [page for page in live if page.get_url_parts() is not None]


def find_location(service: Service | None, language: str) -> HelpdeskLocation | None:
    """Return where a reader of this language finds the helpdesk, or None when there is no page.

    On the service's site, else on the default site, else on any other; and there in their language
    if the page exists in it, else in the site's.
    """
    pages = helpdesk_pages()
    for site in (service.site if service else None, _default_site()):
        if site is not None and (here := [page for page in pages if is_on_site(page, site)]):
            return HelpdeskLocation(find_in_language(here, language))
    return HelpdeskLocation(find_in_language(pages, language)) if pages else None


def _default_site() -> Site | None:
    return Site.objects.select_related("root_page").filter(is_default_site=True).first()


def is_on_site(page: Page, site: Site) -> bool:
    """Tell whether a page is part of a site."""
    # Wagtail serves the translations of a site's root as well, each under its language's prefix.
    here = page.get_url_parts()
    return here is not None and here[0] == site.pk


def find_in_language(pages: list[Page], language: str) -> Page:
    """Return the page in a language, else in the default one, else the first."""
    by_language = {page.locale.language_code: page for page in reversed(pages)}
    default = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    wanted = (language, language.partition("-")[0], default)
    return next((by_language[code] for code in wanted if code in by_language), pages[0])


class LocationCache:
    """Remembers where readers are sent while a number of mails is written."""

    def __init__(self) -> None:
        self._known: dict[tuple[int | None, str], HelpdeskLocation | None] = {}

    def find(self, service: Service | None, language: str) -> HelpdeskLocation | None:
        """Return what ``find_location`` returned for this service and language the first time."""
        key = (service.pk if service else None, language)
        if key not in self._known:
            self._known[key] = find_location(service, language)
        return self._known[key]
