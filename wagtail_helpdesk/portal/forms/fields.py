"""Fields that several forms share: message, subject, people, files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.characters import MaxTypedLength
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory.fields import PeopleInput


class LongField(forms.CharField):
    """Text whose maximum length is checked by the server.

    Without the ``maxlength`` attribute, with which browsers silently cut pasted text.
    """

    def __init__(self, limit: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators.append(MaxTypedLength(limit))


def make_message_field(
    *, required: bool, label: Any = None, help_text: Any = "", rows: int = 6
) -> LongField:
    """Return the field of a message in Markdown, with its toolbar."""
    if label is None:
        label = _("Message:") if required else _("Comment (optional)")
    return LongField(
        helpdesk_settings.MESSAGE_MAX_LENGTH,
        label=label,
        required=required,
        help_text=help_text,
        error_messages={"required": _("Please enter your message.")},
        template_name="wagtail_helpdesk/portal/parts/text.html",
        widget=forms.Textarea(attrs={"rows": rows, "data-hd-markdown": True}),
    )


def make_subject_field(label: Any = None) -> LongField:
    """Return the field of a subject."""
    return LongField(
        helpdesk_settings.SUBJECT_MAX_LENGTH,
        label=label or _("Subject:"),
        error_messages={"required": _("Please enter the subject of the ticket.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _get_person_label() -> str:
    identifier = helpdesk_settings.IDENTIFIER_LABEL
    return gettext("%(identifier)s or e-mail address:") % {"identifier": identifier}


def make_person_field(
    *, required: bool = True, label: Any = None, several: bool = False
) -> forms.CharField:
    """Return the field in which people are named by identifier or e-mail address."""
    help_text = (
        _("Enter the person’s identifier or e-mail address (separate several with commas).")
        if several
        else ""
    )
    return forms.CharField(
        label=label or lazy(_get_person_label, str)(),
        required=required,
        max_length=4000 if several else 200,
        help_text=help_text,
        error_messages={
            "required": _("Enter at least one person.") if several else _("Enter one person.")
        },
        widget=PeopleInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class MultipleFileField(forms.FileField):
    """Any number of files, none required; ``AttachmentsForm`` validates each."""

    class Widget(forms.FileInput):
        allow_multiple_selected = True

    widget = Widget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.template_name = "wagtail_helpdesk/portal/parts/files.html"

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return list(data) if isinstance(data, list | tuple) else [data] if data else []
