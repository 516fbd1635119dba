"""What managers have read and bookmarked: on the desk, on tickets, and how it is written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.desk import mark_all_read, mark_ticket_read
from wagtail_helpdesk.maintenance.housekeeping import JOBS, run_job
from wagtail_helpdesk.models import Bookmark, Event, HelpdeskPreferences, TicketRead
from wagtail_helpdesk.models.desk import UNREAD_DAYS


def unread(page):
    rows = page.select(".hd-row")
    return {n for n, row in zip(numbers(page), rows, strict=True) if row.select_one(".hd-dot")}


def desk(visit, person):
    return visit(person).page("desk/", queue="all")


def mark_read(visitor, ticket):
    """Press the button of the ticket page."""
    page = visitor.page(f"tickets/{ticket.pk}/")
    form = page.select_one("form[data-hd-mark-read]")
    fields = {field["name"]: field["value"] for field in form.select("input")}
    return visitor.post("desk/marks/", **fields)


def test_a_ticket_stays_unread_until_the_manager_marks_it(visit, people, ticket):
    karim = visit(people.karim)
    assert unread(desk(visit, people.karim)) == {ticket.pk}
    karim.page(f"tickets/{ticket.pk}/")
    assert unread(desk(visit, people.karim)) == {ticket.pk}, "a GET changes nothing"
    assert mark_read(karim, ticket).status_code == 303
    assert unread(desk(visit, people.karim)) == set()
    assert unread(desk(visit, people.sophie)) == {ticket.pk}


def test_what_another_person_does_makes_a_ticket_unread_again(visit, people, ticket):
    mark_read(visit(people.karim), ticket)
    actions.comment(ticket, by=people.karim, text="Bonjour")
    assert unread(desk(visit, people.karim)) == set()
    actions.note(ticket, by=people.sophie, text="Un collègue passe.")
    assert unread(desk(visit, people.karim)) == {ticket.pk}


def test_an_action_on_a_ticket_counts_as_having_read_it(visit, people, ticket):
    actions.take(ticket, by=people.karim)
    assert unread(desk(visit, people.karim)) == set()
    assert visit(people.karim).page(f"tickets/{ticket.pk}/").select("[data-hd-mark-read]") == []


def test_an_unread_row_says_so_in_words(visit, people, ticket):
    dot = desk(visit, people.karim).select_one(".hd-row.hd-new .hd-dot")
    assert dot.text == "Unread:"


def test_everything_is_marked_as_read_by_one_button_and_the_list_stays(visit, people, ticket):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", order="oldest")
    form = page.select_one("form:has([name=until])")
    later = actions.comment(ticket, by=people.lea, text="Encore moi.")
    fields = {field["name"]: field["value"] for field in form.select("input")}
    answer = karim.post("desk/marks/", **fields)
    assert answer.status_code == 303
    assert "queue=all" in answer.url
    assert "order=oldest" in answer.url
    assert unread(desk(visit, people.karim)) == {ticket.pk}, "what came after the page was shown"
    mark_all_read(people.karim, later.created_at + timedelta(seconds=1))
    assert unread(desk(visit, people.karim)) == set()


def test_marking_everything_as_read_never_goes_back_nor_into_the_future(people):
    now = timezone.now()
    mark_all_read(people.karim, now + timedelta(days=9))
    assert HelpdeskPreferences.of(people.karim).read_until < now + timedelta(days=1)
    mark_all_read(people.karim, now - timedelta(days=9))
    assert HelpdeskPreferences.of(people.karim).read_until >= now


def test_an_earlier_mark_does_not_replace_a_later_one(people, ticket):
    first = ticket.events.get()
    last = actions.comment(ticket, by=people.lea, text="Encore moi.")
    for shown in (last, first):
        mark_ticket_read(people.karim, ticket.pk, shown.pk)
    assert TicketRead.objects.get().last_event == last.pk


def test_a_mark_beyond_the_last_event_does_not_hide_what_comes_later(visit, people, ticket):
    visit(people.karim).post("desk/marks/", ticket=ticket.pk, seen="9" * 18)
    assert unread(desk(visit, people.karim)) == set()
    actions.comment(ticket, by=people.lea, text="Encore moi.")
    assert unread(desk(visit, people.karim)) == {ticket.pk}


@pytest.mark.parametrize("mark", [{"seen": "1"}, {"bookmark": "1"}])
def test_a_ticket_of_another_service_cannot_be_marked(visit, people, ticket, dsi, mark):
    assert visit(people.nadia).post("desk/marks/", ticket=ticket.pk, **mark).status_code == 403
    assert not TicketRead.objects.exists()
    assert not Bookmark.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"ticket": "x", "seen": "1"},
        {"ticket": "9" * 5000},
        {"until": "hier"},
        {"until": "2026-03-02"},
        {"until": "0001-01-01T00:00+23:59"},
        {"until": "9" * 5000, "list": "x" * 5000},
        {"list": "queue=all&next=https://elsewhere.example\r\nX: y"},
    ],
)
def test_a_crafted_mark_leads_back_to_the_desk_and_changes_nothing(visit, people, ticket, form):
    answer = visit(people.karim).post("desk/marks/", **form)
    assert answer.status_code == 303
    assert answer.url.startswith("/assistance/desk/")
    assert not TicketRead.objects.exists()
    assert HelpdeskPreferences.of(people.karim).read_until is None


def test_a_script_gets_an_empty_answer(visit, people, ticket):
    karim, form = visit(people.karim), {"ticket": ticket.pk, "seen": ticket.events.get().pk}
    answer = karim.client.post("/assistance/desk/marks/", form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")


def test_what_is_older_than_the_limit_is_never_unread_and_its_marks_are_deleted(
    visit, people, ticket
):
    mark_ticket_read(people.karim, ticket.pk, ticket.events.get().pk)
    TicketRead.objects.update(read_at=timezone.now() - timedelta(days=UNREAD_DAYS + 1))
    Event.objects.update(created_at=timezone.now() - timedelta(days=UNREAD_DAYS + 1))
    run_job(next(job for job in JOBS if job.name == "delete read marks"))
    assert not TicketRead.objects.exists()
    assert unread(desk(visit, people.karim)) == set()


def test_a_bookmark_is_set_and_removed_on_the_ticket_and_shown_on_its_row(visit, people, ticket):
    karim, path = visit(people.karim), f"tickets/{ticket.pk}/"
    for shown in (1, 0):
        button = karim.page(path).select_one("button[name=bookmark]")
        karim.post("desk/marks/", ticket=ticket.pk, bookmark=button["value"])
        rows = desk(visit, people.karim).select(".hd-row")
        assert ["Bookmarked" in row.text for row in rows] == [bool(shown)]
    assert "Bookmarked" not in desk(visit, people.sophie).text
