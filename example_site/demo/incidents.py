"""Announces the incident of the demonstration: slow Wi-Fi, with the ticket that everybody can follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo.stories import SLOW_WIFI
from portal.models import ContentPage
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Incident, Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TEXTS = {
    "fr": {
        "title": "Wi-Fi lent au bâtiment C",
        "text": "Une borne du deuxième étage est en panne. En attendant, le réseau filaire fonctionne.",
    },
    "en": {
        "title": "Slow Wi-Fi in building C",
        "text": "An access point on the second floor has failed. Meanwhile, the wired network works.",
    },
}


def announce_incident(users: dict[str, User]) -> Incident:
    """Announce the incident of the service of its ticket, and of the pages about digital matters."""
    ticket = Ticket.objects.visible_to(users["julien"]).get(subject=SLOW_WIFI)
    return configuration.create_incident(
        by=users["gilles"],
        texts=TEXTS,
        starts_at=ticket.created_at,
        services=[ticket.service],
        sections=[ContentPage.objects.get(slug="numerique", locale__language_code="fr")],
        ticket=ticket,
    )
