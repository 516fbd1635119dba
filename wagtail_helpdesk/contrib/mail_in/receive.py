"""What becomes of an incoming mail: a comment, a ticket, held for the managers, refused, ignored or set aside.

One mail is one row and at most one comment, however often it comes in and wherever its process is
killed: row and comment are written in one transaction, and the comment is a submission named after
the Message-ID.
"""

from __future__ import annotations

import hashlib
import logging
import re
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone, translation

from wagtail_helpdesk import lifecycle, rate_limits
from wagtail_helpdesk.actions import Refusal, perform
from wagtail_helpdesk.characters import clean_line, has_visible
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import DirectoryUnavailable
from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.mailqueue.addresses import find_users_by_email, get_email, get_reader
from wagtail_helpdesk.models import Category, Ticket

from .answers import answer_foreign_use, answer_refusal, answer_reply_to_ended_ticket
from .bounces import record_bounce
from .fitting import fit_to_form
from .models import EndedToken, IncomingAttempt, IncomingMail, IncomingReason, IncomingState
from .opening import find_author, find_category, open_by_mail
from .parse import ReceivedMail, UnreadableMail, parse_mail
from .tokens import ReplyToken, find_tokens, hide_tokens

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

#: Under which the Message-IDs of mails become the ids of submissions.
NAMESPACE = uuid.UUID("3d8f1c34-6f0e-4c07-9d0f-4f2b3a0f6f55")
#: In bytes, of a mail that is too large or cannot be read: strangers must not fill the database.
MAX_SAMPLE = 64 * 1024
#: Refusals of ``perform`` after which the mail server tries again.
TRY_LATER = {"not_stored", "too_many"}
#: Tokens of one mail that are looked at.
MAX_TOKENS = 50
#: Held mails of a ticket; further ones are refused.
MAX_HELD = 20
#: Of a mail whose process is killed each time.
MAX_ATTEMPTS = 4
_NUMBER = re.compile(r"#(\d{1,12})\]")


class TryLater(Exception):
    """Nothing was recorded; the same mail is to be received again later."""


class SenderTryLater(TryLater):
    """The sender has reached a limit: mails of others need not wait."""


def receive_mail(raw: bytes, recipient: str = "") -> IncomingMail:
    """Record what becomes of an incoming mail, once.

    ``recipient`` is the address of the envelope, if known. Raises ``TryLater`` when the database or
    the storage of files is not available: nothing was recorded.
    """
    try:
        with _count_attempts(raw) as attempts:
            if attempts > MAX_ATTEMPTS:
                return _set_aside(raw, IncomingReason.FAILED, "Its process was killed each time.")
            return _receive(raw, recipient)
    except (OperationalError, InterfaceError, OSError) as error:
        raise TryLater(str(error)) from error


@contextmanager
def _count_attempts(raw: bytes) -> Iterator[int]:
    """Yield how often this mail was begun: more than once only if the process was killed."""
    digest = hashlib.sha256(raw).hexdigest()
    attempt, _created = IncomingAttempt.objects.get_or_create(digest=digest)
    IncomingAttempt.objects.filter(pk=attempt.pk).update(attempts=F("attempts") + 1)
    try:
        yield attempt.attempts + 1
    finally:
        with suppress(DatabaseError, InterfaceError):
            IncomingAttempt.objects.filter(pk=attempt.pk).delete()


def _receive(raw: bytes, recipient: str) -> IncomingMail:
    if len(raw) > helpdesk_settings.MAIL_IN_MAX_SIZE:
        return _set_aside(raw[:MAX_SAMPLE], IncomingReason.TOO_LARGE, f"{len(raw)} bytes")
    try:
        mail = parse_mail(raw, recipient)
    except UnreadableMail as error:
        return _set_aside(raw[:MAX_SAMPLE], IncomingReason.UNREADABLE, str(error))
    except Exception as error:
        logger.exception("An incoming mail cannot be read.")
        return _set_aside(raw[:MAX_SAMPLE], IncomingReason.UNREADABLE, _describe(error))
    try:
        with transaction.atomic():
            row = _make_row(mail)
            # First of all: the unique fingerprint makes a second copy wait for the end of the first.
            row.save(force_insert=True)
            _settle(row, mail, raw)
            row.save()
        return row
    except (OperationalError, InterfaceError, OSError, TryLater):
        raise
    except Exception as error:
        known = IncomingMail.objects.filter(fingerprint=mail.fingerprint).first()
        if known is not None and isinstance(error, IntegrityError):
            return known
        logger.exception("An incoming mail cannot be processed.")
        return _set_aside(raw, IncomingReason.FAILED, _describe(error), mail)


def _describe(error: Exception) -> str:
    return clean_line(traceback.format_exception_only(error)[-1])[:500]


def _make_row(mail: ReceivedMail) -> IncomingMail:
    return IncomingMail(
        fingerprint=mail.fingerprint,
        message_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
    )


def _set_aside(
    raw: bytes, reason: IncomingReason, detail: str, mail: ReceivedMail | None = None
) -> IncomingMail:
    """Keep a mail for the administrators; it is never in the way of others."""
    fingerprint = mail.fingerprint if mail else hashlib.sha256(raw).hexdigest()
    row = _make_row(mail) if mail else IncomingMail(fingerprint=fingerprint)
    row.settle(IncomingState.SET_ASIDE, reason, detail=detail, raw=raw)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return IncomingMail.objects.get(fingerprint=fingerprint)
    return row


# -- what becomes of it ------------------------------------------------------------------------


def _settle(row: IncomingMail, mail: ReceivedMail, raw: bytes) -> IncomingMail:
    if mail.bounce is not None:
        return record_bounce(row, mail.bounce)
    if mail.automatic:
        return row.settle(IncomingState.IGNORED, IncomingReason.AUTOMATIC, detail=mail.automatic)
    token = _find_token(mail)
    if token is None and (category := find_category(mail)) is not None:
        return _open(row, mail, category, raw)
    if token is None:
        return _settle_without_token(row, mail)
    return _settle_reply(row, mail, token, raw)


def _has_twin(row: IncomingMail, mail: ReceivedMail) -> bool:
    """Return whether another mail with this Message-ID came in before."""
    twins = IncomingMail.objects.filter(message_id=mail.message_id).exclude(pk=row.pk)
    return bool(mail.message_id) and twins.exists()


def _find_token(mail: ReceivedMail) -> ReplyToken | None:
    """Return the token of the address, else of the text that the reply quotes.

    Of several, as in an answer to all, the one of the sender.
    """
    places = (" ".join(mail.recipients), mail.whole_text)
    tokens = list(islice((token for place in places for token in find_tokens(place)), MAX_TOKENS))
    if len({token.user for token in tokens}) > 1:
        users = set(find_users_by_email(mail.sender).values_list("pk", flat=True)[:10])
        tokens.sort(key=lambda token: token.user not in users)
    return tokens[0] if tokens else None


def _settle_without_token(row: IncomingMail, mail: ReceivedMail) -> IncomingMail:
    """Hold a mail that names a ticket of its sender for the managers: From proves nothing."""
    sender = _find_sender(mail)
    number = _NUMBER.search(mail.subject)
    if sender is None:
        return row.settle(IncomingState.REFUSED, IncomingReason.NO_TICKET)
    row.user = sender
    tickets = Ticket.objects.visible_to(sender).select_related("service")
    ticket = tickets.filter(pk=int(number[1])).first() if number else None
    if ticket is None:
        return _refuse(row, mail, IncomingReason.NO_TICKET)
    row.ticket = ticket
    if reason := _find_obstacle(ticket):
        return _refuse(row, mail, reason)
    return _hold(row, mail, IncomingReason.NO_TOKEN)


def _settle_reply(
    row: IncomingMail, mail: ReceivedMail, token: ReplyToken, raw: bytes
) -> IncomingMail:
    users = get_user_model()._default_manager.filter(is_active=True)
    row.user = user = users.filter(pk=token.user).first()
    tickets = Ticket.objects.visible_to(user).select_related("service") if user else None
    ticket = tickets.filter(pk=token.ticket).first() if tickets is not None else None
    if user is None or ticket is None:
        return _refuse(row, mail, IncomingReason.NO_ACCESS)
    row.ticket, row.audience = ticket, token.audience
    if reason := _find_obstacle(ticket):
        return _refuse(row, mail, reason)
    is_ended = EndedToken.objects.filter(ticket=ticket, user=user, mail=token.mail).exists()
    if mail.sender != get_email(user).lower():
        if is_ended:
            return row.settle(IncomingState.REFUSED, IncomingReason.TOKEN_ENDED)
        EndedToken.objects.get_or_create(ticket=ticket, user=user, mail=token.mail)
        answer_foreign_use(user, ticket, token.audience)
        return _hold(row, mail, IncomingReason.OTHER_SENDER)
    if is_ended:
        # The sender may be forged by who used it; if it is not, nothing is lost.
        return _hold(row, mail, IncomingReason.TOKEN_ENDED)
    if not _is_within_limit(user):
        return _hold(row, mail, IncomingReason.TOO_MANY)
    if not has_visible(mail.text) and not mail.files:
        held = has_visible(mail.cut)
        return _hold(row, mail, IncomingReason.ONLY_QUOTED) if held else _ignore_empty(row)
    if _has_twin(row, mail):
        return row.settle(IncomingState.SET_ASIDE, IncomingReason.SAME_ID, raw=raw)
    return _comment(row, mail, token, raw)


def _find_obstacle(ticket: Ticket) -> IncomingReason | None:
    """Return why no e-mail is accepted on a ticket from anyone, None if e-mails are accepted."""
    if ticket.service.confidential:
        return IncomingReason.CONFIDENTIAL
    limit = timezone.now() - timedelta(days=helpdesk_settings.MAIL_IN_DAYS)
    return IncomingReason.ENDED if ticket.closed_at and ticket.closed_at < limit else None


def _is_within_limit(user: User) -> bool:
    limit = helpdesk_settings.MAIL_IN_PER_HOUR
    return rate_limits.allow("mail_in", user, limit, rate_limits.HOUR)


def _comment(row: IncomingMail, mail: ReceivedMail, token: ReplyToken, raw: bytes) -> IncomingMail:
    user, ticket = row.user, row.ticket
    assert user is not None and ticket is not None  # noqa: S101, PT018 - _settle_reply sets both
    with translation.override(get_reader(user).language):
        text, files = fit_to_form(hide_tokens(mail.text), mail.files)
    verb = lifecycle.COMMENT if text else lifecycle.ATTACH
    data: dict[str, Any] = {"text": text, "files": files, "audience": token.audience}
    result = perform(
        verb.name,
        ticket,
        user,
        data,
        _make_submission(mail),
        source=Source.MAIL,
        digest=mail.fingerprint,
    )
    if result.refusal is not None:
        return _settle_refusal(row, mail, result.refusal, raw)
    row.settle(IncomingState.DONE, event=result.event, cut=hide_tokens(mail.cut))
    if not ticket.is_open:
        answer_reply_to_ended_ticket(user, ticket)
    return row


def _open(row: IncomingMail, mail: ReceivedMail, category: Category, raw: bytes) -> IncomingMail:
    """Open a ticket in the category to whose address a mail was sent."""
    try:
        row.user = user = find_author(mail)
    except DirectoryUnavailable as error:
        raise TryLater(str(error)) from error
    if user is None:
        return row.settle(IncomingState.REFUSED, IncomingReason.NO_TICKET)
    if category.service.confidential:
        return _refuse(row, mail, IncomingReason.CONFIDENTIAL)
    if not _is_within_limit(user):
        return _refuse(row, mail, IncomingReason.TOO_MANY)
    if _has_twin(row, mail):
        return row.settle(IncomingState.SET_ASIDE, IncomingReason.SAME_ID, raw=raw)
    result = open_by_mail(mail, category, user, _make_submission(mail))
    if result.refusal is not None:
        return _settle_refusal(row, mail, result.refusal, raw)
    return row.settle(IncomingState.DONE, ticket=result.ticket)


def _make_submission(mail: ReceivedMail) -> uuid.UUID:
    return uuid.uuid5(NAMESPACE, mail.message_id or mail.fingerprint)


def _settle_refusal(
    row: IncomingMail, mail: ReceivedMail, refusal: Refusal, raw: bytes
) -> IncomingMail:
    if refusal.kind in TRY_LATER:
        kind = SenderTryLater if refusal.kind == "too_many" else TryLater
        raise kind(refusal.message)
    if refusal.kind == "sent_before":
        return row.settle(IncomingState.SET_ASIDE, IncomingReason.SAME_ID, raw=raw)
    if row.ticket is None:
        return _refuse(row, mail, IncomingReason.NOT_OPENED, refusal.message)
    if refusal.kind in ("not_yours", "not_now"):
        return _refuse(row, mail, IncomingReason.NO_ACCESS)
    return _refuse(row, mail, IncomingReason.REJECTED, refusal.message)


def _hold(row: IncomingMail, mail: ReceivedMail, reason: IncomingReason) -> IncomingMail:
    """Keep a mail for the managers of its ticket, unless very many wait for them already."""
    held = IncomingMail.objects.filter(ticket=row.ticket, state=IncomingState.HELD)
    if held.count() >= MAX_HELD:
        return _refuse(row, mail, IncomingReason.TOO_MANY)
    text, cut = hide_tokens(mail.text), hide_tokens(mail.cut)
    return row.settle(IncomingState.HELD, reason, text=text, cut=cut, detail=_list_names(mail))


def _list_names(mail: ReceivedMail) -> str:
    return ", ".join(file.name for file in mail.files)[:500]


def _ignore_empty(row: IncomingMail) -> IncomingMail:
    return row.settle(IncomingState.IGNORED, IncomingReason.EMPTY)


def _refuse(
    row: IncomingMail, mail: ReceivedMail, reason: IncomingReason, detail: str = ""
) -> IncomingMail:
    """Refuse a mail, and tell its sender if it is the person that it claims to be from."""
    sender = _find_sender(mail)
    if sender is not None and (row.user is None or sender == row.user):
        answer_refusal(sender, reason, row.ticket, detail)
    return row.settle(IncomingState.REFUSED, reason, detail=detail)


def _find_sender(mail: ReceivedMail) -> User | None:
    """Return the only active account with the address of the sender, None if there are others."""
    found = list(find_users_by_email(mail.sender).filter(is_active=True)[:2]) if mail.sender else []
    return found[0] if len(found) == 1 else None
