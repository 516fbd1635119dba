"""Render stored texts again."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from wagtail_helpdesk.maintenance import rendering
from wagtail_helpdesk.models import Event

#: Messages between two lines of progress.
PROGRESS_STEP = 10_000


class Command(BaseCommand):
    """``helpdesk_render [--all] [--dry-run]``: idempotent, can be interrupted and repeated."""

    help = (
        "Renders the messages of earlier versions of the renderer again, and the descriptions of"
        " services and categories. For after an upgrade."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="render every message again")
        parser.add_argument("--dry-run", action="store_true", help="only count the messages")

    def handle(self, *, all: bool, dry_run: bool, **options: Any) -> None:
        messages = Event.objects.exclude(text="") if all else rendering.find_outdated_messages()
        total, done = messages.count(), 0
        if dry_run:
            self.stdout.write(f"{total} messages to render.")
            return
        for size in rendering.render_messages(messages):
            done += size
            # A line for each batch would fill the log of a large site.
            if done % PROGRESS_STEP < size:
                self.stdout.write(f"{done} of {max(total, done)} messages rendered")
        descriptions = rendering.render_descriptions()
        self.stdout.write(
            self.style.SUCCESS(f"{done} messages rendered, {descriptions} descriptions changed.")
        )
