"""Text and files of a mail within the limits of the form."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.files import validate_file
from wagtail_helpdesk.characters import clean_line
from wagtail_helpdesk.conf import helpdesk_settings

from .parse import MailFile

#: In characters, reserved for the names of files that are left out.
RESERVED = 500
MAX_NAMES = 300


def fit_to_form(text: str, mail_files: Sequence[MailFile]) -> tuple[str, list[ContentFile]]:
    """Return text and files within the limits of the form, in the active language.

    A text that is too long becomes a file; files that are too large or too many are named.
    """
    sent = [ContentFile(file.content, file.name) for file in mail_files]
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH - RESERVED
    if len(text) > limit:
        sent.insert(0, ContentFile(text.encode(), "message.txt"))
        text = f"{text[:limit]}…"
    files, left_out = [], []
    for file in sent:
        try:
            validate_file(file)
        except NotPossible:
            left_out.append(file)
        else:
            files.append(file)
    left_out += files[helpdesk_settings.FILES_MAX_COUNT :]
    if left_out:
        names = ", ".join(clean_line(file.name or "") for file in left_out)[:MAX_NAMES]
        note = _("Not attached, too large or too many: %(names)s") % {"names": names}
        text = f"{text}\n\n{note}"
    return text.strip("\n"), files[: helpdesk_settings.FILES_MAX_COUNT]
