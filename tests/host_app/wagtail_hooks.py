"""What the app registers."""

from collections.abc import Callable
from typing import Any

from wagtail import hooks

from wagtail_helpdesk.hooks import REGISTER_VERB

from .verbs import confirm_visit


@hooks.register(REGISTER_VERB)
def register_verb() -> Callable[..., Any]:
    """Add the verb ``confirm_visit``."""
    return confirm_visit
