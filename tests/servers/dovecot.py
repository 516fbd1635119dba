"""A private IMAP server (Dovecot) on loopback; any name and the password `secret` open a mailbox."""

import contextlib
import getpass
import grp
import imaplib
import os
import pwd
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import (
    LOOPBACK,
    find_program,
    free_port,
    listens,
    private_folder,
    running,
)

CONFIGURATION = """\
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
listen = {host}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """A running server."""

    port: int
    pid: int

    def settings(self, user: str = "helpdesk") -> dict[str, object]:
        """Return `MAIL_IN_IMAP` for a mailbox."""
        return {
            "HOST": LOOPBACK,
            "PORT": self.port,
            "SECURITY": "none",
            "USER": user,
            "PASSWORD": "secret",
        }

    @contextlib.contextmanager
    def client(self, user: str = "helpdesk") -> Iterator[imaplib.IMAP4]:
        """Yield a connection of another mail program."""
        with imaplib.IMAP4(LOOPBACK, self.port) as client:
            client.login(user, "secret")
            yield client

    def append(self, *mails: bytes, user: str = "helpdesk") -> None:
        """Deliver mails into the inbox."""
        with self.client(user) as client:
            for mail in mails:
                client.append("INBOX", "", imaplib.Time2Internaldate(time.time()), mail)

    def count(self, folder: str, user: str = "helpdesk") -> int:
        """Return the number of mails of a folder."""
        with self.client(user) as client:
            state, (found,) = client.select(folder, readonly=True)
            return int(found) if state == "OK" else 0


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Run the server until the block ends. Dovecot refuses to open mailboxes as root."""
    program = find_program("dovecot", package="dovecot-imapd")
    me = getpass.getuser()
    owner = pwd.getpwnam("nobody" if os.getuid() == 0 else me)
    with private_folder(owner.pw_name) as folder:
        port = free_port()
        for name in ("run", "state", "mail"):
            path = folder / name
            path.mkdir()
            if os.getuid() == 0:
                os.chown(path, owner.pw_uid, owner.pw_gid)
        group = grp.getgrgid(owner.pw_gid).gr_name
        file = Path(folder, "dovecot.conf")
        file.write_text(
            CONFIGURATION.format(
                folder=folder, host=LOOPBACK, port=port, user=owner.pw_name, group=group,
                mail_user=owner.pw_uid, mail_group=owner.pw_gid,
            )
        )  # fmt: skip
        with running(
            [program, "-F", "-c", file], log=folder / "log", ready=lambda: listens(port)
        ) as process:
            yield Dovecot(port, process.pid)
