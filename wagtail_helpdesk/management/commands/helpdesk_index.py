"""Index events for the search."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_helpdesk.models import Event
from wagtail_helpdesk.search import indexing

#: Events between two lines of progress.
PROGRESS_STEP = 10_000


class Command(BaseCommand):
    """``helpdesk_index [--rebuild] [--dry-run]``: idempotent, can be interrupted and repeated."""

    help = "Indexes new events, or with --rebuild all events again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="index every event again")
        parser.add_argument("--dry-run", action="store_true", help="only count them")

    def handle(self, *, rebuild: bool, dry_run: bool, **options: Any) -> None:
        events = Event.objects.all() if rebuild else indexing.find_unindexed()
        total, done = events.count(), 0
        if dry_run:
            self.stdout.write(f"{total} events to index.")
            return
        for size in indexing.rebuild_index() if rebuild else indexing.sweep_unindexed():
            done += size
            # A line for each batch would fill the log of a large site.
            if done % PROGRESS_STEP < size:
                self.stdout.write(f"{done} of {max(total, done)} events indexed")
        self.stdout.write(self.style.SUCCESS(f"{done} events indexed."))
