"""Bringing mails to a mail server that fails: the fault matrix, row by row (R-01 to R-12, R-30 …)."""

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
from wagtail_helpdesk.mailqueue.smtp import LostLease, Result, classify_error, describe_error
from wagtail_helpdesk.models import (
    CircuitBreaker,
    Heartbeat,
    HelpdeskPreferences,
    Notification,
    OutgoingMail,
    State,
)
from wagtail_helpdesk.notifications import alert_mail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def waiting(taken, people, quiet, smtp):
    """One mail waits: Karim’s, at an address of the test’s choice."""

    def waiting(local_part="ok"):
        people.karim.email = f"{local_part}@example.org"
        people.karim.save()
        quiet()
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        dispatch_waiting_events()
        return OutgoingMail.objects.get()

    return waiting


def again():
    """Let the time pass that a mail waits before its next attempt."""
    OutgoingMail.objects.filter(state=State.PENDING).update(next_at=F("created_at"))
    CircuitBreaker.objects.update(open_until=timezone.now() - timedelta(seconds=1))


def lease_runs_out():
    """Let the time pass for which a mail belongs to a process that is dead."""
    OutgoingMail.objects.filter(state=State.SENDING).update(lease_until=F("created_at"))


def state():
    outgoing = OutgoingMail.objects.get()
    return State(outgoing.state), outgoing.attempts, outgoing.ambiguous


class TestTakes:
    def test_a_mail_is_taken_and_written_down_as_sent(self, waiting, smtp):
        outgoing = waiting()
        assert deliver() == {State.SENT: 1}
        (mail,) = smtp.messages
        assert mail.message_id == outgoing.message_id
        assert state() == (State.SENT, 1, 0)

    def test_e06_a_mail_that_comes_back_goes_to_the_sites_address(self, waiting, smtp):
        waiting()
        deliver()
        (mail,) = smtp.messages
        assert mail.sender == mail.message["From"].addresses[0].addr_spec
        assert mail.sender == "helpdesk@example.org"

    def test_r12_there_is_never_more_than_one_recipient(self, ticket, smtp):
        dispatch_waiting_events()
        deliver()
        assert [len(mail.recipients) for mail in smtp.messages] == [1, 1, 1, 1]

    def test_many_mails_go_through_one_connection(self, ticket, smtp):
        dispatch_waiting_events()
        deliver()
        assert smtp.connections == 1

    def test_what_was_sent_is_not_sent_again(self, waiting, smtp):
        waiting()
        deliver()
        deliver()
        assert len(smtp.messages) == 1

    def test_it_leaves_a_heartbeat(self, db):
        deliver()
        assert Heartbeat.objects.filter(name="deliver").exists()


class TestRefusals:
    @pytest.mark.parametrize("mode", ["r4", "d4", "r421"])
    def test_r07_a_temporary_answer_is_tried_again_later(self, waiting, smtp, mode):
        outgoing = waiting(mode)
        deliver()
        assert state() == (State.PENDING, 1, 0)
        assert OutgoingMail.objects.get().next_at > timezone.now() + timedelta(seconds=40)
        assert smtp.messages == []
        OutgoingMail.objects.update(next_at=F("created_at"))
        type(outgoing.user).objects.filter(pk=outgoing.user_id).update(email="ok@example.org")
        deliver()
        assert state() == (State.SENT, 2, 0)
        assert len(smtp.messages) == 1

    def test_r08_an_unknown_address_is_dead_and_remembered(self, waiting, smtp, people):
        waiting("r5")
        deliver()
        assert state() == (State.DEAD, 1, 0)
        assert OutgoingMail.objects.get().last_error.startswith("550 5.1.1")
        assert people.karim.helpdesk_preferences.refused_address == "r5@example.org"

    def test_r08_no_more_mail_goes_there_until_the_address_changes(
        self, waiting, taken, people, told
    ):
        waiting("r5")
        deliver()
        actions.comment(taken, by=people.lea, text="Allô ?")
        assert told("comment") == {"karim": "refused_address"}
        people.karim.email = "ok@example.org"
        people.karim.save()
        actions.comment(taken, by=people.lea, text="Allô ?")
        assert told("comment") == {"karim": "in_charge"}

    def test_r08_a_refused_content_is_dead_and_the_address_is_not(self, waiting, people):
        waiting("d5")
        deliver()
        assert state() == (State.DEAD, 1, 0)
        assert OutgoingMail.objects.get().last_error.startswith("554")
        assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()

    def test_r08_others_are_not_affected(self, ticket, people, smtp):
        people.sophie.email = "r5@example.org"
        people.sophie.save()
        dispatch_waiting_events()
        assert deliver() == {State.SENT: 3, State.DEAD: 1}
        assert len(smtp.messages) == 3

    def test_r08_a_server_that_does_not_want_ours_says_nothing_of_the_address(
        self, waiting, people, smtp
    ):
        waiting("norelay")
        deliver()
        assert state() == (State.PENDING, 1, 0)
        assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()

    def test_a_server_that_puts_off_for_days_is_given_up(self, waiting):
        waiting("r4")
        OutgoingMail.objects.update(
            created_at=timezone.now() - timedelta(days=4), attempts=queue.GIVE_UP_ATTEMPTS
        )
        deliver()
        assert OutgoingMail.objects.get().state == State.DEAD

    def test_sent_again_it_is_tried_as_often_as_at_first(self, waiting):
        waiting("r4")
        old = timezone.now() - timedelta(days=4)
        OutgoingMail.objects.update(
            state=State.DEAD, failed_at=old, created_at=old, attempts=queue.GIVE_UP_ATTEMPTS
        )
        queue.send_again(OutgoingMail.objects.get())
        deliver()
        assert state() == (State.PENDING, 1, 0)


class TestDoubt:
    def test_r06_a_connection_cut_after_the_message_is_tried_once_more(self, waiting, smtp):
        waiting("dropafter")
        deliver()
        assert state() == (State.PENDING, 1, 1)
        again()
        deliver()
        assert state() == (State.UNCERTAIN, 2, 2)
        again()
        deliver()
        assert len(smtp.messages) == 2
        assert len({mail.message_id for mail in smtp.messages}) == 1

    def test_r09_silence_after_the_message_is_doubt_too(self, waiting):
        waiting("hangdata")
        deliver()
        assert state() == (State.PENDING, 1, 1)

    def test_r09_silence_before_it_is_not(self, waiting, smtp):
        waiting("hangrcpt")
        deliver()
        assert state() == (State.PENDING, 1, 0)
        assert smtp.messages == []

    def test_r02_a_process_killed_while_handing_over_makes_one_more_attempt(self, waiting, smtp):
        outgoing = waiting()
        for round_ in (0, 1):
            claim = queue.claim_mails()
            assert [mail.pk for mail in claim.mails] == [outgoing.pk]
            assert OutgoingMail.objects.get().ambiguous == round_
            queue.mark_handed_over(outgoing, claim.token)
            lease_runs_out()
        deliver()
        assert OutgoingMail.objects.get().state == State.UNCERTAIN
        assert smtp.messages == []

    def test_r01_a_process_killed_before_leaves_no_doubt(self, waiting, smtp):
        waiting()
        queue.claim_mails()
        lease_runs_out()
        deliver()
        assert state() == (State.SENT, 2, 0)
        assert len(smtp.messages) == 1


class TestTheServerItself:
    """Its failures open the circuit and burn no attempts."""

    def test_r09_silence_at_the_door(self, waiting, smtp):
        waiting()
        smtp.mode = "hangbanner"
        deliver()
        assert state() == (State.PENDING, 0, 0)
        assert queue.is_circuit_open()

    def test_r10_nobody_listens_for_two_days(self, waiting, smtp, settings):
        waiting()
        settings.EMAIL_PORT = 9
        for _ in range(60):
            again()
            deliver()
        assert state() == (State.PENDING, 0, 0)
        assert "refused" in CircuitBreaker.objects.get().last_error
        settings.EMAIL_PORT = smtp.port
        OutgoingMail.objects.update(created_at=timezone.now() - timedelta(hours=48))
        again()
        assert deliver() == {State.SENT: 1}
        assert CircuitBreaker.objects.get().failures == 0

    def test_r10_while_the_circuit_is_open_nothing_is_tried(self, waiting, smtp):
        waiting()
        queue.open_circuit("down")
        assert deliver() == {}
        assert smtp.connections == 0

    def test_r11_a_wrong_password(self, waiting, settings):
        from tests.servers.smtp import smtp_server

        with smtp_server(auth=True) as server:
            settings.EMAIL_PORT, server.mode = server.port, "auth535"
            settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "helpdesk", "wrong"
            waiting()
            deliver()
        assert state() == (State.PENDING, 0, 0)
        assert CircuitBreaker.objects.get().last_error.startswith("535")

    def test_when_it_is_back_one_mail_goes_ahead(self, ticket, smtp):
        dispatch_waiting_events()
        queue.open_circuit("down")
        again()
        assert deliver() == {State.SENT: 4}
        assert not queue.is_circuit_open()


class TestPoison:
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

    def test_r30_a_mail_that_cannot_be_made_dies_alone(self, ticket, people, smtp, broken_for):
        broken_for(people.sophie)
        dispatch_waiting_events()
        for _ in range(queue.UNANSWERED_LIMIT + 2):
            deliver()
            again()
        dead = OutgoingMail.objects.get(user=people.sophie)
        assert (dead.state, dead.attempts) == (State.DEAD, queue.UNANSWERED_LIMIT)
        assert dead.last_error == "RuntimeError: template"
        assert len(smtp.messages) == 3

    @pytest.mark.parametrize(
        "error",
        [ValueError("a\x00b\ud800c"), DataError("too long"), RecursionError("deep")],
        ids=["words that cannot be stored", "database", "recursion"],
    )
    def test_r30_whatever_goes_wrong_in_one_mail_the_others_leave_and_it_dies(
        self, ticket, people, smtp, broken_for, error, monkeypatch
    ):
        # The report of this test could not be written either.
        monkeypatch.setattr(delivery.logger, "disabled", True)
        broken_for(people.sophie, error)
        dispatch_waiting_events()
        for _ in range(queue.UNANSWERED_LIMIT + 2):
            deliver()
            again()
        assert OutgoingMail.objects.get(user=people.sophie).state == State.DEAD
        assert len(smtp.messages) == 3

    def test_a_mail_whose_writing_never_ends_dies_alone(self, ticket, people, smtp, broken_for):
        broken_for(people.sophie, None)
        dispatch_waiting_events()
        for _ in range(queue.UNANSWERED_LIMIT + 2):
            deliver()
            again()
        dead = OutgoingMail.objects.get(user=people.sophie)
        assert (dead.state, dead.attempts) == (State.DEAD, queue.UNANSWERED_LIMIT)
        assert "TookTooLong" in dead.last_error
        assert len(smtp.messages) == 3

    def test_in_a_thread_a_mail_is_written_without_an_alarm(self):
        def write():
            with delivery._time_limit(20):
                return signal.getitimer(signal.ITIMER_REAL)[0]

        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(write).result() == 0

    def test_the_alarm_of_a_caller_goes_on_after_a_mail(self, waiting, smtp):
        former = signal.signal(signal.SIGALRM, lambda *args: None)
        signal.setitimer(signal.ITIMER_REAL, 3000)
        try:
            waiting()
            deliver()
            assert signal.getitimer(signal.ITIMER_REAL)[0] > delivery.WRITE_SECONDS
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, former)

    def test_r30_a_mail_that_kills_its_process_dies_and_takes_no_other_along(self, ticket, smtp):
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
        assert killer.state == State.DEAD
        assert killer.last_error
        assert len(smtp.messages) == 3


class TestClaims:
    def test_r15_a_process_that_slept_over_its_lease_sends_nothing(self, waiting):
        outgoing = waiting()
        first = queue.claim_mails()
        lease_runs_out()
        second = queue.claim_mails()
        with pytest.raises(LostLease):
            queue.mark_handed_over(outgoing, first.token)
        queue.mark_handed_over(outgoing, second.token)

    def test_what_is_given_back_is_as_before(self, waiting):
        waiting()
        claim = queue.claim_mails()
        queue.release_mails(claim.mails, claim.token)
        assert state() == (State.PENDING, 0, 0)

    def test_but_sealed(self, waiting, taken, people):
        """What comes after the first claim travels in the next mail."""
        waiting()
        claim = queue.claim_mails()
        queue.release_mails(claim.mails, claim.token)
        actions.comment(taken, by=people.lea, text="Encore.")
        dispatch_waiting_events()
        assert OutgoingMail.objects.count() == 2

    def test_r22_a_fresh_alert_overtakes_a_bulk(self, waiting, ticket, people, smtp):
        waiting()
        OutgoingMail.objects.update(bulk=True)
        actions.comment(ticket, by=people.karim, text="À moi.")
        dispatch_waiting_events()
        deliver()
        assert [mail.recipient for mail in smtp.messages] == [people.lea.email, "ok@example.org"]

    def test_r35_asked_to_stop_it_ends_after_the_mail_in_hand(self, ticket, smtp):
        dispatch_waiting_events()
        deliver(lambda: bool(smtp.messages))
        assert len(smtp.messages) == 1
        assert OutgoingMail.objects.filter(state=State.PENDING, attempts=0).count() == 3

    def test_r34_a_kind_that_only_a_newer_version_knows_keeps_waiting(self, waiting):
        waiting()
        OutgoingMail.objects.update(kind="postcard")
        assert deliver() == {}
        assert state() == (State.PENDING, 0, 0)

    def test_what_somebody_else_took_over_is_left_alone(self, waiting):
        outgoing = waiting()
        claim = queue.claim_mails()
        OutgoingMail.objects.update(token=uuid.uuid4())
        queue.settle_skipped(outgoing, claim.token, "muted")
        assert OutgoingMail.objects.get().state == State.SENDING


class TestCheckedAgain:
    """Rights and preferences are those of the moment of sending."""

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"email": ""}, "no_address"),
            ({"email": "nobody"}, "bad_address"),
            ({"is_active": False}, "inactive"),
        ],
    )
    def test_the_person(self, waiting, people, change, why):
        waiting()
        type(people.karim).objects.filter(pk=people.karim.pk).update(**change)
        deliver()
        assert OutgoingMail.objects.get().skipped == Notification.objects.get().skipped == why

    def test_s_vis_06_the_right_to_see(self, waiting, people, general):
        waiting()
        general.managers.filter(user=people.karim).delete()
        deliver()
        assert Notification.objects.get().skipped == "no_access"

    def test_the_preferences(self, waiting, people):
        waiting()
        HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
        deliver()
        assert Notification.objects.get().skipped == "switched_off"

    def test_muting(self, waiting, people, taken):
        waiting()
        actions.mute(taken, by=people.karim)
        deliver()
        assert Notification.objects.get().skipped == "muted"

    def test_a_question_ignores_muting(self, taken, people, quiet, smtp):
        quiet()
        actions.close(taken, by=people.karim)
        dispatch_waiting_events()
        actions.mute(taken, by=people.lea)
        deliver()
        assert [mail.recipient for mail in smtp.messages] == [people.lea.email]

    def test_the_extra_address_must_still_be_that_of_the_category(self, general, ticket, smtp):
        general.alert_address = "team@example.org"
        general.save()
        ticket.events.update(dispatched_at=None)
        dispatch_waiting_events()
        general.alert_address = ""
        general.save()
        deliver()
        assert "team@example.org" not in [mail.recipient for mail in smtp.messages]

    @pytest.fixture
    def alerted(self, general, heating, people, smtp):
        """Announce a new ticket to an extra address; deliver it and say how that ended."""

        def alerted(address, meanwhile=lambda: None):
            general.alert_address = address
            general.save()
            actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
            dispatch_waiting_events()
            meanwhile()
            deliver()
            return Notification.objects.get(address=address).skipped or "told"

        return alerted

    @pytest.mark.parametrize("name", ["victor", "VICTOR"])
    def test_the_extra_address_of_somebody_who_may_not_read_it_hears_nothing(
        self, alerted, people, name
    ):
        people.victor.email = "victor@example.org"
        people.victor.save()
        assert alerted(f"{name}@example.org") == "no_access"

    def test_that_of_a_manager_does_until_he_leaves(self, alerted, general, people):
        assert alerted(people.sophie.email) == "told"

    @pytest.mark.parametrize("way", ["removed", "deactivated"])
    def test_and_no_longer(self, alerted, general, people, way):
        def leave():
            if way == "removed":
                general.managers.filter(user=people.sophie).delete()
            type(people.sophie).objects.filter(pk=people.sophie.pk).update(
                is_active=way == "removed"
            )

        assert alerted(people.sophie.email, leave) == "no_access"

    def test_one_that_somebody_shares_who_may_read_it_does(self, alerted, people):
        people.victor.email = people.sophie.email
        people.victor.save()
        assert alerted(people.sophie.email) == "told"

    def test_s_not_03_a_deleted_ticket_is_told_to_nobody(self, waiting, taken, smtp):
        waiting()
        taken.delete()
        assert deliver() == {}
        assert smtp.messages == []


def test_r33_the_secret_key_may_change_while_mails_wait(waiting, smtp, settings):
    waiting()
    settings.SECRET_KEY = "another"
    deliver()
    assert len(smtp.messages) == 1


def test_any_mail_back_end_will_do(ticket, mailoutbox):
    dispatch_waiting_events()
    assert deliver() == {State.SENT: 4}
    assert len(mailoutbox) == 4


def test_a_back_end_that_fails_is_tried_again(ticket, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    def fail(self, messages):
        raise OSError("503 from the service")

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    dispatch_waiting_events()
    assert deliver() == {State.PENDING: 4}
    assert not OutgoingMail.objects.filter(ambiguous__gt=0).exists()


def test_what_is_told_is_what_the_gate_lets_through(
    ticket, people, sent, django_assert_max_num_queries
):
    """The check at sending and ``visible_to`` are one rule."""
    from wagtail_helpdesk.access import readable_audiences
    from wagtail_helpdesk.lifecycle import Audience

    actions.invite(ticket, by=people.karim, users=[people.ines])
    for audience in (Audience.EVERYONE, Audience.REQUESTER):
        actions.comment(ticket, by=people.karim, text="Bonjour.", audience=audience)
    actions.note(ticket, by=people.karim, text="Note.")
    for user in vars(people).values():
        readable = readable_audiences(ticket.roles_of(user))
        assert set(ticket.events.filter(audience__in=readable)) == set(
            ticket.events.visible_to(user, own=False)
        )


def test_a_mail_of_many_costs_few_statements(ticket, people, quiet, smtp):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from wagtail_helpdesk.models import Guest

    model = type(people.lea)
    users = model.objects.bulk_create(
        model(username=f"g{n}", email=f"g{n}@example.org") for n in range(20)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)
    quiet()
    actions.comment(ticket, by=people.lea, text="À tous.")
    dispatch_waiting_events()
    with CaptureQueriesContext(connection) as queries:
        assert deliver() == {State.SENT: 20}
    # What they may read and do; the mark before the message; what became of it.
    assert len(queries) <= 20 * 3 + 50


def test_a_mail_taken_over_while_it_was_written_is_left_alone(waiting, smtp, monkeypatch):
    compose = alert_mail.compose_alert

    def slow(outgoing, *words):
        OutgoingMail.objects.update(token=uuid.uuid4())
        return compose(outgoing, *words)

    waiting()
    monkeypatch.setattr(alert_mail, "compose_alert", slow)
    assert deliver() == {}
    assert smtp.messages == []


def test_a_database_that_is_away_while_the_answer_is_written_is_asked_again(waiting, monkeypatch):
    from django.db import OperationalError
    from django.db.models import QuerySet

    outgoing = waiting()
    claim = queue.claim_mails()
    update, failures = QuerySet.update, [OperationalError("away")]

    def failing(self, **changes):
        if failures:
            raise failures.pop()
        return update(self, **changes)

    monkeypatch.setattr(QuerySet, "update", failing)
    monkeypatch.setattr(queue, "_may_try_again", lambda: True)
    queue.settle_skipped(outgoing, claim.token, "muted")
    assert OutgoingMail.objects.get().state == State.SKIPPED


@pytest.mark.parametrize(
    ("code", "said", "result"),
    [
        (550, "5.1.1 User unknown", Result.NO_SUCH_ADDRESS),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound", Result.NO_SUCH_ADDRESS),
        (551, "User not local", Result.NO_SUCH_ADDRESS),
        (550, "No such user here", Result.NO_SUCH_ADDRESS),
        (550, "5.7.1 Unable to relay", Result.LATER),
        (550, "5.7.1 Client host blocked using zen.spamhaus.org", Result.LATER),
        (553, "5.7.1 Sender address rejected: not owned by user", Result.LATER),
        (550, "5.1.8 Sender address rejected: Domain not found", Result.LATER),
        (552, "5.2.2 Mailbox full", Result.LATER),
        (552, "Mailbox full", Result.LATER),
        (554, "5.7.1 Relay access denied", Result.LATER),
        (450, "4.1.1 Unverified address", Result.LATER),
    ],
)
def test_r08_what_a_refused_recipient_means(code, said, result):
    refused = smtplib.SMTPRecipientsRefused({"a@example.org": (code, said.encode())})
    assert classify_error(refused, handed_over=False) is result


def test_a_message_that_is_too_large_is_not_the_servers_failure():
    refused = smtplib.SMTPSenderRefused(552, b"5.3.4 Too large", "helpdesk@example.org")
    assert classify_error(refused, handed_over=False) is Result.REFUSED


def test_a_sender_that_is_refused_for_good_is_the_servers_failure():
    refused = smtplib.SMTPSenderRefused(550, b"not you", "helpdesk@example.org")
    later = smtplib.SMTPSenderRefused(451, b"not now", "helpdesk@example.org")
    assert classify_error(refused, handed_over=False) is Result.CHANNEL_DOWN
    assert classify_error(later, handed_over=False) is Result.LATER
    assert describe_error(refused) == "550 not you"
