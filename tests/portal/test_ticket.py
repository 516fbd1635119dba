"""The ticket page: what each user sees on it."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, Service, Ticket

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def buttons(page):
    return [a.text.strip() for a in page.select(".hd-actions .hd-button")]


def test_properties_come_first_in_the_order_of_the_guide(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    frame = page.find(class_="hd-properties")
    assert [term.text for term in frame.find_all("dt")] == [
        "Requester", "Manager", "Status", "Category", "Priority", "Visibility",
    ]  # fmt: skip
    assert [value.text.strip() for value in frame.find_all("dd")][:2] == [
        "Léa Fournier",
        "Karim Benali",
    ]
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


def test_three_ways_of_taking_a_free_ticket_stand_together(visit, people, ticket):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    assert buttons(page)[:4] == [
        "Take",
        "Take without comment",
        "… and close",
        "… and ask for information",
    ]


def test_manager_in_charge_has_the_buttons_of_the_guide(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    assert buttons(page)[:3] == ["Add a comment", "Ask for information", "Close"]


def test_panel_headings_link_to_transfer_and_invite(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    transfer, invite = page.select(".hd-heading a")
    assert transfer["href"].split("?")[0].endswith("/move/")
    assert invite["href"].split("?")[0].endswith("/invite/")


def test_requester_reads_plain_words_and_has_their_own_buttons(visit, people, taken):
    page = visit(people.lea).page(f"tickets/{taken.pk}/")
    assert page.find(class_="hd-status").text == "In progress"
    assert buttons(page)[:4] == ["Reply", "It’s solved", "Add someone", "Cancel the ticket"]


def test_requester_is_asked_whether_a_closed_ticket_is_solved(visit, people, closed):
    page = visit(people.lea).page(f"tickets/{closed.pk}/")
    labels = [a.text for a in page.select(".hd-question a")]
    assert labels == ["Yes, it’s solved", "No, it isn’t"]
    assert "Reopen" not in buttons(page)


def test_assign_button_is_disabled_with_the_reason_when_no_manager_is_available(
    visit, people, ticket, general
):
    general.managers.exclude(user=people.karim).update(available=False)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    (button,) = page.find_all("button", disabled=True)
    assert "No manager is available." in button.text


def test_internal_note_is_shown_to_managers_only(visit, people, taken):
    actions.note(taken, by=people.karim, text="Entre nous")
    actions.invite(taken, by=people.karim, users=[people.thomas])
    for reader in (people.lea, people.thomas):
        assert "Entre nous" not in visit(reader).get(f"tickets/{taken.pk}/").text
    entry = visit(people.sophie).page(f"tickets/{taken.pk}/").find(class_="hd-entry-note")
    assert "Entre nous" in entry.text
    assert "Internal note" in entry.find(class_="hd-badge").text


def test_comment_for_the_requester_is_hidden_from_guests(visit, people, taken):
    actions.invite(taken, by=people.karim, users=[people.thomas])
    visit(people.karim).act(taken, "comment", text="Votre code : 4807", audience="requester")
    assert "4807" in visit(people.lea).get(f"tickets/{taken.pk}/").text
    assert "4807" not in visit(people.thomas).get(f"tickets/{taken.pk}/").text


def test_history_describes_each_event_in_a_sentence(visit, people, taken):
    actions.assign(taken, by=people.karim, to=people.sophie)
    actions.invite(taken, by=people.lea, users=[people.thomas, people.marcel])
    actions.change_priority(taken, by=people.lea, to=5)
    actions.remove_guest(taken, by=people.marcel, user=people.marcel)
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    assert [h.text for h in page.select(".hd-history h3")] == [
        "Léa Fournier opened a ticket in Services Généraux › Chauffage.",
        "Karim Benali took the ticket.",
        "Karim Benali assigned this ticket to you.",
        "Léa Fournier invited Thomas Girard, Marcel Pons to follow the ticket.",
        "Léa Fournier changed the priority: very high (previously normal).",
        "Marcel Pons left the ticket.",
    ]


def test_history_attributes_automatic_events_to_the_application(visit, people, general, heating):
    general.permanent_guests.create(user=people.ines)
    ticket = actions.open_ticket(heating, by=people.lea, subject="x", text="x")
    page = visit(people.lea).page(f"tickets/{ticket.pk}/")
    assert "Inès Robert was added automatically." in page.find(class_="hd-history").text


def test_history_shows_the_last_30_entries_and_links_to_earlier_ones(visit, people, ticket):
    for number in range(31):
        actions.comment(ticket, by=people.lea, text=f"Message {number}.")
    lea = visit(people.lea)
    page = lea.page(f"tickets/{ticket.pk}/")
    texts = [t.text.strip() for t in page.select(".hd-history .hd-text")]
    assert texts == [f"Message {number}." for number in range(1, 31)]
    earlier = page.find("a", string="Show earlier entries")["href"].split("#")[0]
    assert "Message 0." in lea.client.get(f"/assistance/tickets/{ticket.pk}/{earlier}").text


def test_composer_of_a_public_ticket_says_who_can_read_the_message(visit, people, ticket):
    actions.change_visibility(ticket, by=people.lea, to="public")
    page = visit(people.victor).page(f"tickets/{ticket.pk}/")
    assert (
        "can be read by everybody who can see the service" in page.find(class_="hd-composer").text
    )


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
