"""Where an event that was just recorded joins the queue to be indexed."""

from typing import Any

from django.dispatch import receiver
from django_q.tasks import async_task

from wagtail_helpdesk.models import Event
from wagtail_helpdesk.signals import event_recorded


@receiver(event_recorded, dispatch_uid="wagtail_helpdesk.search")
def queue_indexing(event: Event, **kwargs: Any) -> None:
    """Ask a worker to index the event. A lost request costs a wait: the sweep finds the event."""
    async_task("wagtail_helpdesk.search.indexing.index_event", event.pk)
