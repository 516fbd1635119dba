"""Why an act is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from wagtail_helpdesk.models import Ticket


class HelpdeskError(Exception):
    """An act that was refused; nothing of it was recorded."""


class NotYours(HelpdeskError):
    """The person's role or privileges never allow the act (HTTP 403)."""

    def __str__(self) -> str:
        return _("You may not do this on this ticket.")


class NotNow(HelpdeskError):
    """The ticket is not in a state for the act, or changed since its reader saw it (HTTP 409).

    ``ticket`` is the ticket as it is now.
    """

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(ticket)
        self.ticket = ticket

    def __str__(self) -> str:
        return _("The ticket changed while you were writing. Nothing was recorded.")


class SentBefore(NotNow):
    """The form did its work already, and says something else now. ``ticket`` is the one it worked on."""

    def __str__(self) -> str:
        return _(
            "This form was already sent for ticket no. %(number)s, with different content."
            " Nothing more was recorded."
        ) % {"number": self.ticket.pk}


class NotPossible(HelpdeskError):
    """The act's own rule about its data; ``field`` names the input, None the whole form."""

    def __init__(self, field: str | None, message: str | Promise) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


def refuse_inactive(field: str, user: Any) -> None:
    """Raise ``NotPossible`` for somebody whose account is not active."""
    if not user.is_active:
        raise NotPossible(
            field, _("The account of %(name)s is not active.") % {"name": get_display_name(user)}
        )
