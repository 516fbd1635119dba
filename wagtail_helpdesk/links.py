"""Absolute URLs of the helpdesk, its tickets and actions, from configuration: for mails and pages.

Never from a request: a worker has none, and the client controls its ``Host`` header.
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
    """The helpdesk page to which links for one reader lead."""

    page: Any

    @cached_property
    def home(self) -> str:
        """The URL of the page itself, as it is now."""
        return str(self.page.full_url)

    @cached_property
    def _restrictions(self) -> list[PageViewRestriction]:
        return list(self.page.get_view_restrictions())

    def is_open_to(self, user: Any) -> bool:
        """Return whether Wagtail's page privacy lets a user open the page.

        A shared password is asked for on the page itself: no user is kept out because of it.
        """
        asking = SimpleNamespace(user=user)
        return all(
            each.restriction_type == PageViewRestriction.PASSWORD or each.accept_request(asking)
            for each in self._restrictions
        )

    def get_url(self, route: str, *args: Any, **query: Any) -> str:
        """Return the permanent URL of one of the page's routes: ``get_url("ticket", 1042)``.

        It is outside the page and redirects to wherever the page is when it is followed, so that
        it stays valid when the page is renamed or moved. It is the page's own URL if the site does
        not include our ``urls.py``.
        """
        path = self.page.reverse_subpage(route, args=args)
        url = self.get_view_url("go", *filter(None, [path])) or f"{self.home}{path}"
        return f"{url}?{urlencode(query, doseq=True)}" if query else url

    def get_ticket_url(self, number: int) -> str:
        """Return the URL of a ticket."""
        return self.get_url("ticket", number)

    def get_action_url(self, number: int, slug: str) -> str:
        """Return the URL of the form of an action on a ticket."""
        return self.get_url("action", number, slug)

    def get_view_url(self, name: str, *args: Any) -> str:
        """Return the URL of a view of ``wagtail_helpdesk.urls``, empty if the site does not include it."""
        try:
            path = reverse(f"wagtail_helpdesk:{name}", args=args)
        except NoReverseMatch:
            return ""
        return f"{self.page.get_site().root_url}{path}"


def get_helpdesk_page_models() -> list[type[Page]]:
    """Return the page models marked as helpdesk pages."""
    return [model for model in apps.get_models() if getattr(model, "is_helpdesk_page", False)]


def find_helpdesk_pages() -> list[Page]:
    """Return all published helpdesk pages that a site serves, with their locales."""
    found = (model._default_manager.live() for model in get_helpdesk_page_models())
    live = (page for pages in found for page in pages.select_related("locale"))
    # A page outside the trees of all sites has no URL.
    return [page for page in live if page.get_url_parts() is not None]


def find_location(service: Service | None, language: str) -> HelpdeskLocation | None:
    """Return the helpdesk page for a service and a language, or None if there is no page.

    On the service's site, else on the default site, else on any other; in the language if there is a
    translation, else in the site's language.
    """
    pages = find_helpdesk_pages()
    for site in (service.site if service else None, _default_site()):
        if site is not None and (here := [page for page in pages if is_on_site(page, site)]):
            return HelpdeskLocation(find_in_language(here, language))
    return HelpdeskLocation(find_in_language(pages, language)) if pages else None


def _default_site() -> Site | None:
    return Site.objects.select_related("root_page").filter(is_default_site=True).first()


def is_on_site(page: Page, site: Site) -> bool:
    """Return whether a site serves a page."""
    # Wagtail also serves the translations of a site's root, each under the prefix of its language.
    here = page.get_url_parts()
    return here is not None and here[0] == site.pk


def find_in_language(pages: list[Page], language: str) -> Page:
    """Return the page in a language, else in the default language, else the first."""
    by_language = {page.locale.language_code: page for page in reversed(pages)}
    default = get_supported_content_language_variant(settings.LANGUAGE_CODE)
    wanted = (language, language.partition("-")[0], default)
    return next((by_language[code] for code in wanted if code in by_language), pages[0])


class LocationCache:
    """Caches helpdesk pages by service and language while mails are composed."""

    def __init__(self) -> None:
        self._known: dict[tuple[int | None, str], HelpdeskLocation | None] = {}

    def find(self, service: Service | None, language: str) -> HelpdeskLocation | None:
        """Return what ``find_location`` returned for the service and language the first time."""
        key = (service.pk if service else None, language)
        if key not in self._known:
            self._known[key] = find_location(service, language)
        return self._known[key]
