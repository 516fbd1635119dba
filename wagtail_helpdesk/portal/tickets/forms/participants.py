"""The forms about the people of a ticket: guests, the requester, followers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.directory.fields import find_named_people
from wagtail_helpdesk.models import Guest
from wagtail_helpdesk.names import get_display_name, get_display_names
from wagtail_helpdesk.parsing import parse_number, parse_user_key
from wagtail_helpdesk.portal import form_limits
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.people import NamedPeopleForm

from .action_form import ActionForm, ButtonGroup, ButtonPlace, Done, TextForm
from .registry import register_form

#: More guests than this are not listed at once.
MAX_GUESTS = 50


@register_form
class Invite(NamedPeopleForm, TextForm):
    action_name = "invite"
    title = _("Add someone to ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {
        "title": _("Add someone to request #%(number)s")
    }
    submit_label = _("Invite")
    button = ButtonPlace(ButtonGroup.SECOND, 400, "invite")
    button_label = _("Add someone")
    text_label = _("Comment for everyone on the ticket (optional)")
    text_help = _("It is shown in the history of the ticket and sent with the invitation.")
    template = "wagtail_helpdesk/portal/actions/invite.html"
    people, several = "users", True
    users = fields.make_person_field(several=True)
    field_order = ("users", "query", "text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.ticket.service.confidential:
            # E-mails of a confidential service contain only the link.
            self.fields["text"].help_text = _("It is shown in the history of the ticket.")

    @cached_property
    def _guests(self) -> list[Guest]:
        after = parse_number(self.initial.get("after", "")) or 0
        rows = self.ticket.guests.filter(pk__gt=after).select_related("user")
        return list(rows[: MAX_GUESTS + 1])

    @property
    def guests(self) -> list[Guest]:
        """The current guests, one page of them."""
        return self._guests[:MAX_GUESTS]

    @property
    def next_guests(self) -> int | None:
        """The id of the guest after whom the next page begins, or None."""
        return self.guests[-1].pk if len(self._guests) > MAX_GUESTS else None

    def clean_users(self) -> list[Any]:
        # Before an account is created for anybody from outside.
        form_limits.validate_invitations(self.user)
        return find_named_people(
            self,
            "users",
            by=self.user,
            external=True,
            hint=_("Nobody has been invited."),
        )

    @classmethod
    def describe_success(cls, done: Done) -> str:
        names = get_display_names(done.result.value_after("guests") or ())
        invited = _("Invited to follow the ticket: %(invited)s.")
        return invited % {"invited": ", ".join(names.values())}

    def get_success_message(self, *, is_visible: bool) -> str:
        message = super().get_success_message(is_visible=is_visible)
        invited = self.result.value_after("guests") or ()
        others = [user for user in self.cleaned_data["users"] if user.pk not in invited]
        if not others:
            return message
        present = _("Already on the ticket: %(present)s.")
        return f"{message} {present % {'present': ', '.join(map(get_display_name, others))}}"

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"users": self.cleaned_data["users"]}


@register_form
class RemoveGuest(TextForm):
    action_name = "remove_guest"
    template = "wagtail_helpdesk/portal/actions/fields.html"
    is_destructive = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Added here, because ``user`` is also the attribute that holds the user of the form.
        self.fields["user"] = forms.CharField(widget=forms.HiddenInput)
        named = parse_user_key(self["user"].value())
        guest = self.ticket.guests.filter(user=named).select_related("user").first()
        self.guest: Any = guest.user if guest else None
        if self.guest is None and not self.is_bound:
            raise _make_not_a_guest_error()

    @property
    def is_oneself(self) -> bool:
        """Whether the guest leaves by themselves."""
        return bool(self.guest == self.user)

    @property
    def title(self) -> Any:
        if self.is_oneself:
            return _("Leave ticket #%(number)s?")
        return _("Remove %(name)s from the list of guests?")

    @property
    def label_context(self) -> dict[str, Any]:
        return super().label_context | {"name": get_display_name(self.guest) if self.guest else ""}

    @property
    def submit_label(self) -> Any:
        return _("Leave this ticket") if self.is_oneself else _("Remove the guest")

    @classmethod
    def is_departure(cls, done: Done) -> bool:
        return bool(done.result.value_after("removed") == [done.user.pk])

    @classmethod
    def describe_success(cls, done: Done) -> str:
        if cls.is_departure(done):
            return _("You have left ticket #%(number)s.") % {"number": done.ticket.pk}
        return str(_("The guest has been removed."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # The same form sent twice finds no guest any more; it gets the same answer again.
        sent, own = cleaned.get("submission"), self.ticket.events.filter(actor=self.user)
        if self.guest is None and not (sent and own.filter(batch=sent).exists()):
            raise _make_not_a_guest_error()
        return cleaned

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"user": self.guest}


def _make_not_a_guest_error() -> Http404:
    return Http404(_("This person is not a guest of the ticket."))


@register_form
class ChangeRequester(NamedPeopleForm, TextForm):
    action_name = "change_requester"
    title = _("Change the requester of ticket #%(number)s")
    submit_label = _("Change the requester")
    success_message = _("The requester has been changed.")
    button = ButtonPlace(ButtonGroup.MORE, 400, "user")
    template = "wagtail_helpdesk/portal/actions/change_requester.html"
    people = "to"
    to = fields.make_person_field(label=_("New requester (identifier or e-mail address):"))
    keep_as_guest = forms.BooleanField(
        label=_("Keep the former requester as a guest"), required=False
    )
    field_order = ("to", "query", "keep_as_guest", "text")

    def clean_to(self) -> Any:
        people = find_named_people(self, "to", by=self.user)
        if len(people) != 1:
            raise forms.ValidationError(_("Enter one person."))
        return people[0]

    def get_arguments(self) -> dict[str, Any]:
        keep = self.cleaned_data["keep_as_guest"]
        return super().get_arguments() | {"to": self.cleaned_data["to"], "keep_as_guest": keep}


class SubscriptionForm(ActionForm):
    """The form of following or muting: no message, no event."""

    submit_label = _("Confirm")

    def get_arguments(self) -> dict[str, Any]:
        return {}


@register_form
class Follow(SubscriptionForm):
    action_name = "follow"
    title = _("Follow ticket #%(number)s")
    success_message = _("You are now following this ticket.")


@register_form
class Unfollow(SubscriptionForm):
    action_name = "unfollow"
    title = _("Stop following ticket #%(number)s")
    success_message = _("You are no longer following this ticket.")


@register_form
class Mute(SubscriptionForm):
    action_name = "mute"
    title = _("Mute ticket #%(number)s?")
    requester_labels: ClassVar[Mapping[str, Any]] = {"title": _("Mute request #%(number)s?")}
    help_text = _("You will still be told if someone asks you a question.")
    success_message = _("This ticket is muted.")


@register_form
class Unmute(SubscriptionForm):
    action_name = "unmute"
    title = _("Unmute ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {"title": _("Unmute request #%(number)s")}
    success_message = _("This ticket is no longer muted.")
