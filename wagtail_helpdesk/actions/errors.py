"""The reasons for which an action is refused, with the HTTP status of each."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _

from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from wagtail_helpdesk.models import Ticket


class HelpdeskError(Exception):
    """An action was refused; nothing was recorded."""

    #: A stable name of the reason, for code that answers clients.
    kind: ClassVar[str] = "refused"
    #: The HTTP status of the answer.
    status: int = 422


class NotYours(HelpdeskError):
    """The person's roles and privileges never allow the action (HTTP 403)."""

    kind = "not_yours"
    status = 403

    def __str__(self) -> str:
        return _("You are not allowed to do this on this ticket.")


class NotNow(HelpdeskError):
    """The ticket's status does not allow the action, or it changed since it was shown (HTTP 409).

    ``ticket`` is the ticket as it is now.
    """

    kind = "not_now"
    status = 409

    def __init__(self, ticket: Ticket | None) -> None:
        super().__init__(ticket)
        self.ticket = ticket

    def __str__(self) -> str:
        return _("The ticket changed while you were writing. Your changes were not saved.")


class SentBefore(NotNow):
    """The form was sent before, with other content (HTTP 409).

    ``ticket`` is the one for which it was sent the first time; None when another person sent it.
    """

    kind = "sent_before"

    def __str__(self) -> str:
        if self.ticket is None:
            return _("This form was already sent.")
        return _(
            "This form was already sent for ticket #%(number)s, with different content."
            " The second version was not saved."
        ) % {"number": self.ticket.pk}


class NotPossible(HelpdeskError):
    """The data break a rule of the action (HTTP 422); ``field`` is the input, None the whole form."""

    kind = "not_possible"
    status = 422

    def __init__(self, field: str | None, message: str | Promise) -> None:
        super().__init__(field, message)
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class TooMany(NotPossible):
    """The person reached a limit; to be tried again later (HTTP 429)."""

    kind = "too_many"
    status = 429


class NotStored(NotPossible):
    """The files could not be stored (HTTP 503, or 507 when the storage is full)."""

    kind = "not_stored"
    status = 503

    def __init__(self, error: OSError) -> None:
        super().__init__("files", _("The files could not be stored, so nothing was sent."))
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            self.status = 507


def refuse_inactive(field: str, user: Any) -> None:
    """Raise ``NotPossible`` when the account of the user is not active."""
    if not user.is_active:
        raise NotPossible(
            field, _("The account of %(name)s is not active.") % {"name": get_display_name(user)}
        )
