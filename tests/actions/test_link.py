"""Linking two tickets, and making a message a ticket of its own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.models import Notification, PermanentGuest, Ticket, TicketLink
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def other(people, heating):
    return actions.open_ticket(heating, by=people.emily, subject="Radiateurs", text="Tous froids.")


@pytest.fixture
def remark(invited, people):
    """What a guest wrote about something else, with a photo."""
    photo = SimpleUploadedFile("néon.png", b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    return actions.comment(invited, by=people.thomas, text="**Le néon** aussi.", files=[photo])


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def split(ticket, remark, people, **changed):
    """Make the remark a ticket; return the ticket."""
    given = {"by": people.karim, "message": remark.pk, "subject": "Néon"} | changed
    return Ticket.objects.get(pk=actions.split(ticket, **given).after["split_into"])


def test_both_histories_name_the_link_and_its_end_and_status_and_people_stay(closed, other, people):
    dispatch_waiting_events()
    event = actions.link(closed, by=people.karim, to=other)
    assert event.after == {"linked_to": other.pk}
    assert other.events.last().after == {"linked_to": closed.pk}
    assert TicketLink.objects.find_other_numbers(other.pk) == [closed.pk]
    actions.unlink(fresh(other), by=people.sophie, to=closed)
    assert history(closed)[-2:] == history(other)[-2:] == ["link", "unlink"]
    assert closed.events.last().after == {"unlinked_from": other.pk}
    assert not TicketLink.objects.exists()
    assert (closed.status, fresh(other).status) == ("closed", "free")
    assert not other.guests.exists()
    dispatch_waiting_events()
    assert not Notification.objects.filter(user__in=[people.lea, people.emily], event__gte=event)


def test_two_tickets_are_linked_once_and_unlinked_once(taken, other, people):
    actions.link(taken, by=people.karim, to=other)
    with refused(other, NotPossible, "to"):
        actions.link(other, by=people.karim, to=fresh(taken))
    actions.unlink(taken, by=people.karim, to=other)
    with refused(taken, NotPossible, "to"):
        actions.unlink(taken, by=people.karim, to=other)


def test_a_ticket_is_not_linked_to_itself(taken, people):
    with refused(taken, NotPossible, "to"):
        actions.link(taken, by=people.karim, to=fresh(taken))


@pytest.mark.parametrize("who", ["lea", "thomas", "victor", "nadia"])
def test_others_neither_link_nor_split(invited, remark, other, people, who):
    someone = getattr(people, who)
    with refused(invited, NotYours):
        actions.link(invited, by=someone, to=other)
    with refused(invited, NotYours):
        split(invited, remark, people, by=someone)


def test_an_invisible_ticket_is_refused_with_the_words_for_a_missing_one(taken, network, people):
    hidden = actions.open_ticket(network, by=people.emily, subject="Secret", text="x")
    said = set()
    for other in (hidden, Ticket(pk=4807)):
        with refused(taken, NotPossible, "to") as refusal:
            actions.link(taken, by=people.karim, to=other)
        said.add(str(refusal.value))
    assert len(said) == 1
    assert history(hidden) == ["open_ticket"]


def test_both_services_are_managed_by_the_author_and_equally_confidential(taken, network, people):
    seen = actions.open_ticket(network, by=people.karim, subject="Prise", text="x")
    with refused(taken, NotPossible, "to"):
        actions.link(taken, by=people.karim, to=seen)
    network.service.confidential = True
    network.service.save()
    with refused(taken, NotPossible, "to"):
        actions.link(taken, by=people.julien, to=seen)


def test_a_message_becomes_a_private_ticket_of_its_author_with_its_files(invited, remark, people):
    new = split(invited, remark, people)
    assert (new.requester, new.creator, new.category) == (
        people.thomas, people.karim, invited.category,
    )  # fmt: skip
    assert (new.subject, new.visibility, new.priority) == ("Néon", "private", invited.priority)
    opening = new.events.first()
    assert (opening.text, opening.after["split_from"]) == (remark.text, invited.pk)
    assert "<strong>Le néon</strong>" in opening.html
    kept, copied = remark.attachments.get(), opening.attachments.get()
    assert (copied.name, copied.size) == (kept.name, kept.size)
    assert copied.file.name != kept.file.name
    assert not new.guests.exists()
    assert history(invited)[-1] == "split"
    assert TicketLink.objects.find_other_numbers(invited.pk) == [new.pk]


def test_the_requester_stays_when_the_message_is_a_managers(taken, people):
    remark = actions.comment(taken, by=people.sophie, text="La vanne aussi.")
    assert split(taken, remark, people).requester == people.lea


def test_the_new_ticket_arrives_as_any_other(invited, remark, general, people):
    PermanentGuest.objects.create(service=general, user=people.emily)
    dispatch_waiting_events()
    new = split(invited, remark, people)
    assert list(new.guests.values_list("user", flat=True)) == [people.emily.pk]
    dispatch_waiting_events()
    assert Notification.objects.filter(event__ticket=new, user=people.thomas).exists()


def test_a_message_is_split_once(invited, remark, people):
    new = split(invited, remark, people)
    with refused(invited, NotPossible, "message") as refusal:
        split(invited, remark, people, by=people.sophie)
    assert f"#{new.pk}" in str(refusal.value)


def test_only_a_message_that_everyone_reads_becomes_a_ticket(taken, other, people):
    narrow = actions.comment(taken, by=people.lea, text="Entre nous.", audience="requester")
    note = actions.note(taken, by=people.karim, text="Encore.")
    for message in (narrow, note, taken.events.first(), taken.events.get(action="take"),
                    other.events.first()):  # fmt: skip
        with refused(taken, NotPossible, "message"):
            split(taken, message, people)


def test_a_message_whose_file_is_lost_becomes_no_ticket(invited, remark, people):
    attachment = remark.attachments.get()
    attachment.file.storage.delete(attachment.file.name)
    with refused(invited, NotPossible, "message"):
        split(fresh(invited), remark, people)
    assert Ticket.objects.count() == 1


def test_a_message_becomes_no_ticket_where_the_category_takes_none(taken, people, heating):
    remark = actions.comment(taken, by=people.lea, text="Le néon aussi.")
    heating.takes_tickets = False
    heating.save()
    with refused(taken, NotPossible, "category"):
        split(fresh(taken), remark, people)
    assert Ticket.objects.count() == 1
