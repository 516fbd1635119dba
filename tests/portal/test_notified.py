"""The page on which managers read who was notified of an event."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.portal.budget import counted
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    Event,
    HelpdeskPreferences,
    Notification,
    OutgoingMail,
    ServiceManager,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def dispatch_all(helpdesk):
    """Dispatch and send everything."""

    def dispatch_all():
        dispatch_waiting_events()
        deliver()

    return dispatch_all


def notified_url(event):
    return f"tickets/{event.ticket_id}/notified/{event.pk}/"


def section(page, name):
    found = page.select_one(f"[aria-labelledby={name}]")
    return [" ".join(li.text.split()) for li in found.select("li")] if found else []


def test_the_history_links_managers_to_the_delivery_log(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    links = page.select(".hd-history a[href*='/notified/']")
    events = taken.events.order_by("pk")
    assert [link["href"] for link in links] == [f"/assistance/{notified_url(e)}" for e in events]
    assert (
        links[0].text
        == "Who was notified – Léa Fournier opened a ticket in Services Généraux › Chauffage."
    )


def test_the_history_links_others_to_no_delivery_log(visit, people, taken):
    actions.invite(taken, by=people.lea, users=[people.ines])
    for reader in (people.lea, people.ines):
        assert not visit(reader).page(f"tickets/{taken.pk}/").select("a[href*='/notified/']")


def test_the_page_shows_recipient_reason_time_and_mail(visit, people, ticket, dispatch_all):
    dispatch_all()
    page = visit(people.karim).page(notified_url(ticket.events.get()))
    (line,) = [line for line in section(page, "hd-notified") if "Karim" in line]
    assert line.startswith("Karim Benali member of the category sent ")
    notification = Notification.objects.get(user=people.karim)
    assert notification.mail.message_id in line


def test_the_page_shows_why_a_person_was_skipped(visit, people, taken, dispatch_all):
    HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_all()
    page = visit(people.sophie).page(notified_url(event))
    assert section(page, "hd-not-notified") == [
        "Karim Benali manager of the ticket switched off in the preferences"
    ]


def test_the_page_names_managers_without_alert(visit, people, taken, dispatch_all):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_all()
    page = visit(people.karim).page(notified_url(event))
    names = page.select_one("[aria-labelledby=hd-not-alerted]").find_all("p")[1].text
    assert names == "Sophie Lambert, Julien Moreau, Hugo Perrin"


def test_managers_without_alert_are_those_of_the_service_at_the_event(
    visit, people, taken, network, dispatch_all
):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_all()
    actions.move(taken, by=people.karim, to=network)
    page = visit(people.nadia).page(notified_url(event))
    assert "Hugo Perrin" in page.select_one("[aria-labelledby=hd-not-alerted]").text
    assert "Nadia" not in page.select_one("[aria-labelledby=hd-not-alerted]").text


def test_a_mail_not_sent_yet_is_shown_as_waiting(visit, people, ticket):
    dispatch_waiting_events()
    page = visit(people.karim).page(notified_url(ticket.events.get()))
    assert section(page, "hd-notified") == []
    assert "Karim Benali member of the category waiting" in section(page, "hd-not-notified")


def test_an_event_not_dispatched_yet_has_no_recipients(visit, people, ticket):
    page = visit(people.karim).page(notified_url(ticket.events.get()))
    assert "is being prepared" in page.select_one(".hd-page").text


def test_a_deleted_log_is_explained(visit, people, ticket, dispatch_all):
    dispatch_all()
    Notification.objects.all().delete()
    Event.objects.update(created_at=timezone.now() - timedelta(days=400))
    page = visit(people.karim).page(notified_url(ticket.events.get()))
    assert "too long ago" in page.select_one(".hd-page").text


@pytest.mark.parametrize("who", ["lea", "victor", "gilles", "nadia"])
def test_readers_who_do_not_manage_the_ticket_get_404(visit, people, ticket, who):
    response = visit(getattr(people, who)).get(notified_url(ticket.events.get()))
    assert response.status_code == 404


def test_a_guest_gets_404(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    assert visit(people.ines).get(notified_url(ticket.events.first())).status_code == 404


def test_the_event_of_another_ticket_gets_404(visit, people, ticket, heating):
    other = actions.open_ticket(heating, by=people.lea, subject="x", text="x")
    path = f"tickets/{ticket.pk}/notified/{other.events.get().pk}/"
    assert visit(people.karim).get(path).status_code == 404


def test_reading_the_log_twice_changes_nothing(visit, people, ticket, dispatch_all):
    dispatch_all()
    before = list(Notification.objects.values())
    karim = visit(people.karim)
    first, second = (karim.get(notified_url(ticket.events.get())) for _ in range(2))
    assert first.text == second.text
    assert list(Notification.objects.values()) == before


def test_a_manager_who_joined_later_is_not_listed(visit, people, general, taken, dispatch_all):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_all()
    ServiceManager.objects.create(service=general, user=people.nadia)
    page = visit(people.karim).page(notified_url(event))
    others = page.select_one("[aria-labelledby=hd-not-alerted]").text
    assert "Hugo Perrin" in others
    assert "Nadia" not in others


def test_the_page_makes_no_guess_why_a_manager_got_no_mail(visit, people, taken, dispatch_all):
    event = actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_all()
    others = (
        visit(people.karim).page(notified_url(event)).select_one("[aria-labelledby=hd-not-alerted]")
    )
    assert "settings" not in others.text
    assert "no e-mail about this was sent to them" in others.text


def test_the_ids_of_mails_are_folded(visit, people, ticket, dispatch_all):
    dispatch_all()
    page = visit(people.karim).page(notified_url(ticket.events.get()))
    message_id = OutgoingMail.objects.get(user=people.karim).message_id
    (shown,) = [element for element in page.find_all("details") if message_id in element.text]
    assert not shown.has_attr("open")
    shown.decompose()
    assert message_id not in page.text


# -- a crowd ---------------------------------------------------------------------------------------


@pytest.fixture
def event_for_250_people(ticket):
    """An event with 250 recipients, each with a mail."""
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


def test_many_recipients_are_paged(visit, people, event_for_250_people):
    karim, query, names = visit(people.karim), "", []
    while query is not None:
        page = karim.page(notified_url(event_for_250_people) + query)
        names += section(page, "hd-notified")
        following = page.select_one("a[rel=next]")
        query = following and following["href"]
    assert len(names) == len(set(names)) == 250
    assert page.select_one(".hd-pager a").text == "Back to the start"


def test_managers_without_alert_are_named_on_the_last_page(visit, people, event_for_250_people):
    first = visit(people.karim).page(notified_url(event_for_250_people))
    assert not first.select_one("[aria-labelledby=hd-not-alerted]")
    last = visit(people.karim).page(notified_url(event_for_250_people), after=10**9)
    assert "Sophie Lambert" in last.select_one("[aria-labelledby=hd-not-alerted]").text
    assert "Nobody on this page." in last.text


@pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
def test_an_invalid_cursor_shows_the_first_page(visit, people, event_for_250_people, after):
    karim = visit(people.karim)
    assert section(
        karim.page(notified_url(event_for_250_people), after=after), "hd-notified"
    ) == section(karim.page(notified_url(event_for_250_people)), "hd-notified")


def test_a_page_of_many_recipients_takes_few_queries(visit, people, event_for_250_people):
    karim = visit(people.karim)
    karim.get(notified_url(event_for_250_people))
    with counted() as cost:
        response = karim.get(notified_url(event_for_250_people))
    assert cost.count <= 12, cost.statements
    assert len(response.content) < 60_000
