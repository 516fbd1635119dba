"""Rendering stored messages and descriptions again, after the renderer has changed."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from wagtail_helpdesk import markdown
from wagtail_helpdesk.models import CategoryText, Event, ServiceText

#: Messages read and written at a time.
BATCH = 500


def find_outdated_messages() -> QuerySet[Event]:
    """Return the messages that an earlier version of the renderer rendered."""
    return Event.objects.exclude(renderer=markdown.get_renderer_version()).exclude(text="")


def render_messages(messages: QuerySet[Event]) -> Iterator[int]:
    """Render messages again; yield the number after each batch.

    Texts stay as they were written. An interrupted run continues with the rest.
    """
    last = 0
    while batch := list(messages.filter(pk__gt=last).order_by("pk").only("text")[:BATCH]):
        for event in batch:
            event.html, event.renderer = (
                markdown.render_message(event.text),
                markdown.get_renderer_version(),
            )
        Event.objects.bulk_update(batch, ["html", "renderer"])
        last = batch[-1].pk
        yield len(batch)


def render_descriptions() -> int:
    """Render the descriptions of services and categories again; return how many changed."""
    changed = 0
    for model in (ServiceText, CategoryText):
        rows = model._default_manager.only("description", "html")
        for text in rows.iterator(chunk_size=BATCH):
            html = markdown.render_message(text.description)
            if html != text.html:
                # No new version: nobody wrote anything.
                model._default_manager.filter(pk=text.pk).update(html=html)
                changed += 1
    return changed
