"""Template tags and filters, for the templates of the helpdesk and of the site."""

from __future__ import annotations

from typing import Any

from django import template
from django.contrib.messages import get_messages
from django.contrib.messages.storage.base import Message
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wagtail_helpdesk.dates import format_date, format_datetime
from wagtail_helpdesk.languages import get_shown_language
from wagtail_helpdesk.mailqueue.addresses import lacks_email
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import browser_drafts, server_drafts, session_drafts
from wagtail_helpdesk.portal.incidents import build_notices
from wagtail_helpdesk.portal.labels import format_size
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url
from wagtail_helpdesk.portal.requests.catalogue import CatalogueLine, CatalogueSection
from wagtail_helpdesk.portal.requests.source_page import get_report_url
from wagtail_helpdesk.portal.tickets.composer_tools import collect_composer_tools

register = template.Library()
register.filter("in_words", format_date, expects_localtime=True)
register.filter("date_and_time", format_datetime)
register.filter("display_name", get_display_name)
register.filter("file_size", format_size)


@register.simple_tag(takes_context=True)
def draft_owner(context: template.Context) -> SafeString:
    """Return the attributes that name the owner of the drafts in an element."""
    owner = browser_drafts.get_draft_owner(context["request"].user)
    return format_html_join(" ", 'data-hd-{}="{}"', owner.items())


@register.simple_tag(takes_context=True)
def form_owner(context: template.Context) -> SafeString:
    """Return the hidden field by which a form comes back to its user when the login has expired."""
    value = session_drafts.sign_owner(context["request"].user)
    return format_html('<input type="hidden" name="draft_owner" value="{}">', value)


@register.simple_tag(takes_context=True)
def stored_draft(context: template.Context, form: Any) -> SafeString:
    """Return the attribute with the draft of a form that the server keeps; empty when there is none."""
    found = server_drafts.find_draft(context["request"], form)
    return format_html(' data-hd-stored="{}"', found) if found else SafeString("")


@register.simple_tag
def draft_clock() -> str:
    """Return the server's time in milliseconds, by which drafts are dated."""
    return str(browser_drafts.get_current_milliseconds())


@register.inclusion_tag("wagtail_helpdesk/portal/parts/missing_email.html", takes_context=True)
def missing_email_notice(context: template.Context) -> dict[str, Any]:
    """Show a notice to a user to whom no e-mail can be sent, and nothing to all others."""
    user = context["request"].user
    link = context["helpdesk"].url("notifications") if "helpdesk" in context else ""
    return {
        "is_missing": user.is_authenticated and lacks_email(user),
        "link": "" if link == context["request"].path else link,
    }


@register.simple_tag(takes_context=True)
def csp_nonce(context: template.Context) -> SafeString:
    """Return the attribute ``nonce`` for a script or style sheet, empty on a site without nonces.

    The nonce comes from Django's ``ContentSecurityPolicyMiddleware`` or from django-csp, with or
    without their context processor.
    """
    request = context.get("request")
    found = (
        context.get("csp_nonce"),
        getattr(request, "_csp_nonce", None),
        getattr(request, "csp_nonce", None),
    )
    # Not by its truth: Django generates the nonce when it is first written out.
    nonce = next((nonce for nonce in found if nonce is not None), None)
    return SafeString("") if nonce is None else format_html(' nonce="{}"', nonce)


@register.simple_tag(takes_context=True)
def language_attribute(context: template.Context) -> SafeString:
    """Return the attribute ``lang`` of the helpdesk's part of a page in another language, else nothing."""
    language = context["helpdesk_language"]
    return format_html(' lang="{}"', language) if language != get_language() else SafeString("")


@register.simple_tag(takes_context=True)
def take_messages(context: template.Context) -> list[Message]:
    """Return the messages of the request, none if the base template of the site showed them before.

    A base template that shows messages further down finds none. A page that has put some of the
    messages elsewhere gives the others as ``messages``.
    """
    storage, given = get_messages(context["request"]), context.get("messages")
    if given is not None and given is not storage:
        left = list(given)
    else:
        left = [] if getattr(storage, "used", False) else list(storage)
    context.set_upward("messages", "")  # nothing to loop over
    return left


@register.simple_tag(takes_context=True)
def helpdesk_url(context: template.Context, route: str, *args: Any, **query: Any) -> str:
    """Return the path of a route of the helpdesk page: ``{% helpdesk_url "ticket" ticket.pk %}``.

    Keyword arguments become the query string. For templates of the helpdesk's pages.
    """
    url: str = context["helpdesk"].url(route, *args, **query)
    return url


@register.simple_tag(takes_context=True)
def render_component(context: template.Context, component: Any) -> str:
    """Return the HTML of a Wagtail component, such as a panel of the ticket page."""
    html: str = component.render_html(context)
    return html


@register.simple_tag(takes_context=True)
def helpdesk_style(context: template.Context) -> SafeString:
    """Return the link to the style sheet the first time on a page, and nothing the second time.

    A base template without the block of the style sheets gets it in its content.
    """
    key = "helpdesk_style"
    if context.render_context.get(key):
        return SafeString("")
    context.render_context[key] = True
    url = static("wagtail_helpdesk/helpdesk.css")
    return format_html('<link rel="stylesheet"{} href="{}">', csp_nonce(context), url)


@register.simple_tag
def helpdesk_icon(name: str) -> SafeString:
    """Return an icon of ``icons.svg``. It is hidden from screen readers: words stand beside it."""
    url = static("wagtail_helpdesk/icons.svg")
    return format_html(
        '<svg class="hd-i" aria-hidden="true"><use href="{}#{}"></use></svg>', url, name
    )


@register.simple_tag
def composer_tools(field: Any) -> list[Any]:
    """Return the tools above the field of a message."""
    return collect_composer_tools(field)


@register.simple_tag(takes_context=True)
def catalogue_url(context: template.Context, entry: CatalogueLine | CatalogueSection) -> str:
    """Return the URL of a service or category in the catalogue, with the page asked from."""
    return entry.get_url(context["helpdesk"], context.get("page_asked") or None)


@register.inclusion_tag("wagtail_helpdesk/blocks/incidents.html", takes_context=True)
def helpdesk_incidents(context: template.Context, page: Any = None) -> dict[str, Any]:
    """Show the current incidents of the sections above a page, by default the current page.

    What is shown is the same for every user, so it can be part of a cached page; “Me too” is loaded
    for its reader. Nothing is shown on the pages of the helpdesk, which show incidents themselves.
    """
    page, request = page or context.get("page"), context.get("request")
    is_helpdesk = getattr(page, "is_helpdesk_page", False)
    shown = {} if is_helpdesk else build_notices(request, page)
    return shown | {"request": request, "csp_nonce": context.get("csp_nonce")}


@register.inclusion_tag("wagtail_helpdesk/blocks/bell.html", takes_context=True)
def helpdesk_bell(context: template.Context) -> dict[str, Any]:
    """Show a bell that leads to the notifications, for the header of the site.

    It is the same for every user, so it can be part of a cached page; the number of unread tickets
    is loaded for its reader. The menu of the helpdesk shows it where the header does not.
    """
    request = context.get("request")
    if request is not None:
        request.has_helpdesk_bell = True
    return {
        "link": get_helpdesk_url(request, "notifications"),
        # The pages of the helpdesk load their scripts themselves: main.js must come last.
        "with_scripts": "helpdesk" not in context,
        "helpdesk_language": get_shown_language(),
        "request": request,
        "csp_nonce": context.get("csp_nonce"),
    }


@register.simple_tag(takes_context=True)
def helpdesk_report_url(context: template.Context, page: Any = None) -> str:
    """Return the URL at which to report a problem with a page, by default the current one.

    Empty when the site has no helpdesk, and for the helpdesk page. It is the same for every user,
    so it can be part of a cached page.
    """
    return get_report_url(context.get("request"), page or context.get("page"))


@register.simple_tag(takes_context=True)
def helpdesk_report_link(context: template.Context, page: Any = None, text: str = "") -> SafeString:
    """Return the link “Report a problem with this page”; empty when there is no URL for it."""
    url = helpdesk_report_url(context, page)
    if not url:
        return SafeString("")
    words = text or _("Report a problem with this page")
    return format_html('<a class="hd-report" href="{}">{}</a>', url, words)
