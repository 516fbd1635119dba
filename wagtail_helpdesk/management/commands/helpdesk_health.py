"""Say whether mails go out, for people and for monitors."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.maintenance.health import examine_health

WORDS = ("ok", "warning", "FAILED")


class Command(BaseCommand):
    """Exit status 0: fine; 1: needs attention; 2: mails do not go out."""

    help = (
        "Checks that e-mails go out and background jobs run. Exit status 0: they do; 1: needs "
        "attention; 2: e-mails do not go out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found, and end with the worst of it."""
        health = examine_health()
        if options["json"]:
            findings = {f.name: {"level": f.level, "value": f.value} for f in health.findings}
            self.stdout.write(json.dumps({"level": health.level, "findings": findings}))
        else:
            for finding in health.findings:
                self.stdout.write(f"{WORDS[finding.level]:8} {finding.name}: {finding.value}")
        sys.exit(health.level)
