"""Messages as they are stored: normalised text and its HTML."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wagtail_helpdesk import markdown
from wagtail_helpdesk.characters import clean_text, has_visible
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Message

from .errors import NotPossible


class RenderedMessage(str):
    """A normalised message with its HTML, which is rendered before any row is locked."""

    html: SafeString


def render_message(text: str) -> RenderedMessage:
    """Return a message as it is stored, empty when nothing of it is visible.

    One that is too long has no HTML: it will be refused.
    """
    if isinstance(text, RenderedMessage):
        return text
    message = RenderedMessage(clean_text(text).strip() if has_visible(text) else "")
    is_acceptable = len(message) <= helpdesk_settings.MESSAGE_MAX_LENGTH
    message.html = markdown.render_message(message) if is_acceptable else SafeString()
    return message


def validate_message(text: RenderedMessage, message: Message) -> RenderedMessage:
    """Return a message; raises ``NotPossible`` when it is missing or too long."""
    if message is Message.REQUIRED and not text:
        raise NotPossible("text", _("Please enter your message."))
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH
    if len(text) > limit:
        raise NotPossible(
            "text", _("This message is longer than %(limit)s characters.") % {"limit": limit}
        )
    return text
