"""The mail that acknowledges a ticket to the people who opened it."""

import re

import pytest
from django.core.files.base import ContentFile
from wagtail.models import Locale

from tests.mails import is_acknowledgement
from tests.notifications.test_alert_mail import html_of, raw, shown_in, text_of
from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    CategoryText,
    Event,
    HelpdeskPreferences,
    Notification,
    OutgoingMail,
    PermanentGuest,
    ServiceText,
    Ticket,
)
from wagtail_helpdesk.notifications import acknowledgement
from wagtail_helpdesk.notifications.delivery_log import get_delivery_log
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def get_acknowledgements(mailoutbox):
    """Send everything; return the acknowledgements by the first name of their reader."""

    def acknowledged():
        mailoutbox.clear()
        dispatch_waiting_events()
        deliver()
        mails = filter(is_acknowledgement, mailoutbox)
        return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mails}

    return acknowledged


@pytest.fixture
def for_lea(heating, people) -> Ticket:
    """A ticket that Karim opened for Léa."""
    return actions.open_ticket(
        heating, by=people.karim, requester=people.lea, subject="Froid", text="Elle a froid."
    )


def test_it_has_number_content_readers_next_step_and_link(ticket, get_acknowledgements):
    (mail,) = get_acknowledgements().values()
    assert mail.subject == f"[Chauffage #{ticket.pk}] Radiateur froid en salle A12"
    for part in (text_of(mail), shown_in(mail)):
        for words in (
            f"Ticket #{ticket.pk}",
            "Your request has been received.",
            "Il fait 14 degrés.",
            "Who answers:",
            "the managers of the service Services Généraux",
            "You will get an e-mail as soon as someone answers.",
            "because you opened the ticket",
        ):
            assert words in part
    assert f"/go/tickets/{ticket.pk}/\n" in text_of(mail)
    assert re.findall(r'class="button', html_of(mail)) == ['class="button'] * 2


def test_it_is_marked_as_an_automatic_reply(ticket, get_acknowledgements):
    (mail,) = get_acknowledgements().values()
    wire = mail.message().as_bytes()
    assert b"\nAuto-Submitted: auto-replied" in wire.replace(b"\r", b"")
    assert wire.count(b"Auto-Submitted") == 1
    assert raw(mail)["List-Unsubscribe"] is None


def test_it_names_opening_hours_in_the_readers_language(
    ticket, general, people, get_acknowledgements
):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    for locale, hours in ((Locale.objects.get(language_code="en"), "7 a.m."), (french, "7 h")):
        ServiceText.objects.create(
            service=general, locale=locale, title=f"{hours} desk", hours=hours
        )
    HelpdeskPreferences.objects.create(user=people.lea, language="fr")
    text = text_of(get_acknowledgements()["lea"])
    assert "7 h desk" in text
    assert "7 a.m." not in text


def test_it_names_the_usual_delay_once_known(ticket, get_acknowledgements, monkeypatch):
    from datetime import timedelta

    monkeypatch.setattr(
        acknowledgement, "get_usual_first_answer", lambda service: timedelta(hours=3)
    )
    assert "First answer: usually within 3 hours" in text_of(get_acknowledgements()["lea"])


def test_it_names_permanent_guests_and_the_manager_in_charge(
    general, heating, people, get_acknowledgements
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    type(heating).objects.filter(pk=heating.pk).update(algorithm="first")
    heating.refresh_from_db()
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    text = text_of(get_acknowledgements()["lea"])
    assert "managers of the service Services Généraux, Inès Robert" in text
    assert "Who answers: Karim Benali, Services Généraux" in text


def test_it_says_that_everyone_reads_a_public_ticket(heating, people, get_acknowledgements):
    actions.open_ticket(
        heating, by=people.lea, subject="Froid", text="Il fait froid.", visibility="public"
    )
    assert "everyone who can see the service Services Généraux" in text_of(
        get_acknowledgements()["lea"]
    )


def test_files_are_named(heating, people, get_acknowledgements):
    actions.open_ticket(
        heating, by=people.lea, subject="Froid", text="Voici.",
        files=[ContentFile(b"x", name="photo.txt")],
    )  # fmt: skip
    assert "Attached: photo.txt" in text_of(get_acknowledgements()["lea"])


def test_author_and_requester_get_one_each_and_no_alert(for_lea, get_acknowledgements, mailoutbox):
    mails = get_acknowledgements()
    assert set(mails) == {"karim", "lea"}
    assert "wrote this request for you" in text_of(mails["lea"])
    assert "that you wrote for Léa Fournier" in text_of(mails["karim"])
    assert sum("lea.fournier" in mail.to[0] for mail in mailoutbox) == 1


def test_the_log_of_recipients_has_the_mail_of_the_requester(for_lea, people, get_acknowledgements):
    get_acknowledgements()
    log = {line.name: line for line in get_delivery_log(for_lea.events.first().pk).records}
    assert log["Léa Fournier"].is_sent
    assert "Karim Benali" not in log


def test_a_requester_who_wants_none_gets_the_alert(
    for_lea, people, get_acknowledgements, mailoutbox
):
    HelpdeskPreferences.objects.create(user=people.lea, acknowledgements=False)
    assert set(get_acknowledgements()) == {"karim"}
    (alert,) = [mail for mail in mailoutbox if "lea.fournier" in mail.to[0]]
    assert "Karim Benali opened a ticket" in text_of(alert)


def test_a_requester_without_alerts_gets_it_and_reads_where_the_answer_will_be(
    for_lea, people, get_acknowledgements
):
    HelpdeskPreferences.objects.create(user=people.lea, alerts_as_requester=False)
    text = text_of(get_acknowledgements()["lea"])
    assert "You have switched off e-mails about your requests" in text
    assert "You will get an e-mail" not in text


def test_a_requester_notified_for_another_reason_gets_the_alert_only(
    general, heating, people, get_acknowledgements, mailoutbox
):
    type(heating).objects.filter(pk=heating.pk).update(algorithm="first")
    heating.refresh_from_db()
    actions.open_ticket(
        heating, by=people.sophie, requester=people.karim, subject="Froid", text="Froid."
    )
    assert set(get_acknowledgements()) == {"sophie"}
    assert sum("karim.benali" in mail.to[0] for mail in mailoutbox) == 1


def test_a_person_who_switched_it_off_gets_none(ticket, people, get_acknowledgements):
    HelpdeskPreferences.objects.create(user=people.lea, acknowledgements=False)
    assert get_acknowledgements() == {}


def test_it_is_not_sent_when_switched_off_while_it_waits(ticket, people, get_acknowledgements):
    dispatch_waiting_events()
    HelpdeskPreferences.objects.create(user=people.lea, acknowledgements=False)
    assert get_acknowledgements() == {}
    assert OutgoingMail.objects.get(user=people.lea).skipped == "switched_off"


def test_the_author_who_no_longer_manages_the_service_gets_none(
    for_lea, general, people, get_acknowledgements
):
    dispatch_waiting_events()
    general.managers.filter(user=people.karim).delete()
    assert set(get_acknowledgements()) == {"lea"}
    assert OutgoingMail.objects.get(user=people.karim).skipped == "no_access"


@pytest.mark.parametrize("source", [Source.AUTOMATIC, Source.SYSTEM])
def test_an_automatic_sender_gets_none(heating, people, get_acknowledgements, source):
    data = {"subject": "Alarme", "text": "Température basse.", "requester": people.lea}
    result = actions.perform(lifecycle.OPEN_TICKET.name, heating, people.lea, data, source=source)
    assert result.is_done
    assert get_acknowledgements() == {}


def test_nobody_without_email_address_gets_one(heating, people, get_acknowledgements):
    actions.open_ticket(heating, by=people.marcel, subject="Froid", text="Il fait froid.")
    assert get_acknowledgements() == {}
    assert not OutgoingMail.objects.filter(user=people.marcel).exists()


def test_a_confidential_service_sends_the_link_only(ticket, general, people, get_acknowledgements):
    type(general).objects.filter(pk=general.pk).update(confidential=True)
    mail = get_acknowledgements()["lea"]
    for part in (text_of(mail), html_of(mail)):
        for secret in ("Radiateur", "14 degrés", "Chauffage"):
            assert secret not in part
        assert f"/go/tickets/{ticket.pk}/" in part


def test_a_ticket_is_acknowledged_once(ticket, people, get_acknowledgements):
    assert set(get_acknowledgements()) == {"lea"}
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    actions.take(ticket, by=people.karim)
    assert get_acknowledgements() == {}
    kinds = OutgoingMail.objects.filter(user=people.lea).values_list("kind", flat=True)
    assert sorted(kinds) == ["acknowledgement", "alert"]


def test_names_of_places_are_in_the_readers_language(ticket, heating, people, get_acknowledgements):
    locale = Locale.objects.get(language_code="en")
    CategoryText.objects.create(category=heating, locale=locale, title="Heating")
    mail = get_acknowledgements()["lea"]
    assert mail.subject.startswith("[Heating #")
    assert "Services Généraux › Heating" in text_of(mail)


def test_opening_a_ticket_creates_no_mail_in_the_request(ticket):
    assert not OutgoingMail.objects.exists()
    assert not Notification.objects.exists()
    assert Event.objects.filter(dispatched_at=None).exists()
