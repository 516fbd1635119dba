"""One mail per person for an action on several tickets."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from wagtail_helpdesk import actions, tasks
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    MailState,
    Monitoring,
    Notification,
    OutgoingMail,
)
from wagtail_helpdesk.notifications import alert_quotes, bulk_mail
from wagtail_helpdesk.notifications.dispatch import dispatch_event, dispatch_waiting_events


@pytest.fixture
def tickets(people, heating, general, forget_notifications):
    """Three tickets of Léa and one of Thomas; Sophie is told of everything, Hugo of nothing."""
    for user, level in ((people.sophie, "always"), (people.hugo, "never")):
        levels = dict.fromkeys(("any_ticket", "member", "in_charge"), level)
        Monitoring.objects.update_or_create(user=user, service=general, defaults=levels)
    made = [
        actions.open_ticket(heating, by=by, subject=f"Radiateur {n}", text="Froid.")
        for n, by in enumerate((people.lea, people.lea, people.lea, people.thomas))
    ]
    forget_notifications()
    return made


@pytest.fixture
def send(mailoutbox):
    """Perform a verb on tickets, then what a worker is asked to do; return the mails by reader."""

    def send(verb, tickets, by, *, submission=None, **data):
        result = actions.perform(verb, tickets, by, data, submission)
        assert result.is_done
        tasks.dispatch_bulk(str(result.event.bulk))
        return read(mailoutbox)

    return send


def read(mailoutbox):
    mails = {}
    for mail in mailoutbox:
        mails.setdefault(mail.to[0].partition("<")[2].partition(".")[0], []).append(mail)
    return mails


def hold_ends():
    OutgoingMail.objects.update(next_at=F("created_at"))


def test_a_person_gets_one_mail_about_the_tickets_of_a_form(tickets, people, send):
    """Who is told of one ticket alone gets the mail of a single action, in the ticket's thread."""
    sent = send("take_and_close", tickets, people.karim, text="Vanne remplacée.")
    assert {name: len(mails) for name, mails in sent.items()} == {
        "sophie": 1,
        "lea": 1,
        "thomas": 1,
    }
    (to_lea,), (to_sophie,), (to_thomas,) = sent["lea"], sent["sophie"], sent["thomas"]
    assert to_sophie.subject == "[Services Généraux] 4 tickets: news from Karim Benali"
    for ticket in tickets[:3]:
        for text in (to_lea.body, str(to_lea.alternatives[0][0])):
            assert ticket.subject in text
            assert f"tickets/{ticket.pk}/approve-closure/" in text
            assert "Vanne remplacée." in text
    assert tickets[3].subject not in to_lea.body
    assert to_thomas.subject == f"[Chauffage #{tickets[3].pk}] Radiateur 3"
    assert OutgoingMail.objects.get(user=people.thomas).ticket == tickets[3]
    assert not OutgoingMail.objects.exclude(state=MailState.SENT).exists()
    # The same form once more tells nothing again.
    dispatch_waiting_events()
    assert not deliver()


def test_tickets_beyond_the_sections_are_listed_with_links(tickets, people, send, monkeypatch):
    monkeypatch.setattr(bulk_mail, "MAX_SECTIONS", 2)
    (mail,) = send("take", tickets, people.karim)["sophie"]
    html = str(mail.alternatives[0][0])
    assert html.count('class="place"') == 2
    assert "And 2 more:" in mail.body
    for ticket in tickets[2:]:
        assert f"#{ticket.pk} {ticket.subject}" in mail.body
        assert f"tickets/{ticket.pk}/" in mail.body


def test_the_mail_has_the_texts_of_the_service_and_says_what_it_leaves_out(
    tickets, people, send, general, monkeypatch
):
    monkeypatch.setattr(alert_quotes, "MAX_QUOTED_EVENTS", 1)
    texts = {"mail_introduction": "Standard <le matin>", "mail_signature": "Bâtiment A"}
    type(general).objects.filter(pk=general.pk).update(mail_texts={"en": texts})
    (mail,) = send("take_and_close", tickets, people.karim)["sophie"]
    html = str(mail.alternatives[0][0])
    for part, introduction in ((mail.body, "Standard <le matin>"), (html, "Standard &lt;le matin")):
        assert part.index(introduction) < part.index("Radiateur 0") < part.index("timent A")
        assert part.count("1 earlier action is on the ticket") == 4


def test_the_mail_says_nothing_of_confidential_tickets_nor_to_a_mailbox_of_nobody(
    tickets, people, send, general, heating, mailoutbox
):
    type(heating).objects.filter(pk=heating.pk).update(alert_address="team@arvelle.example")
    send("take", tickets, people.karim)
    mailoutbox.clear()
    send("release", tickets, people.karim, text="Épuisé.")
    (to_team,) = [mail for mail in mailoutbox if "team" in mail.to[0]]
    mailoutbox.clear()
    type(general).objects.filter(pk=general.pk).update(confidential=True)
    (to_sophie,) = send("take", tickets, people.karim, text="Épuisé.")["sophie"]
    for mail in (to_team, to_sophie):
        for part in (mail.subject, mail.body, str(mail.alternatives[0][0])):
            for secret in ("Radiateur", "puisé", "Froid", "Léa"):
                assert secret not in part
        assert f"tickets/{tickets[0].pk}/" in mail.body


def test_rights_are_checked_for_each_ticket_when_the_mail_is_sent(
    tickets, people, network, mailoutbox
):
    form = uuid.uuid4()
    actions.perform("take", tickets, people.karim, submission=form)
    dispatch_waiting_events()
    tickets[0].refresh_from_db()
    actions.move(tickets[0], by=people.karim, to=network)
    hold_ends()
    deliver()
    bulk = [mail for mail in read(mailoutbox)["sophie"] if "tickets:" in mail.subject]
    (mail,) = bulk
    assert "3 tickets" in mail.subject
    assert tickets[0].subject not in mail.body
    skipped = Notification.objects.filter(user=people.sophie, event__action="take")
    assert [n.skipped for n in skipped.order_by("event")] == ["no_access", "", "", ""]


def test_a_form_that_ends_in_the_middle_is_told_as_far_as_it_came(tickets, people, mailoutbox):
    """Parts of one form join the same mail, which waits for them, and is sent without an end too."""
    form = uuid.uuid4()
    actions.perform("take", tickets[:2], people.karim, {}, form, digest="x", is_part=True)
    dispatch_waiting_events()
    assert not deliver()
    actions.perform("take", tickets[2:], people.karim, {}, form, digest="x", is_part=True)
    # The process ends here: no worker was woken, nothing says that the form is finished.
    dispatch_waiting_events()
    assert not deliver()
    mail = OutgoingMail.objects.get(user=people.sophie)
    assert timedelta(0) < mail.next_at - timezone.now() <= timedelta(seconds=15)
    hold_ends()
    assert deliver() == {MailState.SENT: 3}
    assert "4 tickets" in read(mailoutbox)["sophie"][0].subject


def test_a_ticket_that_comes_when_the_mail_was_claimed_gets_another(tickets, people, mailoutbox):
    form = uuid.uuid4()
    actions.perform("take", tickets, people.karim, {}, form)
    first, *rest = sorted(
        {event.batch for ticket in tickets for event in ticket.events.filter(bulk=form)}, key=str
    )

    dispatch_event(first)
    OutgoingMail.objects.update(sealed=True)
    for batch in rest:
        dispatch_event(batch)
    assert OutgoingMail.objects.filter(user=people.sophie).count() == 2
    told = Notification.objects.filter(user=people.sophie, mail__isnull=False, event__bulk=form)
    assert told.values("event__ticket").distinct().count() == 4
