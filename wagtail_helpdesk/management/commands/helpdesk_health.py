"""Report the state of e-mail delivery, for people and for monitoring."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.maintenance.health import examine_health

LEVEL_NAMES = ("ok", "warning", "FAILED")


class Command(BaseCommand):
    """Exit status 0: OK; 1: needs attention; 2: e-mails are not sent."""

    help = (
        "Checks that e-mails are sent and background jobs run. Exit status 0: they are; 1: needs "
        "attention; 2: e-mails are not sent."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the findings and exit with the worst level."""
        health = examine_health()
        if options["json"]:
            findings = {f.name: {"level": f.level, "value": f.value} for f in health.findings}
            self.stdout.write(json.dumps({"level": health.level, "findings": findings}))
        else:
            for finding in health.findings:
                self.stdout.write(f"{LEVEL_NAMES[finding.level]:8} {finding.name}: {finding.value}")
        sys.exit(health.level)
