"""The forms of the actions on a ticket, one class for each; importing this registers them."""

from __future__ import annotations

from . import assigning, closing, editing, linking, merging, messages, moving, participants
from .action_form import ActionForm
from .registry import get_form_class, get_form_classes, register_form

__all__ = [
    "ActionForm",
    "assigning",
    "closing",
    "editing",
    "get_form_class",
    "get_form_classes",
    "linking",
    "merging",
    "messages",
    "moving",
    "participants",
    "register_form",
]
