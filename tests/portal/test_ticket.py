"""The ticket page: what each user sees on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.dates import format_date, format_datetime
from wagtail_helpdesk.models import Event, Service, Ticket

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def buttons(page):
    """The labels of the visible actions, without those of the menus."""
    bar = page.find(class_="hd-actions")
    links = [a for a in bar.find_all(["a", "button"]) if not a.find_parent("details")]
    return [" ".join(a.text.split()) for a in links]


def menu(page):
    """The labels of the actions behind “More”, without those that a phone alone has there."""
    found = page.select(".hd-actions li:not(.hd-narrow-only) .hd-do")
    return [" ".join(a.text.split()) for a in found]


def hrefs(page, label):
    return [a["href"] for a in page.find_all("a") if " ".join(a.text.split()) == label]


def test_properties_come_first_in_the_order_of_the_guide(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    frame = page.find(class_="hd-properties")
    assert [term.text for term in frame.find_all("dt")] == [
        "Requester", "Manager", "Status", "Category", "Priority", "Visibility",
    ]  # fmt: skip
    assert [value.text.strip() for value in frame.find_all("dd")][:2] == [
        "Léa Fournier",
        "Karim Benali (you)",
    ]
    headings = [h.text for h in frame.find_all("h2")]
    assert headings == ["Properties", "Guests"]
    assert frame.sourceline < page.find(class_="hd-actions").sourceline
    assert page.find(class_="hd-actions").sourceline < page.find(class_="hd-history").sourceline


def test_free_ticket_shows_nobody_as_manager(visit, people, ticket):
    page = visit(people.lea).page(f"tickets/{ticket.pk}/")
    assert page.select("dd")[1].text.strip() == "nobody"


def test_properties_name_who_opened_the_ticket_for_the_requester(visit, people, heating):
    ticket = actions.open_ticket(
        heating, by=people.karim, requester=people.marcel, subject="x", text="x"
    )
    page = visit(people.marcel).page(f"tickets/{ticket.pk}/")
    assert "opened by Karim Benali" in page.select("dd")[0].text


def test_three_ways_of_taking_a_free_ticket_stand_together_in_order(visit, people, ticket):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    group = page.find(class_="hd-split")
    assert [a.text for a in group.find_all("a", recursive=False)] == [
        "Take",
        "… and close",
        "… and ask for information",
    ]
    assert [" ".join(b.text.split()) for b in group.select("details .hd-do")] == [
        "… and close",
        "… and ask for information",
        "Take without comment",
    ]


def test_page_has_one_primary_button_for_each_place(visit, people, ticket):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    primary = [b.text.strip() for b in page.select(".hd-actions > .hd-b1")]
    assert primary == []
    actions.take(ticket, by=people.karim)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    assert [b.text.strip() for b in page.select(".hd-actions > .hd-b1")] == ["Add a comment"]


def test_manager_in_charge_has_the_buttons_of_the_guide(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    assert buttons(page) == ["Add a comment", "Ask for information", "Close"]
    assert menu(page)[:4] == ["Assign", "Release", "Transfer", "Add someone"]


def test_colleague_of_the_manager_in_charge_takes_nothing_by_mistake(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    assert buttons(page) == ["Add a comment"]
    assert menu(page)[:3] == ["Take", "… and close", "… and ask for information"]
    assert "Take without comment" in menu(page)


def test_buttons_to_write_lead_to_the_composer_in_their_mode(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    (ask,) = set(hrefs(page, "Ask for information"))
    assert ask == f"/assistance/tickets/{taken.pk}/?mode=ask#hd-reply"
    assert page.find(id="hd-reply")


def test_actions_are_links_to_their_pages(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    (close,) = hrefs(page, "Close")
    assert close.split("?")[0] == f"/assistance/tickets/{taken.pk}/close/"


def test_panel_headings_link_to_transfer_and_invite(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    transfer, invite = page.select(".hd-heading a")
    assert transfer["href"].split("?")[0].endswith("/move/")
    assert invite["href"].split("?")[0].endswith("/invite/")


def test_requester_reads_plain_words_and_has_their_own_buttons(visit, people, taken):
    page = visit(people.lea).page(f"tickets/{taken.pk}/")
    assert page.find(class_="hd-status").text == "In progress"
    assert page.find(class_="hd-crumb").span.text == f"Request #{taken.pk}"
    assert buttons(page) == ["It’s solved", "Add someone", "Withdraw my request"]
    assert "Mute this request" in menu(page)


def test_requester_is_asked_whether_a_closed_ticket_is_solved(visit, people, closed):
    page = visit(people.lea).page(f"tickets/{closed.pk}/")
    question = page.find(class_="hd-question")
    assert "Karim Benali has closed your request. Is your problem solved?" in question.h2.text
    assert "Vanne remplacée." in question.text
    labels = [a.text.strip() for a in question.find_all("a")]
    assert labels == ["Yes, it’s solved", "No, it isn’t"]
    assert "Reopen" not in buttons(page) + menu(page)


def test_question_says_by_when_the_closure_counts_as_approved(visit, people, closed):
    since = closed.awaiting_since or closed.closed_at
    day = format_date(timezone.localtime(since + timedelta(days=14)).date())
    for who in (people.lea, people.karim):
        page = visit(who).page(f"tickets/{closed.pk}/")
        assert f"Without an answer by {day}, the closure counts as approved" in " ".join(
            page.text.split()
        )


def test_assign_button_is_disabled_with_the_reason_when_no_manager_is_available(
    visit, people, ticket, general
):
    general.managers.exclude(user=people.karim).update(available=False)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    disabled = page.find_all("button", disabled=True)
    assert {" ".join(button.text.split()) for button in disabled} == {
        "Assign",
        "Assign No manager is available.",
    }
    assert disabled[0].find_next_sibling(class_="hd-meta").text == "No manager is available."


def test_internal_note_is_shown_to_managers_only(visit, people, taken):
    actions.note(taken, by=people.karim, text="Entre nous")
    actions.invite(taken, by=people.karim, users=[people.thomas])
    for reader in (people.lea, people.thomas):
        assert "Entre nous" not in visit(reader).get(f"tickets/{taken.pk}/").text
    entry = visit(people.sophie).page(f"tickets/{taken.pk}/").find(class_="hd-note")
    assert "Entre nous" in entry.text
    assert "Internal note" in entry.find(class_="hd-pill").text


def test_comment_for_the_requester_is_hidden_from_guests(visit, people, taken):
    actions.invite(taken, by=people.karim, users=[people.thomas])
    visit(people.karim).submit_action(
        taken, "comment", text="Votre code : 4807", audience="requester"
    )
    assert "4807" in visit(people.lea).get(f"tickets/{taken.pk}/").text
    assert "4807" not in visit(people.thomas).get(f"tickets/{taken.pk}/").text


def test_history_describes_each_event_in_a_sentence(visit, people, taken):
    actions.assign(taken, by=people.karim, to=people.sophie)
    actions.invite(taken, by=people.lea, users=[people.thomas, people.marcel])
    actions.change_priority(taken, by=people.lea, to=5)
    actions.remove_guest(taken, by=people.marcel, user=people.marcel)
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    lines = [line.text.split(" · ")[0].strip() for line in page.select(".hd-line p")]
    assert lines == [
        "Karim Benali took the ticket",
        "Karim Benali assigned this ticket to you",
        "Léa Fournier invited Thomas Girard, Marcel Pons to follow the ticket",
        "Léa Fournier changed the priority: very high (previously normal)",
        "Marcel Pons left the ticket",
    ]
    assert page.find(class_="hd-fold").b.text == "5 events"


def test_history_addresses_its_reader(visit, people, taken):
    actions.invite(taken, by=people.karim, users=[people.thomas], text="Ton avis ?")
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    assert "You took the ticket · just now" in page.text
    message = page.find(class_="hd-mine")
    assert message.h3.text == "You"
    assert message.find(class_="hd-meta").text == "invited Thomas Girard to follow the ticket"


def test_times_are_relative_with_the_full_date_beside(visit, people, ticket):
    time = visit(people.lea).page(f"tickets/{ticket.pk}/").find("time")
    assert time.text == "just now"
    assert time["title"] == format_datetime(ticket.created_at)
    assert time["datetime"]


def test_history_attributes_automatic_events_to_the_application(visit, people, general, heating):
    general.permanent_guests.create(user=people.ines)
    ticket = actions.open_ticket(heating, by=people.lea, subject="x", text="x")
    page = visit(people.lea).page(f"tickets/{ticket.pk}/")
    assert "Inès Robert was added automatically" in page.find(class_="hd-history").text
    assert page.find(class_="hd-guests").small.text == "permanent"


def test_history_shows_the_last_30_entries_and_links_to_earlier_ones(visit, people, ticket):
    for number in range(31):
        actions.comment(ticket, by=people.lea, text=f"Message {number}.")
    lea = visit(people.lea)
    page = lea.page(f"tickets/{ticket.pk}/")
    texts = [t.text.strip() for t in page.select(".hd-history .hd-text")]
    assert texts == [f"Message {number}." for number in range(1, 31)]
    earlier = page.find("a", string="Show earlier entries")["href"].split("#")[0]
    assert "Message 0." in lea.client.get(f"/assistance/tickets/{ticket.pk}/{earlier}").text


@pytest.mark.usefixtures("dsi")
@pytest.mark.parametrize("who", ["victor", "gilles", "nadia", "thomas"])
def test_ticket_is_not_found_by_users_who_may_not_see_it(visit, people, ticket, who):
    response = visit(getattr(people, who)).get(f"tickets/{ticket.pk}/")
    assert response.status_code == 404
    assert "does not exist or is not visible to you" in response.text
    assert ticket.subject not in response.text


def test_missing_and_invisible_tickets_get_the_same_answer(visit, people, ticket):
    victor = visit(people.victor)
    mine, none = victor.get(f"tickets/{ticket.pk}/"), victor.get("tickets/4807/")
    assert mine.text == none.text


def test_markup_typed_in_any_field_is_escaped(visit, people, heating):
    type(people.lea).objects.filter(pk=people.lea.pk).update(first_name=SCRIPT[:100])
    Service.objects.update(name=SCRIPT)
    type(heating).objects.filter(pk=heating.pk).update(name=SCRIPT[:90])
    ticket = actions.open_ticket(heating, by=people.lea, subject=SCRIPT, text=SCRIPT)
    for who in (people.lea, people.karim):
        visitor = visit(who)
        for path in ("", "tickets/", f"tickets/{ticket.pk}/", f"tickets/{ticket.pk}/comment/"):
            page = visitor.page(path)
            assert not page.find("img")
            assert not page.find_all("script", src=False)


def test_reading_a_ticket_records_nothing(visit, people, ticket):
    before = Event.objects.count()
    visit(people.karim).get(f"tickets/{ticket.pk}/")
    assert Event.objects.count() == before
    assert Ticket.objects.get(pk=ticket.pk).last_activity_at == ticket.last_activity_at
