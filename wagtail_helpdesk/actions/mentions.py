"""People named with @ in a manager's message: who is meant, and who of them may read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from wagtail_helpdesk.access import TicketAccess, get_readable_audiences
from wagtail_helpdesk.lifecycle import Audience, Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import fold_name, get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Further ones in the same message are plain text.
MAX_MENTIONS = 20
#: Managers, and other people on the ticket, who are recognised by their names. Everybody is by the
#: identifier.
MAX_CANDIDATES = 300
_MAX_NAME_LENGTH = 150
#: A quotation names people again, and code means something else.
_NOT_ADDRESSED = re.compile(r"^ {0,3}>.*$|```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL | re.MULTILINE)
#: Not the @ of an e-mail address or of a link.
_AT = re.compile(r"(?<![\w.+/@-])@(?=\w)")
_WORD = re.compile(r"[\w.+@'’-]+")
#: After a name: the rest of a longer identifier, such as “jean.dupont” after “jean”.
_GOES_ON = re.compile(r"\w|[.+@]\w")


@dataclass(frozen=True)
class Mentions:
    """The people whom a message names."""

    #: Those who may read it: they are alerted.
    readers: list[Any] = field(default_factory=list)
    #: Those named by identifier who may not read it.
    others: list[Any] = field(default_factory=list)
    #: What was typed where several people have the name, and where nobody has.
    ambiguous: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def record_mentions(
    ticket: Ticket, access: TicketAccess, by: User, text: str, audience: str
) -> dict[str, Any]:
    """Return the fact that an event records about the people whom its message names.

    Only managers alert people by naming them.
    """
    if Role.MANAGER not in access.roles:
        return {}
    readers = find_mentions(ticket, by, text, audience).readers
    return {"mentions": [user.pk for user in readers]} if readers else {}


def find_mentions(ticket: Ticket, by: User, text: str, audience: str) -> Mentions:
    """Return whom a message names; in no statement when it names nobody.

    A person is named by the identifier, by the full name, or by one word of it that nobody else on
    the ticket has. Case and accents do not matter.
    """
    places = list(_find_places(text))
    found = Mentions()
    if not places:
        return found
    readers: dict[Any, Any] = {}
    missing: dict[str, None] = {}
    names = _index_names(load_readers(ticket, audience))
    for typed in places:
        users = _match(names, typed)
        word = _get_word(typed)
        if len(users) == 1:
            readers |= users
        elif users:
            found.ambiguous.append(word)
        else:
            missing[word] = None
    others = _find_by_identifier(missing)
    for word in missing:
        user = others.get(word.casefold())
        if user is None:
            found.unknown.append(word)
        elif audience in get_readable_audiences(ticket.access_of(user).roles):
            readers[user.pk] = user
        else:
            found.others.append(user)
    readers.pop(by.pk, None)
    found.readers.extend(readers.values())
    return found


def load_readers(ticket: Ticket, audience: str) -> list[Any]:
    """Return the people on a ticket who may read a message, managers first."""
    users = get_user_model()._default_manager.filter(is_active=True).order_by("pk")
    managers = users.filter(helpdesk_manager_rows__service=ticket.service_id)
    found = list(managers[:MAX_CANDIDATES])
    if audience != Audience.MANAGERS:
        on_ticket = Q(pk=ticket.requester_id)
        if audience == Audience.EVERYONE:
            on_ticket |= Q(pk__in=ticket.guests.values("user"))
        found += users.filter(on_ticket)[:MAX_CANDIDATES]
    return list({user.pk: user for user in found}.values())


def _find_places(text: str) -> Iterator[str]:
    """Yield what follows each @ that may name a person."""
    if "@" not in text:
        return
    addressed = _NOT_ADDRESSED.sub(" ", text)
    for count, at in enumerate(_AT.finditer(addressed)):
        if count == MAX_MENTIONS:
            return
        yield addressed[at.end() : at.end() + _MAX_NAME_LENGTH + 1]


def _get_word(typed: str) -> str:
    word = _WORD.match(typed)
    return word.group().rstrip(".'’-") if word else ""


def _index_names(users: Iterable[Any]) -> list[tuple[str, Any]]:
    """Return the folded full name and identifier of each user, longest names first."""
    names = {
        (fold_name(name)[:_MAX_NAME_LENGTH], user.pk): user
        for user in users
        for name in (get_display_name(user), str(user.get_username()))
    }
    pairs = [(name, user) for (name, _), user in names.items() if name.strip()]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _match(names: list[tuple[str, Any]], typed: str) -> dict[Any, Any]:
    """Return the users whom a text begins to name, by id."""
    folded = fold_name(typed)
    length = next((len(n) for n, _ in names if _begins_with(folded, n)), 0)
    if length:
        return {u.pk: u for n, u in names if len(n) == length and folded.startswith(n)}
    word = fold_name(_get_word(typed))
    return {u.pk: u for n, u in names if word and f" {word} " in f" {n} "}


def _begins_with(folded: str, name: str) -> bool:
    return folded.startswith(name) and not _GOES_ON.match(folded, len(name))


def _find_by_identifier(words: Iterable[str]) -> dict[str, Any]:
    """Return active users by identifier, which may be typed in another case."""
    spellings = {spelling for word in words for spelling in (word, word.casefold()) if spelling}
    if not spellings:
        return {}
    model = get_user_model()
    condition = {f"{model.USERNAME_FIELD}__in": sorted(spellings)}
    users = model._default_manager.filter(is_active=True, **condition)
    return {str(user.get_username()).casefold(): user for user in users}
