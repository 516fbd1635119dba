"""Statuses, times and sizes in the words of whoever reads them."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Status

#: Requesters read plainer words for the same nine statuses.
REQUESTER_LABELS = {
    Status.FREE: pgettext_lazy("status", "Received"),
    Status.IN_PROGRESS: pgettext_lazy("status", "Being handled"),
    Status.INCOMPLETE: pgettext_lazy("status", "Waiting for your answer"),
    Status.POSTPONED: pgettext_lazy("status", "Postponed"),
    Status.CLOSED: pgettext_lazy("status", "Done: to be confirmed"),
    Status.APPROVED: pgettext_lazy("status", "Done"),
    Status.EXPIRED: pgettext_lazy("status", "Done (without an answer from you)"),
    Status.CANCELLED: pgettext_lazy("status", "Cancelled"),
    Status.REFUSED: pgettext_lazy("status", "Refused"),
}


def get_status_label(status: str, *, plain: bool, resume_on: date | None = None) -> str:
    """Return the status as a requester (``plain``) or as anybody else reads it.

    A requester who also manages the service reads everywhere the word of the desk and its filters.
    """
    if resume_on:
        return _("Postponed until %(date)s") % {"date": format_date(resume_on)}
    return str(REQUESTER_LABELS[Status(status)] if plain else Status(status).label)


def format_moment(when: datetime, now: datetime) -> str:
    """Return a short time: the hour for today, else the day.

    ``timesince`` would read better and costs more than the rest of a list's row.
    """
    local, today = timezone.localtime(when), timezone.localtime(now).date()
    if local.date() == today:
        return date_format(local, "TIME_FORMAT")
    return date_format(local, "SHORT_DATE_FORMAT")


def format_timestamp(moment: datetime) -> str:
    """Return a time for ``<time datetime>``, which knows no microseconds."""
    return moment.isoformat(timespec="seconds")


def format_relative_time(moment: datetime) -> str:
    """Return the day and the hour of something that happened."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def format_size(octets: int) -> str:
    """Return a size in the reader's units, with a decimal only where it says something."""
    kilos, megas = octets / 1024, octets / 1024**2
    if kilos < 1000:
        return _("%(size)s KB") % {"size": number_format(max(1, round(kilos)))}
    decimals = 0 if megas >= 10 or megas.is_integer() else 1
    return _("%(size)s MB") % {"size": number_format(megas, decimals)}


def make_file_slug(name: str) -> str:
    """Return a file's name as it can stand in an address of Wagtail: letters and hyphens."""
    return slugify(name.replace(".", "-")) or "file"
