"""Template tags of header, menu and footer."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from wagtail.models import Page, Site

register = template.Library()


@dataclass(frozen=True)
class LanguageLink:
    """A translation of the current page."""

    code: str
    name: str
    url: str
    current: bool


@register.simple_tag(takes_context=True)
def home_page(context: dict[str, Any]) -> Page | None:
    """Return the home page in the reader’s language."""
    request: HttpRequest | None = context.get("request")
    site = request and Site.find_for_request(request)
    return site.root_page.localized if site else None


@register.simple_tag
def menu_pages(home: Page | None) -> list[Page]:
    """Return the pages of the main menu."""
    return list(home.get_children().live().in_menu()) if home else []


@register.simple_tag
def footer_pages(home: Page | None) -> list[Page]:
    """Return the pages of the footer."""
    return list(home.get_children().live().not_in_menu()) if home else []


@register.simple_tag(takes_context=True)
def position(context: dict[str, Any], page: Page) -> str:
    """Return aria-current: "page" for the current page, "true" for an ancestor, else ""."""
    path, url = context["request"].path, page.get_url(context["request"])
    if path == url:
        return "page"
    return "true" if path.startswith(url) else ""


@register.simple_tag(takes_context=True)
def language_links(context: dict[str, Any]) -> list[LanguageLink]:
    """Return the URL of the current page in each language of the site."""
    request: HttpRequest = context["request"]
    translations = _translations(context.get("page"))
    return [
        LanguageLink(
            code,
            name,
            _in_language(request, context.get("page"), translations, code),
            code == get_language(),
        )
        for code, name in settings.LANGUAGES
    ]


def _translations(page: Page | None) -> dict[str, Page]:
    if not isinstance(page, Page):
        return {}
    pages = page.get_translations(inclusive=True).live().select_related("locale")
    return {translated.locale.language_code: translated for translated in pages}


def _in_language(
    request: HttpRequest, page: Page | None, translations: dict[str, Page], code: str
) -> str:
    """Return the URL of a page’s translation, with the rest of the current URL."""
    if not translations:
        return translate_url(request.get_full_path(), code)
    if code not in translations:
        return translate_url(reverse("wagtail_serve", args=[""]), code)
    beneath = request.get_full_path().removeprefix(page.get_url(request))
    return translations[code].get_url(request) + beneath.removeprefix("/")
