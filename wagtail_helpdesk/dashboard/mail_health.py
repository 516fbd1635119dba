"""How mails are doing, in words: what waits, what went, which jobs and clusters are at work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from wagtail_helpdesk.mailqueue import health
from wagtail_helpdesk.maintenance import schedules
from wagtail_helpdesk.models import OutgoingMail, State

LEVELS = (gettext_lazy("fine"), gettext_lazy("needs attention"), gettext_lazy("failed"))
LABELS = {
    "oldest_event_not_announced": gettext_lazy("Oldest event waiting to be announced"),
    "oldest_mail_due": gettext_lazy("Oldest e-mail waiting to be sent"),
    "oldest_bulk_mail_due": gettext_lazy("Oldest bulk e-mail waiting to be sent"),
    "mails_past_their_lease": gettext_lazy("E-mails whose process stopped"),
    "mails_put_off": gettext_lazy("E-mails put off again and again"),
    "mails_dead_today": gettext_lazy("E-mails that failed in the last 24 hours"),
    "mails_uncertain_today": gettext_lazy("Uncertain e-mails in the last 24 hours"),
    "last_deliver": gettext_lazy("Delivery last ran"),
    "last_reports": gettext_lazy("Reports last planned"),
    "last_house": gettext_lazy("Housekeeping last ran"),
    "channel_smtp": gettext_lazy("Mail server"),
    "services_without_managers": gettext_lazy("Services without an active manager"),
    "services_without_holders": gettext_lazy(
        "Services left by everybody who may manage their managers"
    ),
}


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One thing looked at."""

    label: Any
    value: str
    level: int = 0

    @property
    def verdict(self) -> str:
        """Return the level in a word."""
        return str(LEVELS[self.level])


def build_health_lines() -> list[HealthLine]:
    """Return everything that whoever administers the site wants to know of its mails."""
    findings = health.examine_health().findings
    found = [HealthLine(LABELS[f.name], _value(f), f.level) for f in findings if f.name in LABELS]
    return [*found, _last_sent(), *_queue()]


def _value(finding: health.Finding) -> str:
    if finding.name.startswith("oldest_"):
        return _("none") if finding.value is None else _age(timedelta(seconds=finding.value))
    if finding.name.startswith("services_"):
        return finding.value or _("none")
    if finding.name.startswith("last_"):
        return _moment(datetime.fromisoformat(finding.value) if finding.value else None)
    if finding.name.startswith("channel_"):
        return (
            _("set aside for a while: %(error)s") % {"error": finding.value}
            if finding.level
            else _("in use")
        )
    return str(finding.value)


def _age(age: timedelta) -> str:
    now = timezone.now()
    return timesince(now - age, now)


def _moment(when: datetime | None) -> str:
    return date_format(timezone.localtime(when), "DATETIME_FORMAT") if when else _("never")


def _last_sent() -> HealthLine:
    sent = OutgoingMail.objects.filter(state=State.SENT).order_by("-sent_at")
    last = sent.values_list("sent_at", flat=True).first()
    return HealthLine(gettext_lazy("Last e-mail sent"), _moment(last))


def _queue() -> Iterator[HealthLine]:
    if not apps.is_installed("django_q"):
        return
    missing = schedules.find_missing_schedules()
    installed = _("%(names)s missing: run helpdesk_schedules") % {"names": ", ".join(missing)}
    yield HealthLine(
        pgettext_lazy("health of mails", "Schedules"),
        installed if missing else _("installed"),
        int(bool(missing)),
    )
    yield HealthLine(gettext_lazy("Running clusters"), _clusters())


def _clusters() -> str:
    from django_q.status import Stat

    try:
        alive = Stat.get_all()
    except Exception:  # the queue's own server is away, in whichever way it says so
        return _("the queue cannot be reached")
    if not alive:
        # Clusters speak through the cache; one that is not shared keeps what they say from us.
        return _("none can be seen (they are only visible through a shared cache)")
    workers = sum(len(cluster.workers) for cluster in alive)
    counted = ngettext(
        "%(count)s with %(workers)s workers", "%(count)s with %(workers)s workers", len(alive)
    )
    return counted % {"count": len(alive), "workers": workers}
