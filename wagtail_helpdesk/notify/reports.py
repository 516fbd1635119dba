"""The daily report."""

from __future__ import annotations

from django.core.mail import EmailMessage

from wagtail_helpdesk.links import Places
from wagtail_helpdesk.models import Envelope, Skipped

from .addresses import Reader


def compose(envelope: Envelope, reader: Reader, places: Places) -> EmailMessage | Skipped:
    """Return the report as its reader gets it, or why he gets none."""
    raise NotImplementedError


def plan() -> int:
    """Make the reports that are due."""
    return 0
