"""Run the demonstration until Ctrl-C: web server, django-q2 cluster and mail catcher."""

import shutil
import signal
import socket
import sys
from argparse import ArgumentParser
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from demo import loading, people
from demo.processes import Processes
from tests.cast import PASSWORD

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--fresh", action="store_true", help="forget everything and start again"
        )

    def handle(self, *args: Any, fresh: bool, **options: Any) -> None:
        require_free_port(settings.DEMO_PORT, "DEMO_PORT", "web server")
        require_free_port(settings.DEMO_SMTP_PORT, "DEMO_SMTP_PORT", "mail catcher")
        on_stop(signal.default_int_handler)
        if fresh:
            forget()
        with suppress(KeyboardInterrupt):
            self.prepare()
            self.run_until_stopped()

    def prepare(self) -> None:
        """Migrate the database, and fill it the first time."""
        if not settings.DATABASES["default"]["NAME"].exists():
            self.say("The first time, the database is made: this takes a minute.")
        call_command("migrate", verbosity=0, interactive=False)
        if not loading.loaded():
            self.say("Writing the pages, the people and their tickets…")
            loading.load()
        loading.serve_at("localhost", settings.DEMO_PORT)
        call_command("helpdesk_schedules", stdout=StringIO())
        call_command("helpdesk_index", stdout=StringIO())

    def run_until_stopped(self) -> None:
        """Run the three programs until Ctrl-C, SIGTERM, or one of them fails."""
        processes, ports = Processes(), (settings.DEMO_PORT, settings.DEMO_SMTP_PORT)
        try:
            processes.start("mail", _manage("catch_mail"))
            processes.start("queue", _manage("qcluster"))
            processes.start("web", _manage("serve"))
            failed = processes.wait(until=lambda: all(map(answers, ports)))
            if not failed:
                self.welcome()
                failed = processes.wait()
        finally:
            on_stop(signal.SIG_IGN)  # a second Ctrl-C would leave orphans
            self.say("\nStopping…")
            processes.stop()
        raise CommandError(f"“{failed}” stopped by itself; its last lines above say why.")

    def welcome(self) -> None:
        """Print the URL of the demonstration and its people."""
        url = f"http://localhost:{settings.DEMO_PORT}"
        self.say(f"\n  START HERE    {url}/tour/      (in English: {url}/en/tour/)")
        self.say("                six steps show the product in five minutes\n")
        self.say(f"  The portal    {url}/      (in English: {url}/en/)")
        self.say(f"  Its mails     {url}/mail/")
        self.say(
            f"  Become anyone {url}/people/  in one click, or log in with the password “{PASSWORD}”:\n"
        )
        for line in people.lines("en"):
            self.say(f"    {line}")
        self.say(
            "\n  Ctrl-C stops everything. Everything is kept; --fresh starts again from nothing.\n"
        )

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def require_free_port(port: int, variable: str, purpose: str) -> None:
    """Raise CommandError, with a solution, if the port is in use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port}, for the {purpose}, is not free ({error.strerror}). Is the demonstration "
                f"running already? Stop it, or choose another port: {variable}={port + 1} make demo"
            ) from None


def on_stop(handler: Any) -> None:
    """Handle SIGTERM and SIGHUP like Ctrl-C."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, handler)


def answers(port: int) -> bool:
    """Return whether a server listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def forget() -> None:
    """Delete all data of the demonstration."""
    for path in settings.DEMO_STATE.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "secret_key":
            path.unlink()


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(Path(sys.argv[0]).resolve()), *arguments]
