"""A mail server that fails on command.

The local part of a recipient is the fault of a message to it: `d4@example.org` or
`d4+anything@example.org`. `server.mode` sets the fault for all recipients.

    ok         the message is accepted
    r4 r5      450 or 550 at RCPT
    r421       421 at RCPT, and the connection is closed
    norelay    550 at RCPT, about the sending server and not the recipient
    hangrcpt   no answer to RCPT
    d4 d5      451 or 554 after the message
    dropafter  the message is accepted, then the connection is closed without an answer
    hangdata   the message is accepted, without an answer

For `server.mode` only: `hangbanner` (no answer after connecting) and `auth535` (every password is wrong).
"""

import base64
import contextlib
import email
import email.message
import email.policy
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tests.servers.processes import LOOPBACK

MODES = ("r421", "r4", "r5", "norelay", "hangrcpt", "d4", "d5", "dropafter", "hangdata", "ok")
_MODE = re.compile(rf"({'|'.join(MODES)})(?![a-z])", re.IGNORECASE)
_ADDRESS = re.compile(r"<(.*?)>")

AT_RECIPIENT = {
    "r4": "450 4.2.1 Mailbox busy",
    "r5": "550 5.1.1 User unknown",
    "norelay": "550 5.7.1 Unable to relay",
}
AFTER_DATA = {"d4": "451 4.3.0 Try again later", "d5": "554 5.7.1 Message refused"}


@dataclass(frozen=True)
class Received:
    """A message that the server accepted."""

    sender: str
    recipients: list[str]
    raw: bytes

    @cached_property
    def message(self) -> email.message.EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def recipient(self) -> str:
        (only,) = self.recipients
        return only

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class _Transaction:
    """Sender and recipients since MAIL FROM."""

    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class _HangUp(Exception):
    """The server closes the connection."""


class _Conversation(socketserver.StreamRequestHandler):
    """One connection; each command is a method."""

    server: "FaultySMTPServer"

    def handle(self) -> None:
        self.mail = _Transaction()
        self.server.connections += 1
        self.server.on_connect()
        with contextlib.suppress(_HangUp, OSError):
            if self.server.mode == "hangbanner":
                self.hang()
            self.say("220 faulty ESMTP")
            while line := self.rfile.readline():
                self.obey(line.decode("utf-8", "replace").strip())

    def obey(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        answer = getattr(self, f"smtp_{verb.lower()}", None)
        if answer is None:
            self.say("502 5.5.1 Not implemented")
        else:
            answer(rest)

    def say(self, *lines: str) -> None:
        """Send an answer; all lines but the last have the continuation mark."""
        *more, last = lines
        text = "".join(f"{line[:3]}-{line[4:]}\r\n" for line in more) + f"{last}\r\n"
        self.wfile.write(text.encode())

    def hang(self) -> None:
        """Send nothing until the server stops."""
        self.server.closing.wait()
        raise _HangUp

    def mode_for(self, address: str) -> str:
        if self.server.mode:
            return self.server.mode
        named = _MODE.match(address)
        return named[1].lower() if named else "ok"

    # -- commands ----------------------------------------------------------------------------------

    def smtp_ehlo(self, _: str) -> None:
        extensions = ["250 faulty", "250 8BITMIME", "250 SIZE 33554432"]
        if self.server.auth:
            extensions.append("250 AUTH PLAIN LOGIN")
        self.say(*extensions)

    def smtp_helo(self, _: str) -> None:
        self.say("250 faulty")

    def smtp_auth(self, words: str) -> None:
        mechanism, _, first = words.partition(" ")
        if mechanism.upper() == "LOGIN":
            for prompt in ([] if first else ["Username:"]) + ["Password:"]:
                self.say(f"334 {base64.b64encode(prompt.encode()).decode()}")
                self.rfile.readline()
        elif not first:
            self.say("334 ")
            self.rfile.readline()
        wrong = self.server.mode == "auth535"
        self.say("535 5.7.8 Authentication failed" if wrong else "235 2.7.0 Welcome")

    def smtp_mail(self, words: str) -> None:
        self.mail = _Transaction(sender=_address(words))
        self.say("250 2.1.0 Ok")

    def smtp_rcpt(self, words: str) -> None:
        address = _address(words)
        mode = self.mode_for(address)
        if mode == "hangrcpt":
            self.hang()
        if mode == "r421":
            self.say("421 4.3.2 Closing")
            raise _HangUp
        if mode in AT_RECIPIENT:
            self.say(AT_RECIPIENT[mode])
            return
        self.mail.recipients.append(address)
        self.say("250 2.1.5 Ok")

    def smtp_data(self, _: str) -> None:
        if not self.mail.recipients:
            self.say("503 5.5.1 No valid recipients")
            return
        self.say("354 Go ahead")
        received = Received(self.mail.sender, self.mail.recipients, self.read_message())
        mode = self.mode_for(received.recipients[0])
        time.sleep(self.server.delay)
        if mode in AFTER_DATA:
            self.say(AFTER_DATA[mode])
            return
        self.server.accept(received)
        if mode == "dropafter":
            raise _HangUp
        if mode == "hangdata":
            self.hang()
        self.say("250 2.0.0 Queued")
        self.server.after_reply(received)

    def read_message(self) -> bytes:
        """Read up to the final dot, and undo dot-stuffing."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise _HangUp
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def smtp_rset(self, _: str) -> None:
        self.mail = _Transaction()
        self.say("250 2.0.0 Ok")

    def smtp_noop(self, _: str) -> None:
        self.say("250 2.0.0 Ok")

    def smtp_quit(self, _: str) -> None:
        self.say("221 2.0.0 Bye")
        raise _HangUp


class FaultySMTPServer(socketserver.ThreadingTCPServer):
    """The server; `messages` has the accepted ones in order."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 100

    def __init__(self, port: int = 0, *, auth: bool = False) -> None:
        super().__init__((LOOPBACK, port), _Conversation)
        self.auth = auth
        self.mode: str | None = None
        self.delay = 0.0
        self.connections = 0
        self.messages: list[Received] = []
        self.on_connect: Callable[[], None] = lambda: None
        self.after_reply: Callable[[Received], None] = lambda received: None
        self.closing = threading.Event()
        self._arrival = threading.Condition()

    @property
    def port(self) -> int:
        port: int = self.server_address[1]
        return port

    def accept(self, received: Received) -> None:
        with self._arrival:
            self.messages.append(received)
            self._arrival.notify_all()

    def wait_for(self, count: int, within: float = 120) -> list[Received]:
        """Wait for `count` messages, and return them."""
        with self._arrival:
            if not self._arrival.wait_for(lambda: len(self.messages) >= count, timeout=within):
                raise TimeoutError(
                    f"{len(self.messages)} of {count} messages arrived within {within} s"
                )
            return list(self.messages)

    def reset(self) -> None:
        """Forget all messages, and stop failing."""
        self.mode, self.delay, self.connections = None, 0.0, 0
        self.on_connect, self.after_reply = lambda: None, lambda received: None
        self.messages.clear()


@contextlib.contextmanager
def smtp_server(port: int = 0, *, auth: bool = False) -> Iterator[FaultySMTPServer]:
    """Run a mail server until the block ends; ``port`` reuses the port of an earlier one."""
    with FaultySMTPServer(port, auth=auth) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


def _address(words: str) -> str:
    found = _ADDRESS.search(words)
    return found[1] if found else ""
