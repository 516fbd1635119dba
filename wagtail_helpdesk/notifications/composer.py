"""Composes the alerts of the mail queue: checks notifications again, then builds the mail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django.core.mail import EmailMessage

from wagtail_helpdesk.links import LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader, find_users_by_email
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.models import Notification, OutgoingMail, SkipReason

from . import alert_mail
from .mail_context import CheckedMail, MailContext


class AlertComposer(MailComposer):
    """Composes alerts; what the alerts about one ticket share is read once per claim."""

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Remember the alerts of a claim."""
        self.claimed = _ClaimedAlerts(mails)

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the alert with what its reader may know of now, or why there is nothing left."""
        context = self.claimed.get_context(mail)
        notifications = self.claimed.notifications[mail.pk]
        checked = check_alert(context, reader, notifications, self.claimed.locations)
        record_skips(checked.skipped)
        if checked.is_empty:
            return next(iter(checked.skipped.values()), SkipReason.NO_ACCESS)
        if reader.user is None and not find_users_by_email(reader.email).exists():
            # Nobody knows who reads it: the ticket's page asks for a login.
            context = context.withhold()
        return alert_mail.compose_alert(mail, context, reader, checked, self.claimed.locations)

    def record_skip(self, mail: OutgoingMail, reason: SkipReason) -> None:
        """Record the reason on the notifications of the mail."""
        notifications = self.claimed.notifications[mail.pk]
        record_skips(dict.fromkeys((one.pk for one in notifications), reason))


class _ClaimedAlerts:
    def __init__(self, mails: Sequence[OutgoingMail]) -> None:
        self.mails = mails
        self.locations = LocationCache()
        self._contexts: dict[int, MailContext] = {}

    @cached_property
    def notifications(self) -> dict[int, list[Notification]]:
        """The notifications of each mail, in the order of their events."""
        found: dict[int, list[Notification]] = {mail.pk: [] for mail in self.mails}
        for notification in Notification.objects.filter(mail__in=found).order_by("event", "pk"):
            found[notification.mail_id].append(notification)  # type: ignore[index]
        return found

    def get_context(self, mail: OutgoingMail) -> MailContext:
        """Return the context of the mail's ticket, read when first needed."""
        number = mail.ticket_id
        assert number is not None  # noqa: S101 - every alert is about a ticket
        if number not in self._contexts:
            mails = [mail for mail in self.mails if mail.ticket_id == number]
            events = {one.event_id for mail in mails for one in self.notifications[mail.pk]}
            users = {mail.user_id for mail in mails if mail.user_id}
            self._contexts[number] = MailContext.load(number, events, users)
        return self._contexts[number]


def check_alert(
    context: MailContext,
    reader: MailReader,
    notifications: Sequence[Notification],
    locations: LocationCache,
) -> CheckedMail:
    """Return what an alert about a ticket may contain for its reader now."""
    if reader.user is not None:
        location = locations.find(context.ticket.service, reader.language)
        if location is not None and not location.is_open_to(reader.user):
            skipped = dict.fromkeys((one.pk for one in notifications), SkipReason.NO_ACCESS)
            return CheckedMail(skipped=skipped)
    return context.check(reader.user, reader.email, notifications)


def record_skips(skipped: dict[int, SkipReason]) -> None:
    """Record on notifications why they are not sent."""
    for reason in set(skipped.values()):
        pks = [pk for pk, other in skipped.items() if other == reason]
        Notification.objects.filter(pk__in=pks).update(skipped=reason)
