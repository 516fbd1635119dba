"""The time-based jobs of ``helpdesk_housekeeping``."""

import datetime
import os

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.actions.refusals import history, nothing_done
from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.maintenance import housekeeping
from wagtail_helpdesk.models import (
    Attachment,
    Heartbeat,
    Notification,
    OutgoingMail,
    ServiceManager,
    StagedUpload,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.models.files import get_private_storage


@pytest.fixture
def run_housekeeping(capsys, db):
    """A function that runs the command and returns its lines."""

    def call(*words):
        call_command("helpdesk_housekeeping", *words)
        return capsys.readouterr().out.splitlines()

    return call


@pytest.fixture
def staged_upload(people):
    """A file kept beside a form of Léa."""
    return StagedUpload.objects.create(
        user=people.lea, file=ContentFile(b"half a form", "x.txt"), name="x.txt", size=11
    )


def age(path, **by):
    """Make a stored file older."""
    moment = (timezone.now() - datetime.timedelta(**by)).timestamp()
    os.utime(get_private_storage().path(path), (moment, moment))


def left_by(person):
    ServiceManager.objects.filter(user=person).delete()


# -- resuming ------------------------------------------------------------------------------------


def test_a_postponed_ticket_resumes_on_its_day(
    taken, people, a_day_to_come, travel, run_housekeeping
):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    travel(to=a_day_to_come)
    assert run_housekeeping() == ["resume tickets: 1"]
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("in_progress", people.karim)


def test_a_ticket_whose_day_was_missed_resumes_as_well(
    taken, people, a_day_to_come, travel, run_housekeeping
):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    travel(days=60)
    assert run_housekeeping() == ["resume tickets: 1"]


def test_a_postponed_ticket_does_not_resume_early(taken, people, a_day_to_come, run_housekeeping):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    with nothing_done(taken):
        assert run_housekeeping() == []


def test_a_ticket_postponed_without_a_day_never_resumes(postponed, travel, run_housekeeping):
    travel(days=2000)
    with nothing_done(postponed):
        assert run_housekeeping() == []


# -- expiring ------------------------------------------------------------------------------------


def test_a_closure_that_was_never_answered_expires(closed, travel, run_housekeeping):
    travel(days=15)
    assert run_housekeeping() == ["expire tickets: 1"]
    closed.refresh_from_db()
    assert closed.status == "expired"


def test_a_closure_does_not_expire_early(closed, travel, run_housekeeping):
    travel(days=13)
    with nothing_done(closed):
        assert run_housekeeping() == []


# -- handing over --------------------------------------------------------------------------------


def test_a_deactivated_manager_is_treated_as_removed(taken, people, run_housekeeping):
    people.karim.is_active = False
    people.karim.save()
    assert run_housekeeping() == ["hand over tickets: 1"]
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("free", None)
    assert history(taken)[-1] == "release"


def test_tickets_of_a_manager_removed_by_other_means_are_handed_over(
    taken, people, run_housekeeping
):
    left_by(people.karim)
    assert run_housekeeping() == ["hand over tickets: 1"]


def test_the_algorithm_of_the_category_finds_a_colleague(taken, general, people, run_housekeeping):
    general.algorithm = "first"
    general.save()
    left_by(people.karim)
    run_housekeeping()
    taken.refresh_from_db()
    assert taken.assignee == people.sophie


def test_a_manager_of_another_service_does_not_count(taken, people, run_housekeeping):
    left_by(people.karim)
    other = type(taken.service).objects.create(name="DSI")
    ServiceManager.objects.create(service=other, user=people.karim)
    assert run_housekeeping() == ["hand over tickets: 1"]


def test_ended_tickets_of_leavers_are_left_alone(closed, people, run_housekeeping):
    left_by(people.karim)
    with nothing_done(closed):
        assert run_housekeeping() == []


def test_a_ticket_both_due_and_left_behind_is_done_once_for_each(
    taken, people, a_day_to_come, travel, run_housekeeping
):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    left_by(people.karim)
    travel(to=a_day_to_come)
    assert run_housekeeping() == ["resume tickets: 1", "hand over tickets: 1"]


# -- following -----------------------------------------------------------------------------------


def test_deactivated_followers_are_removed(ticket, people, run_housekeeping):
    actions.follow(ticket, by=people.lea)
    User.objects.filter(pk=people.lea.pk).update(is_active=False)
    assert run_housekeeping() == ["remove subscriptions: 1"]
    User.objects.filter(pk=people.lea.pk).update(is_active=True)
    assert not Subscription.objects.get(user=people.lea).following


def test_followers_who_left_the_groups_of_the_service_are_removed(
    ticket, people, general, run_housekeeping
):
    actions.change_visibility(ticket, by=people.lea, to="public")
    actions.configuration.change_service(
        general, by=None, everyone=False, groups=people.victor.groups.all()
    )
    actions.follow(ticket, by=people.victor)
    people.victor.groups.clear()
    assert run_housekeeping() == ["remove subscriptions: 1"]
    assert run_housekeeping() == []


def test_followers_who_still_see_the_ticket_stay(ticket, people, run_housekeeping):
    for person in (people.lea, people.karim):
        actions.follow(ticket, by=person)
    assert run_housekeeping() == []


# -- files and traces ----------------------------------------------------------------------------


def test_staged_uploads_are_deleted_after_two_days(staged_upload, travel, run_housekeeping):
    travel(days=3)
    assert run_housekeeping() == ["delete staged uploads: 1"]
    assert not StagedUpload.objects.exists()
    assert not get_private_storage().exists(staged_upload.file.name)


def test_recent_staged_uploads_are_kept(staged_upload, travel, run_housekeeping):
    travel(days=1)
    assert run_housekeeping() == []
    assert get_private_storage().exists(staged_upload.file.name)


def test_a_file_of_a_rolled_back_action_is_deleted(db, run_housekeeping):
    """R-29"""
    path = get_private_storage().save("ab/" + "ab" * 16, ContentFile(b"orphan"))
    age(path, days=2)
    assert run_housekeeping() == ["delete orphan files: 1"]
    assert not get_private_storage().exists(path)


def test_a_recent_upload_without_a_row_is_kept(db, run_housekeeping):
    path = get_private_storage().save("ab/" + "ab" * 16, ContentFile(b"being recorded"))
    assert run_housekeeping() == []
    assert get_private_storage().exists(path)


def test_attached_and_staged_files_are_not_orphans(taken, people, staged_upload, run_housekeeping):
    actions.attach(taken, by=people.lea, files=[photo()])
    for path in (Attachment.objects.get().file.name, staged_upload.file.name):
        age(path, days=400)
    assert run_housekeeping() == []


def test_foreign_files_in_the_storage_are_kept(db, run_housekeeping):
    for path in ("report.pdf", "documents/report.pdf", "ab/report.pdf", "abc/" + "ab" * 16):
        get_private_storage().save(path, ContentFile(b"of another person"))
        age(path, days=400)
    assert run_housekeeping() == []


def test_a_row_whose_file_is_missing_is_no_failure(taken, people, run_housekeeping):
    """R-29"""
    actions.attach(taken, by=people.lea, files=[photo()])
    get_private_storage().delete(Attachment.objects.get().file.name)
    assert run_housekeeping() == []


def test_old_notifications_are_deleted_and_waiting_mails_are_kept(
    ticket, people, travel, run_housekeeping
):
    event = ticket.events.get()

    def mail(state, **more):
        return OutgoingMail.objects.create(user=people.lea, message_id=state, state=state, **more)

    sent = mail("sent", sent_at=timezone.now())
    Notification.objects.create(event=event, user=people.lea, reason="requester", mail=sent)
    Notification.objects.create(event=event, user=people.karim, reason="member", skipped="muted")
    waiting = Notification.objects.create(
        event=event, user=people.sophie, reason="member", mail=mail("pending")
    )
    travel(days=89)
    assert run_housekeeping() == []
    travel(days=91)
    assert run_housekeeping() == ["delete notifications: 1", "delete e-mails: 1"]
    assert list(Notification.objects.all()) == [waiting]
    assert list(OutgoingMail.objects.all()) == [waiting.mail]


def test_recent_notifications_are_kept(ticket, people, travel, run_housekeeping):
    event = ticket.events.get()
    Notification.objects.create(event=event, user=people.lea, reason="requester", skipped="muted")
    travel(days=91)
    kept = Notification.objects.create(
        event=event, user=people.karim, reason="member", skipped="muted"
    )
    run_housekeeping()
    assert list(Notification.objects.all()) == [kept]


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def much_to_do(taken, staged_upload, heating, people, a_day_to_come, travel):
    """One thing for each job about tickets and files, two months later."""
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    shut = actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Urgent.")
    actions.take_and_close(shut, by=people.karim)
    left = actions.open_ticket(heating, by=people.lea, subject="Lavabo", text="Bouché.")
    actions.take(left, by=people.julien)
    people.julien.is_active = False
    people.julien.save()
    orphan = get_private_storage().save("ab/" + "ab" * 16, ContentFile(b"orphan"))
    travel(days=60)
    return orphan


def test_a_dry_run_shows_what_is_due_and_changes_nothing(much_to_do, run_housekeeping):
    before = list(Ticket.objects.values())
    lines = run_housekeeping("--dry-run")
    assert [line.partition(":")[0] for line in lines] == [
        "would resume tickets",
        "would expire tickets",
        "would hand over tickets",
        "would delete staged uploads",
        "would delete orphan files",
    ]
    assert list(Ticket.objects.values()) == before
    assert get_private_storage().exists(much_to_do)
    assert StagedUpload.objects.exists()
    assert not Heartbeat.objects.exists()


def test_the_second_run_finds_nothing_to_do(much_to_do, run_housekeeping):
    assert len(run_housekeeping()) == 5
    known = list(Ticket.objects.values())
    assert run_housekeeping() == []
    assert list(Ticket.objects.values()) == known


def test_verbosity_zero_prints_nothing(much_to_do, run_housekeeping):
    assert run_housekeeping("--verbosity", "0") == []


def test_one_ticket_that_fails_does_not_stop_the_others(
    heating, people, travel, run_housekeeping, monkeypatch, caplog
):
    tickets = []
    for subject in ("Un", "Deux", "Trois"):
        ticket = actions.open_ticket(heating, by=people.lea, subject=subject, text="Froid.")
        actions.take_and_close(ticket, by=people.karim)
        tickets.append(ticket)
    travel(days=20)
    expire = actions.expire

    def fail_on_the_second(ticket, **form):
        if ticket == tickets[1]:
            raise RuntimeError("no luck")
        return expire(ticket, **form)

    monkeypatch.setattr(housekeeping.actions, "expire", fail_on_the_second)
    with pytest.raises(CommandError, match="1 failed"):
        run_housekeeping()
    assert "no luck" in caplog.text
    assert f"#{tickets[1].number}" in caplog.text
    assert list(Ticket.objects.order_by("pk").values_list("status", flat=True)) == [
        "expired",
        "closed",
        "expired",
    ]
    monkeypatch.undo()


def test_a_ticket_that_a_person_changes_meanwhile_is_no_failure(
    closed, people, travel, run_housekeeping, monkeypatch
):
    travel(days=15)
    due = housekeeping.find_due_expiries

    def overtaken():
        tickets = list(due())
        actions.approve_closure(closed, by=people.lea)
        return tickets

    job = housekeeping.Job("expire", overtaken, lambda ticket: actions.expire(ticket))
    assert housekeeping.run_job(job) == (0, 0)
    assert closed.status == "approved"
