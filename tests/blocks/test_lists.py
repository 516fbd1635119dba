"""My requests, a manager’s queue and panel, the catalogue: what each reader finds in the frames."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Visibility

FRAMES = ("requests", "queue", "panel", "services", "ask", "card")


# -- my requests -----------------------------------------------------------------------------------


def test_a_requester_finds_their_open_tickets(open_browser, people, ticket):
    page = open_browser(people.lea).fragment("requests")
    assert page.select_one(".hd-short .hd-cover")["href"] == f"/assistance/tickets/{ticket.pk}/"


def test_what_waits_for_an_answer_stands_on_top(open_browser, people, closed):
    page = open_browser(people.lea).fragment("requests")
    first = page.find(class_="hd-waiting")
    assert closed.subject in first.get_text()
    assert first.find("a", class_="hd-b")["href"].endswith("/approve-closure/")


def test_the_list_is_as_long_as_the_editor_wants(open_browser, people, heating):
    for number in range(4):
        actions.open_ticket(heating, by=people.lea, subject=f"Froid {number}", text="Brr")
    page = open_browser(people.lea).fragment("requests", count=2)
    assert len(page.select(".hd-short li")) == 2


def test_the_tickets_of_other_people_are_not_listed(open_browser, people, ticket):
    assert ticket.subject not in open_browser(people.victor).fragment("requests").get_text()


# -- the queue -------------------------------------------------------------------------------------


def test_managers_find_their_queue(open_browser, people, ticket):
    page = open_browser(people.karim).fragment("queue", queue="free")
    assert ticket.subject in page.get_text()
    assert "queue=free" in page.find_all("a")[-1]["href"]


def test_the_block_lists_only_tickets_of_the_chosen_queue(open_browser, people, ticket):
    assert (
        ticket.subject not in open_browser(people.karim).fragment("queue", queue="mine").get_text()
    )


def test_only_of_the_service_of_the_block(open_browser, people, general, dsi, ticket, network):
    actions.open_ticket(network, by=people.lea, subject="Plus de Wi-Fi", text="…")
    text = open_browser(people.julien).fragment("queue", queue="all", service=dsi.pk).get_text()
    assert ("Plus de Wi-Fi" in text, ticket.subject in text) == (True, False)


@pytest.mark.parametrize("queue", ["free", "mine", "categories", "all"])
def test_the_block_of_a_service_shows_its_managers_alone(open_browser, people, dsi, ticket, queue):
    assert open_browser(people.karim).get("queue", queue=queue, service=dsi.pk).content == b""


def test_without_javascript_the_block_leads_to_the_same_queue(render_block, dsi):
    link = render_block("helpdesk_queue", queue="mine", service=dsi).section.a
    assert link["href"] == f"/assistance/desk/?queue=mine&order=oldest&service={dsi.pk}"


@pytest.mark.parametrize("frame", ["queue", "panel"])
def test_who_manages_nothing_finds_an_empty_frame(open_browser, people, ticket, frame):
    assert open_browser(people.lea).get(frame).content == b""
    assert open_browser(people.gilles).get(frame).content == b""


# -- the panel -------------------------------------------------------------------------------------


def test_the_panel_is_that_of_the_admin(open_browser, people, taken):
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    page = open_browser(people.karim).fragment("panel")
    assert "The requester has answered" in page.select_one(".hd-short li").get_text()


# -- the catalogue ---------------------------------------------------------------------------------


def titles(page):
    return [heading.get_text() for heading in page.find_all("h3")]


def test_all_services_unless_some_are_chosen(open_browser, people, general, dsi):
    assert set(titles(open_browser(people.lea).fragment("services"))) == {
        "Services Généraux",
        "DSI",
    }
    assert titles(open_browser(people.lea).fragment("services", service=[dsi.pk])) == ["DSI"]


def test_the_page_one_asks_from_travels_along(open_browser, people, general, heating, office):
    page = open_browser(people.lea).fragment("services", page=office.pk)
    assert page.find("a", string="Chauffage")["href"] == (
        f"/assistance/new/{heating.pk}/?page={office.pk}"
    )


def restricted(service):
    service.everyone = False
    service.save()
    service.groups.add(Group.objects.get(name=cast.STUDENTS))


def test_a_chosen_service_that_one_may_not_ask_is_left_out(open_browser, people, general, dsi):
    restricted(dsi)
    chosen = [dsi.pk, general.pk]
    assert titles(open_browser(people.lea).fragment("services", service=chosen)) == [
        "Services Généraux"
    ]
    assert titles(open_browser(people.victor).fragment("services", service=chosen))[0] == "DSI"


# -- everybody -------------------------------------------------------------------------------------

STRANGERS = [
    person.username
    for person in cast.PEOPLE
    if person.username not in ("lea", "karim", "sophie", "julien", "hugo", "yvette")
]


@pytest.mark.parametrize("name", STRANGERS)
def test_no_frame_names_a_private_ticket_to_a_stranger(open_browser, people, dsi, taken, name):
    assert taken.visibility == Visibility.PRIVATE
    for frame in FRAMES:
        answer = open_browser(getattr(people, name)).get(frame, queue="all", count=25)
        assert taken.subject not in answer.content.decode()


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frame_is_empty_for_a_logged_out_visitor(open_browser, people, taken, frame):
    answer = open_browser().get(frame)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("frame", FRAMES)
def test_a_deactivated_account_is_nobody(open_browser, people, taken, frame):
    browser = open_browser(people.karim)
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    assert browser.get(frame).status_code == 204


@pytest.mark.parametrize("frame", [frame for frame in FRAMES if frame != "ask"])
def test_block_fragments_refuse_post(open_browser, people, helpdesk, frame):
    assert open_browser(people.lea).post(f"/helpdesk-mail/blocks/{frame}/").status_code == 405


#: Statements of ours for a manager, whatever the number of tickets.
STATEMENTS = {"requests": 4, "queue": 5, "panel": 6, "services": 7, "ask": 6, "card": 4}


@pytest.mark.parametrize("frame", FRAMES)
def test_the_number_of_tickets_changes_no_number_of_statements(
    open_browser, people, general, heating, frame
):
    def own():
        browser = open_browser(people.karim)
        with CaptureQueriesContext(connection) as queries:
            browser.get(frame, queue="all", service=general.pk, count=25)
        return len([q for q in queries if "wagtail_helpdesk" in q["sql"]])

    actions.open_ticket(heating, by=people.karim, subject="Froid", text="Brr")
    before = own()
    assert before <= STATEMENTS[frame]
    for number in range(10):
        actions.open_ticket(heating, by=people.karim, subject=f"Froid {number}", text="Brr")
    assert own() == before
