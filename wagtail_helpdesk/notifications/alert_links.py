"""The links of an alert: to the ticket, and to at most two actions that its reader takes next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.links import HelpdeskLocation
from wagtail_helpdesk.mailqueue.addresses import MailReader

from .mail_context import CheckedMail, MailContext, MailItem

#: All other actions are one click away, on the ticket's page.
MAX_ACTIONS = 2
#: What a reader most probably does next, by their first role in this order.
LIKELY_ACTIONS: tuple[tuple[Role, tuple[Action, ...]], ...] = (
    (
        Role.REQUESTER,
        (
            lifecycle.APPROVE_CLOSURE,
            lifecycle.REJECT_CLOSURE,
            lifecycle.COMMENT,
            lifecycle.REOPEN,
            lifecycle.CLOSE,
        ),
    ),
    (Role.IN_CHARGE, (lifecycle.COMMENT, lifecycle.CLOSE, lifecycle.REOPEN)),
    (Role.MANAGER, (lifecycle.TAKE, lifecycle.COMMENT, lifecycle.ASSIGN)),
    (Role.GUEST, (lifecycle.COMMENT, lifecycle.REMOVE_GUEST)),
    (Role.VIEWER, (lifecycle.COMMENT, lifecycle.UNFOLLOW)),
)


@dataclass(frozen=True, slots=True)
class MailLink:
    """The ticket or the form of an action, and its URL."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class MailLinks:
    """The links of a mail: at most two buttons, the first of them filled, and links below them."""

    buttons: tuple[MailLink, ...] = ()
    others: tuple[MailLink, ...] = ()


def choose_links(
    checked: CheckedMail, context: MailContext, reader: MailReader, location: HelpdeskLocation
) -> MailLinks:
    """Return the links of an alert: the answers to a question are its buttons."""
    answers = find_answers(checked.items)
    is_requester = Role.REQUESTER in checked.access.roles
    links = [
        _make_link(action, context, reader, location, is_requester=is_requester)
        for action in answers or _find_likely_actions(checked, context)
    ]
    ticket = make_ticket_link(context.ticket.pk, location, is_requester=is_requester)
    if answers and len(links) == MAX_ACTIONS:
        return MailLinks(tuple(links), (ticket,))
    return MailLinks((*links[:1], ticket), tuple(links[1:]))


def make_ticket_link(number: int, location: HelpdeskLocation, *, is_requester: bool) -> MailLink:
    """Return the link to the page of a ticket."""
    # Translators: for the requester, in whose words a ticket is a request.
    label = pgettext("requester", "View the ticket") if is_requester else _("View the ticket")
    return MailLink(label, location.get_ticket_url(number))


def find_answers(items: list[MailItem]) -> list[Action]:
    """Return the actions that answer the last question of a mail; empty if it asks nothing."""
    asked = [item for item in items if item.asked]
    if not asked:
        return []
    match asked[-1].change.after.status, asked[-1].change.action.asks_reply_from:
        case Status.CLOSED, Role.REQUESTER:
            return [lifecycle.APPROVE_CLOSURE, lifecycle.REJECT_CLOSURE]
        case Status.INCOMPLETE, Role.REQUESTER | None:
            return [lifecycle.COMMENT]
    return []


def _find_likely_actions(checked: CheckedMail, context: MailContext) -> list[Action]:
    access, status = checked.access, Status(context.ticket.status)
    for role, likely in LIKELY_ACTIONS:
        if role in access.roles:
            available = set(_iterate_available(checked, status))
            return [action for action in likely if action.name in available][:MAX_ACTIONS]
    return []


def _iterate_available(checked: CheckedMail, status: Status) -> Iterator[str]:
    access = checked.access
    for action in lifecycle.find_available_actions(access.roles, access.privileges, status):
        yield action.name


def _make_link(
    action: Action,
    context: MailContext,
    reader: MailReader,
    location: HelpdeskLocation,
    *,
    is_requester: bool,
) -> MailLink:
    url = location.get_action_url(context.ticket.pk, action.slug)
    if action is lifecycle.REMOVE_GUEST:
        return MailLink(_("Leave this ticket"), f"{url}?user={reader.user.pk}")
    return MailLink(_get_label(action, is_requester=is_requester), url)


def _get_label(action: Action, *, is_requester: bool) -> str:
    if action is lifecycle.COMMENT:
        return pgettext("ticket", "Reply")
    if is_requester and action is lifecycle.APPROVE_CLOSURE:
        return _("Yes, it’s solved")
    if is_requester and action is lifecycle.REJECT_CLOSURE:
        return _("No, it isn’t")
    if is_requester and action is lifecycle.CLOSE:
        return _("It’s solved")
    return str(action.label)
