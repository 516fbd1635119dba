"""Bringing the mails that are due to the mail server: claim, check again, write, hand over."""

from __future__ import annotations

import logging
import math
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from time import monotonic
from typing import Any

from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from wagtail_helpdesk import links
from wagtail_helpdesk.models import Heartbeat, Kind, Notification, OutgoingMail, SkipReason, State
from wagtail_helpdesk.notifications import address_mail, alert_mail
from wagtail_helpdesk.notifications.mail_context import Checked, MailContext
from wagtail_helpdesk.reports import mail
from wagtail_helpdesk.reports.data import ReportData

from . import queue
from .addresses import (
    MailReader,
    find_address_skip_reason,
    find_owners,
    find_skip_reason,
    get_reader,
    get_reader_at_address,
    remember_refusal,
)
from .queue import Claim
from .smtp import LostLease, Outcome, Result, SMTPConnection

logger = logging.getLogger(__name__)

#: Seconds between two signs of life.
HEARTBEAT_INTERVAL = 10

#: Seconds that writing one mail may take; a site's own templates may do anything.
WRITE_SECONDS = 20

Stop = Callable[[], bool]


def never_stop() -> bool:
    """The answer to “shall I stop?” of a delivery that ends by itself."""
    return False


def stop_after(seconds: float, stop: Stop = never_stop) -> Stop:
    """Return the answer of a delivery that ends after some seconds, or when ``stop()`` says so."""
    end = monotonic() + seconds
    return lambda: monotonic() >= end or stop()


def deliver(stop: Stop = never_stop) -> Counter[str]:
    """Send every mail that is due, until there is none or ``stop()``; count what became of them."""
    done: Counter[str] = Counter()
    stop, gathered = _Attended(stop), ReportData()
    with SMTPConnection() as post:
        while not stop() and not queue.is_circuit_open():
            # After a failure of the server one mail goes ahead to see whether it is back.
            failures = queue.get_circuit_breaker().failures
            claim = queue.claim_mails(1 if failures else queue.CLAIM_SIZE)
            if not claim.mails:
                break
            done += _Round(post, claim, stop, gathered, probing=bool(failures)).run()
    return done


@dataclass
class _Attended:
    """“Shall I stop?”, asked before each mail: whoever asks is at work, and that is noted."""

    stop: Stop
    noted: float = -math.inf

    def __call__(self) -> bool:
        if monotonic() - self.noted >= HEARTBEAT_INTERVAL:
            self.noted = monotonic()
            record_heartbeat("deliver")
        return self.stop()


def record_heartbeat(name: str) -> None:
    """Note that a background job is at work, unless another process has just done so."""
    now = timezone.now()
    if not Heartbeat.objects.filter(
        name=name, at__gt=now - timedelta(seconds=HEARTBEAT_INTERVAL)
    ).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


@dataclass
class _Round:
    """The mails of one claim, with what those about one ticket share."""

    post: SMTPConnection
    claim: Claim
    stop: Stop
    gathered: ReportData
    probing: bool = False
    done: Counter[str] = field(default_factory=Counter)
    places: links.LocationCache = field(default_factory=links.LocationCache)
    dossiers: dict[int, MailContext] = field(default_factory=dict)

    def run(self) -> Counter[str]:
        """Send them one after another; what was not begun goes back, whatever ends the round."""
        rest = list(self.claim.mails)
        try:
            while rest and not self.stop():
                outgoing = rest.pop(0)
                if self._send(outgoing) is Result.CHANNEL_DOWN:
                    rest.insert(0, outgoing)
                    break
        finally:
            queue.release_mails(rest, self.claim.token)
        return self.done

    def _send(self, outgoing: OutgoingMail) -> Result | None:
        token = self.claim.token
        try:
            reader = _reader(outgoing)
            with _time_limit(WRITE_SECONDS):
                message = self._message(outgoing, reader)
            if isinstance(message, SkipReason):
                queue.settle_skipped(outgoing, token, message)
                self.done[State.SKIPPED] += 1
                return None
            outcome = self.post.deliver(message, lambda: queue.mark_handed_over(outgoing, token))
        except LostLease:
            logger.warning("Mail %s was taken over by another process.", outgoing.pk)
            return None
        except (OperationalError, InterfaceError):
            # The database itself is away, not something about this mail.
            raise
        except Exception as error:
            logger.exception("Mail %s cannot be made.", outgoing.pk)
            self.done[queue.settle_broken(outgoing, token, error)] += 1
            return None
        return self._settle(outgoing, reader, outcome)

    def _settle(self, outgoing: OutgoingMail, reader: MailReader, outcome: Outcome) -> Result:
        if outcome.result is Result.CHANNEL_DOWN:
            logger.warning("The mail server cannot be used: %s", outcome.error)
            queue.open_circuit(outcome.error)
            return outcome.result
        self.done[queue.settle_result(outgoing, self.claim.token, outcome)] += 1
        if outcome.result is Result.NO_SUCH_ADDRESS and reader.user is not None:
            remember_refusal(reader.user, reader.address)
        if self.probing:
            queue.close_circuit()
            self.probing = False
        return outcome.result

    def _message(self, outgoing: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the mail as it may be sent now, or why it may not."""
        problem = (
            find_skip_reason(reader.user)
            if reader.user
            else find_address_skip_reason(reader.address)
        )
        if outgoing.kind == Kind.REPORT:
            return problem or mail.compose_report(outgoing, reader, self.places, self.gathered)
        if outgoing.kind == Kind.ADDRESS:
            return problem or address_mail.compose_address_mail(outgoing, reader)
        notifications = self._notices[outgoing.pk]
        if problem:
            _record(dict.fromkeys((notification.pk for notification in notifications), problem))
            return problem
        checked = self._check(outgoing, reader, notifications)
        _record(checked.skipped)
        if checked.is_empty:
            return next(iter(checked.skipped.values()), SkipReason.NO_ACCESS)
        context = self._dossier(outgoing)
        if reader.user is None and not find_owners(reader.address).exists():
            # Nobody answers for who reads it: they get the link, and the ticket asks who they are.
            context = context.withholding()
        return alert_mail.compose_alert(outgoing, context, reader, checked, self.places)

    def _check(
        self, outgoing: OutgoingMail, reader: MailReader, notifications: list[Notification]
    ) -> Checked:
        context = self._dossier(outgoing)
        if reader.user is None:
            return context.check_for_mailbox(reader.address, notifications)
        place = self.places.find(context.ticket.service, reader.language)
        if place is not None and not place.is_open_to(reader.user):
            return Checked(
                skipped={notification.pk: SkipReason.NO_ACCESS for notification in notifications}
            )
        return context.check_for(reader.user, notifications)

    @cached_property
    def _notices(self) -> dict[int, list[Notification]]:
        found: dict[int, list[Notification]] = {outgoing.pk: [] for outgoing in self.claim.mails}
        for notification in Notification.objects.filter(mail__in=found).order_by("event", "pk"):
            found[notification.mail_id].append(notification)  # type: ignore[index]
        return found

    def _dossier(self, outgoing: OutgoingMail) -> MailContext:
        """Return what is known of the mail's ticket, read once for all mails of the round."""
        number = outgoing.ticket_id
        assert number is not None  # noqa: S101 - every alert is about a ticket
        if number not in self.dossiers:
            mails = [mail for mail in self.claim.mails if mail.ticket_id == number]
            events = {
                notification.event_id for mail in mails for notification in self._notices[mail.pk]
            }
            users = {mail.user_id for mail in mails if mail.user_id}
            self.dossiers[number] = MailContext.of(number, events, users)
        return self.dossiers[number]


class TookTooLong(Exception):
    """Writing a mail did not end in time."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TookTooLong`` when the block takes longer than some seconds.

    Only in the main thread, where signals arrive. An alarm of the caller (a task of django-q2 has one)
    that is due earlier is left to them, a later one is set again.
    """
    has_signals = (
        hasattr(signal, "SIGALRM") and threading.current_thread() is threading.main_thread()
    )
    rest, interval = signal.getitimer(signal.ITIMER_REAL) if has_signals else (0.0, 0.0)
    if not has_signals or 0 < rest <= seconds:
        yield
        return
    began, former = monotonic(), signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former or signal.SIG_DFL)
        if rest:
            signal.setitimer(signal.ITIMER_REAL, max(rest - (monotonic() - began), 0.001), interval)


def _give_up(*args: Any) -> None:
    raise TookTooLong("Writing this mail takes too long.")


def _reader(outgoing: OutgoingMail) -> MailReader:
    return get_reader(outgoing.user) if outgoing.user else get_reader_at_address(outgoing.address)


def _record(skipped: dict[int, SkipReason]) -> None:
    for why in set(skipped.values()):
        pks = [pk for pk, reason in skipped.items() if reason == why]
        Notification.objects.filter(pk__in=pks).update(skipped=why)
