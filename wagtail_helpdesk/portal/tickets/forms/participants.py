"""The forms about people on a ticket: guests, requester, and one's own wish to hear of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django import forms
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.directory import split_names
from wagtail_helpdesk.models import Guest
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal import rate_limits
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.people import NamesPeople
from wagtail_helpdesk.portal.people import find_named_people

from .action_form import ActForm, WithText

#: More guests than this are not listed at once.
MOST_GUESTS = 50


class Invite(NamesPeople, WithText):
    name = "invite"
    title = _("Invite a user to follow ticket no. %(number)s")
    submit = _("Invite")
    text_label = _("Comment (optional): it will be included in the invitation e-mail.")
    template = "wagtail_helpdesk/portal/acts/invite.html"
    people, several = "users", True
    users = fields.make_person_field(several=True)
    field_order = ("users", "query", "text")

    @cached_property
    def _guests(self) -> list[Guest]:
        after = number(self.request.http.GET.get("after", "")) or 0
        rows = self.ticket.guests.filter(pk__gt=after).select_related("user")
        return list(rows[: MOST_GUESTS + 1])

    @property
    def guests(self) -> list[Guest]:
        """The people invited now, a page of them."""
        return self._guests[:MOST_GUESTS]

    @property
    def next_guests(self) -> int | None:
        """The guest after whom the next page begins."""
        return self.guests[-1].pk if len(self._guests) > MOST_GUESTS else None

    def clean_users(self) -> list[Any]:
        # Before anybody from outside gets an account.
        typed = self.cleaned_data["users"]
        rate_limits.check_invitations(self.author, len(split_names(typed)))
        return find_named_people(typed, external=True, otherwise=_("Nobody has been invited."))

    @property
    def about(self) -> dict[str, Any]:
        people = self.cleaned_data["users"] if self.result else []
        invited = set(self.result.after["guests"]) if self.result else set()
        return super().about | {
            "invited": ", ".join(get_display_name(user) for user in people if user.pk in invited),
            "present": ", ".join(
                get_display_name(user) for user in people if user.pk not in invited
            ),
        }

    @property
    def done(self) -> Any:
        invited = _("Invited to follow the ticket: %(invited)s.")
        if not self.about["present"]:
            return invited
        present = _("Already on the ticket: %(present)s.")
        return f"{invited} {present}"

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"users": self.cleaned_data["users"]}


class RemoveGuest(WithText):
    name = "remove_guest"
    template = "wagtail_helpdesk/portal/acts/fields.html"
    user = forms.IntegerField(widget=forms.HiddenInput)
    dangerous = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = number(self["user"].value()) or 0
        guest = self.ticket.guests.filter(user=named).select_related("user").first()
        self.guest: Any = guest.user if guest else None
        if self.guest is None and not self.is_bound:
            raise _no_guest()

    @property
    def is_oneself(self) -> bool:
        """Whether it is the guest who goes; of a form sent twice, only what it did still tells."""
        if self.result:
            return bool(self.result.after["removed"] == [self.author.pk])
        return bool(self.guest == self.author)

    @property
    def title(self) -> Any:
        if self.is_oneself:
            return _("Stop being a guest of ticket no. %(number)s?")
        return _("Remove %(name)s from the list of guests?")

    @property
    def about(self) -> dict[str, Any]:
        return super().about | {"name": get_display_name(self.guest) if self.guest else ""}

    @property
    def submit(self) -> Any:
        return _("Confirm") if self.is_oneself else _("Remove the guest")

    @property
    def done(self) -> Any:
        if self.is_oneself:
            return _("You are no longer a guest of ticket no. %(number)s.")
        return _("The guest has been removed.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # The same form sent twice finds no guest any more, and is answered like the first time.
        sent, own = cleaned.get("submission"), self.ticket.events.filter(actor=self.author)
        if self.guest is None and not (sent and own.filter(batch=sent).exists()):
            raise _no_guest()
        return cleaned

    def arguments(self) -> dict[str, Any]:
        return super().arguments() | {"user": self.guest}


def _no_guest() -> Http404:
    return Http404(_("This person is not a guest of the ticket."))


class ChangeRequester(NamesPeople, WithText):
    name = "change_requester"
    title = _("Change the requester of ticket no. %(number)s")
    submit = _("Change the requester")
    done = _("The requester has been changed.")
    template = "wagtail_helpdesk/portal/acts/change_requester.html"
    people = "to"
    to = fields.make_person_field(label=_("New requester (identifier or e-mail address):"))
    keep_as_guest = forms.BooleanField(
        label=_("Keep the former requester as a guest"), required=False
    )
    field_order = ("to", "query", "keep_as_guest", "text")

    def clean_to(self) -> Any:
        people = find_named_people(self.cleaned_data["to"])
        if len(people) != 1:
            raise forms.ValidationError(_("Name one person."))
        return people[0]

    def arguments(self) -> dict[str, Any]:
        keep = self.cleaned_data["keep_as_guest"]
        return super().arguments() | {"to": self.cleaned_data["to"], "keep_as_guest": keep}


class Wish(ActForm):
    """The form of a wish to hear of a ticket or not: no message, no event."""

    submit = _("Confirm")

    def arguments(self) -> dict[str, Any]:
        return {}


class Follow(Wish):
    name = "follow"
    title = _("Follow ticket no. %(number)s")
    done = _("You are now following this ticket.")


class Unfollow(Wish):
    name = "unfollow"
    title = _("Stop following ticket no. %(number)s")
    done = _("You are no longer following this ticket.")


class Mute(Wish):
    name = "mute"
    title = _("No more alerts about ticket no. %(number)s?")
    explains = _("You will still receive any questions put to you.")
    done = _("You will get no more alerts about this ticket.")


class Unmute(Wish):
    name = "unmute"
    title = _("Alerts about ticket no. %(number)s")
    done = _("You will get alerts about this ticket again.")
