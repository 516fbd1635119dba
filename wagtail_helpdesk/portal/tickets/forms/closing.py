"""The forms that end a ticket or take it up again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.mailqueue.addresses import find_skip_reason
from wagtail_helpdesk.portal.forms.attachments import WithFiles

from .action_form import StopsWhenOvertaken, Way, WithText


class Closing(StopsWhenOvertaken):
    """The form of an act that closes, and says what the requester is asked."""

    leaves = True

    @property
    def is_requester(self) -> bool:
        """Whether nobody has to approve: it is the requester who closes."""
        return bool(self.ticket.requester_id == self.author.pk)

    @property
    def explains(self) -> Any:
        if self.is_requester:
            return _("Your request will be marked as done.")
        if find_skip_reason(self.ticket.requester):
            return _(
                "%(requester)s will get no e-mail, but can approve this closure on the helpdesk."
            )
        return _("%(requester)s will get an e-mail asking them to approve this closure.")

    @property
    def done(self) -> Any:
        closed = _("Ticket no. %(number)s is closed.")
        return closed if self.is_requester else f"{closed} {self.explains}"


class Close(Closing, WithFiles, WithText):
    """The confirmation of guide I.8, with its four ways out."""

    name = "close"
    title = _("Close ticket no. %(number)s?")
    submit = pgettext_lazy("ticket", "Close")
    ways = (
        Way(_("Ask for information"), lifecycle.ASK_INFORMATION),
        Way(_("Add a comment"), lifecycle.COMMENT),
    )
    release = forms.BooleanField(label=_("Release the ticket"), required=False)
    field_order = ("text", "files", "release")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A requester's closure leaves nobody in charge to release.
        if self.is_requester and Role.IN_CHARGE not in self.ticket.access.roles:
            del self.fields["release"]

    def arguments(self) -> dict[str, Any]:
        release = self.cleaned_data.get("release", False)
        return super().arguments() | {"release": release}


class ApproveClosure(WithText):
    name = "approve_closure"
    title = _("Approve the closure of ticket no. %(number)s")
    submit = _("Approve the closure")
    done = _("You approved the closure. Thank you.")
    leaves = True


class RejectClosure(WithFiles, WithText):
    name = "reject_closure"
    title = _("Refuse the closure of ticket no. %(number)s")
    submit = _("Refuse the closure")
    text_label = _("What is still missing?")
    done = _("The ticket is open again.")
    field_order = ("text", "files")


class Cancel(StopsWhenOvertaken, WithText):
    name = "cancel"
    title = _("Cancel ticket no. %(number)s?")
    submit = _("Cancel the ticket")
    explains = _("Nobody will deal with your request any more.")
    done = _("The ticket has been cancelled.")
    leaves = True
    dangerous = True


class Refuse(StopsWhenOvertaken, WithFiles, WithText):
    name = "refuse"
    title = _("Refuse ticket no. %(number)s")
    submit = _("Refuse the ticket")
    text_label = _("Reason:")
    done = _("The ticket has been refused.")
    leaves = True
    dangerous = True
    field_order = ("text", "files")


class Reopen(WithFiles, WithText):
    name = "reopen"
    title = _("Reopen ticket no. %(number)s")
    submit = _("Reopen the ticket")
    done = _("The ticket is open again.")
    field_order = ("text", "files")
