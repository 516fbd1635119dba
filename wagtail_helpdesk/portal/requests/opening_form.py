"""The form that opens a ticket, filled with the template of its category."""

from __future__ import annotations

import uuid
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import actions
from wagtail_helpdesk.directory.fields import named_people
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.portal import drafts
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.attachments import WithFiles
from wagtail_helpdesk.portal.forms.people import NamesPeople

from . import catalogue
from .source_page import find_asked_page

if TYPE_CHECKING:
    from wagtail_helpdesk.portal.request import HelpdeskRequest

#: The fields that a category's template fills, and the setting that holds its text.
TEMPLATE = {"subject": "default_subject", "text": "default_message"}


class OpeningForm(NamesPeople, WithFiles):
    """Asks for nothing but what the service needs: subject, message, files."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    #: The category whose template filled the form: what still equals it was not edited.
    filled_from = forms.IntegerField(widget=forms.HiddenInput, required=False)
    category = forms.IntegerField(label=_("Category:"), widget=forms.Select)
    #: The page it is asked from; one that its author may not read counts as none.
    page = forms.IntegerField(widget=forms.HiddenInput, required=False)
    people = "requester"
    requester = fields.make_person_field(
        required=False, label=_("Requester (identifier or e-mail address):")
    )
    #: The answer when it is not accepted.
    http_status = 422
    field_order = ("category", "requester", "query", "subject", "text", "files")

    def __init__(self, data: Any = None, files: Any = None, *, request: HelpdeskRequest, category: Category, initial: dict[str, Any] | None = None) -> None:  # fmt: skip
        self.request, self.user = request, request.user
        self.shown_category = category
        filled = {"submission": uuid.uuid4(), "category": category.pk, "filled_from": category.pk}
        template = {name: category.in_force(row).value for name, row in TEMPLATE.items()}
        super().__init__(data, files, initial=filled | template | (initial or {}), auto_id="id_%s")
        self.fields["subject"] = fields.make_subject_field()
        self.fields["text"] = fields.make_message_field(required=True, rows=9)
        # Read when the form is shown, not when it is accepted; Django asks twice.
        self.fields["category"].widget.choices = cache(partial(_choices, request.user, category))
        if category.service not in request.services:
            del self.fields["requester"], self.fields["query"]
        self.order_fields(self.field_order)

    @property
    def draft_owner(self) -> str:
        """Whose form it is, for what they typed to be given back to them alone."""
        return drafts.sign_owner(self.user)

    @property
    def becomes_public(self) -> bool:
        """Whether everybody who sees the service will be able to read the ticket."""
        setting = self.shown_category.in_force("default_visibility")
        return bool(setting.value == Visibility.PUBLIC)

    def clean_category(self) -> Any:
        # The view looked for the category that was sent, and found another: it takes no tickets.
        if self.cleaned_data["category"] != self.shown_category.pk:
            raise forms.ValidationError(_("This category takes no tickets."))
        return self.cleaned_data["category"]

    def clean_requester(self) -> Any:
        typed = self.cleaned_data["requester"]
        people = named_people(self, "requester", by=self.user) if typed else [self.user]
        if len(people) != 1:
            raise forms.ValidationError(_("Name one person."))
        return people[0]

    def clean_page(self) -> Any:
        return find_asked_page(self.request.http, self.cleaned_data["page"])

    @property
    def asked_from(self) -> Any:
        """The page it is asked from, for the form to name."""
        return find_asked_page(self.request.http, self["page"].value())

    def renew(self) -> None:
        """Let what was typed be sent as a ticket of its own: the form opened one already."""
        self.http_status, self.data = 409, self.data.copy()  # type: ignore[attr-defined]
        self.data["submission"] = uuid.uuid4()  # type: ignore[index]

    def run(self) -> Ticket:
        """Open the ticket; the same form sent twice gives the same ticket."""
        given = self.cleaned_data
        return actions.open_ticket(
            self.shown_category,
            by=self.user,
            requester=given.get("requester") or self.user,
            subject=given["subject"],
            text=given["text"],
            files=given["files"],
            page=given["page"],
            submission=given.get("submission"),
        )


def refill_from_template(
    typed: dict[str, Any], before: Category | None, now: Category
) -> dict[str, Any]:
    """Return what the form shows after a change of category: what was edited stays."""
    kept = dict(typed)
    for name, setting in TEMPLATE.items():
        text = _folded(typed.get(name, ""))
        former = _folded(before.in_force(setting).value) if before else ""
        if text in ("", former):
            kept[name] = now.in_force(setting).value
    return kept


def _folded(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _choices(user: Any, category: Category) -> list[tuple[Any, str]]:
    shelves = catalogue.read_catalogue(user, [category.service_id]).shelves
    lines = [line for shelf in shelves for line in shelf.choices]
    choices = [(line.pk, "\N{NO-BREAK SPACE}" * 3 * line.depth + line.name) for line in lines]
    # A hidden category is reached by its link, and then it is the one to offer.
    if category.pk not in dict(choices):
        choices.insert(0, (category.pk, category.name))
    return choices
