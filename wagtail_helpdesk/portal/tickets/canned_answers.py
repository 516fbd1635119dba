"""Canned answers on a ticket: which ones there are, what they say about it, what they leave open."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.coreutils import get_supported_content_language_variant

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Role
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.models import CannedAnswer, Ticket
from wagtail_helpdesk.names import fold_name, get_display_name, split_name_words
from wagtail_helpdesk.parsing import clean_query, parse_number
from wagtail_helpdesk.placeholders import fill_placeholders, find_gaps
from wagtail_helpdesk.portal import form_limits
from wagtail_helpdesk.portal.request import HelpdeskRequest

#: Answers in one list; a search finds the others.
MAX_LISTED_ANSWERS = 20
#: Answers among which a search is made.
MAX_SEARCHED_ANSWERS = 1000
MAX_QUERY_LENGTH = 100
#: In characters, of the beginning of an answer in a list.
EXCERPT_LENGTH = 90
#: Answers of which one message is made.
MAX_ANSWERS_IN_MESSAGE = 10


@dataclass(frozen=True)
class FilledAnswer:
    """An answer with the values of a ticket."""

    pk: int
    title: str
    text: str
    #: Where it belongs: to the reader, the service, or the site.
    place: str
    #: The action that it carries and that is available, None without.
    action: Action | None = None
    #: Why its action is not what happens, empty when it has none or it does.
    notice: str = ""

    @property
    def excerpt(self) -> str:
        """The beginning of the text on one line."""
        line = " ".join(self.text.split())
        return line if len(line) <= EXCERPT_LENGTH else f"{line[:EXCERPT_LENGTH].rstrip()}…"


@dataclass(frozen=True)
class AnswerList:
    """The answers that match a search, the most used first."""

    answers: list[FilledAnswer]
    query: str = ""
    has_more: bool = False


def list_answers(
    ticket: Ticket, user: Any, available: Collection[Action], typed: str
) -> AnswerList:
    """Return the answers that the user can use on a ticket and that have all words of a search."""
    query = clean_query(typed, MAX_QUERY_LENGTH)
    words = split_name_words(query)
    most = MAX_SEARCHED_ANSWERS if words else MAX_LISTED_ANSWERS + 1
    usable = CannedAnswer.objects.usable_on(ticket, user)[:most]
    found = [answer for answer in usable if _matches(answer, words)]
    filler = AnswerFiller(ticket, user, available)
    shown = [filler.fill(answer) for answer in found[:MAX_LISTED_ANSWERS]]
    return AnswerList(shown, query, has_more=len(found) > MAX_LISTED_ANSWERS)


def _matches(answer: CannedAnswer, words: Iterable[str]) -> bool:
    if not words:
        return True
    parts = [part for texts in answer.texts.values() for part in texts.values()]
    folded = fold_name("\n".join([answer.title, answer.text, *parts]))
    return all(word in folded for word in words)


def find_answer(
    ticket: Ticket, user: Any, available: Collection[Action], typed: str
) -> FilledAnswer | None:
    """Return the answer with the number in a parameter, None when the user has no such answer."""
    pk = parse_number(typed)
    answer = pk and CannedAnswer.objects.usable_on(ticket, user).filter(pk=pk).first()
    return AnswerFiller(ticket, user, available).fill(answer) if answer else None


class AnswerFiller:
    """Fills answers with the values of a ticket, in the language of its requester."""

    def __init__(self, ticket: Ticket, user: Any, available: Collection[Action]) -> None:
        self.ticket, self.user, self.available = ticket, user, available
        self.language = get_requester_language(ticket)
        manager = ticket.assignee or user
        self.values = {
            "requester": get_display_name(ticket.requester),
            "number": ticket.pk,
            "subject": ticket.subject,
            "service": ticket.service.titles.get(self.language) or ticket.service.name,
            "category": ticket.category.titles.get(self.language) or ticket.category.name,
            "manager": get_display_name(manager),
            "author": get_display_name(user),
        }

    def fill(self, answer: CannedAnswer) -> FilledAnswer:
        """Return an answer with the values of the ticket."""
        # A note is for colleagues, who read what its author reads.
        is_note = answer.action == lifecycle.NOTE.name
        text = str(answer.text if is_note else answer.get_text(self.language))
        action = lifecycle.ACTIONS.get(answer.action) if answer.action else None
        is_available = action in self.available
        return FilledAnswer(
            answer.pk,
            str(answer),
            fill_placeholders(text, self.values),
            self._describe_place(answer),
            action if is_available else None,
            "" if action is None or is_available else _describe_unavailable(action),
        )

    def _describe_place(self, answer: CannedAnswer) -> str:
        if answer.owner_id is not None:
            return pgettext("canned answer", "mine")
        if answer.service_id is not None:
            return str(self.ticket.service)
        return pgettext("canned answer", "all services")


def get_requester_language(ticket: Ticket) -> str:
    """Return the content language in which the requester of a ticket gets e-mails."""
    language = get_reader(ticket.requester).language
    try:
        return str(get_supported_content_language_variant(language))
    except LookupError:
        return str(get_supported_content_language_variant(settings.LANGUAGE_CODE))


def _describe_unavailable(action: Action) -> str:
    return _("This answer goes with “%(action)s”, which you cannot do on this ticket now.") % {
        "action": action.label
    }


def insert(answer: FilledAnswer, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a form that change when an answer is inserted below what was typed."""
    typed, used = str(values.get("text") or ""), str(values.get("used_answers") or "")
    text = f"{typed.rstrip()}\n\n{answer.text}" if typed.strip() else answer.text
    return {"text": text, "used_answers": add_used(used, answer.pk)}


# -- the answers of which a message is made ----------------------------------------------------


def parse_used(typed: str) -> list[int]:
    """Return the numbers of answers in a hidden field, without those that are none."""
    numbers = [parse_number(part) for part in typed.split(",")[:MAX_ANSWERS_IN_MESSAGE]]
    return list(dict.fromkeys(number for number in numbers if number is not None))


def add_used(typed: str, pk: int) -> str:
    """Return the value of the hidden field with one more answer."""
    kept = [number for number in parse_used(typed) if number != pk]
    return ",".join(map(str, [*kept, pk][-MAX_ANSWERS_IN_MESSAGE:]))


def load_used(ticket: Ticket, user: Any, typed: str) -> list[CannedAnswer]:
    """Return the answers named in a hidden field that the user can use; costs nothing without."""
    numbers = parse_used(typed)
    if not numbers:
        return []
    return list(CannedAnswer.objects.usable_on(ticket, user).filter(pk__in=numbers))


def find_open_gaps(answers: Iterable[CannedAnswer], text: str) -> list[str]:
    """Return the gaps of these answers that a message still has, in their order."""
    texts = [
        part for a in answers for part in [a.text, *(t.get("text", "") for t in a.texts.values())]
    ]
    gaps = dict.fromkeys(gap for part in texts for gap in find_gaps(part))
    return [gap for gap in gaps if gap in text]


# -- the list as a page, and as a part of one --------------------------------------------------


def show_answers(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show the answers for a ticket. Raises ``Http404`` for readers who do not manage the ticket."""
    ticket = request.get_ticket(number)
    if Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    typed, is_part = request.http.GET.get("q", ""), "HX-Request" in request.http.headers
    is_allowed = may_search_answers(request.user, typed)
    if is_part and not is_allowed:
        return HttpResponse(status=429)
    if is_allowed:
        available = request.get_available_actions(ticket)
        found = list_answers(ticket, request.user, available, typed)
    else:
        messages.error(request.http, form_limits.get_search_limit_message())
        found = AnswerList([], clean_query(typed, MAX_QUERY_LENGTH))
    if is_part:
        return request.render_part("parts/answer_options.html", found=found, ticket=ticket)
    return request.render(
        "answers.html", status=200 if is_allowed else 429, found=found, ticket=ticket
    )


def may_search_answers(user: Any, typed: str) -> bool:
    """Count a search in the texts of answers; return whether it is within the limit."""
    return not typed.strip() or form_limits.allow_live_search(user)
