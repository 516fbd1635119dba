"""Handing one mail to the mail server, and classifying the server's answer.

SMTP cannot guarantee exactly one delivery: either side may die between the end of a message and the
server's answer. So the caller is notified before the message itself is sent (``mark``), and an
answer that never comes is *ambiguous*: neither sent nor failed.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, Self

from django.core import mail
from django.core.mail import EmailMessage


class DeliveryStatus(Enum):
    """How one attempt to hand over a mail ended."""

    SENT = "sent"
    #: Temporarily rejected and certainly not accepted: try again later.
    LATER = "later"
    #: Permanently rejected because of its content.
    REFUSED = "refused"
    #: Permanently rejected because the e-mail address does not exist.
    NO_SUCH_EMAIL = "no_such_email"
    #: Handed over, and no answer came.
    AMBIGUOUS = "ambiguous"
    #: The server itself cannot be used: it would accept no mail at all.
    SERVER_DOWN = "server_down"


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """How one attempt ended, with the server's answer."""

    status: DeliveryStatus
    error: str = ""


Mark = Callable[[], None]


class LostLease(Exception):
    """Raised by ``mark`` when another process has claimed the mail: it must not be sent."""


class SMTPConnection:
    """One connection to the mail server, opened when first needed and reused for many mails.

    Works with any back end that the site configures. Back ends other than SMTP do not report when a
    message is sent, so for them the mark is set before the attempt.
    """

    def __init__(self) -> None:
        self._backend: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection, ignoring errors."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()

    def deliver(self, message: EmailMessage, mark: Mark) -> DeliveryResult:
        """Try once to hand over a mail with one recipient, and return the outcome.

        Raises ``LostLease`` when ``mark`` does, and any error in the message itself.
        """
        marked = _Marked(mark)
        try:
            self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return DeliveryResult(DeliveryStatus.SERVER_DOWN, describe_error(error))
        try:
            self._send(message, marked)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return DeliveryResult(
                classify_error(error, handed_over=self._is_handed_over(marked, error)),
                describe_error(error),
            )
        except BaseException:
            # Another mail must not continue a conversation that was cut in the middle.
            self.close()
            raise
        return DeliveryResult(DeliveryStatus.SENT)

    def _open(self) -> None:
        if self._backend is None:
            self._backend = get_default_backend()
        self._backend.open()

    def _is_handed_over(self, marked: _Marked, error: Exception) -> bool:
        # Other back ends raise the answer of their service; only a timeout leaves a doubt.
        return marked.done and (marked.on_data or isinstance(error, TimeoutError))

    def _send(self, message: EmailMessage, marked: _Marked) -> None:
        smtp = getattr(self._backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            # Set on the connection, not in a subclass of the back end: a site may use a subclass
            # of its own (a proxy, OAuth).
            smtp.data = marked.before(type(smtp).data.__get__(smtp))  # type: ignore[method-assign, assignment]
        else:
            marked()
        self._backend.send_messages([message])


class _Marked:
    """Calls the mark, and remembers whether it was called."""

    def __init__(self, mark: Mark) -> None:
        self.mark, self.done, self.on_data = mark, False, False

    def __call__(self) -> None:
        self.mark()
        self.done = True

    def before(self, data: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def marked_data(message: Any) -> Any:
            self()
            self.on_data = True
            return data(message)

        return marked_data


#: Back ends of Django that send nothing.
SILENT_BACKENDS = frozenset({"console", "dummy", "filebased", "locmem"})


def is_silent_backend(path: str) -> bool:
    """Return whether the back end with this dotted path sends no mails."""
    return path.removeprefix("django.core.mail.backends.").partition(".")[0] in SILENT_BACKENDS


def get_default_backend() -> Any:
    """Return a connection with the site's settings: MAILERS since Django 6.1, else EMAIL_*."""
    mailers = getattr(mail, "mailers", None)
    return mailers.default if mailers is not None else mail.get_connection()


#: The mailbox does not exist, is disabled, or may not be used (RFC 5321 §4.2.3) …
GONE = (550, 551, 553)
#: … unless the answer has an enhanced status code (RFC 3463): 5.1.x is about addresses, of which
#: 5.1.7 and 5.1.8 are about the sender's.
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
ABOUT_THE_RECIPIENT = re.compile(r"5\.1\.(?![78]\b)")
#: The message is larger than the server accepts.
TOO_LARGE = 552


def classify_error(error: Exception, *, handed_over: bool) -> DeliveryStatus:
    """Return what an error means for the mail. An error before the mark is never ambiguous."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, answer),) = error.recipients.values()
        # Blocklists, relays that require a login and full mailboxes answer 55x too: temporary problems.
        return (
            DeliveryStatus.NO_SUCH_EMAIL
            if _is_gone(code, _decode(answer))
            else DeliveryStatus.LATER
        )
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != TOO_LARGE:
        # All mails have the same sender: a permanent rejection concerns them all.
        return DeliveryStatus.SERVER_DOWN if error.smtp_code >= 500 else DeliveryStatus.LATER
    if isinstance(error, smtplib.SMTPResponseException):
        return DeliveryStatus.REFUSED if error.smtp_code >= 500 else DeliveryStatus.LATER
    if handed_over:
        return DeliveryStatus.AMBIGUOUS
    return DeliveryStatus.LATER


def _is_gone(code: int, answer: str) -> bool:
    if STATUS.match(answer):
        return bool(ABOUT_THE_RECIPIENT.match(answer))
    return code in GONE


def describe_error(error: Exception) -> str:
    """Return an error message of at most 500 characters."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, answer),) = error.recipients.values()
        return _shorten(f"{code} {_decode(answer)}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _shorten(f"{error.smtp_code} {_decode(error.smtp_error)}")
    return _shorten(f"{type(error).__name__}: {error}")


def _decode(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer


def _shorten(text: str) -> str:
    return " ".join(text.split())[:500]
