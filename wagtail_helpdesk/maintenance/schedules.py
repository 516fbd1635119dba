"""The schedules of the background jobs in django-q2."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

#: A schedule that is overdue for longer is due now: missed runs are not repeated.
MAX_DELAY = timedelta(days=1)
PREFIX = "wagtail_helpdesk: "
#: Name, function, minutes between two runs.
SCHEDULES = tuple(
    (PREFIX + name, f"wagtail_helpdesk.tasks.{task}", minutes)
    for name, task, minutes in (
        ("deliver e-mails", "deliver", 1),
        ("prepare reports", "plan_reports", 5),
        ("housekeeping", "run_housekeeping", 60),
        ("index events", "index_search", 5),
    )
)


def install_schedules() -> None:
    """Create or repair the schedules: each exists once, with its interval and a valid next run."""
    from django_q.models import Schedule

    names = [name for name, _, _ in SCHEDULES]
    # Left by another version of this package: a schedule without its function always fails.
    Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()
    for name, function, minutes in SCHEDULES:
        _install_one(name, function, minutes)


@transaction.atomic
def _install_one(name: str, function: str, minutes: int) -> None:
    from django_q.models import Schedule

    # Two machines that install at once create two rows: names have no unique constraint.
    rows = list(Schedule.objects.select_for_update().filter(name=name).order_by("pk"))
    Schedule.objects.filter(pk__in=[row.pk for row in rows[1:]]).delete()
    now = timezone.now()
    wanted: dict[str, Any] = {
        "func": function,
        "schedule_type": Schedule.MINUTES,
        "minutes": minutes,
        "repeats": -1,
        # Values entered by hand: an argument or another cluster would stop the schedule.
        **dict.fromkeys(("hook", "args", "kwargs", "cron", "cluster", "intended_date_kwarg")),
    }
    if not rows:
        Schedule.objects.create(name=name, next_run=now, **wanted)
        return
    if not _is_due_in_time(rows[0].next_run, now, timedelta(minutes=minutes)):
        wanted["next_run"] = now
    Schedule.objects.filter(pk=rows[0].pk).update(**wanted)


def _is_due_in_time(next_run: datetime | None, now: datetime, every: timedelta) -> bool:
    return next_run is not None and now - MAX_DELAY < next_run <= now + every


def find_missing_schedules() -> list[str]:
    """Return the names of the missing schedules, without their prefix."""
    from django_q.models import Schedule

    installed = set(Schedule.objects.values_list("name", flat=True))
    names = (name for name, _, _ in SCHEDULES if name not in installed)
    return [name.removeprefix(PREFIX) for name in names]
