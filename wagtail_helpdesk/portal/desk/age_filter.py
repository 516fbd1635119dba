"""How old tickets are, told apart: in a manager's overview, and to filter the desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

YOUNG, OLD = timedelta(days=1), timedelta(days=7)

LABELS = {
    "young": _("less than a day"),
    "middle": _("one to seven days"),
    "old": _("more than a week"),
}


def of_age(age: str) -> Q:
    """Return the condition under which a ticket was opened so long ago."""
    now = timezone.now()
    match age:
        case "young":
            return _since(now - YOUNG)
        case "middle":
            return _since(now - OLD) & Q(created_at__lte=now - YOUNG)
        case _:
            return Q(created_at__lte=now - OLD)


def _since(moment: datetime) -> Q:
    # Nothing happens to a ticket before it is opened, and the indexes are by what happened last.
    return Q(created_at__gt=moment, last_activity_at__gt=moment)
