"""Opening a ticket."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.utils.functional import SimpleLazyObject
from wagtail.models import Page

from tests.actions.refusals import history
from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.models import Event, PermanentGuest, Ticket


@pytest.fixture
def refused_opening():
    """A function that demands a refusal which leaves no ticket: ``refused_opening(why, field)``."""

    def demand(why, field=None, *, category, by, **data):
        data = {"subject": "Fuite", "text": "Au plafond."} | data
        before = Ticket.objects.count(), Event.objects.count()
        with pytest.raises(why) as refusal:
            actions.open_ticket(category, by=by, **data)
        assert (Ticket.objects.count(), Event.objects.count()) == before
        if why is NotPossible:
            assert refusal.value.field == field

    return demand


def test_a_person_opens_a_ticket_for_themselves(heating, people):
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="14 *degrés*.")
    assert (ticket.requester, ticket.creator, ticket.assignee) == (people.lea, people.lea, None)
    assert (ticket.status, ticket.is_open, ticket.version) == ("free", True, 0)
    assert (ticket.category, ticket.service) == (heating, heating.service)
    assert (ticket.subject, ticket.priority, ticket.visibility) == ("Froid", 3, "private")


def test_the_first_event_records_how_the_ticket_was_opened(ticket, heating, people):
    event = ticket.events.get()
    assert (event.action, event.actor, event.audience) == ("open_ticket", people.lea, "everyone")
    assert event.text == "Il fait 14 degrés."
    assert event.after["category"] == heating.pk
    assert event.after["requester"] == people.lea.pk
    assert event.created_at == ticket.created_at


def test_priority_and_visibility_are_those_of_the_category(heating, people):
    heating.default_priority, heating.default_visibility = 5, "public"
    heating.save()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    assert (ticket.priority, ticket.visibility) == (5, "public")


def test_priority_and_visibility_may_be_chosen(heating, people):
    ticket = actions.open_ticket(
        heating, by=people.lea, subject="Froid", text="Très.", priority=4, visibility="public"
    )
    assert (ticket.priority, ticket.visibility) == (4, "public")


@pytest.mark.parametrize("priority", [0, 6, -1])
def test_there_are_five_priorities(heating, people, refused_opening, priority):
    refused_opening(NotPossible, "priority", category=heating, by=people.lea, priority=priority)


def test_there_are_two_visibilities(heating, people, refused_opening):
    refused_opening(NotPossible, "visibility", category=heating, by=people.lea, visibility="secret")


def test_a_manager_opens_for_another_person(heating, people):
    ticket = actions.open_ticket(
        heating, by=people.karim, requester=people.lea, subject="Fuite", text="Vue en passant."
    )
    assert (ticket.requester, ticket.creator) == (people.lea, people.karim)


def test_the_access_of_the_creator_to_the_service_counts_not_the_requesters(
    general, heating, people
):
    general.everyone = False
    general.save()
    ticket = actions.open_ticket(
        heating, by=people.karim, requester=people.victor, subject="Fuite", text="Urgent."
    )
    assert ticket.requester == people.victor


def test_nobody_else_opens_for_another_person(heating, people, refused_opening):
    refused_opening(NotYours, category=heating, by=people.thomas, requester=people.lea)


def test_a_manager_of_another_service_may_not_open_for_another_person(
    heating, dsi, people, refused_opening
):
    refused_opening(NotYours, category=heating, by=people.nadia, requester=people.lea)


def test_the_requester_must_be_active(heating, people, refused_opening):
    refused_opening(
        NotPossible, "requester", category=heating, by=people.karim, requester=people.yvette
    )


def test_a_service_for_groups_is_open_to_their_members_only(
    general, heating, people, refused_opening
):
    general.everyone = False
    general.save()
    general.groups.add(Group.objects.get(name="Personnels"))
    actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Urgent.")
    refused_opening(NotYours, category=heating, by=people.victor)


def test_a_superuser_opens_tickets_only_where_others_may(general, heating, people, refused_opening):
    general.everyone = False
    general.save()
    refused_opening(NotYours, category=heating, by=people.gilles)


def test_a_deactivated_person_opens_no_ticket(heating, people, refused_opening):
    refused_opening(NotYours, category=heating, by=people.yvette)


def test_a_disabled_service_takes_no_tickets(general, heating, people, refused_opening):
    general.enabled = False
    general.save()
    refused_opening(NotPossible, "category", category=heating, by=people.lea)


def test_a_category_that_takes_no_tickets_takes_none(heating, people, refused_opening):
    heating.takes_tickets = False
    heating.save()
    refused_opening(NotPossible, "category", category=heating, by=people.lea)


def test_a_hidden_category_is_reached_by_its_link(heating, people):
    heating.hidden = True
    heating.save()
    assert actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.").pk


@pytest.mark.parametrize("subject", ["", "   ", "\n\t", "\u200b\x00", "\u3164", "\u2800", "\u200d"])
def test_a_subject_is_required(heating, people, refused_opening, subject):
    refused_opening(NotPossible, "subject", category=heating, by=people.lea, subject=subject)


def test_a_subject_may_have_two_hundred_characters(heating, people, refused_opening):
    ticket = actions.open_ticket(heating, by=people.lea, subject="é" * 200, text="Long.")
    assert len(ticket.subject) == 200
    refused_opening(NotPossible, "subject", category=heating, by=people.lea, subject="é" * 201)


def test_a_subject_is_on_one_line(heating, people):
    """It becomes a header of mails."""
    ticket = actions.open_ticket(
        heating, by=people.lea, subject=" Froid\r\nBcc: x@y.z\u2028 en\x00 A12 ", text="Très."
    )
    assert ticket.subject == "Froid Bcc: x@y.z en A12"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("im\u00adpri\u00admante", "imprimante"),
        ("im\u200bprimante\ufeff", "imprimante"),
        ("👩\u200d💻 en panne", "👩\u200d💻 en panne"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("❤\ufe0f merci", "❤\ufe0f merci"),
        # Not yet assigned in the Unicode that Python knows: the emoji of next year.
        ("\U0001fadf et \U0001faff", "\U0001fadf et \U0001faff"),
        ("salle\u00a0A12\u2028nord", "salle A12 nord"),
        ("\u202etxet", "txet"),
    ],
)
def test_a_subject_keeps_what_holds_its_words_together(heating, people, typed, kept):
    ticket = actions.open_ticket(heating, by=people.lea, subject=typed, text="Très.")
    assert ticket.subject == kept


def test_script_in_a_subject_stays_text(heating, people):
    subject = "<script>alert(1)</script>"
    ticket = actions.open_ticket(heating, by=people.lea, subject=subject, text="Très.")
    assert ticket.subject == subject


def test_a_message_is_required(heating, people, refused_opening):
    refused_opening(NotPossible, "text", category=heating, by=people.lea, text="")


def test_a_ticket_is_opened_with_files(heating, people):
    ticket = actions.open_ticket(
        heating, by=people.lea, subject="Froid", text="Voyez.", files=[photo()]
    )
    assert ticket.events.get().attachments.get().name == "photo.png"


def test_an_unacceptable_file_prevents_opening_the_ticket(
    heating, people, refused_opening, empty_file
):
    refused_opening(NotPossible, "files", category=heating, by=people.lea, files=[empty_file])


def test_the_user_of_a_request_may_open_before_anybody_looked_who_it_is(heating, people):
    visitor = SimpleLazyObject(lambda: people.lea)
    data = {"subject": "Froid", "text": "Très.", "submission": uuid.uuid4()}
    ticket = actions.open_ticket(heating, by=visitor, **data)
    assert ticket.requester == people.lea


def test_a_form_sent_twice_opens_one_ticket(heating, people):
    submission = uuid.uuid4()
    data = {"subject": "Froid", "text": "Très.", "submission": submission}
    first = actions.open_ticket(heating, by=people.lea, **data)
    assert actions.open_ticket(heating, by=people.lea, **data) == first
    assert Ticket.objects.count() == 1


def test_two_forms_open_two_tickets(heating, people):
    data = {"subject": "Froid", "text": "Très."}
    first = actions.open_ticket(heating, by=people.lea, **data)
    assert actions.open_ticket(heating, by=people.lea, **data) != first


def test_permanent_guests_are_invited(general, heating, people):
    PermanentGuest.objects.create(service=general, user=people.ines)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    assert history(ticket) == ["open_ticket", "invite"]
    guest = ticket.guests.get()
    assert (guest.user, guest.permanent) == (people.ines, True)
    assert ticket.events.last().actor is None


def test_a_permanent_guest_who_is_the_requester_is_no_guest(general, heating, people):
    PermanentGuest.objects.create(service=general, user=people.ines)
    ticket = actions.open_ticket(heating, by=people.ines, subject="Froid", text="Très.")
    assert history(ticket) == ["open_ticket"]


def test_a_deactivated_permanent_guest_is_not_invited(general, heating, people):
    PermanentGuest.objects.create(service=general, user=people.yvette)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    assert not ticket.guests.exists()


def test_the_algorithm_puts_a_member_in_charge_in_the_same_batch(general, heating, people):
    general.algorithm = "first"
    general.save()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.karim)
    assert history(ticket) == ["open_ticket", "assign"]
    assert len(set(ticket.events.values_list("batch", flat=True))) == 1


def test_the_number_can_be_quoted(ticket):
    assert str(ticket) == f"#{ticket.number}"
    assert "Radiateur" not in str(ticket)


def test_the_page_one_asks_from_is_kept(heating, people):
    page = Page.objects.first()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr.", page=page)
    assert ticket.origin.page == page
