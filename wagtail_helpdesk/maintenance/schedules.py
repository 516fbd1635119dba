"""What runs by the clock, and how django-q2 is told so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

#: A schedule that is due for longer is set to now: there is nothing to make up for.
MAX_DELAY = timedelta(days=1)
PREFIX = "wagtail_helpdesk: "
#: Name, function, minutes between two runs.
SCHEDULES = tuple(
    (PREFIX + name, f"wagtail_helpdesk.tasks.{task}", minutes)
    for name, task, minutes in (
        ("deliver mails", "deliver", 1),
        ("plan reports", "plan_reports", 5),
        ("keep house", "run_housekeeping", 60),
        ("index events", "index_search", 5),
    )
)


def install_schedules() -> None:
    """Create or repair the schedules: each is there once, as it should be, and due within its time."""
    from django_q.models import Schedule

    names = [name for name, _, _ in SCHEDULES]
    # Of another version of this package: a schedule whose function is gone fails for ever.
    Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()
    for name, function, minutes in SCHEDULES:
        _install_one(name, function, minutes)


@transaction.atomic
def _install_one(name: str, function: str, minutes: int) -> None:
    from django_q.models import Schedule

    # Two machines that install at the same moment make two rows: no constraint is on the name.
    rows = list(Schedule.objects.select_for_update().filter(name=name).order_by("pk"))
    Schedule.objects.filter(pk__in=[row.pk for row in rows[1:]]).delete()
    now = timezone.now()
    wanted: dict[str, Any] = {
        "func": function,
        "schedule_type": Schedule.MINUTES,
        "minutes": minutes,
        "repeats": -1,
        # Whatever else somebody entered by hand: an argument or another cluster stops it for ever.
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
    """Return the names of the schedules that are not installed, without their prefix."""
    from django_q.models import Schedule

    installed = set(Schedule.objects.values_list("name", flat=True))
    names = (name for name, _, _ in SCHEDULES if name not in installed)
    return [name.removeprefix(PREFIX) for name in names]
