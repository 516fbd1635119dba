"""Preferences for alerts and reports. Without a row the default applies."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.working_time import QuietTime

from .monitoring_levels import PRESETS, Level, Levels, Preset
from .services import Service

_GROWING = [
    Q(any_ticket=a, member=b, in_charge=c)
    for a in Level
    for b in Level
    for c in Level
    if a.rank <= b.rank <= c.rank
]


def _any_of(conditions: list[Q]) -> Q:
    result = conditions[0]
    for condition in conditions[1:]:
        result |= condition
    return result


class Monitoring(models.Model):
    """For which tickets of a service a manager is alerted, and whether at once or in the daily report."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="helpdesk_monitoring",
        db_index=False,
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.CASCADE,
        related_name="monitoring_rows",
    )
    any_ticket = models.CharField(_("any ticket"), max_length=8, choices=Level)
    member = models.CharField(_("ticket of a member category"), max_length=8, choices=Level)
    in_charge = models.CharField(_("ticket in charge"), max_length=8, choices=Level)
    in_report = models.BooleanField(_("in the daily report"), default=False)

    class Meta:
        verbose_name = _("monitoring")
        verbose_name_plural = _("monitoring")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "service"], name="helpdesk_monitoring_once"),
            models.CheckConstraint(condition=_any_of(_GROWING), name="helpdesk_monitoring_grows"),
        ]

    def __str__(self) -> str:
        return str(self.preset.label)

    @property
    def levels(self) -> Levels:
        """The three levels, from any ticket to ticket in charge."""
        return Level(self.any_ticket), Level(self.member), Level(self.in_charge)

    @property
    def preset(self) -> Preset:
        """The name of the combination, or custom."""
        return get_preset(self.levels)


def get_preset(levels: Levels) -> Preset:
    """Return the name of a combination of levels, or custom."""
    for preset, named in PRESETS.items():
        if named == levels:
            return preset
    return Preset.CUSTOM


def raise_levels(levels: Levels) -> Levels:
    """Return the levels with each at least as high as the one before."""
    any_ticket, member, in_charge = levels
    member = max(any_ticket, member, key=lambda level: level.rank)
    return any_ticket, member, max(member, in_charge, key=lambda level: level.rank)


def get_default_levels(preset: str) -> Levels:
    """Return the default levels in a service with this preset, or with the site's for an empty one."""
    return PRESETS[Preset(preset or helpdesk_settings.DEFAULT_MONITORING)]


class ReportSection(models.TextChoices):
    """The sections that a report can list."""

    MANAGED = "managed", pgettext_lazy("report", "In my charge")
    MEMBER = "member", pgettext_lazy("report", "In my categories")
    FREE = "free", pgettext_lazy("report", "Free")


def get_default_sections() -> list[str]:
    """Return the default sections of a report, in order."""
    return [ReportSection.MANAGED.value, ReportSection.MEMBER.value, ReportSection.FREE.value]


class ReportPreference(models.Model):
    """Sections and hours of the daily report of a service for a manager."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="helpdesk_reports",
        db_index=False,
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.CASCADE,
        related_name="report_rows",
    )
    shows = models.JSONField(_("lists"), default=get_default_sections, blank=True)
    first_hour = models.PositiveSmallIntegerField(_("hour"), null=True, blank=True, default=8)
    second_hour = models.PositiveSmallIntegerField(_("second hour"), null=True, blank=True)
    weekends = models.BooleanField(_("send even at weekends"), default=False)

    class Meta:
        verbose_name = _("report preference")
        verbose_name_plural = _("report preferences")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "service"], name="helpdesk_report_once"),
            models.CheckConstraint(
                condition=(Q(first_hour=None) | Q(first_hour__lte=23))
                & (Q(second_hour=None) | Q(second_hour__lte=23)),
                name="helpdesk_report_hours",
            ),
            models.CheckConstraint(
                condition=Q(second_hour=None) | ~Q(second_hour=models.F("first_hour")),
                name="helpdesk_report_hours_differ",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @classmethod
    def default(cls) -> ReportPreference:
        """Return an unsaved row with the site's defaults."""
        return cls(**helpdesk_settings.DEFAULT_REPORT)

    @property
    def is_sent(self) -> bool:
        """Whether there is a report: it lists something, at an hour."""
        return bool(self.shows) and self.first_hour is not None


class HelpdeskPreferencesQuerySet(models.QuerySet["HelpdeskPreferences"]):
    """The switches of users."""

    def with_quiet_time(self) -> Self:
        """Narrow to the users whose alerts wait at some hours or days."""
        return self.filter(Q(quiet_from__isnull=False) | Q(working_days_only=True))


class HelpdeskPreferences(models.Model):
    """The switches of a user for all services together."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="helpdesk_preferences",
    )
    language = models.CharField(_("language of e-mails"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=50, blank=True)
    alerts_as_requester = models.BooleanField(_("E-mail me about my requests"), default=True)
    alerts_as_guest = models.BooleanField(
        _("E-mail me about tickets to which I am invited"), default=True
    )
    alerts_as_follower = models.BooleanField(
        _("E-mail me about the tickets I follow"), default=True
    )
    acknowledgements = models.BooleanField(
        _("E-mail me a confirmation when a ticket is opened by me or for me"), default=True
    )
    monitoring_suspended = models.BooleanField(_("Pause ticket alerts"), default=False)
    reports_suspended = models.BooleanField(_("Pause daily reports"), default=False)
    group_reports = models.BooleanField(
        _("Combine reports in one e-mail where possible"), default=True
    )
    skip_empty_reports = models.BooleanField(_("Do not send empty reports"), default=False)
    # Alerts wait for the end of these hours, from the first to the last, or for a working day.
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), null=True, blank=True)
    working_days_only = models.BooleanField(_("Alert me on working days only"), default=False)
    # What the mail server refused: no more mail there for a while, or until the address changes.
    refused_email = models.EmailField(blank=True, editable=False)
    refused_at = models.DateTimeField(null=True, editable=False)
    keyboard_shortcuts = models.BooleanField(
        _("Use keyboard shortcuts on the desk and on tickets"), default=True
    )
    # Everything on the desk up to here is read.
    read_until = models.DateTimeField(null=True, editable=False)
    default_view = models.ForeignKey(
        "SavedView", null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    # Names of columns in their order, those not shown with a “-” before; empty for the defaults.
    desk_columns = models.JSONField(default=list, editable=False)
    # Whether tickets open beside the list where the screen is wide.
    desk_pane = models.BooleanField(default=False, editable=False)
    desk_rows = models.PositiveSmallIntegerField(default=25, editable=False)
    stay_on_ticket = models.BooleanField(
        _("Stay on the ticket after closing, refusing, postponing…"), default=True
    )

    objects = HelpdeskPreferencesQuerySet.as_manager()

    class Meta:
        verbose_name = _("preferences")
        verbose_name_plural = _("preferences")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                # Null is neither: a comparison with it would pass.
                condition=Q(quiet_from=None, quiet_until=None)
                | (
                    Q(quiet_from__isnull=False, quiet_until__isnull=False)
                    & Q(quiet_from__lte=23, quiet_until__lte=23)
                    & ~Q(quiet_from=models.F("quiet_until"))
                ),
                name="helpdesk_quiet_hours",
                violation_error_message=_("Choose two different hours, or none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def quiet_time(self) -> QuietTime | None:
        """When alerts wait, None when they never do."""
        if self.quiet_from is None and not self.working_days_only:
            return None
        return QuietTime(self.quiet_from, self.quiet_until, self.working_days_only)

    @classmethod
    def of(cls, user: Any) -> HelpdeskPreferences:
        """Return the switches of a user, an unsaved row with the defaults if there is none."""
        return cls.objects.filter(user=user).first() or cls(user=user)
