"""Report whether this installation of the helpdesk works, and what to do where it does not."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.maintenance.doctor import examine_installation, get_worst_level

LEVEL_NAMES = ("ok", "warning", "ERROR")


class Command(BaseCommand):
    """Exit status 0: everything works; 1: warnings; 2: errors."""

    help = (
        "Checks that this installation works: settings, database, templates, helpdesk page, services, "
        "mail server, background jobs, search, files and directory. Says what to do where something "
        "does not. Exit status 0: everything works; 1: warnings; 2: errors."
    )
    # The settings are among what is reported.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--mail", metavar="ADDRESS", default="", help="send a test mail there")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each result and exit with the worst level."""
        found = examine_installation(mail=options["mail"])
        level = get_worst_level(found)
        if options["json"]:
            results = [asdict(one) for one in found]
            self.stdout.write(json.dumps({"level": level, "results": results}))
        else:
            for one in found:
                self.stdout.write(f"{LEVEL_NAMES[one.level]:8} {one.area}: {one.message}")
                if one.level and one.advice:
                    self.stdout.write(f"{'':8} → {one.advice}")
        sys.exit(level)
