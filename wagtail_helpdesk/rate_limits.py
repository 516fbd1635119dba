"""How much one person may do within a while: counted in the site's cache."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

if TYPE_CHECKING:
    from django import forms
    from django.contrib.auth.models import User

MINUTE, HOUR, DAY = 60, 3600, 86400
#: The code of the validation error of a field in which there is too much.
TOO_MANY = "too_many"


def allow(operation: str, user: User | Any, limit: int, seconds: int, amount: int = 1) -> bool:
    """Count something that a person does; return whether they had done less than ``limit`` before."""
    # The moment is part of the key: not every cache keeps the end of what it counts.
    key = f"wagtail_helpdesk.rate_limits.{operation}.{user.pk}.{int(time.time() // seconds)}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key, amount)
    except ValueError:  # dropped between the two lines, or a cache that keeps nothing
        return True
    return count - amount < limit


def exceeds_limit(form: forms.BaseForm) -> bool:
    """Return whether a form with errors was refused because of a limit."""
    return any(form.has_error(name, TOO_MANY) for name in form.errors)
