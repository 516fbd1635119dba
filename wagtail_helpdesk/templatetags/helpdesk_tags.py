"""What templates ask of the helpdesk: those of a host site, and its own."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.requests.catalogue import CatalogueLine, Shelf
from wagtail_helpdesk.portal.requests.source_page import get_report_url

register = template.Library()
register.filter("in_words", format_date, expects_localtime=True)
register.filter("display_name", get_display_name)


@register.simple_tag(takes_context=True)
def helpdesk_url(context: template.Context, route: str, *args: Any, **query: Any) -> str:
    """Return the URL of a route of the helpdesk: ``{% helpdesk_url "ticket" row.number %}``."""
    url: str = context["helpdesk"].url(route, *args, **query)
    return url


@register.simple_tag(takes_context=True)
def catalogue_url(context: template.Context, entry: CatalogueLine | Shelf) -> str:
    """Return the URL of a service or category in the catalogue, with the page asked from."""
    return entry.get_url(context["helpdesk"], context.get("page_asked") or None)


@register.simple_tag(takes_context=True)
def helpdesk_report_address(context: template.Context, page: Any = None) -> str:
    """Return where to report a problem with a page (default: the one at hand).

    Empty without helpdesk, and for its own page. The same for every reader, so it may stand in a
    cached page.
    """
    return get_report_url(context.get("request"), page or context.get("page"))


@register.simple_tag(takes_context=True)
def helpdesk_report_link(context: template.Context, page: Any = None, text: str = "") -> SafeString:
    """Return “Report a problem with this page” as a link, or nothing where there is no address."""
    address = helpdesk_report_address(context, page)
    if not address:
        return SafeString("")
    words = text or _("Report a problem with this page")
    return format_html('<a class="hd-report" href="{}">{}</a>', address, words)
