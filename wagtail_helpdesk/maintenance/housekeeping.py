"""What time does to tickets, files and traces: what is due, and what is done about it."""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.closing import get_expiry_limit
from wagtail_helpdesk.actions.handover import hand_over_ticket
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import (
    Attachment,
    Notification,
    OutgoingMail,
    ServiceManager,
    StagedUpload,
    Submission,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.models.files import get_private_storage
from wagtail_helpdesk.notifications import delivery_log

logger = logging.getLogger(__name__)

#: How long a file may lie without a row: an upload that is still being recorded has none yet.
GRACE = datetime.timedelta(days=1)
#: Paths as `random_path` makes them: nothing else in the storage is ours to remove.
_FOLDER, _NAME = re.compile(r"[0-9a-f]{2}"), re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Job:
    """Something to do about everything that is due. Once done, it is due no longer."""

    name: str
    due: Callable[[], Iterable[Any]]
    do: Callable[[Any], object]


def run_jobs(job: Job) -> tuple[int, int]:
    """Do a job, and return how often it was done and how often it failed.

    What fails is logged and left for the next run; it never stops the others.
    """
    done = failed = 0
    for item in job.due():
        try:
            job.do(item)
        except (actions.NotNow, Ticket.DoesNotExist):
            # Somebody was faster: it is not due any more.
            continue
        except Exception:
            logger.exception("Housekeeping: %s: %s failed", job.name, item)
            failed += 1
        else:
            done += 1
    return done, failed


# -- tickets -------------------------------------------------------------------------------------


def find_due_resumptions() -> QuerySet[Ticket]:
    """Return the postponed tickets whose day has come."""
    today = timezone.localdate()
    return Ticket.objects.filter(status=Status.POSTPONED, resume_on__lte=today).order_by("pk")


def find_due_expiries() -> QuerySet[Ticket]:
    """Return the closures that their requesters did not answer in time."""
    return Ticket.objects.filter(
        status=Status.CLOSED, awaiting_since__lte=get_expiry_limit()
    ).order_by("pk")


def find_tickets_left_behind() -> QuerySet[Ticket]:
    """Return the open tickets of people who are not active, or do not manage the service any more."""
    works = ServiceManager.objects.filter(
        service=OuterRef("service"), user=OuterRef("assignee"), user__is_active=True
    )
    return Ticket.objects.filter(~Exists(works), is_open=True, assignee__isnull=False).order_by(
        "pk"
    )


def _hand_over(ticket: Ticket) -> None:
    assert ticket.assignee is not None  # noqa: S101 - left_behind() gives no others
    hand_over_ticket(ticket, ticket.assignee, actions.HandOverPolicy.ALGORITHM)


def find_outlived_subscriptions() -> QuerySet[Subscription]:
    """Return who still follows what an account closed, or groups changed elsewhere, hid from them."""
    return Subscription.objects.out_of_sight().order_by("pk")


def _stop_following(subscription: Subscription) -> None:
    # Asked again: the right to see may be back since it was found.
    Subscription.objects.filter(pk=subscription.pk).end_out_of_sight()


# -- files and traces ----------------------------------------------------------------------------


def find_old_staged_uploads() -> QuerySet[StagedUpload]:
    """Return the files of forms that nobody sent again."""
    limit = timezone.now() - datetime.timedelta(days=helpdesk_settings.SUBMISSION_DAYS)
    return StagedUpload.objects.filter(created_at__lt=limit).order_by("pk")


def find_old_submissions() -> Iterator[list[Any]]:
    """Yield the ids of forms that are too old to be sent again, 500 at a time."""
    limit = timezone.now() - datetime.timedelta(days=helpdesk_settings.SUBMISSION_DAYS)
    keys = list(Submission.objects.older_than(limit).values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        yield keys[start : start + 500]


def find_orphan_files() -> Iterator[str]:
    """Yield the paths of files that no row refers to: their act was undone, or their row deleted."""
    storage, limit = get_private_storage(), timezone.now() - GRACE
    for folder in _listed(storage, "")[0]:
        if not _FOLDER.fullmatch(folder):
            continue
        names = [name for name in _listed(storage, folder)[1] if _NAME.fullmatch(name)]
        for path in _without_row([f"{folder}/{name}" for name in names]):
            if storage.get_modified_time(path) < limit:
                yield path


def _listed(storage: Any, folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, names = storage.listdir(folder)
    except FileNotFoundError:
        return [], []
    return sorted(folders), sorted(names)


def _without_row(paths: list[str]) -> list[str]:
    known: set[str] = set()
    for model in (Attachment, StagedUpload):
        for start in range(0, len(paths), 500):
            rows = model._default_manager.filter(file__in=paths[start : start + 500])
            known.update(rows.values_list("file", flat=True))
    return [path for path in paths if path not in known]


def _delete(model: type[Model]) -> Callable[[list[int]], object]:
    return lambda keys: model._default_manager.filter(pk__in=keys).delete()


JOBS = (
    Job("resume", find_due_resumptions, lambda ticket: actions.resume(ticket, by=None)),
    Job("expire", find_due_expiries, lambda ticket: actions.expire(ticket)),
    Job("hand over", find_tickets_left_behind, _hand_over),
    Job("stop following", find_outlived_subscriptions, _stop_following),
    Job("forget kept files", find_old_staged_uploads, StagedUpload.discard),
    Job("forget submissions", find_old_submissions, _delete(Submission)),
    Job("remove orphan files", find_orphan_files, lambda path: get_private_storage().delete(path)),
    Job("forget traces", delivery_log.find_old_notifications, _delete(Notification)),
    Job("forget mails", delivery_log.find_old_mails, _delete(OutgoingMail)),
)
