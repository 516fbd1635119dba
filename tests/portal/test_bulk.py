"""Actions on several tickets that were selected on the desk."""

import uuid

import pytest

from tests.fixtures import privileged
from tests.portal.budget import counted
from tests.portal.conftest import hidden_of, soup
from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, Submission, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.portal.desk import bulk, bulk_undo, selection
from wagtail_helpdesk.portal.tickets.forms import assigning
from wagtail_helpdesk.portal.tickets.forms.action_form import BulkLabels
from wagtail_helpdesk.portal.tickets.forms.messages import Comment


@pytest.fixture
def free_tickets(people, heating):
    """Four free tickets of Léa."""
    return [
        actions.open_ticket(heating, by=people.lea, subject=f"Radiateur {n}", text="Froid.")
        for n in range(4)
    ]


def path_of(action):
    return f"desk/bulk/{action.replace('_', '-')}/"


def values(page):
    return [box["value"] for box in page.select("form.hd-form [name=ticket]")]


def ticked(page):
    return [box["value"] for box in page.select("form.hd-form [name=ticket][checked]")]


def skipped(page):
    """The tickets that will be skipped: number → why."""
    lines = [line.text.split(" · ") for line in page.select(".hd-skipped small")]
    return {int(line[0].strip("#")): line[-1] for line in lines}


def said(page):
    return [banner.text.strip() for banner in page.select(".hd-messages .hd-banner")]


def send(visitor, action, tickets, **data):
    """Send the form of an action on several tickets as its page shows it; return the answer."""
    page = visitor.page(path_of(action), ticket=[ticket.pk for ticket in tickets])
    return visitor.post(path_of(action), **(hidden_of(page) | {"ticket": ticked(page)} | data))


def follow(visitor, answer):
    """The page that an accepted form leads to."""
    assert answer.status_code == 303, soup(answer).select_one(".hd-act")
    return soup(visitor.client.get(answer["location"]))


def recorded(ticket):
    return list(ticket.events.order_by("pk").values_list("action", flat=True))[1:]


def test_several_tickets_are_taken_at_once(visit, people, free_tickets):
    karim = visit(people.karim)
    page = follow(karim, send(karim, "take", free_tickets[:3]))
    assert [recorded(ticket) for ticket in free_tickets] == [["take"]] * 3 + [[]]
    assert said(page) == ["3 tickets taken."]
    assert numbers(karim.page("desk/", queue="mine")) == [t.pk for t in reversed(free_tickets[:3])]


#: Action → what its form sends.
DATA = {
    "take": {},
    "take_and_close": {"text": "Vanne remplacée."},
    "take_and_ask": {"text": "Quel étage ?"},
    "assign": {"to": "sophie", "text": "Pour toi."},
    "move": {"to": "plumbing", "text": "Fuite."},
    "close": {"text": "Vanne remplacée."},
    "ask_information": {"text": "Quel étage ?"},
    "note": {"text": "Vu avec Hugo."},
    "change_priority": {"to": 5, "notifies_everyone": "on"},
}


def make_tickets(people, heating):
    """One ticket of each kind that a manager meets on the desk."""
    made = {
        kind: actions.open_ticket(heating, by=people.lea, subject=kind, text="Froid.")
        for kind in ("free", "mine", "of_sophie", "asked", "closed", "guest")
    }
    for kind in ("mine", "asked", "closed", "guest"):
        actions.take(made[kind], by=people.karim)
    actions.take(made["of_sophie"], by=people.sophie)
    actions.ask_information(made["asked"], by=people.karim, text="Où ?")
    actions.close(made["closed"], by=people.karim)
    actions.invite(made["guest"], by=people.karim, users=[people.thomas])
    return list(made.values())


def describe(ticket, since):
    """What happened to a ticket, and who was notified of it, without what differs between two."""
    ticket.refresh_from_db()
    state = (ticket.status, ticket.assignee_id, ticket.priority, ticket.category_id, ticket.version)
    events = []
    for event in ticket.events.filter(pk__gt=since).order_by("pk"):
        told = [
            (n.user_id, n.email, n.reason, n.asked, n.skipped, n.mail and n.mail.kind)
            for n in event.notifications.select_related("mail").order_by("user", "email")
        ]
        named = ("action", "actor_id", "text", "audience", "source", "status_before")
        recorded = [getattr(event, name) for name in (*named, "status_after")]
        changes = [_without_times(change) for change in (event.before, event.after)]
        events.append((recorded, changes, told))
    return state, events


def _without_times(change):
    times = ("closed_at", "awaiting_since")
    return {name: bool(value) if name in times else value for name, value in change.items()}


@pytest.mark.parametrize("who", ["karim", "hugo"])
@pytest.mark.parametrize("action", DATA)
def test_an_action_on_several_tickets_does_what_single_ones_do(
    visit, people, heating, plumbing, action, who, settings
):
    """The events, the state of the tickets, and who gets which mail for which reason."""
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 1000}
    named = {"sophie": people.sophie.pk, "plumbing": plumbing.pk}
    data = {name: named.get(value, value) for name, value in DATA[action].items()}
    single, several = make_tickets(people, heating), make_tickets(people, heating)
    dispatch_waiting_events()
    since, visitor = Event.objects.latest("pk").pk, visit(getattr(people, who))
    for ticket in single:
        visitor.submit_action(ticket, action, **data)
    page = visitor.page(path_of(action), ticket=[ticket.pk for ticket in several])
    form = hidden_of(page) if page.select_one("form.hd-form") else {"submission": uuid.uuid4()}
    visitor.post(path_of(action), **form | {"ticket": [t.pk for t in several]} | data)
    dispatch_waiting_events()
    expected = [describe(ticket, since) for ticket in single]
    assert [describe(ticket, since) for ticket in several] == expected
    if who == "karim":
        assert any(events for _state, events in expected)


# -- what the page says before ----------------------------------------------------------------------


def test_the_page_names_what_will_be_skipped_and_why(visit, people, heating):
    free, mine, of_sophie, asked, closed, _guest = make_tickets(people, heating)
    karim, everything = visit(people.karim), [free, mine, of_sophie, asked, closed]
    pages = {
        action: karim.page(path_of(action), ticket=[t.pk for t in everything])
        for action in ("take", "close")
    }
    assert skipped(pages["take"]) == {
        mine.pk: "You are already in charge of it.",
        asked.pk: "You are already in charge of it.",
        closed.pk: "Not possible while it is “Closed”.",
    }
    assert skipped(pages["close"]) == {
        free.pk: "Nobody is in charge of it yet.",
        of_sophie.pk: "You are not in charge of it.",
        closed.pk: "Not possible while it is “Closed”.",
    }


def test_a_missing_privilege_is_named_as_the_reason(visit, people, general, free_tickets):
    privileged(general, people.karim, can_take_free=False)
    page = visit(people.karim).page(path_of("take"), ticket=free_tickets[0].pk)
    assert skipped(page) == {free_tickets[0].pk: "Your privileges in this service do not allow it."}
    assert "This is not possible on any of the selected tickets." in page.text


def test_tickets_that_one_may_not_see_are_not_listed(visit, people, free_tickets, network):
    other = actions.open_ticket(network, by=people.victor, subject="Vannefroide", text="x")
    karim = visit(people.karim)
    page = karim.page(path_of("take"), ticket=[free_tickets[0].pk, other.pk, 480700])
    assert [value.split("-")[0] for value in values(page)] == [str(free_tickets[0].pk)]
    assert skipped(page) == {}
    assert "Vannefroide" not in page.text
    karim.post(path_of("take"), ticket=[other.pk, 480700], submission=uuid.uuid4())
    assert recorded(other) == []


def test_a_ticket_of_a_colleague_is_taken_only_when_it_is_ticked(visit, people, free_tickets):
    actions.take(free_tickets[1], by=people.sophie)
    karim = visit(people.karim)
    page = karim.page(path_of("take"), ticket=[free_tickets[0].pk, free_tickets[1].pk])
    assert [value.split("-")[0] for value in ticked(page)] == [str(free_tickets[0].pk)]
    assert "A colleague is in charge of it." in page.text
    assert "Manager: Sophie" in page.text
    karim.post(path_of("take"), **hidden_of(page) | {"ticket": values(page)})
    assert recorded(free_tickets[1]) == ["take", "take"]


def test_a_ticket_that_changed_since_the_list_was_shown_is_not_ticked(visit, people, free_tickets):
    karim = visit(people.karim)
    listed = [box["value"] for box in karim.page("desk/").select("[data-hd-pick]")]
    actions.take(free_tickets[1], by=people.sophie)
    page = karim.page(path_of("note"), ticket=listed)
    assert len(ticked(page)) == 4
    page = karim.page(path_of("assign"), ticket=listed)
    assert str(free_tickets[1].pk) not in [value.split("-")[0] for value in ticked(page)]
    assert "It changed since you saw the list." in page.text


def test_a_url_with_too_many_tickets_shows_the_first(visit, people, free_tickets, monkeypatch):
    monkeypatch.setattr(selection, "MAX_TICKETS", 2)
    monkeypatch.setattr(bulk, "MAX_TICKETS", 2)
    karim = visit(people.karim)
    page = karim.page(path_of("take"), ticket=[ticket.pk for ticket in free_tickets])
    assert len(values(page)) == 2
    assert "Only the first 2 tickets are shown: more cannot be done at once." in page.text
    karim.post(path_of("take"), ticket=[t.pk for t in free_tickets], submission=uuid.uuid4())
    assert [recorded(ticket) for ticket in free_tickets] == [["take"], ["take"], [], []]


@pytest.mark.parametrize("crafted", ["x", "9" * 5000, "-1", "1-x-²", "--", "0"])
def test_crafted_numbers_of_tickets_select_nothing(visit, people, general, crafted):
    karim = visit(people.karim)
    assert "No ticket is selected." in karim.page(path_of("close"), ticket=crafted).text
    answer = karim.post(path_of("close"), ticket=crafted, submission="x")
    assert answer.status_code == 422


@pytest.mark.parametrize("slug", ["invite", "comment", "nothing", "take_and_close", "expire"])
def test_only_some_actions_can_be_performed_on_several_tickets(visit, people, free_tickets, slug):
    karim = visit(people.karim)
    assert karim.get(f"desk/bulk/{slug}/", ticket=free_tickets[0].pk).status_code == 404
    assert karim.post(f"desk/bulk/{slug}/", ticket=free_tickets[0].pk).status_code == 404


# -- what is refused --------------------------------------------------------------------------------


def test_the_other_tickets_are_done_when_some_may_not_be(visit, people, heating):
    free, mine, of_sophie, *_rest = make_tickets(people, heating)
    karim = visit(people.karim)
    data = {"ticket": [free.pk, mine.pk, of_sophie.pk], "text": "Fini.", "submission": uuid.uuid4()}
    page = follow(karim, karim.post(path_of("close"), **data))
    assert [t.events.last().action for t in (free, mine, of_sophie)][1] == "close"
    assert said(page) == [
        "1 ticket closed.",
        f"1 ticket skipped (#{free.pk}): Nobody is in charge of it yet.",
        f"1 ticket skipped (#{of_sophie.pk}): You are not in charge of it.",
    ]


def test_without_its_message_nothing_is_done_and_the_ticks_are_kept(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("take_and_ask"), ticket=[ticket.pk for ticket in free_tickets[:3]])
    answer = karim.post(path_of("take_and_ask"), **hidden_of(page) | {"ticket": ticked(page)[:2]})
    assert answer.status_code == 422
    assert len(values(soup(answer))) == 3
    assert ticked(soup(answer)) == ticked(page)[:2]
    assert "Please enter your message." in soup(answer).text
    assert not any(map(recorded, free_tickets))


def test_without_a_ticked_ticket_the_form_says_so_and_keeps_the_text(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets])
    answer = karim.post(path_of("note"), **hidden_of(page), text="Vu.")
    assert answer.status_code == 422
    assert "Select at least one ticket." in soup(answer).text
    assert soup(answer).find("textarea").text.strip() == "Vu."
    assert len(values(soup(answer))) == 4


def test_a_ticket_that_changed_meanwhile_is_shown_again_with_the_text(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("take_and_ask"), ticket=[ticket.pk for ticket in free_tickets])
    actions.take(free_tickets[1], by=people.sophie)
    data = hidden_of(page) | {"ticket": ticked(page), "text": "Quel étage ?"}
    answer = karim.post(path_of("take_and_ask"), **data)
    shown = soup(answer)
    assert answer.status_code == 409
    assert [value.split("-")[0] for value in ticked(shown)] == [str(free_tickets[1].pk)]
    assert "3 tickets taken, and information asked for." in shown.text
    assert "It changed meanwhile." in shown.text
    assert shown.find("textarea").text.strip() == "Quel étage ?"
    again = hidden_of(shown) | {"ticket": ticked(shown), "text": "Quel étage ?"}
    assert karim.post(path_of("take_and_ask"), **again).status_code == 303
    assert [len(recorded(ticket)) for ticket in free_tickets] == [2, 3, 2, 2]


def test_of_two_crossing_forms_the_second_takes_nothing(visit, people, free_tickets):
    karim, sophie = visit(people.karim), visit(people.sophie)
    numbers = [ticket.pk for ticket in free_tickets]
    first, second = (v.page(path_of("take"), ticket=numbers) for v in (karim, sophie))
    follow(karim, karim.post(path_of("take"), **hidden_of(first) | {"ticket": ticked(first)}))
    answer = sophie.post(path_of("take"), **hidden_of(second) | {"ticket": ticked(second)})
    assert answer.status_code == 409
    assert [recorded(ticket) for ticket in free_tickets] == [["take"]] * 4
    assert set(Ticket.objects.values_list("assignee", flat=True)) == {people.karim.pk}


def test_somebody_who_wrote_meanwhile_stops_a_closure(visit, people, free_tickets):
    karim = visit(people.karim)
    for ticket in free_tickets:
        actions.take(ticket, by=people.karim)
    page = karim.page(path_of("close"), ticket=[ticket.pk for ticket in free_tickets])
    actions.comment(free_tickets[0], by=people.lea, text="Attendez !")
    answer = karim.post(path_of("close"), **hidden_of(page) | {"ticket": ticked(page)})
    assert answer.status_code == 409
    assert "It changed meanwhile. Léa Fournier" in soup(answer).text
    assert soup(answer).find("a", string=f"Read ticket #{free_tickets[0].pk}")
    assert recorded(free_tickets[0])[-1] == "comment"
    assert recorded(free_tickets[1])[-1] == "close"


def test_a_manager_of_another_service_is_refused_with_the_reason(
    visit, people, free_tickets, network
):
    other = actions.open_ticket(network, by=people.lea, subject="Wifi", text="x")
    julien = visit(people.julien)
    page = julien.page(path_of("assign"), ticket=[free_tickets[0].pk, other.pk])
    offered = [radio["value"] for radio in page.select("[name=to]")]
    assert {str(people.nadia.pk), str(people.karim.pk)} <= set(offered)
    assert len(offered) == len(set(offered))
    data = hidden_of(page) | {"ticket": ticked(page), "to": people.karim.pk, "text": "Merci."}
    answer = julien.post(path_of("assign"), **data)
    assert answer.status_code == 422
    assert recorded(free_tickets[0]) == ["assign"]
    assert "Karim Benali is not an available manager of this service." in soup(answer).text
    assert [value.split("-")[0] for value in ticked(soup(answer))] == [str(other.pk)]


def test_tickets_can_be_brought_together_in_the_category_of_the_first(
    visit, people, free_tickets, heating, plumbing
):
    other = actions.open_ticket(plumbing, by=people.lea, subject="Fuite", text="x")
    actions.invite(other, by=people.karim, users=[people.thomas])
    karim = visit(people.karim)
    answer = send(karim, "move", [free_tickets[0], other], to=heating.pk, without=people.thomas.pk)
    assert answer.status_code == 422  # the first is there already
    other.refresh_from_db()
    assert other.category == heating
    assert other.guests.exists()


def test_too_many_forms_in_a_minute_are_refused_and_the_text_kept(
    visit, people, free_tickets, settings, a_new_hour
):
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 1}
    karim = visit(people.karim)
    # However many tickets it concerns, it is one form.
    assert send(karim, "note", free_tickets, text="Vu.").status_code == 303
    answer = send(karim, "note", free_tickets, text="Encore.")
    assert answer.status_code == 429
    assert soup(answer).find("textarea").text.strip() == "Encore."
    assert [recorded(ticket) for ticket in free_tickets] == [["note"]] * 4


# -- sent twice, in parts, from an expired session --------------------------------------------------


@pytest.mark.parametrize("action", DATA)
def test_a_form_sent_twice_is_answered_the_same_and_done_once(
    visit, people, heating, plumbing, network, action
):
    target = {"plumbing": network.pk, "sophie": people.sophie.pk}
    data = {name: target.get(value, value) for name, value in DATA[action].items()}
    karim, tickets = visit(people.karim), make_tickets(people, heating)
    if action == "assign":
        tickets = [ticket for ticket in tickets if ticket.assignee != people.sophie]
    page = karim.page(path_of(action), ticket=[ticket.pk for ticket in tickets])
    form = hidden_of(page) | {"ticket": ticked(page)} | data
    first, events = karim.post(path_of(action), **form), Event.objects.count()
    message = said(follow(karim, first))
    second = karim.post(path_of(action), **form)
    assert said(follow(karim, second)) == message
    assert Event.objects.count() == events


def test_parts_of_a_form_and_the_whole_do_everything_once(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets])
    form = hidden_of(page) | {"text": "Vu."}
    part = karim.post(path_of("note"), **form, ticket=ticked(page)[:3], part=1)
    assert (part.status_code, part.content) == (204, b"")
    assert [len(recorded(ticket)) for ticket in free_tickets] == [1, 1, 1, 0]
    whole = follow(karim, karim.post(path_of("note"), **form, ticket=ticked(page)))
    assert said(whole) == ["Note added to 4 tickets."]
    assert [recorded(ticket) for ticket in free_tickets] == [["note"]] * 4


def test_a_form_that_was_cut_off_goes_on_where_it_stopped(visit, people, free_tickets, monkeypatch):
    karim, function = visit(people.karim), actions.get_verb("note").function
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets])
    form = hidden_of(page) | {"text": "Vu.", "ticket": ticked(page)}

    def break_down(ticket, **given):
        if ticket.pk == free_tickets[2].pk:
            raise SystemExit
        return function(ticket, **given)

    with monkeypatch.context() as broken:
        broken.setitem(vars(actions.get_verb("note")), "function", break_down)
        with pytest.raises(SystemExit):
            karim.post(path_of("note"), **form)
    assert [len(recorded(ticket)) for ticket in free_tickets] == [1, 1, 0, 0]
    assert said(follow(karim, karim.post(path_of("note"), **form))) == ["Note added to 4 tickets."]
    assert [recorded(ticket) for ticket in free_tickets] == [["note"]] * 4


def test_a_sent_form_with_another_text_does_nothing_more(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets])
    form = hidden_of(page) | {"ticket": ticked(page)}
    karim.post(path_of("note"), **form, text="Vu.")
    answer = karim.post(path_of("note"), **form, text="Autre chose.")
    assert answer.status_code == 409
    assert soup(answer).find("textarea").text.strip() == "Autre chose."
    assert [recorded(ticket) for ticket in free_tickets] == [["note"]] * 4


def test_a_form_sent_after_the_session_expired_is_filled_again_after_login(
    visit, people, free_tickets
):
    karim = visit(people.karim)
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets[:2]])
    form = hidden_of(page)
    karim.client.logout()
    sent = karim.post(path_of("note"), **form, ticket=ticked(page), text="Un long message.")
    assert sent.status_code == 302
    karim.client.force_login(people.karim)
    page = karim.page(path_of("note"))
    assert page.find("textarea").text.strip() == "Un long message."
    assert {value.split("-")[0] for value in ticked(page)} == {str(t.pk) for t in free_tickets[:2]}


def test_a_preview_shows_the_message_and_keeps_what_was_ticked(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page(path_of("note"), ticket=[ticket.pk for ticket in free_tickets])
    form = hidden_of(page) | {"ticket": ticked(page)[1:], "text": "**Vu**", "preview": "1"}
    shown = soup(karim.post(path_of("note"), **form))
    assert shown.select_one(".hd-preview strong").text == "Vu"
    assert shown.find("textarea").text.strip() == "**Vu**"
    assert [v.split("-")[0] for v in ticked(shown)] == [str(t.pk) for t in free_tickets[1:]]
    assert len(values(shown)) == 4
    assert not any(map(recorded, free_tickets))


def test_a_manager_is_found_by_name(visit, people, free_tickets, monkeypatch):
    monkeypatch.setattr(assigning, "MAX_COLLEAGUES", 1)
    karim = visit(people.karim)
    page = karim.page(path_of("assign"), ticket=[ticket.pk for ticket in free_tickets])
    assert page.select_one("[name=query]")
    form = hidden_of(page) | {"ticket": ticked(page), "query": "sophie", "find": "1"}
    found = soup(karim.post(path_of("assign"), **form))
    assert [radio["value"] for radio in found.select("[name=to]")] == [str(people.sophie.pk)]
    assert len(ticked(found)) == 4


# -- from the list and back -------------------------------------------------------------------------


def take_from_row(visitor, page, ticket):
    """Press the button on the row of a ticket."""
    form = page.select_one("#hd-take")
    names = {f["name"]: f["value"] for f in form.find_all("input", type="hidden")}
    [button] = [b for b in page.select(".hd-take") if b["value"].startswith(f"{ticket.pk}-")]
    return visitor.client.post(form["action"], names | {button["name"]: button["value"]})


def test_a_free_ticket_is_taken_from_its_row_and_the_same_list_follows(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="free", order="recent")
    answer = take_from_row(karim, page, free_tickets[2])
    assert recorded(free_tickets[2]) == ["take"]
    listed = follow(karim, answer)
    assert said(listed) == ["1 ticket taken."]
    assert listed.select_one("[name=order] [selected]")["value"] == "recent"
    assert numbers(listed) == [free_tickets[3].pk, free_tickets[1].pk, free_tickets[0].pk]
    # From the page as it was: another one, and the first again.
    take_from_row(karim, page, free_tickets[0])
    take_from_row(karim, page, free_tickets[2])
    assert [recorded(ticket) for ticket in free_tickets] == [["take"], [], ["take"], []]


def test_only_free_tickets_that_one_may_take_have_the_button(visit, people, general, free_tickets):
    actions.take(free_tickets[0], by=people.sophie)
    karim = visit(people.karim)
    assert len(karim.page("desk/", queue="all").select(".hd-take")) == 3
    privileged(general, people.karim, can_take_free=False)
    assert karim.page("desk/", queue="all").select(".hd-take") == []


def test_a_ticket_taken_by_a_colleague_meanwhile_is_not_taken_from_its_row(
    visit, people, free_tickets
):
    karim = visit(people.karim)
    page = karim.page("desk/")
    actions.take(free_tickets[0], by=people.sophie)
    answer = take_from_row(karim, page, free_tickets[0])
    assert answer.status_code == 409
    assert "It changed meanwhile." in soup(answer).text
    assert recorded(free_tickets[0]) == ["take"]


def test_the_bar_of_the_list_leads_to_every_form(visit, people, free_tickets):
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all")
    bar = page.select_one("form#hd-bulk")
    assert bar["method"] == "get"
    buttons = bar.select("li [formaction]")
    assert len(buttons) == len(DATA)
    boxes = [box["value"] for box in page.select("[form=hd-bulk][name=ticket]")]
    back = bar.select_one("[name=back]")["value"]
    for button in buttons:
        form = soup(karim.client.get(button["formaction"], {"ticket": boxes, "back": back}))
        assert form.h1.text == button.text.strip()
        assert form.select_one(".hd-crumb a")["href"] == "/assistance/desk/?queue=all"


def test_lists_that_are_not_the_desk_select_nothing(visit, people, free_tickets):
    page = visit(people.lea).page("tickets/")
    assert len(numbers(page)) == 4
    assert page.select("[type=checkbox], .hd-take, #hd-bulk") == []


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example/?a=b",
        "\\r\\nSet-Cookie: a",
        "&" * 5000,
        "%00",
        "%ff",
    ],
)
def test_the_way_back_never_leaves_the_desk(visit, people, free_tickets, back):
    answer = send(visit(people.karim), "note", free_tickets, text="Vu.", back=back)
    assert answer["location"].partition("?")[0] == "/assistance/desk/"
    assert "\n" not in answer["location"]


def test_a_site_can_offer_its_own_action_on_several_tickets(
    visit, people, free_tickets, monkeypatch
):
    labels = BulkLabels("Alle kommentieren", "%(count)s kommentiert.")
    monkeypatch.setattr(Comment, "bulk", labels)
    karim = visit(people.karim)
    assert "Alle kommentieren" in karim.page("desk/").select_one("#hd-bulk").text
    page = follow(karim, send(karim, "comment", free_tickets, text="Vu."))
    assert said(page) == ["4 kommentiert."]
    assert [recorded(ticket) for ticket in free_tickets] == [["comment"]] * 4


# -- undoing ----------------------------------------------------------------------------------------


def undo(visitor, page):
    form = page.select_one(".hd-undo")
    names = {f["name"]: f["value"] for f in form.find_all("input", type="hidden")}
    return visitor.client.post(form["action"], names)


def state(tickets):
    for ticket in tickets:
        ticket.refresh_from_db()
    return [(ticket.status, ticket.assignee_id, ticket.priority) for ticket in tickets]


@pytest.mark.parametrize("action", ["take", "take_and_close", "close", "change_priority"])
def test_what_can_be_undone_is_put_back_as_it_was(visit, people, free_tickets, action):
    if action == "close":
        for ticket in free_tickets:
            actions.take(ticket, by=people.karim)
    before, karim = state(free_tickets), visit(people.karim)
    listed = follow(karim, send(karim, action, free_tickets, **DATA[action]))
    assert state(free_tickets) != before
    answer = undo(karim, listed)
    assert said(follow(karim, answer)) == ["Undone on 4 tickets."]
    assert state(free_tickets) == before
    # Sent twice: the same answer, and nothing more.
    events = Event.objects.count()
    assert said(follow(karim, undo(karim, listed))) == ["Undone on 4 tickets."]
    assert Event.objects.count() == events


@pytest.mark.parametrize("action", ["take_and_ask", "assign", "move", "note"])
def test_what_cannot_be_undone_offers_nothing(visit, people, free_tickets, plumbing, action):
    target = {"plumbing": plumbing.pk, "sophie": people.sophie.pk}
    data = {name: target.get(value, value) for name, value in DATA[action].items()}
    karim = visit(people.karim)
    assert not follow(karim, send(karim, action, free_tickets, **data)).select_one(".hd-undo")


def test_a_ticket_to_which_something_happened_since_is_left_as_it_is(visit, people, free_tickets):
    karim = visit(people.karim)
    listed = follow(karim, send(karim, "take", free_tickets))
    actions.note(free_tickets[0], by=people.sophie, text="Merci.")
    assert said(follow(karim, undo(karim, listed))) == [
        "Undone on 3 tickets.",
        "1 ticket was left as it is: it changed since, or you may not undo this.",
    ]
    assert [ticket.assignee_id for ticket in Ticket.objects.order_by("pk")] == [
        people.karim.pk, None, None, None,
    ]  # fmt: skip


def test_tickets_that_one_may_not_reopen_stay_closed(visit, people, general, free_tickets):
    karim = visit(people.karim)
    listed = follow(karim, send(karim, "take_and_close", free_tickets, text="Fini."))
    privileged(general, people.karim, can_reopen=False)
    assert "4 tickets were left as they are" in said(follow(karim, undo(karim, listed)))[0]
    assert {status for status, *_rest in state(free_tickets)} == {"closed"}


def test_only_who_did_it_can_undo_it_and_not_for_long(visit, people, free_tickets, travel):
    karim, sophie = visit(people.karim), visit(people.sophie)
    listed = follow(karim, send(karim, "take", free_tickets))
    late = ["It is too late to undo this."]
    assert said(follow(sophie, undo(sophie, listed))) == late
    travel(seconds=bulk_undo.UNDO_SECONDS + 60)
    assert said(follow(karim, undo(karim, listed))) == late
    assert [recorded(ticket) for ticket in free_tickets] == [["take"]] * 4
    assert not karim.page("desk/", undo=listed.select_one("[name=undo]")["value"]).select(
        ".hd-undo"
    )


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "9" * 5000])
def test_a_false_token_undoes_nothing(visit, people, general, token):
    karim = visit(people.karim)
    assert said(follow(karim, karim.post("desk/undo/", undo=token))) == [
        "It is too late to undo this."
    ]
    assert karim.get("desk/", undo=token).status_code == 200


# -- what it costs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["take", "close", "note", "assign", "change_priority"])
def test_each_further_ticket_costs_no_more_than_a_single_action(visit, people, heating, action):
    names = {"sophie": people.sophie.pk}
    data = {name: names.get(value, value) for name, value in DATA[action].items()}
    karim = visit(people.karim)
    made = [
        actions.open_ticket(heating, by=people.lea, subject=f"Radiateur {n}", text="Froid.")
        for n in range(9)
    ]
    if action == "close":
        for ticket in made:
            actions.take(ticket, by=people.karim)
    with counted() as single:
        karim.submit_action(made[0], action, **data)
    costs = []
    for some in (made[1:3], made[3:9]):
        page = karim.page(path_of(action), ticket=[ticket.pk for ticket in some])
        with counted() as several:
            answer = karim.post(
                path_of(action), **hidden_of(page) | {"ticket": ticked(page)} | data
            )
        assert answer.status_code == 303
        costs.append(several.count)
    assert (costs[1] - costs[0]) / 4 <= single.count


def test_the_page_of_many_tickets_costs_no_more_than_that_of_few(visit, people, heating):
    karim = visit(people.karim)
    made = [
        actions.open_ticket(heating, by=people.lea, subject=f"Radiateur {n}", text="Froid.")
        for n in range(20)
    ]
    costs = []
    for some in (made[:2], made):
        with counted() as cost:
            karim.page(path_of("assign"), ticket=[ticket.pk for ticket in some])
        costs.append(cost.count)
    assert costs[0] == costs[1] <= 14


def test_no_record_of_a_form_is_left_by_one_that_was_not_performed(visit, people, free_tickets):
    karim = visit(people.karim)
    before = Submission.objects.count()
    send(karim, "take_and_ask", free_tickets)
    assert Submission.objects.count() == before
