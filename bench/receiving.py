"""Receive mails from a Maildir into an empty SQLite database, and print time and memory.

    python -m bench.receiving [MAILS]

Every tenth mail has a file of 100 KB, every hundredth one of 2 MB.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import django

ADDRESS = "helpdesk@example.org"
#: Mails between two measurements of memory.
STEP = 1_000


def main() -> None:
    """Receive so many mails, 10,000 by default."""
    mails = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/mails.sqlite3"}
        os.environ["HELPDESK_BENCH_DATABASE"] = json.dumps(database)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
        django.setup()
        _receive(mails, Path(folder))


def _receive(mails: int, folder: Path) -> None:
    from django.conf import settings
    from django.core.management import call_command

    settings.WAGTAIL_HELPDESK |= {
        "MAIL_IN_ADDRESS": ADDRESS,
        "MAIL_IN_PER_HOUR": mails + 1,
        "FILE_ROOT": folder / "files",
    }
    call_command("migrate", verbosity=0)
    user, ticket = _open_ticket()
    maildir = folder / "maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    for number in range(mails):
        content = _write(number, user, ticket)
        (maildir / "new" / f"{number:08}.bench").write_bytes(content)
    _watch(maildir, mails)


def _watch(maildir: Path, mails: int) -> None:
    """Fetch, and print the memory of the process after each step."""
    from wagtail_helpdesk.contrib.mail_in.sources import fetch_maildir
    from wagtail_helpdesk.models import Event

    done, began = [0], time.monotonic()

    def stop() -> bool:
        if done[0] % STEP == 0:
            seconds = time.monotonic() - began
            print(f"{done[0]:6} mails  {seconds:7.1f} s  {_measure_memory():6.1f} MB", flush=True)
        done[0] += 1
        return False

    became = fetch_maildir(maildir, stop)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{mails} mails in {time.monotonic() - began:.1f} s, {_measure_memory():.1f} MB, at most {peak:.1f} MB"
    )
    print(dict(became), Event.objects.count(), "events")


def _measure_memory() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _open_ticket() -> tuple[Any, Any]:
    from django.contrib.auth import get_user_model

    from wagtail_helpdesk import actions
    from wagtail_helpdesk.models import Category, Service

    user = get_user_model().objects.create_user("lea", "lea@example.org")
    category = Category.objects.create(service=Service.objects.create(name="S"), name="C")
    return user, actions.open_ticket(category, by=user, subject="x", text="x")


def _write(number: int, user: Any, ticket: Any) -> bytes:
    from wagtail_helpdesk.contrib.mail_in.tokens import ReplyToken, make_reply_address

    mail = EmailMessage()
    mail["From"], mail["Subject"] = user.email, f"Re: [S #{ticket.pk}] x"
    mail["To"] = make_reply_address(ReplyToken(ticket.pk, user.pk, number))
    mail["Message-ID"] = f"<{number}@example.org>"
    quoted = "> A line that the reply quotes.\n" * 30
    mail.set_content(f"Mail {number}.\n\nOn 1 Dec 2026 at 10:00, S wrote:\n{quoted}")
    size = 2_000_000 if number % 100 == 0 else 100_000 if number % 10 == 0 else 0
    if size:
        content = os.urandom(size)
        mail.add_attachment(content, "application", "octet-stream", filename="file.bin")
    return mail.as_bytes()


if __name__ == "__main__":
    main()
