"""Bringing the mails that are due to the mail server: claim, check again, write, hand over."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from time import monotonic

from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.utils import timezone

from wagtail_helpdesk import links
from wagtail_helpdesk.models import Beat, Envelope, Kind, Notice, Skipped, State

from . import alerts, queue, report_mail
from .addresses import Reader, no_mail_for, no_mail_to, reader_at, reader_for, remember_refusal
from .dossier import Checked, Dossier
from .gathering import Gathered
from .queue import Claim
from .smtp import LostLease, Outcome, Post, Result

logger = logging.getLogger(__name__)

#: Seconds between two signs of life.
BEAT_EVERY = 10

Stop = Callable[[], bool]


def never() -> bool:
    """The answer to “shall I stop?” of a delivery that ends by itself."""
    return False


def after(seconds: float, stop: Stop = never) -> Stop:
    """Return the answer of a delivery that ends after some seconds, or when ``stop()`` says so."""
    end = monotonic() + seconds
    return lambda: monotonic() >= end or stop()


def deliver(stop: Stop = never) -> Counter[str]:
    """Send every mail that is due, until there is none or ``stop()``; count what became of them."""
    done: Counter[str] = Counter()
    stop, gathered = _Attended(stop), Gathered()
    with Post() as post:
        while not stop() and not queue.channel_is_open():
            # After a failure of the server one mail goes ahead to see whether it is back.
            failures = queue.channel().failures
            claim = queue.claim(1 if failures else queue.AT_ONCE)
            if not claim.envelopes:
                break
            done += _Round(post, claim, stop, gathered, probing=bool(failures)).run()
    return done


@dataclass
class _Attended:
    """“Shall I stop?”, asked before each mail: whoever asks is at work, and that is noted."""

    stop: Stop
    noted: float = -math.inf

    def __call__(self) -> bool:
        if monotonic() - self.noted >= BEAT_EVERY:
            self.noted = monotonic()
            beat("deliver")
        return self.stop()


def beat(name: str) -> None:
    """Note that a background job is at work, unless another process has just done so."""
    now = timezone.now()
    if not Beat.objects.filter(name=name, at__gt=now - timedelta(seconds=BEAT_EVERY)).exists():
        Beat.objects.update_or_create(name=name, defaults={"at": now})


@dataclass
class _Round:
    """The mails of one claim, with what those about one ticket share."""

    post: Post
    claim: Claim
    stop: Stop
    gathered: Gathered
    probing: bool = False
    done: Counter[str] = field(default_factory=Counter)
    places: links.Places = field(default_factory=links.Places)
    dossiers: dict[int, Dossier] = field(default_factory=dict)

    def run(self) -> Counter[str]:
        """Send them one after another; what was not begun goes back, whatever ends the round."""
        rest = list(self.claim.envelopes)
        try:
            while rest and not self.stop():
                envelope = rest.pop(0)
                if self._send(envelope) is Result.CHANNEL_DOWN:
                    rest.insert(0, envelope)
                    break
        finally:
            queue.give_back(rest, self.claim.token)
        return self.done

    def _send(self, envelope: Envelope) -> Result | None:
        token = self.claim.token
        try:
            reader = _reader(envelope)
            message = self._message(envelope, reader)
            if isinstance(message, Skipped):
                queue.settle_skipped(envelope, token, message)
                self.done[State.SKIPPED] += 1
                return None
            outcome = self.post.deliver(message, lambda: queue.mark_handed_over(envelope, token))
        except LostLease:
            logger.warning("Mail %s was taken over by another process.", envelope.pk)
            return None
        except DatabaseError:
            raise
        except Exception as error:
            logger.exception("Mail %s cannot be made.", envelope.pk)
            self.done[queue.settle_broken(envelope, token, error)] += 1
            return None
        return self._settle(envelope, reader, outcome)

    def _settle(self, envelope: Envelope, reader: Reader, outcome: Outcome) -> Result:
        if outcome.result is Result.CHANNEL_DOWN:
            logger.warning("The mail server cannot be used: %s", outcome.error)
            queue.open_circuit(outcome.error)
            return outcome.result
        self.done[queue.settle(envelope, self.claim.token, outcome)] += 1
        if outcome.result is Result.NO_SUCH_ADDRESS and reader.user is not None:
            remember_refusal(reader.user, reader.address)
        if self.probing:
            queue.close_circuit()
            self.probing = False
        return outcome.result

    def _message(self, envelope: Envelope, reader: Reader) -> EmailMessage | Skipped:
        """Return the mail as it may be sent now, or why it may not."""
        problem = no_mail_for(reader.user) if reader.user else no_mail_to(reader.address)
        if envelope.kind == Kind.REPORT:
            return problem or report_mail.compose(envelope, reader, self.places, self.gathered)
        notices = self._notices[envelope.pk]
        if problem:
            _record(dict.fromkeys((notice.pk for notice in notices), problem))
            return problem
        checked = self._check(envelope, reader, notices)
        _record(checked.skipped)
        if checked.is_empty:
            return next(iter(checked.skipped.values()), Skipped.NO_ACCESS)
        return alerts.compose(envelope, self._dossier(envelope), reader, checked, self.places)

    def _check(self, envelope: Envelope, reader: Reader, notices: list[Notice]) -> Checked:
        dossier = self._dossier(envelope)
        if reader.user is None:
            return dossier.check_for_mailbox(reader.address, notices)
        place = self.places.find(dossier.ticket.service, reader.language)
        if place is not None and not place.is_open_to(reader.user):
            return Checked(skipped={notice.pk: Skipped.NO_ACCESS for notice in notices})
        return dossier.check_for(reader.user, notices)

    @cached_property
    def _notices(self) -> dict[int, list[Notice]]:
        found: dict[int, list[Notice]] = {envelope.pk: [] for envelope in self.claim.envelopes}
        for notice in Notice.objects.filter(envelope__in=found).order_by("event", "pk"):
            found[notice.envelope_id].append(notice)  # type: ignore[index]
        return found

    def _dossier(self, envelope: Envelope) -> Dossier:
        """Return what is known of the mail's ticket, read once for all mails of the round."""
        number = envelope.ticket_id
        assert number is not None  # noqa: S101 - every alert is about a ticket
        if number not in self.dossiers:
            mails = [mail for mail in self.claim.envelopes if mail.ticket_id == number]
            events = {notice.event_id for mail in mails for notice in self._notices[mail.pk]}
            users = {mail.user_id for mail in mails if mail.user_id}
            self.dossiers[number] = Dossier.of(number, events, users)
        return self.dossiers[number]


def _reader(envelope: Envelope) -> Reader:
    return reader_for(envelope.user) if envelope.user else reader_at(envelope.address)


def _record(skipped: dict[int, Skipped]) -> None:
    for why in set(skipped.values()):
        pks = [pk for pk, reason in skipped.items() if reason == why]
        Notice.objects.filter(pk__in=pks).update(skipped=why)
