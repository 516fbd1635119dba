"""People named with @: the list to complete a name from, and what is said once a message is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions.mentions import find_mentions, load_readers
from wagtail_helpdesk.lifecycle import Audience, Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import fold_name, get_display_name
from wagtail_helpdesk.portal.request import HelpdeskRequest

MAX_COMPLETIONS = 8
_AUDIENCES = {"note": Audience.MANAGERS, "comment": Audience.EVERYONE}


def show_completions(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show who may be named in a message. Raises ``Http404`` for readers who do not manage the ticket."""
    ticket, asked = request.get_ticket(number), request.http.GET
    if Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    people: list[tuple[str, str]] = []
    if audience := _AUDIENCES.get(asked.get("mode", "")):
        narrowed = audience == Audience.EVERYONE and asked.get("audience") == Audience.REQUESTER
        audience = Audience.REQUESTER if narrowed else audience
        people = _find_completions(ticket, request.user, audience, asked.get("q", ""))
    return request.render_part("parts/mention_options.html", people=people)


def _find_completions(
    ticket: Ticket, user: Any, audience: Audience, query: str
) -> list[tuple[str, str]]:
    """Return the name of each person whose name has the words, and what names them alone."""
    readers = [reader for reader in load_readers(ticket, audience) if reader != user]
    names = [get_display_name(reader) for reader in readers]
    folded = [fold_name(name) for name in names]
    wanted = fold_name(query[:100]).split()
    found = []
    for reader, name, plain in zip(readers, names, folded, strict=True):
        identifier = str(reader.get_username())
        words = [*plain.split(), fold_name(identifier)]
        if all(any(word.startswith(part) for word in words) for part in wanted):
            # A name with a line end or a bracket would not stay what it is in a message.
            is_clear = folded.count(plain) == 1 and name.replace(" ", "").isalpha()
            found.append((name, name if is_clear else identifier))
    return sorted(found, key=lambda pair: fold_name(pair[0]))[:MAX_COMPLETIONS]


def describe_mentions(
    request: HelpdeskRequest, ticket: Ticket, text: str, audience: str
) -> Iterator[str]:
    """Yield what the author of a message reads about the people it names who were not alerted."""
    if Role.MANAGER not in ticket.access.roles:
        return
    mentions = find_mentions(ticket, request.user, text, audience)
    for user in mentions.others:
        yield _describe_other(request, ticket, user, audience)
    for word in mentions.ambiguous:
        yield _(
            "“@%(word)s” names several people: nobody was alerted. Write the full name or the identifier."
        ) % {"word": word}
    for word in mentions.unknown:
        yield _("“@%(word)s” names nobody on this ticket: nobody was alerted.") % {"word": word}


def _describe_other(request: HelpdeskRequest, ticket: Ticket, user: Any, audience: str) -> str:
    names = {"name": get_display_name(user)}
    if audience != Audience.EVERYONE:
        return _("%(name)s cannot read this message, and was not alerted.") % names
    return format_html(
        '{} <a class="hd-b hd-s" href="{}">{}</a>',
        _("%(name)s cannot see this ticket, and was not alerted.") % names,
        request.url("action", ticket.pk, "invite", users=user.get_username()),
        _("Invite %(name)s") % names,
    )
