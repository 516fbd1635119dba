"""A draft page of the site made from an answered ticket, with what is personal marked for removal."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.blocks import RichTextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.log_actions import log
from wagtail.models import AbstractPage, Page
from wagtail.permissions import page_permission_policy
from wagtail.rich_text import RichText

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Audience, Role, Status
from wagtail_helpdesk.markdown import strip_html
from wagtail_helpdesk.models import Event, ServiceManager, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.notifications.confidentiality import (
    find_confidential_services,
    find_moved_out,
)
from wagtail_helpdesk.portal.forms.rendering import HelpdeskForm
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.rate_limits import HOUR

#: Pages below which the draft may be made, and answers of which it is made.
MAX_PARENTS, MAX_ANSWERS = 100, 3
_ANSWERED = (Status.CLOSED, Status.APPROVED, Status.EXPIRED)
_ADDRESSES = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}|\+?\d(?:[ .-]?\d){7,14}"
_BLOCK_END = re.compile(r"</(?:p|li|h\d|blockquote|pre|tr)>|<br ?/?>")
#: Shorter words of a name are also words of the language.
_MIN_NAME_LENGTH = 3
_MAX_TITLE_LENGTH = 255


class AnswerPageForm(HelpdeskForm):
    """Where the draft is made."""

    parent: forms.ModelChoiceField[AbstractPage] = forms.ModelChoiceField(
        None, label=gettext_lazy("Below the page:")
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, parents: Any) -> None:
        super().__init__(data, initial={"submission": uuid.uuid4()})
        self.fields["parent"].queryset = parents  # type: ignore[attr-defined]


def may_make_page(user: Any, ticket: Ticket) -> bool:
    """Return whether a manager of the ticket may make a page of its answer."""
    return (
        Role.MANAGER in ticket.access.roles
        and ticket.status in _ANSWERED
        and not _was_confidential(ticket)
        and find_parents(user).exists()
    )


def _was_confidential(ticket: Ticket) -> bool:
    """Return whether the ticket is or ever was in a confidential service.

    The editors of the site's pages read the draft, without any right on the ticket.
    """
    confidential = find_confidential_services()
    return ticket.service_id in confidential or bool(find_moved_out([ticket.pk], confidential))


def get_page_model() -> type[Page] | None:
    """Return the model of the setting ``ANSWER_PAGE_MODEL``, None without one."""
    name = helpdesk_settings.ANSWER_PAGE_MODEL
    return apps.get_model(name) if name else None


def find_parents(user: Any) -> Any:
    """Return the pages below which a user may add a page of the model."""
    model = get_page_model()
    # A site may have a base page of its own.
    pages = apps.get_model(settings.WAGTAIL_PAGE_MODEL)._default_manager  # type: ignore[misc]
    if model is None or not user.has_perm("wagtailadmin.access_admin"):
        return pages.none()
    addable = page_permission_policy.instances_user_has_permission_for(user, "add")
    allowed = addable.type(*model.allowed_parent_page_models()).order_by("path")
    # The choices of a field: a slice could not be searched for the one that is chosen.
    return pages.filter(pk__in=list(allowed.values_list("pk", flat=True)[:MAX_PARENTS]))


def handle_answer_page(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show the draft before it is made, or make it and lead to the site's editor.

    Raises ``Http404`` for people who may not, and for a ticket without an answer.
    """
    ticket = request.get_ticket(number)
    answers = load_answers(ticket) if may_make_page(request.user, ticket) else []
    if not answers:
        raise Http404(_("There is no answer here of which you could make a page."))
    title, body = build_draft(ticket, answers)
    form = AnswerPageForm(
        request.http.POST if request.is_post else None, find_parents(request.user)
    )
    if request.is_post and form.is_valid():
        try:
            return _make_page(request, form, title, body)
        except ValidationError as problem:
            form.add_error(None, problem.messages)
    return request.render(
        "answer_page.html", status=422 if form.errors else 200,
        ticket=ticket, form=form, draft_title=title, draft_body=body,
    )  # fmt: skip


def load_answers(ticket: Ticket) -> list[Event]:
    """Return the last messages to everyone by managers of the service, oldest first."""
    managers = ServiceManager.objects.filter(service=ticket.service_id).values("user")
    written = ticket.events.filter(audience=Audience.EVERYONE, actor__in=managers)
    by_manager = written.exclude(text="").exclude(actor=ticket.requester_id)
    return list(by_manager.exclude(action="open_ticket").order_by("-pk")[:MAX_ANSWERS])[::-1]


def build_draft(ticket: Ticket, answers: Iterable[Event]) -> tuple[str, SafeString]:
    """Return title and HTML of the draft; names, addresses and phone numbers are marked."""
    personal = _build_pattern(ticket)
    question = ticket.events.filter(audience=Audience.EVERYONE).order_by("pk").first()
    parts = [f"<h2>{escape(_('Question'))}</h2>", *_mark_paragraphs(question, personal)]
    parts.append(f"<h2>{escape(_('Answer'))}</h2>")
    for answer in answers:
        parts += _mark_paragraphs(answer, personal)
    title = personal.sub(lambda found: _describe_mark(found.group()), ticket.subject)
    return title[:_MAX_TITLE_LENGTH], SafeString("".join(parts))


def _build_pattern(ticket: Ticket) -> re.Pattern[str]:
    people = [
        ticket.requester,
        *(guest.user for guest in ticket.guests.select_related("user")[:50]),
    ]
    people += [event.actor for event in ticket.events.select_related("actor")[:200] if event.actor]
    names = {get_display_name(person) for person in people}
    words = names | {word for name in names for word in name.split()}
    known = sorted((w for w in words if len(w) >= _MIN_NAME_LENGTH), key=len, reverse=True)
    named = "|".join(map(re.escape, known))
    return re.compile(rf"{_ADDRESSES}|(?<!\w)(?:{named})(?!\w)", re.IGNORECASE)


def _mark_paragraphs(event: Event | None, personal: re.Pattern[str]) -> list[str]:
    if event is None:
        return []
    texts = filter(None, (strip_html(part) for part in _BLOCK_END.split(event.html)))
    return [f"<p>{_mark(text, personal)}</p>" for text in texts]


def _mark(text: str, personal: re.Pattern[str]) -> str:
    marked, end = [], 0
    for found in personal.finditer(text):
        marked += [
            escape(text[end : found.start()]),
            f"<b>{escape(_describe_mark(found.group()))}</b>",
        ]
        end = found.end()
    return "".join([*marked, escape(text[end:])])


def _describe_mark(personal: str) -> str:
    return _("[to remove: %(personal)s]") % {"personal": personal}


def _make_page(
    request: HelpdeskRequest, form: AnswerPageForm, title: str, body: str
) -> HttpResponse:
    parent, model = form.cleaned_data["parent"].specific, get_page_model()
    assert model is not None  # noqa: S101 - without a model there are no parents
    key = f"wagtail_helpdesk.answer_page.{form.cleaned_data['submission']}"
    if not cache.add(key, True, HOUR):
        # Sent twice: the draft is among the pages below.
        return redirect(reverse("wagtailadmin_explore", args=(parent.pk,)))
    try:
        if not model.can_create_at(parent):
            raise ValidationError(_("No page of this kind can be added there."))
        page = model(title=title, owner=request.user, live=False, has_unpublished_changes=True)
        page.locale = parent.locale
        _fill(page, body)
        parent.add_child(instance=page)
    except Exception:
        # So that the form can be sent again.
        cache.delete(key)
        raise
    page.save_revision(user=request.user)
    log(instance=page, action="wagtail.create", user=request.user, content_changed=True)
    return redirect(reverse("wagtailadmin_pages:edit", args=(page.pk,)))


def _fill(page: Page, body: str) -> None:
    """Put the text into the first field of the page that takes formatted text."""
    for field in page._meta.fields:
        if isinstance(field, RichTextField):
            return setattr(page, field.name, body)
        if isinstance(field, StreamField):
            blocks = field.stream_block.child_blocks
            for name, block in blocks.items():
                if isinstance(block, RichTextBlock):
                    return setattr(page, field.name, [(name, RichText(body))])
    return None
