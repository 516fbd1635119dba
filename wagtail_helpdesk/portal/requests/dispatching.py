"""The category for people who do not know where to ask."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.models.services import build_category_q


def build_dispatch_q() -> Q | None:
    """Return the condition of the category that ``DISPATCH_CATEGORY`` names, None without one.

    Raises ``ValueError`` when the setting is neither an id nor two names.
    """
    named = helpdesk_settings.DISPATCH_CATEGORY
    return build_category_q(named) if named else None


def find_dispatch_category(user: Any) -> Any:
    """Return the id of the category in which a user asks without knowing whom, None without one."""
    condition = build_dispatch_q()
    if condition is None:
        return None
    found = Category.objects.open_to(user).filter(condition).order_by()
    return found.values_list("pk", flat=True).first()
