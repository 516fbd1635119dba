"""The form widgets of the configuration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from wagtail.admin.widgets import (
    AdminAutoHeightTextInput,
    AdminDateInput,
    AdminDateTimeInput,
)
from wagtail.snippets.widgets import AdminSnippetChooser

TEXTAREA = AdminAutoHeightTextInput
CHECKBOXES = forms.CheckboxSelectMultiple
RADIOS = forms.RadioSelect
# Within one service the list is short, and an indented list is clearer than a chooser.
SELECT = forms.Select


class Chooser(AdminSnippetChooser):
    """Wagtail's chooser, limited to its choices: otherwise any key sent would reveal a name."""

    def __init__(self, choices: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(choices.model, **kwargs)
        self.possible = choices

    def get_instance(self, value: Any) -> Any:
        """Return the chosen object if it is among the choices."""
        try:
            return self.possible.filter(pk=getattr(value, "pk", value)).first()
        except (TypeError, ValueError):
            return None


class TypedDateMixin:
    """Keeps a date that the picker cannot read: by default it is replaced with today in silence.

    The server reads the formats of the reader’s language and refuses anything else.
    """

    def get_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().get_config()  # type: ignore[misc]
        return config | {"validateOnBlur": False}


class DateInput(TypedDateMixin, AdminDateInput):
    """Wagtail’s field for a date, which keeps what was typed."""


class DateTimeInput(TypedDateMixin, AdminDateTimeInput):
    """Wagtail’s field for a date and time, which keeps what was typed."""


class IconRadios(forms.RadioSelect):
    """Radio buttons with an icon and its name."""

    template_name = "wagtail_helpdesk/admin/icons.html"

    class Media:
        css = {"all": ["wagtail_helpdesk/admin/configuration.css"]}
