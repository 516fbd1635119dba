"""Statuses, times and sizes, worded for their reader."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.dates import format_date, format_datetime, format_short_date, format_time
from wagtail_helpdesk.lifecycle import Status

#: Plainer words for requesters.
REQUESTER_LABELS = {
    Status.FREE: pgettext_lazy("status", "Received"),
    Status.IN_PROGRESS: pgettext_lazy("status", "In progress"),
    Status.INCOMPLETE: pgettext_lazy("status", "Waiting for your reply"),
    Status.POSTPONED: pgettext_lazy("status", "Postponed"),
    Status.CLOSED: pgettext_lazy("status", "Solved – please confirm"),
    Status.APPROVED: pgettext_lazy("status", "Solved"),
    Status.EXPIRED: pgettext_lazy("status", "Closed – no reply from you"),
    Status.CANCELLED: pgettext_lazy("status", "Cancelled"),
    Status.REFUSED: pgettext_lazy("status", "Refused"),
}


def get_status_label(status: str, *, plain: bool, resume_on: date | None = None) -> str:
    """Return the label of a status: in plain words for requesters (``plain``), else as on the desk.

    ``plain`` is for requesters who do not manage the service.
    """
    if resume_on:
        return _("Postponed until %(date)s") % {"date": format_date(resume_on)}
    return str(REQUESTER_LABELS[Status(status)] if plain else Status(status).label)


def format_moment(when: datetime, now: datetime) -> str:
    """Return a short time: the hour for today, else the day.

    Not ``timesince``, which costs more than the rest of the row of a list.
    """
    local, today = timezone.localtime(when), timezone.localtime(now).date()
    if local.date() == today:
        return format_time(when)
    return format_short_date(local)


def format_timestamp(moment: datetime) -> str:
    """Return a time in ISO 8601 to the second, for ``<time datetime>``."""
    return moment.isoformat(timespec="seconds")


def format_relative_time(moment: datetime) -> str:
    """Return the day and the hour of an event."""
    return format_datetime(moment)


def format_size(size_in_bytes: int) -> str:
    """Return a size given in bytes as kilobytes or megabytes, with a decimal where it matters."""
    kilos, megas = size_in_bytes / 1024, size_in_bytes / 1024**2
    if kilos < 1000:
        return _("%(size)s KB") % {"size": number_format(max(1, round(kilos)))}
    decimals = 0 if megas >= 10 or megas.is_integer() else 1
    return _("%(size)s MB") % {"size": number_format(megas, decimals)}


def make_file_slug(name: str) -> str:
    """Return a file name as a slug, because Wagtail routes only words and hyphens."""
    return slugify(name.replace(".", "-")) or "file"
