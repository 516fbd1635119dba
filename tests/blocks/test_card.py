"""The card of a service: in the page when it is everybody’s, in a frame when it is not."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from wagtail.models import Locale

from tests import cast
from wagtail_helpdesk import actions, statistics
from wagtail_helpdesk.lifecycle import Priority
from wagtail_helpdesk.models import Event, ServiceText, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.statistics import describe_delay


@pytest.fixture
def described_service(general):
    """Services Généraux, in the words of an editor."""
    ServiceText.objects.create(
        service=general,
        locale=Locale.get_default(),
        title="Facilities",
        summary="The buildings, and whatever breaks down in them.",
        contact="Building A",
        hours="7 a.m. to 6 p.m.",
    )
    return general


def test_the_card_says_what_the_editor_wrote(render_block, described_service, office):
    card = render_block("helpdesk_card", service=described_service).find(class_="hd-card")
    assert card.h3.get_text() == "Facilities"
    assert [dd.get_text() for dd in card.find_all("dd")] == ["Building A", "7 a.m. to 6 p.m."]
    assert card.a["href"] == f"/assistance/new/?service={described_service.pk}&page={office.pk}"


def test_a_service_without_texts_has_its_name(render_block, general):
    assert render_block("helpdesk_card", service=general).h3.get_text() == "Services Généraux"


def test_a_disabled_service_has_no_card(render_block, general):
    general.enabled = False
    general.save()
    assert "Services" not in render_block("helpdesk_card", service=general).get_text()


@pytest.fixture
def restricted_service(described_service):
    """Services Généraux, for students alone."""
    described_service.everyone = False
    described_service.save()
    described_service.groups.add(Group.objects.get(name=cast.STUDENTS))
    return described_service


def test_a_service_for_some_is_not_in_the_page(render_block, restricted_service):
    assert "Facilities" not in render_block("helpdesk_card", service=restricted_service).get_text()


def test_people_with_access_to_a_service_find_its_card(open_browser, people, restricted_service):
    page = open_browser(people.victor).fragment("card", service=restricted_service.pk)
    assert page.h3.get_text() == "Facilities"


def test_people_without_access_to_a_service_find_an_empty_frame(
    open_browser, people, restricted_service
):
    assert open_browser(people.lea).get("card", service=restricted_service.pk).content == b""
    assert open_browser(people.gilles).get("card", service=restricted_service.pk).content == b""


# -- how soon it answers ---------------------------------------------------------------------------


@pytest.fixture
def answer_after(people, heating):
    """A function: tickets answered after these hours."""

    def write(*hours):
        for wait in hours:
            ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr")
            actions.note(ticket, by=people.karim, text="Vu")
            actions.comment(ticket, by=people.karim, text="J’arrive")
            opened = timezone.now() - timedelta(days=20)
            with unguarded():
                Ticket.objects.filter(pk=ticket.pk).update(created_at=opened)
            last = ticket.events.order_by("pk").last()
            Event.objects.filter(pk=last.pk).update(created_at=opened + timedelta(hours=wait))

    return write


def test_the_usual_time_is_a_median_of_answers_people_read(general, answer_after):
    answer_after(1, 2, 3, 40, 300)
    assert statistics.get_usual_first_answer(general) == timedelta(hours=3)


def test_a_few_answers_say_nothing_usual(general, answer_after):
    answer_after(1, 2)
    assert statistics.get_usual_first_answer(general) is None


def test_what_the_requester_adds_is_no_answer(people, general, heating):
    for _ in range(6):
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr")
        actions.comment(ticket, by=people.lea, text="Encore")
    assert statistics.get_usual_first_answer(general) is None


def test_what_a_requester_who_manages_the_service_adds_is_no_answer(people, general, heating):
    for _ in range(6):
        ticket = actions.open_ticket(heating, by=people.karim, subject="Froid", text="Brr")
        actions.comment(ticket, by=people.karim, text="Encore")
    assert statistics.get_usual_first_answer(general) is None


def test_a_transfer_is_no_answer(people, general, heating, plumbing):
    for _ in range(6):
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr")
        actions.move(ticket, by=people.karim, to=plumbing)
    assert statistics.get_usual_first_answer(general) is None


def test_what_says_nothing_is_no_answer(people, general, heating):
    for _ in range(6):
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr")
        actions.take(ticket, by=people.karim)
        actions.change_priority(ticket, by=people.karim, to=Priority.HIGH)
    assert statistics.get_usual_first_answer(general) is None


def test_taking_with_a_message_counts_as_first_answer(people, general, heating):
    for _ in range(6):
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Brr")
        actions.take(ticket, by=people.karim, text="J’arrive")
    assert statistics.get_usual_first_answer(general) is not None


def test_the_usual_first_answer_is_calculated_once_an_hour(
    general, answer_after, django_assert_num_queries
):
    answer_after(1, 2, 3, 4, 5)
    with django_assert_num_queries(1):
        statistics.get_usual_first_answer(general)
        statistics.get_usual_first_answer(general)


def test_the_card_says_it_unless_the_editor_does_not_want_it(render_block, general, answer_after):
    answer_after(1, 2, 3, 40, 300)
    assert "within 3 hours" in render_block("helpdesk_card", service=general).get_text()
    assert "within" not in render_block("helpdesk_card", service=general, delay=False).get_text()


@pytest.mark.parametrize(
    ("usual", "words"),
    [
        (timedelta(minutes=5), "usually within an hour"),
        (timedelta(minutes=61), "usually within 2 hours"),
        (timedelta(hours=23.5), "usually within 24 hours"),
        (timedelta(hours=25), "usually within 2 days"),
    ],
)
def test_the_usual_response_time_is_rounded_up(usual, words):
    assert describe_delay(usual) == words
