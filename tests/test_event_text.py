"""Each event in one sentence for its reader, the same on pages and in mails."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from wagtail_helpdesk import actions, event_text
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.event_text import EventDescriber, has_sentence
from wagtail_helpdesk.lifecycle import ACTIONS
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.models import Event, Monitoring, Reason, Service, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications.alert_quotes import quote_text
from wagtail_helpdesk.notifications.alert_text import REASONS, describe_item
from wagtail_helpdesk.notifications.mail_context import MailContext, MailItem


def describe_in_mail(user, *, asked=False):
    """Return the sentence of a mail to a person about the last event."""
    event = Event.objects.order_by("-pk").first()
    context = MailContext.load(event.ticket_id, [event.pk], [user.pk])
    item = MailItem(context.events[event.pk], context.changes[event.pk], Reason.MANAGER, asked)
    return describe_item(item, context, get_reader(user))


def describe_on_page(user):
    """Return what the history of the ticket shows a person about the last event."""
    event = Event.objects.order_by("-pk").first()
    return EventDescriber(event.ticket, [event], user).describe(event)


def test_every_recorded_action_has_a_sentence():
    assert [a.name for a in ACTIONS.values() if a.recorded and not has_sentence(a.name)] == []


def test_every_reason_has_a_sentence():
    assert set(REASONS) == set(Reason)
    assert all(words() for words in REASONS.values())


def test_a_host_registers_the_sentence_of_an_action(taken, people, monkeypatch):
    monkeypatch.setattr(event_text, "_SENTENCES", dict(event_text._SENTENCES))
    event_text.register("take", lambda view: f"{view.actor} prend le ticket en main.")
    assert describe_on_page(people.sophie) == "Karim Benali prend le ticket en main."
    assert describe_in_mail(people.sophie) == "Karim Benali prend le ticket en main."


def test_an_event_of_an_action_without_sentence_is_named_after_it(taken, people, monkeypatch):
    monkeypatch.setattr(event_text, "_SENTENCES", {})
    assert describe_on_page(people.sophie) == "Karim Benali: Take."


def _steps(w):
    """Yield an action and its sentence for Sophie, a manager who takes no part."""
    t, p = w.ticket, w.people
    yield lambda: actions.take(t, by=p.karim), "Karim Benali took the ticket."
    yield (
        lambda: actions.assign(t, by=p.karim, to=p.julien),
        "Karim Benali assigned the ticket to Julien Moreau (previously Karim Benali).",
    )
    yield (
        lambda: actions.release(t, by=p.julien),
        "Julien Moreau released the ticket: nobody is in charge of it any more.",
    )
    yield lambda: actions.take(t, by=p.karim), "Karim Benali took the ticket."
    yield lambda: actions.comment(t, by=p.lea, text="…"), "Léa Fournier added a comment."
    yield lambda: actions.note(t, by=p.karim, text="…"), "Karim Benali added an internal note."
    yield (
        lambda: actions.ask_information(t, by=p.karim, text="?"),
        "Karim Benali asked the requester for more information.",
    )
    yield (
        lambda: actions.postpone(t, by=p.karim, until=w.day),
        f"Karim Benali postponed the ticket until {format_date(w.day)}.",
    )
    yield lambda: actions.resume(t, by=p.karim), "Karim Benali resumed the ticket."
    yield lambda: actions.postpone(t, by=p.karim), "Karim Benali postponed the ticket."
    yield lambda: actions.resume(t, by=p.karim), "Karim Benali resumed the ticket."
    yield (
        lambda: actions.invite(t, by=p.karim, users=[p.ines, p.thomas]),
        "Karim Benali invited Inès Robert, Thomas Girard to follow the ticket.",
    )
    yield (
        lambda: actions.remove_guest(t, by=p.karim, user=p.thomas),
        "Karim Benali removed Thomas Girard from the list of guests.",
    )
    yield (
        lambda: actions.remove_guest(t, by=p.ines, user=p.ines),
        "Inès Robert left the ticket.",
    )
    yield (
        lambda: actions.change_priority(t, by=p.karim, to=5),
        "Karim Benali changed the priority: very high (previously normal).",
    )
    yield (
        lambda: actions.change_subject(t, by=p.karim, to="Salle A12"),
        "Karim Benali changed the subject: “Salle A12” (previously “Radiateur froid en salle A12”).",
    )
    yield (
        lambda: actions.change_visibility(t, by=p.karim, to="public"),
        "Karim Benali changed the visibility: public.",
    )
    yield (
        lambda: actions.attach(t, by=p.lea, files=[ContentFile(b"x", name="x.txt")]),
        "Léa Fournier attached a file.",
    )
    yield (
        lambda: actions.change_requester(t, by=p.karim, to=p.thomas),
        "Karim Benali made Thomas Girard the requester of the ticket (previously Léa Fournier).",
    )
    yield lambda: actions.close(t, by=p.karim), "Karim Benali closed the ticket."
    yield (
        lambda: actions.reject_closure(t, by=p.thomas, text="Non."),
        "Thomas Girard refused the closure of the ticket.",
    )
    yield lambda: actions.close(t, by=p.karim), "Karim Benali closed the ticket."
    yield (
        lambda: actions.approve_closure(t, by=p.thomas),
        "Thomas Girard approved the closure of the ticket.",
    )
    yield lambda: actions.reopen(t, by=p.thomas), "Thomas Girard reopened the ticket."
    yield lambda: actions.refuse(t, by=p.karim, text="Non."), "Karim Benali refused the ticket."
    yield lambda: actions.reopen(t, by=p.thomas), "Thomas Girard reopened the ticket."
    yield (
        lambda: actions.move(t, by=p.karim, to=w.plumbing),
        "Karim Benali transferred the ticket to Services Généraux › Plomberie.",
    )
    yield lambda: actions.cancel(t, by=p.thomas), "Thomas Girard cancelled the ticket."


@pytest.mark.parametrize("describe", [describe_in_mail, describe_on_page])
def test_another_manager_reads_what_happened(ticket, people, plumbing, a_day_to_come, describe):
    world = SimpleNamespace(ticket=ticket, people=people, plumbing=plumbing, day=a_day_to_come)
    for act, expected in _steps(world):
        act()
        sentence = describe(people.sophie)
        if "(previously Services" in sentence:
            sentence = sentence.partition(" (previously")[0] + "."
        assert sentence == expected


@pytest.mark.parametrize("describe", [describe_in_mail, describe_on_page])
def test_the_requester_reads_about_their_own_ticket(ticket, people, describe):
    actions.take(ticket, by=people.karim)
    assert describe(people.lea) == "Karim Benali is now working on your request."
    actions.ask_information(ticket, by=people.karim, text="?")
    assert describe(people.lea) == "Karim Benali asked you for more information."
    actions.release(ticket, by=people.karim)
    assert describe(people.lea) == "Your request is back in the queue; a colleague will pick it up."
    actions.assign(ticket, by=people.karim, to=people.sophie)
    assert describe(people.lea) == "Sophie Lambert is now working on your request."
    actions.refuse(ticket, by=people.sophie, text="Non.")
    assert describe(people.lea) == "Sophie Lambert couldn’t take on this request."
    actions.reopen(ticket, by=people.sophie)
    assert describe(people.lea) == "Sophie Lambert reopened your request."
    actions.postpone(ticket, by=people.sophie)
    assert describe(people.lea) == "Sophie Lambert postponed your request."
    actions.resume(ticket, by=people.sophie)
    assert describe(people.lea) == "Sophie Lambert resumed your request."


def test_a_mail_puts_a_question_to_the_requester(incomplete, people):
    expected = "Karim Benali has a question for you. Please reply below."
    assert describe_in_mail(people.lea, asked=True) == expected


@pytest.mark.parametrize("describe", [describe_in_mail, describe_on_page])
def test_the_new_manager_reads_that_the_ticket_is_theirs(ticket, people, describe):
    actions.assign(ticket, by=people.karim, to=people.julien)
    assert describe(people.julien) == "Karim Benali assigned this ticket to you."


@pytest.mark.parametrize("describe", [describe_in_mail, describe_on_page])
def test_the_sentence_of_an_expired_ticket_has_the_reason(closed, people, describe):
    with unguarded():
        Ticket.objects.filter(pk=closed.pk).update(
            awaiting_since=timezone.now() - timedelta(days=30)
        )
    closed.refresh_from_db()
    actions.expire(closed, by=None)
    expected = "The ticket expired because the requester did not reply."
    assert describe(people.sophie) == expected
    assert describe(people.lea) == "Closed automatically: no reply received."


def test_the_ticket_of_a_manager_who_left_is_released_automatically(taken, general, people):
    general.managers.filter(user=people.karim).delete()
    actions.hand_over(general, people.karim)
    assert describe_in_mail(people.sophie).startswith("The ticket was automatically released")


def test_a_confidential_subject_is_not_in_a_mail(taken, general, people):
    general.confidential = True
    general.save()
    actions.change_subject(taken, by=people.karim, to="Secret")
    assert describe_in_mail(people.sophie) == "Karim Benali changed the subject of the ticket."


@pytest.mark.parametrize("describe", [describe_in_mail, describe_on_page])
def test_a_former_service_that_the_reader_does_not_see_is_not_named(
    taken, network, plumbing, people, describe
):
    actions.move(taken, by=people.karim, to=network)
    sentence = describe(people.lea)
    Service.objects.filter(pk=network.service_id).update(everyone=False)
    actions.move(taken, by=people.julien, to=plumbing)
    assert "DSI › Réseau" in sentence
    assert "DSI" not in describe(people.lea)


def test_a_mail_to_a_manager_has_the_sentence(
    ticket, general, people, send_mails, forget_notifications, fake_helpdesk_page
):
    Monitoring.objects.create(
        user=people.sophie,
        service=general,
        any_ticket="always",
        member="always",
        in_charge="always",
    )
    forget_notifications()
    actions.take(ticket, by=people.karim)
    assert "Karim Benali took the ticket." in send_mails()["sophie"].body


def test_quoting_wraps_and_marks_every_line():
    text = quote_text("un\n\n" + "mot " * 40 + "\n    code")
    assert all(line.startswith(">") for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 78
    assert ">     code" in text
