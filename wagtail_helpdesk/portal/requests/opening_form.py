"""The form that opens a ticket, filled with the template of its category."""

from __future__ import annotations

import re
import uuid
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.directory.fields import find_named_people
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.portal import session_drafts
from wagtail_helpdesk.portal.form_limits import validate_invitations
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.attachments import AttachmentsForm
from wagtail_helpdesk.portal.forms.people import NamedPeopleForm

from . import catalogue
from .source_page import find_asked_page

if TYPE_CHECKING:
    from wagtail_helpdesk.portal.request import HelpdeskRequest

#: The fields that the template of a category fills, and the settings with their texts.
TEMPLATE = {"subject": "default_subject", "text": "default_message"}


class OpeningForm(NamedPeopleForm, AttachmentsForm):
    """Subject, message, files and guests of a new ticket; managers also name its requester."""

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    #: The id of the category whose template filled the form: what equals it was not edited.
    filled_from = forms.IntegerField(widget=forms.HiddenInput, required=False)
    category = forms.IntegerField(label=_("Category:"), widget=forms.Select)
    #: The id of the page from which the request is made.
    page = forms.IntegerField(widget=forms.HiddenInput, required=False)
    #: Whether the author has confirmed that the template is sent as it is.
    template_accepted = forms.BooleanField(widget=forms.HiddenInput, required=False)
    people = "requester"
    requester = fields.make_person_field(
        required=False, label=_("Requester (identifier or e-mail address):")
    )
    guests = fields.make_person_field(
        required=False, several=True, label=_("People who should follow the request too:")
    )
    #: The HTTP status of the answer when the form is not accepted.
    http_status = 422
    field_order = ("category", "requester", "query", "subject", "text", "files", "guests")

    def __init__(self, data: Any = None, files: Any = None, *, request: HelpdeskRequest, category: Category, initial: dict[str, Any] | None = None) -> None:  # fmt: skip
        self.request, self.user = request, request.user
        self.shown_category = category
        filled = {"submission": uuid.uuid4(), "category": category.pk, "filled_from": category.pk}
        given = filled | get_template(category) | (initial or {})
        super().__init__(data, files, initial=given, auto_id="id_%s")
        self.fields["subject"] = fields.make_subject_field()
        self.fields["text"] = fields.make_message_field(required=True, rows=9)
        # Read when the form is rendered and not when it is accepted; cached, Django asks twice.
        self.fields["category"].widget.choices = cache(
            partial(_build_choices, request.user, category)
        )
        if category.service not in request.services:
            del self.fields["requester"], self.fields["query"]
        self.order_fields(self.field_order)

    @property
    def draft_owner(self) -> str:
        """The signed owner of the form, so that a draft is given back to nobody else."""
        return session_drafts.sign_owner(self.user)

    @property
    def becomes_public(self) -> bool:
        """Whether everybody who can see the service will be able to read the ticket."""
        setting = self.shown_category.in_force("default_visibility")
        return bool(setting.value == Visibility.PUBLIC)

    def clean_category(self) -> Any:
        # The view replaced the category that was sent because it takes no tickets.
        if self.cleaned_data["category"] != self.shown_category.pk:
            raise forms.ValidationError(_("You can’t open tickets in this category."))
        return self.cleaned_data["category"]

    def clean_requester(self) -> Any:
        typed = self.cleaned_data["requester"]
        people = find_named_people(self, "requester", by=self.user) if typed else [self.user]
        if len(people) != 1:
            raise forms.ValidationError(_("Enter one person."))
        return people[0]

    def clean_guests(self) -> list[Any]:
        if not self.cleaned_data["guests"]:
            return []
        validate_invitations(self.user)
        return find_named_people(self, "guests", by=self.user, external=True)

    def clean_page(self) -> Any:
        return find_asked_page(self.request.http, self.cleaned_data["page"])

    @property
    def asked_from(self) -> Any:
        """The page from which the request is made, None when the author may not read it."""
        return find_asked_page(self.request.http, self["page"].value())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not cleaned["template_accepted"] and self._is_unfilled(cleaned):
            # Asked once: the form comes back with the answer in a hidden field.
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["template_accepted"] = "1"  # type: ignore[index]
            raise forms.ValidationError(
                _(
                    "The template has not been filled in. Complete it,"
                    " or send the form again to open the ticket as it is."
                )
            )
        return cleaned

    def _is_unfilled(self, cleaned: dict[str, Any]) -> bool:
        """Return whether the message is the template, or the subject one with a gap to fill."""
        if cleaned["files"]:
            return False
        untouched = {
            name for name in TEMPLATE if is_untouched(name, cleaned[name], self.shown_category)
        }
        return "text" in untouched or ("subject" in untouched and has_gap(cleaned["subject"]))

    def renew(self) -> None:
        """Give the form a new submission id: the old one has opened a ticket already."""
        self.http_status, self.data = 409, self.data.copy()  # type: ignore[attr-defined]
        self.data["submission"] = uuid.uuid4()  # type: ignore[index]

    def run(self, digest: str) -> actions.Outcome:
        """Open the ticket; the same form sent twice gives the same ticket."""
        given = self.cleaned_data
        data = {name: given[name] for name in ("subject", "text", "files", "guests", "page")}
        data["requester"] = given.get("requester") or self.user
        return actions.perform(
            lifecycle.OPEN_TICKET.name,
            self.shown_category,
            self.user,
            data,
            given.get("submission"),
            source=lifecycle.Source.PAGE,
            digest=digest,
        ).outcomes[0]


def refill_from_template(
    typed: dict[str, Any], before: Category | None, now: Category
) -> dict[str, Any]:
    """Return the fields of a form for another category: what was edited stays as it is."""
    kept = dict(typed)
    for name, template in get_template(now).items():
        text = typed.get(name, "")
        if not text.strip() or is_untouched(name, text, before):
            kept[name] = template
    return kept


def is_untouched(name: str, text: Any, category: Category | None) -> bool:
    """Return whether a field has exactly the text with which the category's template filled it."""
    if name not in TEMPLATE or category is None:
        return False
    template = _normalise_lines(get_template(category)[name])
    return bool(template) and _normalise_lines(text) == template


def has_gap(text: str) -> bool:
    """Return whether a template has a place to fill in: dots, underscores or empty brackets."""
    return re.search(r"…|\.{3}|_{2,}|\[\s*\]|:\s*$", text) is not None


def _normalise_lines(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _build_choices(user: Any, category: Category) -> list[tuple[Any, str]]:
    lines = catalogue.list_choices(user, category.service)
    choices = [(line.pk, "\N{NO-BREAK SPACE}" * 3 * line.depth + line.name) for line in lines]
    # A hidden category is reached by its link, and then it must be offered.
    if category.pk not in dict(choices):
        choices.insert(0, (category.pk, str(category)))
    return choices


def get_template(category: Category) -> dict[str, str]:
    """Return subject and text of the template of a category, in the reader's language."""
    return {field: category.in_force(name).value for field, name in TEMPLATE.items()}
