"""Sending the mails that are due: claim, check again, compose, hand over."""

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
from time import monotonic
from typing import Any

from django.core.mail import EmailMessage
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from wagtail_helpdesk.models import Heartbeat, MailState, OutgoingMail, SkipReason

from . import queue
from .addresses import (
    MailReader,
    find_recipient_skip_reason,
    get_mailbox_reader,
    get_reader,
    record_refused_email,
)
from .kinds import MailComposers
from .queue import Claim
from .smtp import DeliveryResult, DeliveryStatus, LostLease, SMTPConnection

logger = logging.getLogger(__name__)

#: In seconds.
HEARTBEAT_INTERVAL = 10

#: In seconds, for composing one mail; the templates of a site may do anything.
MAX_COMPOSE_TIME = 20

Stop = Callable[[], bool]


def never_stop() -> bool:
    """Return False: the stop callback of a delivery that ends when nothing is due."""
    return False


def stop_after(seconds: float, stop: Stop = never_stop) -> Stop:
    """Return a stop callback that is true after some seconds, or once ``stop()`` is true."""
    end = monotonic() + seconds
    return lambda: monotonic() >= end or stop()


def deliver(stop: Stop = never_stop) -> Counter[str]:
    """Send every mail that is due until none is left or ``stop()``; return how many ended how."""
    done: Counter[str] = Counter()
    stop, composers = _StopWithHeartbeat(stop), MailComposers()
    with SMTPConnection() as connection:
        while not stop() and not queue.is_circuit_open():
            # After a failure of the server a single mail tests whether it works again.
            failures = queue.get_circuit_breaker().failures
            claim = queue.claim_mails(1 if failures else queue.CLAIM_SIZE)
            if not claim.mails:
                break
            done += _Round(connection, claim, stop, composers, probing=bool(failures)).run()
    return done


@dataclass
class _StopWithHeartbeat:
    """A stop callback that records a heartbeat: it is called before each mail."""

    stop: Stop
    recorded: float = -math.inf

    def __call__(self) -> bool:
        if monotonic() - self.recorded >= HEARTBEAT_INTERVAL:
            self.recorded = monotonic()
            record_heartbeat("deliver")
        return self.stop()


def record_heartbeat(name: str) -> None:
    """Record that a background job is running, unless another process has just done so."""
    now = timezone.now()
    if not Heartbeat.objects.filter(
        name=name, at__gt=now - timedelta(seconds=HEARTBEAT_INTERVAL)
    ).exists():
        Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


@dataclass
class _Round:
    """Sends the mails of one claim."""

    connection: SMTPConnection
    claim: Claim
    stop: Stop
    composers: MailComposers
    probing: bool = False
    done: Counter[str] = field(default_factory=Counter)

    def run(self) -> Counter[str]:
        """Send the mails one after another; put back those that were not tried, even after an error."""
        rest = list(self.claim.mails)
        try:
            self.composers.load(rest)
            while rest and not self.stop():
                mail = rest.pop(0)
                if self._send(mail) is DeliveryStatus.SERVER_DOWN:
                    rest.insert(0, mail)
                    break
        finally:
            queue.release_mails(rest, self.claim.token)
        return self.done

    def _send(self, mail: OutgoingMail) -> DeliveryStatus | None:
        token = self.claim.token
        try:
            reader = _get_reader(mail)
            with _time_limit(MAX_COMPOSE_TIME):
                message = self._compose(mail, reader)
            if isinstance(message, SkipReason):
                queue.settle_skipped(mail, token, message)
                self.done[MailState.SKIPPED] += 1
                return None
            result = self.connection.deliver(message, lambda: queue.mark_handed_over(mail, token))
        except LostLease:
            logger.warning("Mail %s was claimed by another process.", mail.pk)
            return None
        except (OperationalError, InterfaceError):
            # The database is unavailable: the mail is not the cause.
            raise
        except Exception as error:
            logger.exception("Mail %s cannot be composed.", mail.pk)
            self.done[queue.settle_broken(mail, token, error)] += 1
            return None
        return self._settle(mail, reader, result)

    def _compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        composer = self.composers.get(mail.kind)
        if problem := find_recipient_skip_reason(reader):
            composer.record_skip(mail, problem)
            return problem
        return composer.compose(mail, reader)

    def _settle(
        self, mail: OutgoingMail, reader: MailReader, result: DeliveryResult
    ) -> DeliveryStatus:
        if result.status is DeliveryStatus.SERVER_DOWN:
            logger.warning("The mail server cannot be used: %s", result.error)
            queue.open_circuit(result.error)
            return result.status
        self.done[queue.settle_result(mail, self.claim.token, result)] += 1
        if result.status is DeliveryStatus.NO_SUCH_EMAIL and reader.user is not None:
            record_refused_email(reader.user, reader.email)
        if self.probing:
            queue.close_circuit()
            self.probing = False
        return result.status


class TookTooLong(Exception):
    """Composing a mail did not end in time."""


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise ``TookTooLong`` when the block takes longer than some seconds.

    Only in the main thread, where signals arrive. An alarm of the caller (a task of django-q2 has
    one) that is due earlier is left to the caller, a later one is set again.
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
    raise TookTooLong("Composing this mail takes too long.")


def _get_reader(mail: OutgoingMail) -> MailReader:
    return get_reader(mail.user) if mail.user else get_mailbox_reader(mail.email)
