"""Delivery to a mail server that fails in each possible way."""

import signal
import smtplib
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DataError
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import delivery, queue
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.mailqueue.smtp import (
    DeliveryStatus,
    LostLease,
    classify_error,
    describe_error,
)
from wagtail_helpdesk.models import (
    CircuitBreaker,
    Heartbeat,
    HelpdeskPreferences,
    MailState,
    Notification,
    OutgoingMail,
)
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications import alert_mail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def queue_mail(taken, people, forget_notifications, smtp):
    """One mail waits: Karim’s, at an address of the test’s choice."""

    def waiting(local_part="ok"):
        people.karim.email = f"{local_part}@example.org"
        people.karim.save()
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        dispatch_waiting_events()
        return OutgoingMail.objects.get()

    return waiting


def again():
    """Let the time pass that a mail waits before its next attempt."""
    OutgoingMail.objects.filter(state=MailState.PENDING).update(next_at=F("created_at"))
    CircuitBreaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))


def lease_runs_out():
    """Let the time pass for which a mail belongs to a process that is dead."""
    OutgoingMail.objects.filter(state=MailState.SENDING).update(lease_until=F("created_at"))


def state():
    outgoing = OutgoingMail.objects.get()
    return MailState(outgoing.state), outgoing.attempts, outgoing.ambiguous


class TestAcceptance:
    def test_an_accepted_mail_is_stored_as_sent(self, queue_mail, smtp):
        outgoing = queue_mail()
        assert deliver() == {MailState.SENT: 1}
        (mail,) = smtp.messages
        assert mail.message_id == outgoing.message_id
        assert state() == (MailState.SENT, 1, 0)

    def test_bounces_go_to_the_email_of_the_site(self, queue_mail, smtp):
        queue_mail()
        deliver()
        (mail,) = smtp.messages
        assert mail.sender == mail.message["From"].addresses[0].addr_spec
        assert mail.sender == "helpdesk@example.org"

    def test_a_mail_has_one_recipient(self, ticket, smtp):
        dispatch_waiting_events()
        deliver()
        assert [len(mail.recipients) for mail in smtp.messages] == [1, 1, 1, 1]

    def test_many_mails_use_one_connection(self, ticket, smtp):
        dispatch_waiting_events()
        deliver()
        assert smtp.connections == 1

    def test_a_sent_mail_is_not_sent_again(self, queue_mail, smtp):
        queue_mail()
        deliver()
        deliver()
        assert len(smtp.messages) == 1

    def test_delivery_records_a_heartbeat(self, db):
        deliver()
        assert Heartbeat.objects.filter(name="deliver").exists()


class TestRefusals:
    @pytest.mark.parametrize("mode", ["r4", "d4", "r421"])
    def test_a_temporary_rejection_is_retried_later(self, queue_mail, smtp, mode):
        outgoing = queue_mail(mode)
        deliver()
        assert state() == (MailState.PENDING, 1, 0)
        assert OutgoingMail.objects.get().next_at > timezone.now() + timedelta(seconds=40)
        assert smtp.messages == []
        OutgoingMail.objects.update(next_at=F("created_at"))
        type(outgoing.user).objects.filter(pk=outgoing.user_id).update(email="ok@example.org")
        deliver()
        assert state() == (MailState.SENT, 2, 0)
        assert len(smtp.messages) == 1

    def test_a_mail_to_an_unknown_email_fails_and_the_email_is_remembered(
        self, queue_mail, smtp, people
    ):
        queue_mail("r5")
        deliver()
        assert state() == (MailState.DEAD, 1, 0)
        assert OutgoingMail.objects.get().last_error.startswith("550 5.1.1")
        assert people.karim.helpdesk_preferences.refused_email == "r5@example.org"

    def test_nothing_is_sent_to_a_refused_email_until_it_changes(
        self, queue_mail, taken, people, recipients
    ):
        queue_mail("r5")
        deliver()
        actions.comment(taken, by=people.lea, text="Allô ?")
        assert recipients("comment") == {"karim": "refused_email"}
        people.karim.email = "ok@example.org"
        people.karim.save()
        actions.comment(taken, by=people.lea, text="Allô ?")
        assert recipients("comment") == {"karim": "in_charge"}

    def test_a_rejected_content_does_not_mark_the_email(self, queue_mail, people):
        queue_mail("d5")
        deliver()
        assert state() == (MailState.DEAD, 1, 0)
        assert OutgoingMail.objects.get().last_error.startswith("554")
        assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()

    def test_a_rejection_does_not_affect_other_mails(self, ticket, people, smtp):
        people.sophie.email = "r5@example.org"
        people.sophie.save()
        dispatch_waiting_events()
        assert deliver() == {MailState.SENT: 3, MailState.DEAD: 1}
        assert len(smtp.messages) == 3

    def test_a_rejected_sender_does_not_mark_the_email(self, queue_mail, people, smtp):
        queue_mail("norelay")
        deliver()
        assert state() == (MailState.PENDING, 1, 0)
        assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()

    @pytest.mark.parametrize(
        ("attempts", "expected"),
        [(queue.GIVE_UP_ATTEMPTS, MailState.DEAD), (12, MailState.PENDING)],
    )
    def test_a_mail_deferred_for_days_is_abandoned_but_not_one_that_waited_for_them(
        self, queue_mail, attempts, expected
    ):
        queue_mail("r4")
        OutgoingMail.objects.update(
            created_at=timezone.now() - timedelta(days=4), attempts=attempts
        )
        deliver()
        assert OutgoingMail.objects.get().state == expected

    def test_a_mail_sent_again_has_all_its_attempts(self, queue_mail):
        queue_mail("r4")
        old = timezone.now() - timedelta(days=4)
        OutgoingMail.objects.update(
            state=MailState.DEAD, failed_at=old, created_at=old, attempts=queue.GIVE_UP_ATTEMPTS
        )
        queue.send_again(OutgoingMail.objects.get())
        deliver()
        assert state() == (MailState.PENDING, 1, 0)


class TestAmbiguity:
    def test_a_connection_lost_after_the_message_is_retried_once(self, queue_mail, smtp):
        queue_mail("dropafter")
        deliver()
        assert state() == (MailState.PENDING, 1, 1)
        again()
        deliver()
        assert state() == (MailState.UNCERTAIN, 2, 2)
        again()
        deliver()
        assert len(smtp.messages) == 2
        assert len({mail.message_id for mail in smtp.messages}) == 1

    def test_a_timeout_after_the_message_is_ambiguous(self, queue_mail):
        queue_mail("hangdata")
        deliver()
        assert state() == (MailState.PENDING, 1, 1)

    def test_a_timeout_before_the_message_is_not_ambiguous(self, queue_mail, smtp):
        queue_mail("hangrcpt")
        deliver()
        assert state() == (MailState.PENDING, 1, 0)
        assert smtp.messages == []

    def test_a_process_killed_while_handing_over_causes_one_more_attempt(self, queue_mail, smtp):
        outgoing = queue_mail()
        for round_ in (0, 1):
            claim = queue.claim_mails()
            assert [mail.pk for mail in claim.mails] == [outgoing.pk]
            assert OutgoingMail.objects.get().ambiguous == round_
            queue.mark_handed_over(outgoing, claim.token)
            lease_runs_out()
        deliver()
        assert OutgoingMail.objects.get().state == MailState.UNCERTAIN
        assert smtp.messages == []

    def test_a_process_killed_before_handing_over_is_not_ambiguous(self, queue_mail, smtp):
        queue_mail()
        queue.claim_mails()
        lease_runs_out()
        deliver()
        assert state() == (MailState.SENT, 2, 0)
        assert len(smtp.messages) == 1


class TestServerFailure:
    """Its failures open the circuit and burn no attempts."""

    def test_a_server_that_does_not_greet_opens_the_circuit(self, queue_mail, smtp):
        queue_mail()
        smtp.mode = "hangbanner"
        deliver()
        assert state() == (MailState.PENDING, 0, 0)
        assert queue.is_circuit_open()

    def test_mails_survive_two_days_without_a_server(self, queue_mail, smtp, settings):
        queue_mail()
        settings.EMAIL_PORT = 9
        for _ in range(60):
            again()
            deliver()
        assert state() == (MailState.PENDING, 0, 0)
        assert "refused" in CircuitBreaker.objects.get().last_error
        settings.EMAIL_PORT = smtp.port
        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=48))
        again()
        assert deliver() == {MailState.SENT: 1}
        assert CircuitBreaker.objects.get().failures == 0

    def test_nothing_is_sent_while_the_circuit_is_open(self, queue_mail, smtp):
        queue_mail()
        queue.open_circuit("down")
        assert deliver() == {}
        assert smtp.connections == 0

    def test_a_wrong_password_opens_the_circuit(self, queue_mail, settings):
        from tests.servers.smtp import smtp_server

        with smtp_server(auth=True) as server:
            settings.EMAIL_PORT, server.mode = server.port, "auth535"
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "helpdesk", "wrong"
            queue_mail()
            deliver()
        assert state() == (MailState.PENDING, 0, 0)
        assert CircuitBreaker.objects.get().last_error.startswith("535")

    def test_a_single_mail_tests_a_server_that_failed(self, ticket, smtp):
        dispatch_waiting_events()
        queue.open_circuit("down")
        again()
        assert deliver() == {MailState.SENT: 4}
        assert not queue.is_circuit_open()


class TestBrokenMails:
    @pytest.fixture
    def broken_for(self, monkeypatch):
        """Make the mails to one person impossible to write: an error, or None for no end."""
        compose = alert_mail.compose_alert

        def broken_for(user, error=RuntimeError("template")):  # noqa: B008
            def breaking(outgoing, *rest):
                if outgoing.user_id == user.pk and error:
                    raise error
                while outgoing.user_id == user.pk:
                    # The time is up at once: the test waits for nothing.
                    signal.raise_signal(signal.SIGALRM)
                return compose(outgoing, *rest)

            monkeypatch.setattr(alert_mail, "compose_alert", breaking)

        return broken_for

    def test_a_mail_that_cannot_be_composed_fails_alone(self, ticket, people, smtp, broken_for):
        broken_for(people.sophie)
        dispatch_waiting_events()
        for _ in range(queue.MAX_UNANSWERED + 2):
            deliver()
            again()
        dead = OutgoingMail.objects.get(user=people.sophie)
        assert (dead.state, dead.attempts) == (MailState.DEAD, queue.MAX_UNANSWERED)
        assert dead.last_error == "RuntimeError: template"
        assert len(smtp.messages) == 3

    @pytest.mark.parametrize(
        "error",
        [ValueError("a\x00b\ud800c"), DataError("too long"), RecursionError("deep")],
        ids=["words that cannot be stored", "database", "recursion"],
    )
    def test_a_mail_that_always_fails_is_abandoned_and_the_others_are_sent(
        self, ticket, people, smtp, broken_for, error, monkeypatch
    ):
        # The report of this test could not be written either.
        monkeypatch.setattr(delivery.logger, "disabled", True)
        broken_for(people.sophie, error)
        dispatch_waiting_events()
        for _ in range(queue.MAX_UNANSWERED + 2):
            deliver()
            again()
        assert OutgoingMail.objects.get(user=people.sophie).state == MailState.DEAD
        assert len(smtp.messages) == 3

    def test_a_mail_whose_composition_never_ends_is_abandoned_alone(
        self, ticket, people, smtp, broken_for
    ):
        broken_for(people.sophie, None)
        dispatch_waiting_events()
        for _ in range(queue.MAX_UNANSWERED + 2):
            deliver()
            again()
        dead = OutgoingMail.objects.get(user=people.sophie)
        assert (dead.state, dead.attempts) == (MailState.DEAD, queue.MAX_UNANSWERED)
        assert "TookTooLong" in dead.last_error
        assert len(smtp.messages) == 3

    def test_in_a_thread_a_mail_is_written_without_an_alarm(self):
        def write():
            with delivery._time_limit(20):
                return signal.getitimer(signal.ITIMER_REAL)[0]

        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(write).result() == 0

    def test_the_alarm_of_a_caller_goes_on_after_a_mail(self, queue_mail, smtp):
        former = signal.signal(signal.SIGALRM, lambda *args: None)
        signal.setitimer(signal.ITIMER_REAL, 3000)
        try:
            queue_mail()
            deliver()
            assert signal.getitimer(signal.ITIMER_REAL)[0] > delivery.MAX_COMPOSE_TIME
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)

    def test_a_mail_that_crashes_its_process_fails_alone(self, ticket, smtp):
        dispatch_waiting_events()
        killer = OutgoingMail.objects.order_by("pk").first()
        for _ in range(12):
            lease_runs_out()
            claim = queue.claim_mails()
            if not any(mail.pk == killer.pk for mail in claim.mails):
                queue.release_mails(claim.mails, claim.token)
        lease_runs_out()
        deliver()
        killer.refresh_from_db()
        assert killer.state == MailState.DEAD
        assert killer.last_error
        assert len(smtp.messages) == 3


class TestClaims:
    def test_a_process_whose_lease_expired_sends_nothing(self, queue_mail):
        outgoing = queue_mail()
        first = queue.claim_mails()
        lease_runs_out()
        second = queue.claim_mails()
        with pytest.raises(LostLease):
            queue.mark_handed_over(outgoing, first.token)
        queue.mark_handed_over(outgoing, second.token)

    def test_a_released_mail_is_as_before_the_claim(self, queue_mail):
        queue_mail()
        before = OutgoingMail.objects.values().get()
        claim = queue.claim_mails()
        queue.release_mails(claim.mails, claim.token)
        assert OutgoingMail.objects.values().get() == before | {"sealed": True}

    def test_mails_tried_before_are_claimed_one_by_one(self, ticket):
        dispatch_waiting_events()
        OutgoingMail.objects.update(attempts=1)
        assert len(queue.claim_mails().mails) == 1

    def test_a_mail_tried_before_is_not_claimed_together_with_new_ones(self, ticket):
        dispatch_waiting_events()
        tried = OutgoingMail.objects.order_by("pk").last()
        OutgoingMail.objects.filter(pk=tried.pk).update(attempts=1)
        claimed = {mail.pk for mail in queue.claim_mails().mails}
        assert claimed == set(
            OutgoingMail.objects.exclude(pk=tried.pk).values_list("pk", flat=True)
        )

    def test_a_released_mail_stays_sealed(self, queue_mail, taken, people):
        """What comes after the first claim travels in the next mail."""
        queue_mail()
        claim = queue.claim_mails()
        queue.release_mails(claim.mails, claim.token)
        actions.comment(taken, by=people.lea, text="Encore.")
        dispatch_waiting_events()
        assert OutgoingMail.objects.count() == 2

    def test_a_later_alert_overtakes_bulk_mails(self, queue_mail, ticket, people, smtp):
        queue_mail()
        OutgoingMail.objects.update(bulk=True)
        actions.comment(ticket, by=people.karim, text="À moi.")
        dispatch_waiting_events()
        deliver()
        assert [mail.recipient for mail in smtp.messages] == [people.lea.email, "ok@example.org"]

    def test_delivery_stops_after_the_current_mail(self, ticket, smtp):
        dispatch_waiting_events()
        deliver(lambda: bool(smtp.messages))
        assert len(smtp.messages) == 1
        assert OutgoingMail.objects.filter(state=MailState.PENDING, attempts=0).count() == 3

    def test_a_mail_of_an_unknown_kind_waits(self, queue_mail):
        queue_mail()
        OutgoingMail.objects.update(kind="postcard")
        assert deliver() == {}
        assert state() == (MailState.PENDING, 0, 0)

    def test_a_mail_claimed_by_another_process_is_not_changed(self, queue_mail):
        outgoing = queue_mail()
        claim = queue.claim_mails()
        OutgoingMail.objects.update(token=uuid.uuid4())
        queue.settle_skipped(outgoing, claim.token, "muted")
        assert OutgoingMail.objects.get().state == MailState.SENDING


class TestCheckedAgain:
    """Rights and preferences are those of the moment of sending."""

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"email": ""}, "no_email"),
            ({"email": "nobody"}, "bad_email"),
            ({"is_active": False}, "inactive"),
        ],
    )
    def test_a_person_who_cannot_get_mail_is_checked_again(self, queue_mail, people, change, why):
        queue_mail()
        type(people.karim).objects.filter(pk=people.karim.pk).update(**change)
        deliver()
        assert OutgoingMail.objects.get().skipped == Notification.objects.get().skipped == why

    def test_access_is_checked_again_before_sending(self, queue_mail, people, general):
        queue_mail()
        general.managers.filter(user=people.karim).delete()
        deliver()
        assert Notification.objects.get().skipped == "no_access"

    def test_preferences_are_checked_again_before_sending(self, queue_mail, people):
        queue_mail()
        HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
        deliver()
        assert Notification.objects.get().skipped == "switched_off"

    def test_muting_is_checked_again_before_sending(self, queue_mail, people, taken):
        queue_mail()
        actions.mute(taken, by=people.karim)
        deliver()
        assert Notification.objects.get().skipped == "muted"

    def test_a_question_ignores_muting(self, taken, people, forget_notifications, smtp):
        forget_notifications()
        actions.close(taken, by=people.karim)
        dispatch_waiting_events()
        actions.mute(taken, by=people.lea)
        deliver()
        assert [mail.recipient for mail in smtp.messages] == [people.lea.email]

    def test_a_mailbox_no_longer_set_for_the_category_gets_no_mail(self, general, ticket, smtp):
        general.alert_address = "team@example.org"
        general.save()
        ticket.events.update(dispatched_at=None)
        dispatch_waiting_events()
        general.alert_address = ""
        general.save()
        deliver()
        assert "team@example.org" not in [mail.recipient for mail in smtp.messages]

    @pytest.fixture
    def alert_extra_address(self, general, heating, people, smtp):
        """Notify an extra address of a new ticket; deliver the mail and return the outcome."""

        def alerted(address, meanwhile=lambda: None):
            general.alert_address = address
            general.save()
            actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
            dispatch_waiting_events()
            meanwhile()
            deliver()
            return Notification.objects.get(email=address).skipped or "notified"

        return alerted

    @pytest.mark.parametrize("name", ["victor", "VICTOR"])
    def test_the_mailbox_of_a_person_without_access_gets_no_mail(
        self, alert_extra_address, people, name
    ):
        people.victor.email = "victor@example.org"
        people.victor.save()
        assert alert_extra_address(f"{name}@example.org") == "no_access"

    def test_the_mailbox_of_a_manager_gets_mail(self, alert_extra_address, general, people):
        assert alert_extra_address(people.sophie.email) == "notified"

    @pytest.mark.parametrize("way", ["removed", "deactivated"])
    def test_the_mailbox_of_a_former_manager_gets_no_mail(
        self, alert_extra_address, general, people, way
    ):
        def leave():
            if way == "removed":
                general.managers.filter(user=people.sophie).delete()
            type(people.sophie).objects.filter(pk=people.sophie.pk).update(
                is_active=way == "removed"
            )

        assert alert_extra_address(people.sophie.email, leave) == "no_access"

    def test_a_mailbox_shared_with_a_person_with_access_gets_mail(
        self, alert_extra_address, people
    ):
        people.victor.email = people.sophie.email
        people.victor.save()
        assert alert_extra_address(people.sophie.email) == "notified"

    def test_a_deleted_ticket_sends_no_mail(self, queue_mail, taken, smtp):
        queue_mail()
        with unguarded():
            taken.delete()
        assert deliver() == {}
        assert smtp.messages == []


def test_waiting_mails_survive_a_change_of_the_secret_key(queue_mail, smtp, settings):
    queue_mail()
    settings.SECRET_KEY = "another"
    deliver()
    assert len(smtp.messages) == 1


def test_any_mail_back_end_works(ticket, mailoutbox):
    dispatch_waiting_events()
    assert deliver() == {MailState.SENT: 4}
    assert len(mailoutbox) == 4


def test_a_mail_is_retried_when_the_back_end_fails(ticket, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    def fail(self, messages):
        raise OSError("503 from the service")

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    dispatch_waiting_events()
    assert deliver() == {MailState.PENDING: 4}
    assert not OutgoingMail.objects.filter(ambiguous__gt=0).exists()


def test_mails_contain_what_visible_to_allows(
    ticket, people, send_mails, django_assert_max_num_queries
):
    """The check at sending and ``visible_to`` are one rule."""
    from wagtail_helpdesk.access import get_readable_audiences
    from wagtail_helpdesk.lifecycle import Audience

    actions.invite(ticket, by=people.karim, users=[people.ines])
    for audience in (Audience.EVERYONE, Audience.REQUESTER):
        actions.comment(ticket, by=people.karim, text="Bonjour.", audience=audience)
    actions.note(ticket, by=people.karim, text="Note.")
    for user in vars(people).values():
        readable = get_readable_audiences(ticket.roles_of(user))
        assert set(ticket.events.filter(audience__in=readable)) == set(
            ticket.events.visible_to(user, own=False)
        )


def test_many_mails_about_a_ticket_take_few_queries(ticket, people, forget_notifications, smtp):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from wagtail_helpdesk.models import Guest

    model = type(people.lea)
    users = model.objects.bulk_create(
        model(username=f"g{n}", email=f"g{n}@example.org") for n in range(20)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)
    forget_notifications()
    actions.comment(ticket, by=people.lea, text="À tous.")
    dispatch_waiting_events()
    with CaptureQueriesContext(connection) as queries:
        assert deliver() == {MailState.SENT: 20}
    # What they may read and do; the mark before the message; what became of it.
    assert len(queries) <= 20 * 3 + 50


def test_a_mail_claimed_by_another_process_while_composing_is_not_sent(
    queue_mail, smtp, monkeypatch
):
    compose = alert_mail.compose_alert

    def slow(outgoing, *words):
        OutgoingMail.objects.update(token=uuid.uuid4())
        return compose(outgoing, *words)

    queue_mail()
    monkeypatch.setattr(alert_mail, "compose_alert", slow)
    assert deliver() == {}
    assert smtp.messages == []


def test_storing_an_outcome_is_retried_after_a_database_error(queue_mail, monkeypatch):
    from django.db import OperationalError
    from django.db.models import QuerySet

    outgoing = queue_mail()
    claim = queue.claim_mails()
    update, failures = QuerySet.update, [OperationalError("away")]

    def failing(self, **changes):
        if failures:
            raise failures.pop()
        return update(self, **changes)

    monkeypatch.setattr(QuerySet, "update", failing)
    monkeypatch.setattr(queue, "_reset_connection", lambda: True)
    queue.settle_skipped(outgoing, claim.token, "muted")
    assert OutgoingMail.objects.get().state == MailState.SKIPPED


@pytest.mark.parametrize(
    ("code", "answer", "result"),
    [
        (550, "5.1.1 User unknown", DeliveryStatus.NO_SUCH_EMAIL),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", DeliveryStatus.NO_SUCH_EMAIL),
        (551, "User not local", DeliveryStatus.NO_SUCH_EMAIL),
        (550, "No such user here", DeliveryStatus.NO_SUCH_EMAIL),
        (550, "5.7.1 Unable to relay", DeliveryStatus.LATER),
        (550, "5.7.1 Client host blocked using zen.spamhaus.org", DeliveryStatus.LATER),
        (553, "5.7.1 Sender address rejected: not owned by user", DeliveryStatus.LATER),
        (550, "5.1.8 Sender address rejected: Domain not found", DeliveryStatus.LATER),
        (552, "5.2.2 Mailbox full", DeliveryStatus.LATER),
        (552, "Mailbox full", DeliveryStatus.LATER),
        (554, "5.7.1 Relay access denied", DeliveryStatus.LATER),
        (450, "4.1.1 Unverified address", DeliveryStatus.LATER),
    ],
)
def test_a_rejected_recipient_is_classified(code, answer, result):
    refused = smtplib.SMTPRecipientsRefused({"a@example.org": (code, answer.encode())})
    assert classify_error(refused, handed_over=False) is result


def test_a_message_that_is_too_large_does_not_open_the_circuit():
    refused = smtplib.SMTPSenderRefused(552, b"5.3.4 Too large", "helpdesk@example.org")
    assert classify_error(refused, handed_over=False) is DeliveryStatus.REFUSED


def test_a_permanently_rejected_sender_opens_the_circuit():
    refused = smtplib.SMTPSenderRefused(550, b"not you", "helpdesk@example.org")
    later = smtplib.SMTPSenderRefused(451, b"not now", "helpdesk@example.org")
    assert classify_error(refused, handed_over=False) is DeliveryStatus.SERVER_DOWN
    assert classify_error(later, handed_over=False) is DeliveryStatus.LATER
    assert describe_error(refused) == "550 not you"
