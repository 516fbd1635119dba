"""The card of a service: what it does, how to reach it and its usual response time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_helpdesk import statistics
from wagtail_helpdesk.languages import use_shown_language
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.portal.incidents import load_service_incidents
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url
from wagtail_helpdesk.portal.requests import catalogue
from wagtail_helpdesk.portal.requests.expectations import describe_usual_time
from wagtail_helpdesk.portal.requests.source_page import get_asking_url

from . import preview_data
from .frames import PersonalBlock
from .service_choice import ServiceChooserBlock


class ServiceCardBlock(PersonalBlock):
    """A service with its summary, contact, opening hours and usual response time.

    The page itself holds the card of a service that is open to everybody; any other is loaded for
    its reader.
    """

    service = ServiceChooserBlock(label=_("Service"))
    delay = blocks.BooleanBlock(
        label=_("Show the usual response time"), default=True, required=False
    )

    class Meta:
        icon = "helpdesk-service"
        label = _("Service card")
        description = _("What a service does, how to reach it and how quickly it usually answers.")
        template = "wagtail_helpdesk/blocks/card_frame.html"
        content = "wagtail_helpdesk/blocks/card.html"
        fragment = "block_card"
        route = "new"
        link = _("Ask for help")
        form_layout = blocks.BlockGroup(children=["service", "heading"], settings=["delay"])

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        service, page = value.get("service"), context.get("page")
        known = {"service": getattr(service, "pk", None), "page": getattr(page, "pk", None)}
        return known | {"delay": 1 if value.get("delay") else None}

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        service = value.get("service")
        if service is None or not service.enabled:
            return context | {"heading": "", "fragment": "", "link": ""}
        if not service.everyone:
            return context
        url = get_asking_url(context.get("request"), service=service, page=context.get("page"))
        with use_shown_language():
            card = build_card(service, None, delay=bool(value.get("delay")))
            card["incidents"] = link_incidents(service, context.get("request"))
        return context | card | {"content": self.meta.content, "fragment": "", "url": url}

    def sample(self) -> dict[str, Any]:
        delay = statistics.describe_delay(timedelta(hours=4))
        return {"text": preview_data.make_text(), "delay": delay, "url": "#"}


def build_card(service: Service, request: HttpRequest | None, *, delay: bool) -> dict[str, Any]:
    """Return the context of a card, with what the user may read; without a request, what all may."""
    [section] = catalogue.describe_services([service])
    return {
        "text": section.text,
        "related": catalogue.find_related_pages(section.text, request),
        "delay": describe_usual_time(service) if delay else "",
    }


def link_incidents(service: Service, request: HttpRequest | None) -> list[tuple[Any, str]]:
    """Return the current incidents of a service, each with the URL of its page."""
    return [
        (incident, get_helpdesk_url(request, "incident", incident.pk))
        for incident in load_service_incidents(service)
    ]
