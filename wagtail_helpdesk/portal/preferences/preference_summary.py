"""Summaries of alert and report settings.

One whole sentence for each combination, because other languages cannot be pieced together.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Level
from wagtail_helpdesk.models.monitoring_levels import PRESETS, Levels

N, C, A = Level.NEVER, Level.CREATION, Level.ALWAYS

#: By the levels for any ticket, tickets of the manager's categories, tickets in charge.
ALERTS: dict[Levels, Any] = {
    (N, N, N): gettext_lazy("No alert will be sent to you for this service."),
    (N, N, C): gettext_lazy(
        "You will be alerted only when a ticket arrives already assigned to you."
    ),
    (N, N, A): gettext_lazy(
        "You will be alerted about every action on the tickets you are in charge of."
    ),
    (N, C, C): gettext_lazy(
        "You will be alerted about tickets created in your categories,"
        " and about those created or arriving with you in charge."
    ),
    (N, C, A): gettext_lazy(
        "You will be alerted about tickets created in your categories"
        " and about every action on the tickets you are in charge of."
    ),
    (N, A, A): gettext_lazy(
        "You will be alerted about every action on the tickets of your categories"
        " and on the tickets you are in charge of."
    ),
    (C, C, C): gettext_lazy("You will be alerted about every ticket created in the service."),
    (C, C, A): gettext_lazy(
        "You will be alerted about every ticket created in the service"
        " and about every action on the tickets you are in charge of."
    ),
    (C, A, A): gettext_lazy(
        "You will be alerted about every ticket created in the service, and about every action"
        " on the tickets of your categories and on the tickets you are in charge of."
    ),
    (A, A, A): gettext_lazy(
        "You will be alerted about every action on every ticket of the service."
    ),
}

REPORTS = {
    "none": gettext_lazy("No report will be sent for this service."),
    "disabled": gettext_lazy("No report is sent for this service: it is disabled."),
    "no hour": gettext_lazy("No report will be sent for this service: no hour is chosen."),
    "once": gettext_lazy("A report will be sent at %(first)s, from Monday to Friday."),
    "once, week-ends too": gettext_lazy("A report will be sent every day at %(first)s."),
    "twice": gettext_lazy(
        "A report will be sent at %(first)s and at %(second)s, from Monday to Friday."
    ),
    "twice, week-ends too": gettext_lazy(
        "A report will be sent every day at %(first)s and at %(second)s."
    ),
}


def _describe_report(name: str) -> str:
    """Return the sentence about a kind of report; one that is sent names the days without it."""
    sentence = str(REPORTS[name])
    if "%(first)s" in sentence and helpdesk_settings.HOLIDAYS:
        return " ".join([sentence, _("None is sent on public holidays.")])
    return sentence


def format_hour(number: int) -> str:
    """Return an hour of the day as text."""
    return _("%(hour)s:00") % {"hour": number}


def describe_alerts(levels: Levels) -> str:
    """Return the summary of these levels, none of which is lower than the one before."""
    return str(ALERTS[levels])


def describe_reports(shows: str, first: int | None, second: int | None, weekends: bool) -> str:
    """Return the summary of the reports; ``shows`` is empty for none."""
    if not shows or first is None:
        return _describe_report("none" if not shows else "no hour")
    often = "once" if second is None else "twice"
    sentence = _describe_report(f"{often}, week-ends too" if weekends else often)
    return sentence % {
        "first": format_hour(first),
        "second": "" if second is None else format_hour(second),
    }


def get_vocabulary() -> dict[str, Any]:
    """Return all sentences, for the script that updates the summaries while settings change."""
    return {
        "presets": {preset.value: levels for preset, levels in PRESETS.items()},
        "alerts": {" ".join(levels): str(sentence) for levels, sentence in ALERTS.items()},
        "reports": {name: _describe_report(name) for name in REPORTS},
    }
