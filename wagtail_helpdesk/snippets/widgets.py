"""The form widgets of the configuration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.snippets.widgets import AdminSnippetChooser

TEXTAREA = AdminAutoHeightTextInput
CHECKBOXES = forms.CheckboxSelectMultiple
RADIOS = forms.RadioSelect
# Within one service the choice is short, and a tree says more than a chooser.
SELECT = forms.Select


class Chooser(AdminSnippetChooser):
    """Wagtail's, which would show the name behind any key that is sent to the form."""

    def __init__(self, choices: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(choices.model, **kwargs)
        self.possible = choices

    def get_instance(self, value: Any) -> Any:
        """Return the chosen one, if it is among the choices."""
        try:
            return self.possible.filter(pk=getattr(value, "pk", value)).first()
        except (TypeError, ValueError):
            return None


class IconRadios(forms.RadioSelect):
    """The choice of a picture, each shown with its name."""

    template_name = "wagtail_helpdesk/admin/icons.html"

    class Media:
        css = {"all": ["wagtail_helpdesk/admin/configuration.css"]}
