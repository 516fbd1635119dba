"""The state of mail delivery for administrators: what is waiting, what was sent, which jobs run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.maintenance import health, schedules
from wagtail_helpdesk.models import MailState, OutgoingMail

LEVELS = (gettext_lazy("OK"), gettext_lazy("needs attention"), gettext_lazy("failed"))
VERDICTS = (
    gettext_lazy("E-mails are being sent."),
    gettext_lazy("E-mails are being sent, but something needs your attention."),
    gettext_lazy("E-mails are not being sent."),
)
LABELS = {
    "oldest_event_not_dispatched": gettext_lazy("Oldest event waiting for its alerts"),
    "oldest_mail_due": gettext_lazy("Oldest e-mail waiting to be sent"),
    "oldest_bulk_mail_due": gettext_lazy("Oldest bulk e-mail waiting to be sent"),
    "mails_past_their_lease": gettext_lazy("E-mails left by a stopped process"),
    "mails_deferred": gettext_lazy("E-mails deferred several times"),
    "mails_dead_today": gettext_lazy("E-mails that failed in the last 24 hours"),
    "mails_uncertain_today": gettext_lazy("Uncertain e-mails in the last 24 hours"),
    "last_deliver": gettext_lazy("Delivery last ran"),
    "last_reports": gettext_lazy("Reports last prepared"),
    "last_housekeeping": gettext_lazy("Housekeeping last ran"),
    "channel_smtp": gettext_lazy("Mail server"),
    "services_without_managers": gettext_lazy("Services without an active manager"),
    "services_without_holders": gettext_lazy(
        "Services where nobody can manage the managers any more"
    ),
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One line of the summary."""

    label: Any
    value: str
    level: int = 0

    @property
    def level_label(self) -> str:
        """The level as text."""
        return str(LEVELS[self.level])


@dataclass(frozen=True, slots=True)
class HealthSummary:
    """The verdict about the delivery of mails, and the lines it is made of."""

    lines: list[HealthLine]
    #: Whether the mail server cannot be used: nothing is sent, although all jobs run.
    is_paused: bool = False

    @property
    def level(self) -> int:
        """The worst level."""
        return 2 if self.is_paused else max(line.level for line in self.lines)

    @property
    def verdict(self) -> str:
        """The answer to whether mails are sent, in one sentence."""
        return str(VERDICTS[self.level])

    @property
    def reasons(self) -> list[HealthLine]:
        """The lines that are not good, the worst first."""
        return sorted((line for line in self.lines if line.level), key=lambda line: -line.level)


def build_health_summary() -> HealthSummary:
    """Return the summary of the whole site."""
    findings = health.examine_health().findings
    found = [
        HealthLine(LABELS[f.name], _format_value(f), f.level) for f in findings if f.name in LABELS
    ]
    delivers = all(f.level == 0 for f in findings if f.name == "last_deliver")
    lines = [*found, _get_last_sent(), *_list_queue_lines(delivers=delivers)]
    is_paused = any(f.level for f in findings if f.name.startswith("channel_"))
    return HealthSummary(lines, is_paused)


def _format_value(finding: health.Finding) -> str:
    if finding.name.startswith("oldest_"):
        return _("none") if finding.value is None else _format_age(timedelta(seconds=finding.value))
    if finding.name.startswith("services_"):
        return finding.value or _("none")
    if finding.name.startswith("last_"):
        return _format_moment(datetime.fromisoformat(finding.value) if finding.value else None)
    if finding.name.startswith("channel_"):
        return _("paused: %(error)s") % {"error": finding.value} if finding.level else _("in use")
    return str(finding.value)


def _format_age(age: timedelta) -> str:
    now = timezone.now()
    return timesince(now - age, now)


def _format_moment(when: datetime | None) -> str:
    return format_datetime(when) if when else _("never")


def _get_last_sent() -> HealthLine:
    sent = OutgoingMail.objects.filter(state=MailState.SENT).order_by("-sent_at")
    last = sent.values_list("sent_at", flat=True).first()
    return HealthLine(gettext_lazy("Last e-mail sent"), _format_moment(last))


def _list_queue_lines(*, delivers: bool) -> Iterator[HealthLine]:
    if not apps.is_installed("django_q"):
        return
    missing = schedules.find_missing_schedules()
    installed = _("%(names)s missing: run helpdesk_schedules") % {"names": ", ".join(missing)}
    yield HealthLine(
        pgettext_lazy("health of mails", "Schedules"),
        installed if missing else _("installed"),
        int(bool(missing)),
    )
    clusters = _describe_clusters(delivers=delivers)
    if clusters:
        yield HealthLine(gettext_lazy("Running clusters"), clusters)


def _describe_clusters(*, delivers: bool) -> str:
    """Return how many clusters run; empty if none can be seen while mails are delivered."""
    from django_q.status import Stat

    try:
        alive = Stat.get_all()
    except Exception:  # each broker raises errors of its own when it is down
        return _("the queue cannot be reached")
    if not alive:
        # Clusters report through the cache: without a shared cache they are invisible here.
        return (
            "" if delivers else _("none can be seen (they are only visible through a shared cache)")
        )
    workers = sum(len(cluster.workers) for cluster in alive)
    counted = ngettext(
        "%(count)s with %(workers)s workers", "%(count)s with %(workers)s workers", len(alive)
    )
    return counted % {"count": len(alive), "workers": workers}
