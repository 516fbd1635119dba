"""The Wagtail hooks by which the package and a host site add to the pages of the helpdesk.

``register_helpdesk_menu_item``, ``register_helpdesk_ticket_panel`` and
``register_helpdesk_composer_tool``. What they return has an ``order``, as Wagtail's menu items do.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from wagtail import hooks


def collect(hook: str, *args: Any) -> list[Any]:
    """Return what the functions registered for a hook return, sorted by ``order``; None is left out."""
    items = (function(*args) for function in hooks.get_hooks(hook))
    return sorted((item for item in items if item is not None), key=attrgetter("order"))
