"""How much one person may do within a minute or an hour, at every entry point that people use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle, rate_limits
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Source

from .errors import TooMany
from .registry import Verb

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Sources without limits: code of the site decides for itself how much it does.
UNLIMITED_SOURCES = frozenset({Source.CODE, Source.COMMAND, Source.SYSTEM})


def count_against_limits(
    verb: Verb, by: User | None, data: Mapping[str, Any], source: str, tickets: int = 1
) -> None:
    """Count what a person is about to do; raises ``TooMany`` when a limit was reached before.

    The limits are the settings ``ACTIONS_PER_MINUTE`` (forms, however many tickets each concerns),
    ``TICKETS_PER_HOUR`` and ``INVITATIONS_PER_HOUR``.
    """
    if by is None or source in UNLIMITED_SOURCES:
        return
    if not allow_action(by):
        raise TooMany(None, get_action_limit_message())
    if verb.action is lifecycle.OPEN_TICKET and not _allow_opening(by):
        raise TooMany(None, get_action_limit_message())
    if verb.action is lifecycle.OPEN_TICKET:
        count_invitations(by, len(data.get("guests", ())) * tickets)
    if verb.action is lifecycle.INVITE:
        count_invitations(by, len(data.get("users", ())) * tickets)


def allow_action(user: User) -> bool:
    """Count a form about tickets; return whether it is within the limit."""
    return rate_limits.allow(
        "actions", user, helpdesk_settings.ACTIONS_PER_MINUTE, rate_limits.MINUTE
    )


def _allow_opening(user: User) -> bool:
    limit = helpdesk_settings.TICKETS_PER_HOUR
    return rate_limits.allow("tickets", user, limit, rate_limits.HOUR)


def count_invitations(user: User, people: int) -> None:
    """Count people who are invited; raises ``TooMany("users", …)`` beyond the limit of an hour."""
    if people:
        check_invitations(user, people)


def check_invitations(user: User, people: int = 0) -> None:
    """Raise ``TooMany("users", …)`` when the limit of an hour was reached; count ``people`` more."""
    limit = helpdesk_settings.INVITATIONS_PER_HOUR
    if not rate_limits.allow("invitations", user, limit, rate_limits.HOUR, people):
        raise TooMany(
            "users",
            _("You have invited a lot of people. Please wait an hour before inviting others."),
        )


def get_action_limit_message() -> str:
    """Return what a person reads who sent too many forms."""
    return _("You’re sending too fast. Please wait a moment, then send the form again.")
