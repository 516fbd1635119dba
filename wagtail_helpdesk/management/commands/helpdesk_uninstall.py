"""Remove what the helpdesk has put into tables of other apps, before it is taken out of a site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_helpdesk.management.uninstalling import Leftovers

NEXT = """\
What is left to do:
  1. Take our blocks out of the pages of your site, and our imports out of its code.
  2. manage.py migrate wagtail_helpdesk_pages zero
     manage.py migrate wagtail_helpdesk zero
     manage.py helpdesk_uninstall --yes
     This deletes all tickets for good; the first migrate makes content types anew, the last line
     removes them.
  3. Remove wagtail_helpdesk, wagtail_helpdesk.pages, its URLs and WAGTAIL_HELPDESK from the settings.
  4. Delete the attached files: {files}
docs/how-to/uninstall.md explains each step."""


class Command(BaseCommand):
    """Shows what it would remove, and removes it with ``--yes``. Tickets stay until ``migrate … zero``."""

    help = (
        "Removes the schedules, pages, content types and permissions of the helpdesk. Only shows them"
        " unless --yes is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--yes", action="store_true", help="remove it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show or remove it, and say what comes next."""
        found = Leftovers()
        for kind, names in found.listed().items():
            self.stdout.write(f"{kind}: {len(names)}")
            for name in names:
                self.stdout.write(f"  {name}")
        if problems := found.problems():
            raise CommandError("Nothing was removed. " + " ".join(problems))
        if not options["yes"]:
            self.stdout.write("Nothing was removed. Say --yes to remove all this.")
            return
        found.remove()
        self.stdout.write("All this was removed.")
        self.stdout.write(NEXT.format(files=found.files))
