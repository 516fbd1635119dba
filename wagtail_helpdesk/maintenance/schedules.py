"""What runs by the clock, and how django-q2 is told so."""

from __future__ import annotations

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
    """Create or repair the schedules; any number of times, they are there once."""
    from django_q.models import Schedule

    names = [name for name, _, _ in SCHEDULES]
    # Of another version of this package: a schedule whose function is gone fails for ever.
    Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=names).delete()
    for name, function, minutes in SCHEDULES:
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": function,
                "schedule_type": Schedule.MINUTES,
                "minutes": minutes,
                "repeats": -1,
            },
        )


def find_missing_schedules() -> list[str]:
    """Return the names of the schedules that are not installed, without their prefix."""
    from django_q.models import Schedule

    installed = set(Schedule.objects.values_list("name", flat=True))
    names = (name for name, _, _ in SCHEDULES if name not in installed)
    return [name.removeprefix(PREFIX) for name in names]
