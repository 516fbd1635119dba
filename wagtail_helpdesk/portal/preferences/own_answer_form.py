"""The form of a personal canned answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from wagtail_helpdesk.models import CannedAnswer
from wagtail_helpdesk.models.translated_texts import get_other_languages
from wagtail_helpdesk.portal.forms.rendering import HelpdeskRenderer


class OwnAnswerForm(forms.ModelForm):
    """Title, text and action of an answer, and its texts in other languages."""

    default_renderer = HelpdeskRenderer

    class Meta:
        model = CannedAnswer
        fields = ("title", "text", "action", "texts")
        widgets: ClassVar[dict[str, Any]] = {"text": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].widget.attrs.pop("maxlength", None)
        if not get_other_languages():
            del self.fields["texts"]
            return
        widget = self.fields["texts"].widget
        widget.template_name = "wagtail_helpdesk/portal/parts/translations.html"

    def _post_clean(self) -> None:
        """Leave the row as it is: the action writes and checks it."""
