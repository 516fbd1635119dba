"""Groups of tickets by the time since they were opened."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

YOUNG, OLD = timedelta(days=1), timedelta(days=7)

LABELS = {
    "young": _("in the last day"),
    "middle": _("1 to 7 days ago"),
    "old": _("over a week ago"),
}


def get_age_q(age: str) -> Q:
    """Return the condition of an age group: ``young``, ``middle`` or ``old``."""
    now = timezone.now()
    match age:
        case "young":
            return _opened_since(now - YOUNG)
        case "middle":
            return _opened_since(now - OLD) & Q(created_at__lte=now - YOUNG)
        case _:
            return Q(created_at__lte=now - OLD)


def _opened_since(moment: datetime) -> Q:
    # The activity is never older than the opening, and it is the activity that is indexed.
    return Q(created_at__gt=moment, last_activity_at__gt=moment)
