"""Preferences: one's own switches, and those of managers."""

from __future__ import annotations

from django.http import HttpResponse

from wagtail_helpdesk.actions import NotYours

from .visit import Visit


def show(visit: Visit) -> HttpResponse:
    """Show everybody's own switches."""
    return visit.render("preferences.html")


def show_for_managers(visit: Visit) -> HttpResponse:
    """Show the switches of a manager; nobody else has any."""
    if not visit.managed:
        raise NotYours
    return visit.render("preferences_manager.html")
