"""The form class of each action, registered by the form class itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from wagtail import hooks

if TYPE_CHECKING:
    from .action_form import ActionForm

    FormClass = TypeVar("FormClass", bound=type[ActionForm])

_registered: dict[str, type[ActionForm]] = {}


def register_form(form_class: FormClass) -> FormClass:
    """Make a class the form of its action (``action_name``), in place of an earlier one.

    A class decorator. A host site may also return its form class from the hook
    ``register_helpdesk_action_form``.
    """
    _registered[form_class.action_name] = form_class
    return form_class


def get_form_classes() -> Mapping[str, type[ActionForm]]:
    """Return the form class of each action, those of the host site included."""
    own = (function() for function in hooks.get_hooks("register_helpdesk_action_form"))
    return _registered | {form_class.action_name: form_class for form_class in own}


def get_form_class(action_name: str) -> type[ActionForm] | None:
    """Return the form class of an action, or None when it has none."""
    return get_form_classes().get(action_name)
