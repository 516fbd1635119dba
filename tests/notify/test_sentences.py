"""One sentence for each act, said to its reader."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.formats import date_format

from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import ACTIONS
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.models import Event, Monitoring, Reason, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications.alert_mail import quote_text
from wagtail_helpdesk.notifications.mail_context import MailContext, MailItem
from wagtail_helpdesk.notifications.sentences import SENTENCES, WHY, sentence


@pytest.fixture
def said():
    """What a person is told of the last event."""

    def said(user, *, asked=False):
        event = Event.objects.order_by("-pk").first()
        context = MailContext.of(event.ticket_id, [event.pk], [user.pk])
        told = MailItem(context.events[event.pk], context.acts[event.pk], Reason.MANAGER, asked)
        return sentence(told, context, get_reader(user))

    return said


def test_every_recorded_action_has_one():
    assert set(SENTENCES) == {a.name for a in ACTIONS.values() if a.recorded}


def test_every_reason_has_one():
    assert set(WHY) == set(Reason)
    assert all(words() for words in WHY.values())


def _steps(w):
    """An act, and what Sophie, who only watches, is told of it."""
    t, p = w.ticket, w.people
    yield lambda: actions.take(t, by=p.karim), "Karim Benali has taken charge of the ticket."
    yield (
        lambda: actions.assign(t, by=p.karim, to=p.julien),
        "Karim Benali assigned the ticket to Julien Moreau.",
    )
    yield (
        lambda: actions.release(t, by=p.julien),
        "Julien Moreau released the ticket: nobody is in charge of it any more.",
    )
    yield lambda: actions.take(t, by=p.karim), "Karim Benali has taken charge of the ticket."
    yield lambda: actions.comment(t, by=p.lea, text="…"), "Léa Fournier added a comment."
    yield lambda: actions.note(t, by=p.karim, text="…"), "Karim Benali added an internal note."
    yield (
        lambda: actions.ask_information(t, by=p.karim, text="?"),
        "Karim Benali asked the requester for more information.",
    )
    yield (
        lambda: actions.postpone(t, by=p.karim, until=w.day),
        f"Karim Benali postponed the ticket until {date_format(w.day)}.",
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
        "Inès Robert has left the list of guests.",
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
        "Karim Benali made Thomas Girard the requester of the ticket.",
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


def test_somebody_who_watches_is_told_what_happened(ticket, people, plumbing, a_day_to_come, said):
    world = SimpleNamespace(ticket=ticket, people=people, plumbing=plumbing, day=a_day_to_come)
    for act, expected in _steps(world):
        act()
        assert said(people.sophie) == expected


def test_the_requester_is_told_of_their_ticket(ticket, people, said):
    actions.take(ticket, by=people.karim)
    assert said(people.lea) == "Karim Benali has taken charge of your ticket."
    actions.ask_information(ticket, by=people.karim, text="?")
    assert said(people.lea) == "Karim Benali asks you for more information."


def test_the_new_manager_is_told_that_it_is_them(ticket, people, said):
    actions.assign(ticket, by=people.karim, to=people.julien)
    assert said(people.julien) == "Karim Benali assigned this ticket to you."


def test_the_system_has_a_name(closed, people, said):
    with unguarded():
        Ticket.objects.filter(pk=closed.pk).update(
            awaiting_since=timezone.now() - timedelta(days=30)
        )
    closed.refresh_from_db()
    actions.expire(closed, by=None)
    assert said(people.sophie) == "The ticket expired, for want of an answer from the requester."


def test_a_manager_who_left_frees_their_tickets_in_the_name_of_the_application(
    taken, general, people, said
):
    general.managers.filter(user=people.karim).delete()
    actions.hand_over(general, people.karim)
    assert said(people.sophie).startswith("The application released the ticket")


def test_a_confidential_subject_is_not_said(taken, general, people, said):
    general.confidential = True
    general.save()
    actions.change_subject(taken, by=people.karim, to="Secret")
    assert said(people.sophie) == "Karim Benali changed the subject of the ticket."


def test_a_mail_is_written_for_whoever_watches_everything(ticket, general, people, sent, quiet):
    Monitoring.objects.create(
        user=people.sophie,
        service=general,
        any_ticket="always",
        member="always",
        in_charge="always",
    )
    quiet()
    actions.take(ticket, by=people.karim)
    assert "Karim Benali has taken charge of the ticket." in sent()["sophie"].body


def test_quoting_wraps_and_marks_every_line():
    text = quote_text("un\n\n" + "mot " * 40 + "\n    code")
    assert all(line.startswith(">") for line in text.splitlines())
    assert max(map(len, text.splitlines())) <= 78
    assert ">     code" in text
