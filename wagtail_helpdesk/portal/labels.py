"""Statuses, times and sizes, worded for their reader."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy

from wagtail_helpdesk.dates import format_date, format_short_date, format_time
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

#: The colour of a status whose next step is not the reader's: a class of the style sheet, after
#: ``hd-``. The colour says whose turn it is.
TONES = {
    Status.FREE: "free",
    Status.IN_PROGRESS: "",
    Status.INCOMPLETE: "wait",
    Status.POSTPONED: "rest",
    Status.CLOSED: "wait",
    Status.APPROVED: "good",
    Status.EXPIRED: "rest",
    Status.CANCELLED: "rest",
    Status.REFUSED: "bad",
}
REQUESTER_TURNS = (Status.INCOMPLETE, Status.CLOSED)
#: What an open ticket waits for, in the words of its requester and of the managers.
REQUESTER_REASONS = {
    Status.FREE: pgettext_lazy("waits for", "not taken yet"),
    Status.INCOMPLETE: pgettext_lazy("waits for", "your reply"),
    Status.CLOSED: pgettext_lazy("waits for", "your confirmation"),
}
MANAGER_REASONS = {
    Status.FREE: pgettext_lazy("waits for", "to take"),
    Status.IN_PROGRESS: pgettext_lazy("waits for", "with the manager"),
    Status.INCOMPLETE: pgettext_lazy("waits for", "reply expected"),
    Status.CLOSED: pgettext_lazy("waits for", "approval expected"),
}


def get_tone(
    status: str, *, is_requester: bool, is_in_charge: bool, is_merged: bool = False
) -> str:
    """Return the class of the colour of a status, ``you`` where the reader must act."""
    if is_merged:
        return "rest"
    own = status in REQUESTER_TURNS if is_requester else False
    if own or (is_in_charge and status == Status.IN_PROGRESS):
        return "you"
    return TONES[Status(status)]


def get_reason(
    status: str, *, is_requester: bool, is_in_charge: bool, is_merged: bool = False
) -> str:
    """Return what a ticket waits for; empty where its status says everything."""
    if is_merged:
        return ""
    if is_requester:
        return str(REQUESTER_REASONS.get(Status(status), ""))
    if is_in_charge and status == Status.IN_PROGRESS:
        return pgettext("waits for", "to handle")
    return str(MANAGER_REASONS.get(Status(status), ""))


def get_status_label(
    status: str, *, plain: bool, resume_on: date | None = None, is_merged: bool = False
) -> str:
    """Return the label of a status: in plain words for requesters (``plain``), else as on the desk.

    ``plain`` is for requesters who do not manage the service. Of a ticket that was merged into another
    nothing is awaited, whatever its status.
    """
    if is_merged:
        return _("Merged")
    if resume_on:
        return _("Postponed until %(date)s") % {"date": format_date(resume_on)}
    return str(REQUESTER_LABELS[Status(status)] if plain else Status(status).label)


def get_turn_label(
    status: str, *, is_in_charge: bool, resume_on: date | None = None, is_merged: bool = False
) -> str:
    """Return whose turn it is on a ticket, for a manager; elsewhere its status."""
    if is_in_charge and status == Status.IN_PROGRESS:
        return pgettext("whose turn", "Your turn")
    if status == Status.INCOMPLETE:
        return pgettext("whose turn", "Waiting for the requester")
    return get_status_label(status, plain=False, resume_on=resume_on, is_merged=is_merged)


def format_moment(when: datetime, now: datetime) -> str:
    """Return a short date, with the hour for today: today at 09:49, 30 Nov 2026.

    Not ``timesince``, which costs more than the rest of the row of a list.
    """
    local, today = timezone.localtime(when), timezone.localtime(now).date()
    if local.date() == today:
        return _("today at %(time)s") % {"time": format_time(when)}
    return format_short_date(local)


def format_wait(since: datetime, now: datetime) -> str:
    """Return for how long something has waited: in minutes, hours or days, rounded down."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    hours = minutes // 60
    if hours < 24:
        return _("%(count)d h") % {"count": hours}
    days = hours // 24
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def format_timestamp(moment: datetime) -> str:
    """Return a time in ISO 8601 to the second, for ``<time datetime>``."""
    return moment.isoformat(timespec="seconds")


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
