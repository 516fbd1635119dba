"""The list of notifications, the bell with the number of unread tickets, and marking as read."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, HelpdeskPreferences, Notification
from wagtail_helpdesk.notifications import received
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

BELL = "/helpdesk-mail/unread/"


@pytest.fixture
def told(ticket, people):
    """A ticket that Karim has taken and commented on, with everybody notified."""
    actions.take(ticket, by=people.karim)
    actions.comment(ticket, by=people.karim, text="Je passe demain.")
    dispatch_waiting_events()
    return ticket


def subjects(page):
    return [link.text for link in page.select(".hd-short .hd-cover")]


def unread_subjects(page):
    return [link.text for link in page.select(".hd-short .hd-new .hd-cover")]


def bell(visitor):
    """Return the number beside the bell, counted afresh; empty without one."""
    cache.clear()
    count = soup(visitor.client.get(BELL)).select_one(".hd-count [aria-hidden]")
    return count.text if count else ""


def press(visitor, path, form):
    """Press the button of a form of a page."""
    chosen = visitor.page(path).select_one(form)
    fields = {field["name"]: field["value"] for field in chosen.select("input")}
    return visitor.client.post(chosen["action"], fields)


def test_notifications_are_listed_by_ticket_with_the_last_events_first(visit, people, told):
    page = visit(people.lea).page("notifications/")
    assert subjects(page) == [told.subject]
    told_events = [p.text for p in page.select(".hd-received ~ p")]
    assert "added a comment" in told_events[0]
    assert "is now working on your request" in told_events[1]
    assert subjects(visit(people.karim).page("notifications/")) == [told.subject]
    assert subjects(visit(people.nadia).page("notifications/")) == []


@pytest.mark.parametrize("why", ["no address", "switched off", "muted"])
def test_a_notification_without_an_email_is_listed_and_a_muted_one_is_not_unread(
    visit, people, ticket, why
):
    if why == "no address":
        type(people.lea).objects.filter(pk=people.lea.pk).update(email="")
    elif why == "switched off":
        HelpdeskPreferences.objects.create(user=people.lea, alerts_as_requester=False)
    else:
        actions.mute(ticket, by=people.lea)
    actions.comment(ticket, by=people.karim, text="Bonjour")
    dispatch_waiting_events()
    assert not people.lea.helpdesk_notifications.filter(mail__kind="alert").exists()
    lea = visit(people.lea)
    assert subjects(lea.page("notifications/")) == [ticket.subject]
    assert bell(lea) == ("" if why == "muted" else "1")


def test_opening_the_ticket_page_marks_its_notifications_read_by_a_form(visit, people, told):
    lea, path = visit(people.lea), f"tickets/{told.pk}/"
    lea.page(path)
    assert bell(lea) == "1", "a GET changes nothing"
    assert press(lea, path, "[data-hd-mark-read]").url == lea.base + path
    assert bell(lea) == ""
    assert lea.page(path).select("[data-hd-mark-read]") == []
    assert unread_subjects(lea.page("notifications/")) == []
    assert subjects(lea.page("notifications/")) == [told.subject]
    actions.comment(told, by=people.karim, text="Encore moi.")
    dispatch_waiting_events()
    assert bell(lea) == "1"


def test_the_mark_of_a_manager_on_the_ticket_page_reads_the_notifications_too(visit, people, told):
    sophie = visit(people.sophie)
    assert bell(sophie) == "1"
    press(sophie, f"tickets/{told.pk}/", "[data-hd-mark-read]")
    assert bell(sophie) == ""


def test_everything_is_marked_read_by_one_button_up_to_what_was_shown(visit, people, told, heating):
    lea = visit(people.lea)
    form = lea.page("notifications/").select_one("form:has([name=until])")
    later = actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Ça coule.")
    actions.take(later, by=people.karim)
    dispatch_waiting_events()
    assert bell(lea) == "2"
    fields = {field["name"]: field["value"] for field in form.select("input")}
    assert lea.post("notifications/", **fields).status_code == 303
    assert unread_subjects(lea.page("notifications/")) == ["Fuite"]


def test_marks_of_one_person_leave_those_of_others(visit, people, told):
    visit(people.karim).post("notifications/", until="9" * 18)
    visit(people.karim).post("notifications/", ticket=told.pk, seen="9" * 18)
    assert bell(visit(people.lea)) == "1"


@pytest.mark.parametrize("form", [{}, {"until": "x"}, {"ticket": "9" * 5000, "seen": "1"}])
def test_a_crafted_mark_leads_to_the_list_and_changes_nothing(visit, people, told, form):
    assert visit(people.lea).post("notifications/", **form).url == "/assistance/notifications/"
    assert bell(visit(people.lea)) == "1"


def test_what_a_person_may_no_longer_read_is_neither_listed_nor_counted(visit, people, told):
    actions.invite(told, by=people.lea, users=[people.thomas])
    actions.comment(told, by=people.karim, text="Bonjour")
    dispatch_waiting_events()
    thomas = visit(people.thomas)
    assert (subjects(thomas.page("notifications/")), bell(thomas)) == ([told.subject], "1")
    actions.remove_guest(told, by=people.lea, user=people.thomas)
    assert (subjects(thomas.page("notifications/")), bell(thomas)) == ([], "")


def test_a_note_is_not_listed_for_a_manager_who_is_only_a_guest_since(
    visit, people, ticket, general
):
    actions.invite(ticket, by=people.lea, users=[people.sophie])
    dispatch_waiting_events()
    Notification.objects.all().delete()
    event = actions.note(ticket, by=people.karim, text="Entre nous.")
    Notification.objects.create(event=event, user=people.sophie, reason="manager")
    sophie = visit(people.sophie)
    assert bell(sophie) == "1"
    people.sophie.helpdesk_manager_rows.filter(service=general).delete()
    assert (subjects(sophie.page("notifications/")), bell(sophie)) == ([], "")


def test_notifications_are_read_page_by_page_past_what_is_no_longer_visible(
    people, told, monkeypatch
):
    first = received.load_received(people.lea, length=1)
    assert [about.ticket for about in first.tickets] == [told]
    second = received.load_received(people.lea, first.next_key, length=1)
    assert second.next_key is None
    pages = (first, second)
    seen = [about.newest.event.action for page in pages for about in page.tickets]
    assert seen == ["comment", "take"]
    note = actions.note(told, by=people.karim, text="Entre nous.")
    Notification.objects.create(event=note, user=people.lea, reason="requester")
    skipped = received.load_received(people.lea, length=1)
    assert [about.newest.event.action for about in skipped.tickets] == ["comment"]


def test_the_page_and_the_number_cost_the_same_however_many_notifications(visit, people, told):
    lea, costs = visit(people.lea), []
    for _round in range(2):
        with counted() as cost:
            assert len(lea.get("notifications/").content) <= 40_000
        costs.append(cost.count)
        for _n in range(30):
            actions.comment(told, by=people.karim, text="Toujours rien.")
        fresh = Event.objects.filter(notifications=None, action="comment")
        Notification.objects.bulk_create(
            Notification(event=event, user=people.lea, reason="requester") for event in fresh
        )
    assert costs[0] == costs[1] <= 8, costs
    with CaptureQueriesContext(connection) as captured:
        assert received.count_unread_tickets(people.lea) == 1
    assert len(captured) == 1


def test_the_number_is_one_statement_kept_for_a_while_and_writes_no_session(visit, people, told):
    lea = visit(people.lea)
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        answer = lea.client.get(BELL)
    own = [q["sql"] for q in captured if "wagtail_helpdesk" in q["sql"]]
    assert len(own) == 1
    assert [q["sql"] for q in captured if not q["sql"].startswith("SELECT")] == []
    assert "sessionid" not in answer.cookies
    assert "1 unread" in soup(answer).text
    with CaptureQueriesContext(connection) as captured:
        lea.client.get(BELL)
    assert [q["sql"] for q in captured if "wagtail_helpdesk" in q["sql"]] == []


def test_the_bell_is_a_link_with_a_name_in_the_menu_unless_the_header_has_it(
    visit, people, rf, helpdesk
):
    link = visit(people.lea).page("tickets/").select_one(".hd-nav .hd-bell")
    assert (link["href"], link.text.strip()) == ("/assistance/notifications/", "Notifications")
    assert link.select_one("[data-hx-get]")["data-hx-get"] == reverse(
        "wagtail_helpdesk:unread_count"
    )
    request = rf.get("/")
    shown = Template("{% load helpdesk_tags %}{% helpdesk_bell %}").render(
        Context({"request": request})
    )
    assert 'href="/assistance/notifications/"' in shown
    assert request.has_helpdesk_bell
    assert "main.js" in shown
    on_helpdesk = Context({"request": request, "helpdesk": None})
    assert "main.js" not in Template("{% load helpdesk_tags %}{% helpdesk_bell %}").render(
        on_helpdesk
    ), "the scripts of the helpdesk’s own pages start after all of them are loaded"


def test_the_person_without_an_address_is_led_to_the_notifications(visit, people, ticket):
    type(people.lea).objects.filter(pk=people.lea.pk).update(email="")
    banner = visit(people.lea).page(f"tickets/{ticket.pk}/").select_one(".hd-banner")
    assert banner.a["href"] == "/assistance/notifications/"
