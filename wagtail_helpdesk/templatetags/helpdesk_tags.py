"""What templates ask of the helpdesk: those of a host site, and its own."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wagtail_helpdesk.dates import in_words
from wagtail_helpdesk.names import name_of
from wagtail_helpdesk.portal.origin import asking_address

register = template.Library()
register.filter("in_words", in_words, expects_localtime=True)
register.filter("name_of", name_of)


@register.simple_tag(takes_context=True)
def helpdesk_report_address(context: template.Context, page: Any = None) -> str:
    """Return where to report a problem with a page (default: the one at hand); empty without helpdesk.

    The same for every reader, so it may stand in a cached page.
    """
    return asking_address(context.get("request"), page=page or context.get("page"))


@register.simple_tag(takes_context=True)
def helpdesk_report_link(context: template.Context, page: Any = None, text: str = "") -> SafeString:
    """Return “Report a problem with this page” as a link, or nothing without a helpdesk."""
    address = helpdesk_report_address(context, page)
    if not address:
        return SafeString("")
    words = text or _("Report a problem with this page")
    return format_html('<a class="hd-report" href="{}">{}</a>', address, words)
