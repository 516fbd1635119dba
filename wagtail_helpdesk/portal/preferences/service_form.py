"""The form of a manager's preferences for one service, with summaries of their effect."""

from __future__ import annotations

from itertools import groupby, permutations
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from wagtail_helpdesk.actions.preferences import ReportChoice, ServiceChoice
from wagtail_helpdesk.models import (
    Level,
    Monitoring,
    Preset,
    ReportPreference,
    ReportSection,
    Service,
)
from wagtail_helpdesk.models.monitoring_levels import PRESETS, Levels
from wagtail_helpdesk.models.preferences import get_default_levels, get_preset, raise_levels
from wagtail_helpdesk.parsing import parse_number

from . import preference_summary
from .hours import make_hour_field
from .switches import Shown

#: Shown when a level was lower than the one before it.
RAISED = gettext_lazy("Lower choices were raised to match the row above.")

AT_ONCE, IN_REPORT = "at_once", "report"
WAYS = (
    (AT_ONCE, pgettext_lazy("alerts", "At once")),
    (IN_REPORT, pgettext_lazy("alerts", "In my report")),
)

COLUMNS = ("any_ticket", "member", "in_charge")


def _level(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=Level.choices, required=False, widget=forms.RadioSelect
    )


def get_section_choices() -> list[Any]:
    """Return the choices of what a report lists: one for each selection in each order."""
    headings = [_("One list"), _("Two lists, in this order"), _("Three lists, in this order")]
    orders = [order for size in (1, 2, 3) for order in permutations(ReportSection, size)]
    named = [(" ".join(order), ", ".join(str(part.label) for part in order)) for order in orders]
    groups = groupby(named, key=lambda choice: choice[0].count(" "))
    return [
        ("", pgettext("report", "None")),
        *((headings[size], list(choices)) for size, choices in groups),
    ]


class ServicePreferences(Shown):
    """Alerts and daily report of one service for a manager."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Ticket alerts (sent at once):"),
        choices=Preset.choices,
        help_text=gettext_lazy("(choose “Custom” to set each kind of ticket)"),
    )
    any_ticket = _level(gettext_lazy("Any ticket:"))
    member = _level(gettext_lazy("Tickets in my categories:"))
    in_charge = _level(gettext_lazy("Tickets I am in charge of:"))
    way = forms.ChoiceField(
        label=gettext_lazy("How to alert you:"),
        choices=WAYS,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "In your report: what happened is listed in the next daily report of the service."
            " Questions to you are still sent at once."
        ),
    )
    shows = forms.ChoiceField(
        label=gettext_lazy("Daily report:"),
        choices=get_section_choices,
        required=False,
        help_text=gettext_lazy(
            "“Free” lists all open tickets of the service; those in progress come last."
        ),
    )
    first_hour = make_hour_field(pgettext_lazy("report", "Hour:"))
    second_hour = make_hour_field(pgettext_lazy("report", "Second hour:"))
    weekends = forms.BooleanField(label=gettext_lazy("Send even at weekends"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        service: Service,
        monitoring: Monitoring | None,
        report: ReportPreference | None,
        **kwargs: Any,
    ) -> None:
        self.service, self.monitoring, self.report = service, monitoring, report
        kwargs["initial"] = self._stored() | kwargs.get("initial", {})
        super().__init__(data, **kwargs)

    def _stored(self) -> dict[str, Any]:
        levels = self._stored_levels()
        report = self._stored_report()
        return {
            "shown": True,
            "preset": get_preset(levels),
            **dict(zip(COLUMNS, levels, strict=True)),
            "way": IN_REPORT if self._stored_in_report() else AT_ONCE,
            "shows": " ".join(report.shows),
            "first_hour": report.first_hour,
            "second_hour": report.second_hour,
            "weekends": report.weekends,
        }

    def _stored_levels(self) -> Levels:
        if self.monitoring is not None:
            return self.monitoring.levels
        return get_default_levels(self.service.monitoring)

    def _stored_in_report(self) -> bool:
        return self.monitoring is not None and self.monitoring.in_report

    def _stored_report(self) -> ReportChoice:
        row = self.report or ReportPreference.default()
        return ReportChoice(tuple(row.shows), row.first_hour, row.second_hour, row.weekends)

    @property
    def is_default(self) -> bool:
        """Whether the user has no settings of their own for the service."""
        return self.monitoring is None and self.report is None

    @property
    def lists_nothing(self) -> bool:
        """Whether the saved settings send no report."""
        return not self._stored_report().shows

    @property
    def policies(self) -> list[forms.BoundField]:
        """The three rows of the matrix."""
        return [self[name] for name in COLUMNS]

    @property
    def hour_fields(self) -> list[forms.BoundField]:
        """The two hours."""
        return [self["first_hour"], self["second_hour"]]

    def clean(self) -> dict[str, Any]:
        """Take the levels from the preset or from the matrix, and refuse two equal hours."""
        data = super().clean() or self.cleaned_data
        if "preset" in data:
            self._clean_levels(data)
        first, second = data.get("first_hour"), data.get("second_hour")
        if second is not None and first == second:
            self.add_error("second_hour", _("Choose a different hour from the first, or “–”."))
        has_report = bool(data.get("shows")) and first is not None
        if data.get("way") == IN_REPORT and not has_report and not self.errors:
            self.add_error("way", _("Choose what the report lists and its hour, or “At once”."))
        return data

    def _clean_levels(self, data: dict[str, Any]) -> None:
        for name in COLUMNS:
            if not data.get(name) and data["preset"] == Preset.CUSTOM and name not in self.errors:
                self.add_error(name, _("Choose one of the three."))
        if self.errors:
            return
        chosen = cast(Levels, tuple(Level(data[name]) for name in COLUMNS if data[name]))
        if not self._uses_matrix(data["preset"], chosen):
            chosen = PRESETS[Preset(data["preset"])]
        data.update(zip(COLUMNS, raise_levels(chosen), strict=True))

    def _uses_matrix(self, preset: str, chosen: Levels) -> bool:
        """Return whether the matrix counts: with “Custom”, or when only the matrix was changed.

        Without JavaScript it is always visible, and one change should be enough.
        """
        untouched = preset == self.initial["preset"] and len(chosen) == len(COLUMNS)
        return preset == Preset.CUSTOM or (untouched and chosen != self._stored_levels())

    @property
    def _cleaned_levels(self) -> Levels:
        return cast(Levels, tuple(Level(self.cleaned_data[name]) for name in COLUMNS))

    @property
    def was_raised(self) -> bool:
        """Whether a level lower than the one before was sent and raised."""
        if self.cleaned_data["preset"] != Preset.CUSTOM:
            return False
        return [self[name].data for name in COLUMNS] != list(self._cleaned_levels)

    def choice(self) -> ServiceChoice:
        """Return what to save; None for a part that keeps following the default."""
        data, levels = self.cleaned_data, self._cleaned_levels
        report = ReportChoice(
            tuple(data["shows"].split()),
            data["first_hour"],
            data["second_hour"],
            data["weekends"],
        )
        in_report = data["way"] == IN_REPORT
        same_levels = self.monitoring is None and levels == self._stored_levels() and not in_report
        same_report = self.report is None and report == self._stored_report()
        return ServiceChoice(
            self.service.pk,
            None if same_levels else levels,
            in_report,
            None if same_report else report,
        )

    @property
    def alerts_summary(self) -> str:
        """The summary of the alerts with the settings shown."""
        preset = self["preset"].value()
        if preset in PRESETS:
            return preference_summary.describe_alerts(PRESETS[Preset(preset)])
        chosen = [self[name].value() for name in COLUMNS]
        if not set(chosen) <= set(Level.values):
            return ""
        return preference_summary.describe_alerts(
            raise_levels(cast(Levels, tuple(map(Level, chosen))))
        )

    @property
    def reports_summary(self) -> str:
        """The summary of the reports with the settings shown."""
        if not self.service.enabled:
            return str(preference_summary.REPORTS["disabled"])
        first, second = (self._hour(field.value()) for field in self.hour_fields)
        shows, weekends = self["shows"].value() or "", bool(self["weekends"].value())
        return preference_summary.describe_reports(shows, first, second, weekends)

    def _hour(self, value: Any) -> int | None:
        hour = parse_number(value)
        return hour if hour is not None and hour < 24 else None
