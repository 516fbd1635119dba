"""A page of a host site with blocks of the helpdesk in it, and URLs that serve it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import Context, RequestContext, Template
from django.urls import path
from wagtail import blocks

from tests.urls import urlpatterns as site
from wagtail_helpdesk.blocks import HelpdeskStreamBlock
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.pages.models import HelpdeskPage

TEMPLATE = """{% load i18n wagtailcore_tags %}{% get_current_language as language %}<!doctype html>
<html lang="{{ language }}"><head><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="/static/host/host.css"><title>My office</title></head>
<body><main><h1>My office</h1>{% include_block body %}</main></body></html>"""


class Body(HelpdeskStreamBlock):
    """What a host makes of it: its own blocks beside those of the helpdesk."""

    text = blocks.CharBlock()


def rendered(request: HttpRequest | None, body: list[tuple[str, Any]], page: Any = None) -> str:
    """Return a page of the host with these blocks."""
    value = Body().normalize([(name, _whole(name, settings)) for name, settings in body])
    if request is None:
        return Template(TEMPLATE).render(Context({"body": value, "page": page}))
    return Template(TEMPLATE).render(RequestContext(request, {"body": value, "page": page}))


def _whole(name: str, settings: Any) -> Any:
    """Return what the editor’s form would send: what was not touched has its default."""
    usual = Body().child_blocks[name].get_default()
    return {**usual, **settings} if isinstance(settings, dict) else settings


PERSONAL: list[tuple[str, Any]] = [
    ("text", "Welcome"),
    ("helpdesk_requests", {}),
    ("helpdesk_notifications", {}),
    ("helpdesk_queue", {"queue": "all"}),
    ("helpdesk_panel", {}),
    ("helpdesk_catalogue", {}),
    ("helpdesk_ask", {"display": "form"}),
]


def office(request: HttpRequest) -> HttpResponse:
    """Serve the page with every personal block."""
    page = HelpdeskPage.objects.get().get_parent()
    return HttpResponse(rendered(request, PERSONAL, page))


def everything(request: HttpRequest) -> HttpResponse:
    """Serve the page with every block, some of them twice."""
    page, service = HelpdeskPage.objects.get().get_parent(), Service.objects.first()
    body = [*PERSONAL, ("helpdesk_card", {"service": service}), *PERSONAL]
    return HttpResponse(rendered(request, body, page))


urlpatterns = [path("office/", office), path("everything/", everything), *site]
