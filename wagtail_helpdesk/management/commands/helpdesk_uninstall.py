"""Remove the helpdesk's rows from tables of other apps before uninstalling it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_helpdesk.management.uninstalling import Leftovers

NEXT_STEPS = """\
What is left to do:
  1. Remove the helpdesk's blocks from the pages of your site, and its imports from your code.
  2. manage.py migrate wagtail_helpdesk_pages zero
     manage.py migrate wagtail_helpdesk zero
     manage.py helpdesk_uninstall --yes
     This deletes all tickets permanently. The first migrate recreates content types; the last
     line removes them.
  3. Remove wagtail_helpdesk, wagtail_helpdesk.pages, its URLs and WAGTAIL_HELPDESK from the settings.
  4. Delete the attached files: {files}
docs/how-to/uninstall.md explains each step."""


class Command(BaseCommand):
    """Shows the rows, and removes them with ``--yes``. Tickets stay until ``migrate … zero``."""

    help = (
        "Removes the schedules, pages, content types and permissions of the helpdesk. Only shows them"
        " unless --yes is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--yes", action="store_true", help="remove it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show or remove the rows, and print the next steps."""
        found = Leftovers()
        for kind, names in found.list_names().items():
            self.stdout.write(f"{kind}: {len(names)}")
            for name in names:
                self.stdout.write(f"  {name}")
        if problems := found.find_problems():
            raise CommandError("Nothing was removed. " + " ".join(problems))
        if not options["yes"]:
            self.stdout.write("Nothing was removed. Use --yes to remove it.")
            return
        found.remove()
        self.stdout.write("Removed.")
        self.stdout.write(NEXT_STEPS.format(files=found.files))
