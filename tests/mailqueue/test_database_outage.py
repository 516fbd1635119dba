"""A database that is away for a moment, or changes under a statement: nothing is forgotten."""

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, MailState, Notification, OutgoingMail, SkipReason
from wagtail_helpdesk.notifications import alert_mail, dispatch
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


def away(*args, **kwargs):
    raise OperationalError("away")


@pytest.fixture
def fail_updates(monkeypatch):
    """The next updates fail, so many times."""
    update, left = QuerySet.update, []

    def failing(self, **changes):
        if left:
            raise left.pop()
        return update(self, **changes)

    monkeypatch.setattr(QuerySet, "update", failing)
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def fail(times):
        left[:] = [OperationalError("away")] * times

    return fail


@pytest.fixture
def claimed_mail(taken, people, forget_notifications):
    """A mail to Karim that is ours."""
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_waiting_events()
    claim = queue.claim_mails()
    return claim.mails[0], claim.token


def settled():
    return OutgoingMail.objects.get().state == MailState.SKIPPED


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("times", [1, 5])
def test_the_outcome_of_a_mail_is_stored_when_the_database_is_back(
    claimed_mail, fail_updates, times
):
    fail_updates(times)
    queue.settle_skipped(*claimed_mail, SkipReason.MUTED)
    assert settled()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_outcome_that_cannot_be_stored_is_an_error_after_the_last_try(
    claimed_mail, fail_updates
):
    fail_updates(6)
    with pytest.raises(OperationalError):
        queue.settle_skipped(*claimed_mail, SkipReason.MUTED)
    assert not settled()


def test_storing_an_outcome_is_not_retried_within_a_transaction(claimed_mail, fail_updates):
    assert connection.in_atomic_block
    fail_updates(1)
    with pytest.raises(OperationalError):
        queue.settle_skipped(*claimed_mail, SkipReason.MUTED)


def test_dispatch_stops_without_a_database_and_resumes(ticket, monkeypatch):
    monkeypatch.setattr(dispatch, "dispatch_event", away)
    with pytest.raises(OperationalError):
        dispatch_waiting_events()
    monkeypatch.undo()
    assert Event.objects.not_dispatched().exists()
    assert dispatch_waiting_events() == 4


def test_a_database_error_while_composing_does_not_count_against_the_mail(
    ticket, monkeypatch, smtp
):
    dispatch_waiting_events()
    monkeypatch.setattr(alert_mail, "compose_alert", away)
    with pytest.raises(OperationalError):
        deliver()
    assert not OutgoingMail.objects.filter(state=MailState.DEAD).exists()


def test_a_mail_sealed_between_two_statements_is_followed_by_another(
    taken, people, forget_notifications, monkeypatch
):
    forget_notifications()
    create, calls = QuerySet.bulk_create, []

    def too_late(self, rows, **options):
        # The first time the old mail still waits, so nothing is made; then it is sealed.
        if self.model is OutgoingMail and not calls.append(1) and len(calls) == 1:
            return []
        return create(self, rows, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", too_late)
    actions.comment(taken, by=people.lea, text="Allô ?")
    assert dispatch_waiting_events() == 1
    assert Notification.objects.get().mail is not None


def test_a_follower_who_lost_access_gets_no_mail(
    taken, people, recipients, forget_notifications, smtp
):
    actions.change_visibility(taken, by=people.lea, to="public")
    actions.follow(taken, by=people.victor)
    forget_notifications()
    actions.comment(taken, by=people.karim, text="J’arrive.")
    recipients()
    taken.service.everyone = False
    taken.service.save()
    deliver()
    assert Notification.objects.get(user=people.victor).skipped == SkipReason.NO_ACCESS
    assert people.victor.email not in {mail.recipient for mail in smtp.messages}
