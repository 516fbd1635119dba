"""Handing one mail to the mail server, and understanding what became of it.

SMTP cannot promise exactly once: between the last dot of a message and the server's answer, either
side may die. So the caller is told before the message itself leaves (``mark``), and an answer that
never came is *ambiguous*, which is neither sent nor failed.
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


class Result(Enum):
    """What became of a mail."""

    SENT = "sent"
    #: Refused for now, certainly not taken: try again later.
    LATER = "later"
    #: Refused for good because of what is in it.
    REFUSED = "refused"
    #: Refused for good because the address does not exist.
    NO_SUCH_ADDRESS = "no_such_address"
    #: Handed over, and no answer came.
    AMBIGUOUS = "ambiguous"
    #: The server itself cannot be used: nobody's mail would go through.
    CHANNEL_DOWN = "channel_down"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail, and what the server said."""

    result: Result
    error: str = ""


Mark = Callable[[], None]


class LostLease(Exception):
    """Raised by ``mark`` when somebody else has taken over the mail: it must not leave."""


class SMTPConnection:
    """One connection to the mail server, opened when first needed and reused for many mails.

    Works through whatever back end the site has configured. Back ends other than SMTP say nothing
    of when a message leaves, so for them the mark is set before the attempt.
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
        """Leave politely, whatever the connection has been through."""
        backend, self._backend = self._backend, None
        if backend is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                backend.close()

    def deliver(self, message: EmailMessage, mark: Mark) -> Outcome:
        """Try once to hand over a mail to its one recipient, and return what became of it.

        Raises ``LostLease`` when ``mark`` does, and whatever is wrong with the message itself.
        """
        marked = _Marked(mark)
        try:
            self._open()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome(Result.CHANNEL_DOWN, describe_error(error))
        try:
            self._send(message, marked)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Outcome(
                classify_error(error, handed_over=self._is_handed_over(marked, error)),
                describe_error(error),
            )
        except BaseException:
            # Half a conversation must not be continued with somebody else's mail.
            self.close()
            raise
        return Outcome(Result.SENT)

    def _open(self) -> None:
        if self._backend is None:
            self._backend = default_backend()
        self._backend.open()

    def _is_handed_over(self, marked: _Marked, error: Exception) -> bool:
        # Other back ends raise what their service answered; only silence leaves a doubt.
        return marked.done and (marked.on_data or isinstance(error, TimeoutError))

    def _send(self, message: EmailMessage, marked: _Marked) -> None:
        smtp = getattr(self._backend, "connection", None)
        if isinstance(smtp, smtplib.SMTP):
            # Set on the connection and not in a subclass of the back end, so that a site's own
            # subclass (a proxy, OAuth) stays in use.
            smtp.data = marked.before(type(smtp).data.__get__(smtp))  # type: ignore[method-assign, assignment]
        else:
            marked()
        self._backend.send_messages([message])


class _Marked:
    """Calls the mark once, and remembers whether it was called."""

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


def default_backend() -> Any:
    """Return a connection as the site configures it: MAILERS since Django 6.1, else EMAIL_*."""
    mailers = getattr(mail, "mailers", None)
    return mailers.default if mailers is not None else mail.get_connection()


#: The address does not exist, is closed, or may not be used (RFC 5321 §4.2.3) …
GONE = (550, 551, 553)
#: … unless the answer goes on with what is wrong exactly (RFC 3463): 5.1.x is addresses, of which
#: 5.1.7 and 5.1.8 are the sender's.
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
ABOUT_THE_RECIPIENT = re.compile(r"5\.1\.(?![78]\b)")
#: The message is larger than the server takes.
TOO_LARGE = 552


def classify_error(error: Exception, *, handed_over: bool) -> Result:
    """Return what an error means for the mail: everything before the mark is certain."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, said),) = error.recipients.values()
        # A blocklist, a relay that does not know us or a full mailbox says 55x too, and passes.
        return Result.NO_SUCH_ADDRESS if _is_gone(code, _text(said)) else Result.LATER
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != TOO_LARGE:
        # The sender is the site's own address: if it is refused for good, all mail is.
        return Result.CHANNEL_DOWN if error.smtp_code >= 500 else Result.LATER
    if isinstance(error, smtplib.SMTPResponseException):
        return Result.REFUSED if error.smtp_code >= 500 else Result.LATER
    if handed_over:
        return Result.AMBIGUOUS
    return Result.LATER


def _is_gone(code: int, said: str) -> bool:
    if STATUS.match(said):
        return bool(ABOUT_THE_RECIPIENT.match(said))
    return code in GONE


def describe_error(error: Exception) -> str:
    """Return what went wrong, short enough to be kept."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, said),) = error.recipients.values()
        return _short(f"{code} {_text(said)}")
    if isinstance(error, smtplib.SMTPResponseException):
        return _short(f"{error.smtp_code} {_text(error.smtp_error)}")
    return _short(f"{type(error).__name__}: {error}")


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _short(text: str) -> str:
    return " ".join(text.split())[:500]
