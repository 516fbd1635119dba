"""Who was told of an event: a page for the managers of the ticket."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.portal.budget import counted
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, HelpdeskPreferences, Notification, OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def told(helpdesk):
    """Tell and send everything."""

    def told():
        dispatch_waiting_events()
        deliver()

    return told


def address(event):
    return f"tickets/{event.ticket_id}/told/{event.pk}/"


def section(page, name):
    found = page.select_one(f"[aria-labelledby={name}]")
    return [" ".join(li.text.split()) for li in found.select("li")] if found else []


def test_the_history_leads_managers_to_it(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    links = page.select(".hd-entry .hd-told")
    events = taken.events.order_by("pk")
    assert [link["href"] for link in links] == [f"/assistance/{address(e)}" for e in events]
    assert links[0].text == "Who was notified – Léa Fournier opened the ticket"


def test_nobody_else_finds_a_way_to_it(visit, people, taken):
    actions.invite(taken, by=people.lea, users=[people.ines])
    for reader in (people.lea, people.ines):
        assert not visit(reader).page(f"tickets/{taken.pk}/").select(".hd-told")


def test_says_who_was_told_why_when_and_by_which_mail(visit, people, ticket, told):
    told()
    page = visit(people.karim).page(address(ticket.events.get()))
    (line,) = [line for line in section(page, "hd-told") if "Karim" in line]
    assert line.startswith("Karim Benali member of the category sent ")
    notification = Notification.objects.get(user=people.karim)
    assert notification.mail.message_id in line


def test_says_why_somebody_was_not(visit, people, taken, told):
    HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    told()
    page = visit(people.sophie).page(address(event))
    assert section(page, "hd-not-told") == [
        "Karim Benali manager of the ticket switched off in the preferences"
    ]


def test_names_those_who_did_not_ask(visit, people, taken, told):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    told()
    page = visit(people.karim).page(address(event))
    names = page.select_one("[aria-labelledby=hd-not-concerned]").find_all("p")[1].text
    assert names == "Sophie Lambert, Julien Moreau, Hugo Perrin"


def test_those_who_did_not_ask_are_of_the_service_the_ticket_was_in(
    visit, people, taken, network, told
):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    told()
    actions.move(taken, by=people.karim, to=network)
    page = visit(people.nadia).page(address(event))
    assert "Hugo Perrin" in page.select_one("[aria-labelledby=hd-not-concerned]").text
    assert "Nadia" not in page.select_one("[aria-labelledby=hd-not-concerned]").text


def test_a_mail_under_way_is_said_to_be(visit, people, ticket):
    dispatch_waiting_events()
    page = visit(people.karim).page(address(ticket.events.get()))
    assert section(page, "hd-told") == []
    assert "Karim Benali member of the category waiting" in section(page, "hd-not-told")


def test_an_event_of_a_moment_ago_has_no_listeners_yet(visit, people, ticket):
    page = visit(people.karim).page(address(ticket.events.get()))
    assert "is being prepared" in page.select_one(".hd-notice").text


def test_what_was_forgotten_is_said_to_be(visit, people, ticket, told):
    told()
    Notification.objects.all().delete()
    Event.objects.update(created_at=timezone.now() - timedelta(days=400))
    page = visit(people.karim).page(address(ticket.events.get()))
    assert "too long ago" in page.select_one(".hd-notice").text


@pytest.mark.parametrize("who", ["lea", "victor", "gilles", "nadia"])
def test_whoever_does_not_manage_the_ticket_finds_nothing(visit, people, ticket, who):
    response = visit(getattr(people, who)).get(address(ticket.events.get()))
    assert response.status_code == 404


def test_a_guest_finds_nothing(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    assert visit(people.ines).get(address(ticket.events.first())).status_code == 404


def test_the_event_of_another_ticket_is_not_found(visit, people, ticket, heating):
    other = actions.open_ticket(heating, by=people.lea, subject="x", text="x")
    path = f"tickets/{ticket.pk}/told/{other.events.get().pk}/"
    assert visit(people.karim).get(path).status_code == 404


def test_reading_it_twice_changes_nothing(visit, people, ticket, told):
    told()
    before = list(Notification.objects.values())
    karim = visit(people.karim)
    first, second = (karim.get(address(ticket.events.get())) for _ in range(2))
    assert first.text == second.text
    assert list(Notification.objects.values()) == before


# -- a crowd ---------------------------------------------------------------------------------------


@pytest.fixture
def crowd(ticket):
    """An event of which 250 people heard by one mail each."""
    event, users = ticket.events.get(), get_user_model()
    Event.objects.update(dispatched_at=timezone.now())
    users.objects.bulk_create(
        users(username=f"crowd{n}", first_name="Number", last_name=str(n)) for n in range(250)
    )
    for user in users.objects.filter(username__startswith="crowd"):
        mail = OutgoingMail.objects.create(
            kind="alert", ticket=ticket, user=user, state="sent", sent_at=timezone.now(),
            message_id=f"<{user.pk}.0123456789abcdef@helpdesk.arvelle.example>",
        )  # fmt: skip
        Notification.objects.create(event=event, user=user, reason="guest", mail=mail)
    return event


def test_a_crowd_is_shown_a_page_at_a_time(visit, people, crowd):
    karim, query, names = visit(people.karim), "", []
    while query is not None:
        page = karim.page(address(crowd) + query)
        names += section(page, "hd-told")
        following = page.select_one("a[rel=next]")
        query = following and following["href"]
    assert len(names) == len(set(names)) == 250
    assert page.select_one(".hd-pager a").text == "Back to the start"


def test_who_did_not_ask_is_named_after_the_crowd(visit, people, crowd):
    first = visit(people.karim).page(address(crowd))
    assert not first.select_one("[aria-labelledby=hd-not-concerned]")
    last = visit(people.karim).page(address(crowd), after=10**9)
    assert "Sophie Lambert" in last.select_one("[aria-labelledby=hd-not-concerned]").text
    assert "Nobody on this page." in last.text


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_a_place_written_by_hand_is_the_start(visit, people, crowd, after):
    karim = visit(people.karim)
    assert section(karim.page(address(crowd), after=after), "hd-told") == section(
        karim.page(address(crowd)), "hd-told"
    )


def test_a_page_of_a_crowd_costs_little(visit, people, crowd):
    karim = visit(people.karim)
    karim.get(address(crowd))
    with counted() as cost:
        response = karim.get(address(crowd))
    assert cost.count <= 12, cost.statements
    assert len(response.content) < 60_000
