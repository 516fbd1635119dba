"""What a mail says of each act, in one sentence for its reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Priority, Status, Visibility
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.models import Reason
from wagtail_helpdesk.names import get_display_name

from .mail_context import MailContext, MailItem

Sentence = Callable[[MailItem, MailContext, MailReader], str]


def sentence(told: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return what happened, said to this reader."""
    return SENTENCES[told.act.action.name](told, context, reader)


def who(told: MailItem) -> str:
    """Return who did it."""
    return get_display_name(told.event.actor) if told.event.actor else _("The application")


def place(told: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return where the act left the ticket; only the service if it is confidential, or the category gone.

    A service that the reader does not see is not named, unless the ticket is there now.
    """
    service = context.services.get(told.act.after.service)
    category = context.categories.get(told.act.after.category)
    if service is None:
        return _("a service that no longer exists")
    if not context.shows_service(service, reader.user):
        return _("another service")
    if category is None or service.confidential or context.ticket.service.confidential:
        return service.name
    return f"{service.name} › {category.name}"


def _is_requester(told: MailItem, reader: MailReader) -> bool:
    return reader.user is not None and reader.user.pk == told.act.after.requester


def _opened(told: MailItem, context: MailContext, reader: MailReader) -> str:
    names = {"who": who(told), "place": place(told, context, reader)}
    return _("%(who)s opened a ticket in %(place)s.") % names


def _taken(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if _is_requester(told, reader):
        return _("%(who)s has taken charge of your ticket.") % {"who": who(told)}
    return _("%(who)s has taken charge of the ticket.") % {"who": who(told)}


def _assigned(told: MailItem, context: MailContext, reader: MailReader) -> str:
    assignee = told.act.after.assignee
    if reader.user is not None and reader.user.pk == assignee:
        return _("%(who)s assigned this ticket to you.") % {"who": who(told)}
    names = {"who": who(told), "name": context.people.get(assignee or 0, "")}
    return _("%(who)s assigned the ticket to %(name)s.") % names


def _released(told: MailItem, context: MailContext, reader: MailReader) -> str:
    return _("%(who)s released the ticket: nobody is in charge of it any more.") % {
        "who": who(told)
    }


def _asked(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if _is_requester(told, reader):
        return _("%(who)s asks you for more information.") % {"who": who(told)}
    return _("%(who)s asked the requester for more information.") % {"who": who(told)}


def _postponed(told: MailItem, context: MailContext, reader: MailReader) -> str:
    until = parse_date(told.event.after.get("resume_on") or "")
    if until is None:
        return _("%(who)s postponed the ticket.") % {"who": who(told)}
    return _("%(who)s postponed the ticket until %(date)s.") % {
        "who": who(told),
        "date": format_date(until),
    }


def _closed(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if told.asked:
        return _("%(who)s closed your ticket. Do you approve this closure?") % {"who": who(told)}
    return _("%(who)s closed the ticket.") % {"who": who(told)}


def _transferred(told: MailItem, context: MailContext, reader: MailReader) -> str:
    names = {"who": who(told), "place": place(told, context, reader)}
    return _("%(who)s transferred the ticket to %(place)s.") % names


def _invited(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if told.asked:
        return _("%(who)s invites you to follow ticket no. %(number)s.") % {
            "who": who(told),
            "number": context.ticket.pk,
        }
    guests = context.names(told.event.after.get("guests", ()))
    return _("%(who)s invited %(name)s to follow the ticket.") % {
        "who": who(told),
        "name": guests,
    }


def _removed(told: MailItem, context: MailContext, reader: MailReader) -> str:
    removed = told.event.after.get("removed", [])
    if removed == [told.event.actor_id]:
        return _("%(who)s has left the list of guests.") % {"who": who(told)}
    return _("%(who)s removed %(name)s from the list of guests.") % {
        "who": who(told),
        "name": context.names(removed),
    }


def _requester_changed(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if _is_requester(told, reader):
        return _("%(who)s made you the requester of the ticket.") % {"who": who(told)}
    return _("%(who)s made %(name)s the requester of the ticket.") % {
        "who": who(told),
        "name": context.people.get(told.act.after.requester, ""),
    }


def _priority(told: MailItem, context: MailContext, reader: MailReader) -> str:
    return _("%(who)s changed the priority: %(after)s (previously %(before)s).") % {
        "who": who(told),
        "after": Priority(told.event.after["priority"]).label,
        "before": Priority(told.event.before["priority"]).label,
    }


def _subject(told: MailItem, context: MailContext, reader: MailReader) -> str:
    if context.hides_subject:
        return _("%(who)s changed the subject of the ticket.") % {"who": who(told)}
    return _("%(who)s changed the subject: “%(after)s” (previously “%(before)s”).") % {
        "who": who(told),
        "after": told.event.after["subject"],
        "before": told.event.before["subject"],
    }


def _visibility(told: MailItem, context: MailContext, reader: MailReader) -> str:
    return _("%(who)s changed the visibility: %(after)s.") % {
        "who": who(told),
        "after": Visibility(told.event.after["visibility"]).label,
    }


def _expired(told: MailItem, context: MailContext, reader: MailReader) -> str:
    return _("The ticket expired, for want of an answer from the requester.")


def _plain(source: Callable[[], str]) -> Sentence:
    """Make a sentence of which only the author varies; called late, in the reader's language."""
    return lambda told, context, reader: source() % {"who": who(told)}


SENTENCES: dict[str, Sentence] = {
    "open_ticket": _opened,
    "take": _taken,
    "assign": _assigned,
    "release": _released,
    "comment": _plain(lambda: _("%(who)s added a comment.")),
    "note": _plain(lambda: _("%(who)s added an internal note.")),
    "ask_information": _asked,
    "postpone": _postponed,
    "resume": _plain(lambda: _("%(who)s resumed the ticket.")),
    "close": _closed,
    "approve_closure": _plain(lambda: _("%(who)s approved the closure of the ticket.")),
    "reject_closure": _plain(lambda: _("%(who)s refused the closure of the ticket.")),
    "cancel": _plain(lambda: _("%(who)s cancelled the ticket.")),
    "refuse": _plain(lambda: _("%(who)s refused the ticket.")),
    "reopen": _plain(lambda: _("%(who)s reopened the ticket.")),
    "move": _transferred,
    "invite": _invited,
    "remove_guest": _removed,
    "change_requester": _requester_changed,
    "change_priority": _priority,
    "change_subject": _subject,
    "change_visibility": _visibility,
    "attach": _plain(lambda: _("%(who)s attached a file.")),
    "expire": _expired,
}


def access_lost(told: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return what somebody is told whom the act deprived of the ticket: no message, no link."""
    quoted = " " + _("“%(subject)s”") % {"subject": told.act.after.subject}
    names: dict[str, Any] = {
        "who": who(told),
        "number": context.ticket.pk,
        "subject": "" if context.hid_subject(told) else quoted,
    }
    if told.reason is Reason.WAS_REQUESTER:
        names["name"] = context.people.get(told.act.after.requester, "")
        return (
            _(
                "%(who)s made %(name)s the requester of ticket no. %(number)s%(subject)s."
                " You can no longer read it."
            )
            % names
        )
    service = context.services[told.act.after.service]
    if not context.shows_service(service, reader.user, is_reader=False):
        return (
            _(
                "%(who)s transferred ticket no. %(number)s%(subject)s to another service."
                " You can no longer read it."
            )
            % names
        )
    names["service"] = service.name
    return (
        _(
            "%(who)s transferred ticket no. %(number)s%(subject)s to the service %(service)s."
            " You can no longer read it."
        )
        % names
    )


def deadline(told: MailItem, context: MailContext) -> str:
    """Return until when a closure waits for its answer, empty for anything else."""
    if not told.asked or told.act.after.status != Status.CLOSED:
        return ""
    since = context.ticket.awaiting_since or told.event.created_at
    last = timezone.localtime(since + timedelta(days=helpdesk_settings.EXPIRY_DAYS))
    date = format_date(last.date())
    return _("If you do not answer before %(date)s, the ticket will expire.") % {"date": date}


def why(told: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return why the reader gets the mail: what they were to the ticket where the act left it."""
    ticket, left = context.ticket, told.act.after
    return WHY[_reason_told(told, context, reader)]() % {
        "service": context.services.get(left.service, ticket.service).name,
        "category": context.categories.get(left.category, ticket.category).name,
    }


def _reason_told(told: MailItem, context: MailContext, reader: MailReader) -> Reason:
    """Return the reason, or a wider one where it would say too much, or what is so no longer."""
    if told.reason == Reason.MEMBER:
        # The category of a confidential service says what the ticket is about.
        named = told.act.after.category in context.categories and not context.hides(told.act)
        return Reason.MEMBER if named else Reason.MANAGER
    if told.reason == Reason.PERMANENT_GUEST:
        # Whoever came with another service has stayed as a guest.
        stays = reader.user is not None and reader.user.pk in context.permanent_guests
        return Reason.PERMANENT_GUEST if stays else Reason.GUEST
    return told.reason


WHY: dict[Reason, Callable[[], str]] = {
    Reason.REQUESTER: lambda: _(
        "You are receiving this e-mail because you are the requester of the ticket."
    ),
    Reason.IN_CHARGE: lambda: _(
        "You are receiving this e-mail because you are in charge of the ticket."
    ),
    Reason.STANDS_IN: lambda: _(
        "You are receiving this e-mail because you stand in for the manager of the ticket, who is absent."
    ),
    Reason.GUEST: lambda: _("You are receiving this e-mail because you are a guest of the ticket."),
    Reason.PERMANENT_GUEST: lambda: _(
        "You are receiving this e-mail because you are a permanent guest of the service %(service)s."
    ),
    Reason.MEMBER: lambda: _(
        "You are receiving this e-mail because you are a member of the category %(category)s."
    ),
    Reason.MANAGER: lambda: _(
        "You are receiving this e-mail because you are a manager of the service %(service)s."
    ),
    Reason.FOLLOWER: lambda: _("You are receiving this e-mail because you follow the ticket."),
    Reason.WAS_REQUESTER: lambda: _(
        "You are receiving this e-mail because you were the requester of the ticket."
    ),
    Reason.WAS_IN_CHARGE: lambda: _(
        "You are receiving this e-mail because you were in charge of the ticket."
    ),
    Reason.WAS_MANAGER: lambda: _(
        "You are receiving this e-mail because you manage the category where the ticket was."
    ),
    Reason.MAILBOX: lambda: _(
        "You are receiving this e-mail because this address is alerted for the service %(service)s."
    ),
}
