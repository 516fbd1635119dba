"""Alerts that wait: for others about the same ticket, and for the end of a person’s quiet time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import HelpdeskPreferences, Notification, OutgoingMail
from wagtail_helpdesk.notifications import mail_plan
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

PARIS = ZoneInfo("Europe/Paris")


def let_pass(seconds):
    """Make every mail so much older: the database has a clock of its own."""
    ago = timedelta(seconds=seconds)
    OutgoingMail.objects.update(
        next_at=F("next_at") - ago, created_at=F("created_at") - ago, sent_at=F("sent_at") - ago
    )


@pytest.fixture
def send(mailoutbox):
    """Dispatch and deliver; return who got a mail, by first name."""

    def send():
        mailoutbox.clear()
        dispatch_waiting_events()
        deliver()
        return sorted(mail.to[0].partition("<")[2].partition(".")[0] for mail in mailoutbox)

    return send


class TestBursts:
    @pytest.fixture(autouse=True)
    def _two_minutes(self, settings, taken, send):
        settings.WAGTAIL_HELPDESK = {"ALERT_MERGE_SECONDS": 120}
        dispatch_waiting_events()
        OutgoingMail.objects.all().delete()

    def test_the_first_alert_is_sent_at_once_and_what_follows_within_two_minutes_as_one(
        self, taken, people, send, mailoutbox
    ):
        actions.comment(taken, by=people.lea, text="Un.")
        assert send() == ["karim"]
        for text in ("Deux.", "Trois."):
            let_pass(30)
            actions.comment(taken, by=people.lea, text=text)
            assert send() == []
        let_pass(61)
        assert send() == ["karim"]
        assert "Deux." in mailoutbox[0].body
        assert "Trois." in mailoutbox[0].body
        let_pass(121)
        actions.comment(taken, by=people.lea, text="Quatre.")
        assert send() == ["karim"]
        sent = Notification.objects.filter(user=people.karim, mail__state="sent")
        assert sent.filter(event__action="comment").count() == 4, "nothing is lost"

    @pytest.mark.parametrize("verb", ["ask_information", "close"])
    def test_questions_and_closures_never_wait_and_take_along_what_does(
        self, taken, people, send, mailoutbox, verb
    ):
        actions.comment(taken, by=people.karim, text="Un.")
        assert send() == ["lea"]
        actions.comment(taken, by=people.karim, text="Deux.")
        assert send() == []
        getattr(actions, verb)(taken, by=people.karim, text="Alors ?")
        assert send() == ["lea"]
        assert "Deux." in mailoutbox[0].body

    def test_a_closure_does_not_wait_for_those_whom_it_asks_nothing(self, taken, people, send):
        actions.invite(taken, by=people.lea, users=[people.thomas])
        assert "thomas" in send()
        actions.close(taken, by=people.karim)
        assert "thomas" in send()

    def test_other_tickets_and_other_people_do_not_wait(self, taken, people, send, heating):
        actions.comment(taken, by=people.lea, text="Un.")
        assert send() == ["karim"]
        actions.comment(taken, by=people.karim, text="Deux.")
        assert send() == ["lea"]
        other = actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Ça coule.")
        assert other.pk != taken.pk
        assert "karim" in send()

    def test_a_mail_that_failed_long_ago_holds_nothing_back(self, taken, people, send):
        actions.comment(taken, by=people.lea, text="Un.")
        dispatch_waiting_events()
        later = timezone.now() + timedelta(hours=1)
        OutgoingMail.objects.update(
            sealed=True, next_at=later, created_at=timezone.now() - timedelta(minutes=3)
        )
        actions.comment(taken, by=people.lea, text="Deux.")
        assert send() == ["karim"]

    def test_with_zero_seconds_each_event_is_sent_at_once(self, taken, people, send, settings):
        settings.WAGTAIL_HELPDESK = {"ALERT_MERGE_SECONDS": 0}
        for text in ("Un.", "Deux."):
            actions.comment(taken, by=people.lea, text=text)
            assert send() == ["karim"]


class TestQuietTime:
    """Karim wants no alerts from 20:00 to 7:00 and on days off; it is Friday evening."""

    NOW = datetime(2027, 3, 5, 21, tzinfo=PARIS)
    MONDAY = datetime(2027, 3, 8, 7, tzinfo=PARIS)

    @pytest.fixture(autouse=True)
    def _friday_evening(self, taken, people, time_machine):
        dispatch_waiting_events()
        OutgoingMail.objects.all().delete()
        HelpdeskPreferences.objects.create(
            user=people.karim,
            quiet_from=20,
            quiet_until=7,
            working_days_only=True,
            time_zone="Europe/Paris",
        )
        time_machine.move_to(self.NOW, tick=False)

    def planned(self, user):
        """Return when the only mail to a person is sent, once everything is dispatched."""
        dispatch_waiting_events()
        return OutgoingMail.objects.get(user=user).next_at

    def test_alerts_wait_for_the_next_working_morning_in_one_mail(self, taken, people, monkeypatch):
        monkeypatch.setattr(mail_plan, "BULK_SIZE", 0)
        for text in ("Un.", "Deux."):
            actions.comment(taken, by=people.lea, text=text)
            assert self.planned(people.karim) == self.MONDAY
        mail = OutgoingMail.objects.get(user=people.karim)
        assert (mail.notifications.count(), mail.bulk) == (2, True)

    def test_questions_pass_and_take_along_what_waits(self, taken, people):
        actions.comment(taken, by=people.lea, text="Un.")
        assert self.planned(people.karim) == self.MONDAY
        actions.invite(taken, by=people.lea, users=[people.karim])
        assert self.planned(people.karim) == self.NOW

    def test_assignments_pass(self, taken, people):
        actions.release(taken, by=people.karim)
        dispatch_waiting_events()
        actions.assign(taken, by=people.sophie, to=people.karim)
        assert self.planned(people.karim) == self.NOW

    def test_holidays_that_cannot_be_read_stop_no_alert(self, taken, people, settings):
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": "no-such-country"}
        actions.comment(taken, by=people.lea, text="Un.")
        assert self.planned(people.karim) == self.MONDAY

    def test_others_do_not_wait(self, taken, people):
        actions.comment(taken, by=people.karim, text="Un.")
        assert self.planned(people.lea) == self.NOW
