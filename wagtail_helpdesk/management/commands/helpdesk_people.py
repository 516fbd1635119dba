"""Synchronise the helpdesk with the directory: managers from groups, and people who left."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wagtail_helpdesk.actions import HandOverPolicy
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import DirectoryError, DirectoryUnavailable
from wagtail_helpdesk.directory.refreshing import TakenIdentifier, get_changes
from wagtail_helpdesk.maintenance import directory_sync
from wagtail_helpdesk.names import get_display_name


class Command(BaseCommand):
    """Synchronises managers with directory groups and hands over the tickets of leavers."""

    help = (
        "Makes the members of the groups in DIRECTORY_GROUPS managers, removes those it added who "
        "left their group, and deactivates managers, permanent guests and people in charge who "
        "are no longer in the directory; their open tickets are handed over. Names, e-mail addresses "
        "and new identifiers of these people, and of requesters and guests of open tickets, are "
        "taken from the directory. Changes "
        "nothing when the directory does not answer, or when it would remove too many. "
        "For cron, once a day; exits with 1 if anything needs attention."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would change, and stop"
        )
        parser.add_argument(
            "--then",
            choices=[HandOverPolicy.ALGORITHM.value, HandOverPolicy.FREE.value],
            default=HandOverPolicy.ALGORITHM.value,
            help="what happens to open tickets (default: the category's automatic assignment)",
        )
        parser.add_argument(
            "--share-limit",
            type=float,
            metavar="SHARE",
            help="use this instead of LEAVERS_SHARE_LIMIT for this run, 0 to 1",
        )

        parser.add_argument(
            "--rename",
            nargs=2,
            metavar=("OLD", "NEW"),
            help="give the account OLD the identifier NEW of the directory, and stop",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Plan, check the plan, then change."""
        if options["rename"]:
            self._rename(*options["rename"])
            return
        try:
            plan = directory_sync.make_plan()
            self._show(plan)
            self._check(plan, options["share_limit"])
            if options["dry_run"]:
                self.stdout.write("Dry run: nothing was changed.")
            else:
                self._apply(plan, HandOverPolicy(options["then"]))
        except DirectoryUnavailable as error:
            raise CommandError(
                f"The directory did not answer ({error.reason}: {error.detail}). "
                "Steps not listed as done were not done."
            ) from error
        if plan.problems:
            raise CommandError("\n".join(plan.problems))

    def _rename(self, before: str, after: str) -> None:
        try:
            user = directory_sync.rename_account(before, after)
        except (DirectoryError, TakenIdentifier) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"done: {before} is now {user.get_username()}")

    def _show(self, plan: directory_sync.Plan) -> None:
        for service, candidate in plan.joining:
            self.stdout.write(f"joins {service}: {candidate.full_name} ({candidate.identifier})")
        for manager in plan.parting:
            self.stdout.write(f"parts from {manager.service}: {manager}")
        for user in plan.leavers:
            self.stdout.write(f"left the directory: {get_display_name(user)} ({user})")
        for profile in plan.outdated:
            for name, (before, after) in get_changes(profile).items():
                self.stdout.write(f"refreshes {profile.user}: {name} {before!r} → {after!r}")
        self.stdout.write(
            f"{len(plan.joining)} to add, {len(plan.parting)} of {plan.synchronised} to remove, "
            f"{len(plan.leavers)} of {plan.looked_up} left the directory."
        )

    def _check(self, plan: directory_sync.Plan, share: float | None) -> None:
        limit = helpdesk_settings.LEAVERS_SHARE_LIMIT if share is None else share
        try:
            plan.check(limit)
        except directory_sync.TooManyChanges as error:
            raise CommandError(
                f"Stopped, and nothing was changed: {error}, more than the limit of {limit:.0%}. "
                "If that is right, run it once with a larger --share-limit."
            ) from error

    def _apply(self, plan: directory_sync.Plan, then: HandOverPolicy) -> None:
        for line in directory_sync.apply_plan(plan, then=then):
            self.stdout.write(f"done: {line}")
