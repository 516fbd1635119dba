"""The form of every act: shown, sent, refused, sent twice."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.portal.budget import counted
from tests.portal.conftest import hidden, hidden_of, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, HelpdeskPreferences, ServiceManager, Subscription
from wagtail_helpdesk.portal.tickets.forms import FORMS


def test_one_click_on_the_page_takes_the_ticket(visit, people, ticket):
    karim = visit(people.karim)
    button = karim.page(f"tickets/{ticket.pk}/").find(
        "form", action=f"/assistance/tickets/{ticket.pk}/take/"
    )
    fields = {f["name"]: f["value"] for f in button.find_all("input")}
    response = karim.client.post(button["action"], fields)
    assert response.status_code == 303
    assert response.url == f"/assistance/tickets/{ticket.pk}/"
    ticket.refresh_from_db()
    assert ticket.assignee == people.karim


def test_taking_offers_a_comment(visit, people, ticket):
    visit(people.karim).act(ticket, "take", text="J’arrive.")
    assert ticket.events.last().text == "J’arrive."


def test_taking_over_names_who_is_replaced(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/take/")
    assert "Karim Benali" in page.find(class_="hd-notice").text


@pytest.mark.parametrize(
    ("who", "status"), [("victor", 404), ("gilles", 404), ("nadia", 404), ("lea", 403)]
)
@pytest.mark.usefixtures("dsi")
def test_who_may_not_take_is_refused(visit, people, ticket, who, status):
    visitor = visit(getattr(people, who))
    assert visitor.get(f"tickets/{ticket.pk}/take/").status_code == status
    assert visitor.act(ticket, "take").status_code == status
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_an_act_at_the_wrong_moment_is_answered_with_409_and_the_news(visit, people, closed):
    response = visit(people.karim).act(closed, "ask_information", text="Quelle vanne ?")
    assert response.status_code == 409
    page = soup(response)
    assert "Karim Benali closed the ticket" in page.text
    assert page.find("textarea").text.strip() == "Quelle vanne ?"


def test_r_23_the_slower_of_two_learns_who_was_faster(visit, people, ticket):
    karim, sophie = visit(people.karim), visit(people.sophie)
    path = f"tickets/{ticket.pk}/take/"
    forms = [hidden(v.get(path)) for v in (karim, sophie)]
    assert karim.post(path, **forms[0]).status_code == 303
    late = sophie.post(path, **forms[1], text="Je m’en occupe.")
    assert late.status_code == 409
    page = soup(late)
    assert "Karim Benali has just taken charge of this ticket." in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Je m’en occupe."
    assert ticket.events.filter(action="take").count() == 1


def test_the_last_act_that_changed_the_ticket_is_named(visit, people, ticket):
    sophie, path = visit(people.sophie), f"tickets/{ticket.pk}/take/"
    form = hidden(sophie.get(path))
    actions.take(ticket, by=people.julien)
    actions.take(ticket, by=people.karim)
    actions.comment(ticket, by=people.karim, text="J’y vais.")
    alert = soup(sophie.post(path, **form)).find(role="alert")
    assert "Karim Benali has just taken charge of this ticket." in alert.text


def test_after_the_news_the_same_text_can_be_sent_again(visit, people, ticket):
    sophie = visit(people.sophie)
    path = f"tickets/{ticket.pk}/take/"
    form = hidden(sophie.get(path))
    actions.take(ticket, by=people.karim)
    form = hidden(sophie.post(path, **form))
    form = {name: value for name, value in form.items() if value}
    page = sophie.get(path)
    assert sophie.post(path, **hidden(page), text="Je reprends.").status_code == 303
    ticket.refresh_from_db()
    assert ticket.assignee == people.sophie


def test_closing_stops_when_the_requester_wrote_meanwhile(visit, people, taken):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/close/"))
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    response = karim.post(f"tickets/{taken.pk}/close/", **form, text="Réparé.")
    assert response.status_code == 409
    assert "C’est revenu" in soup(response).text
    taken.refresh_from_db()
    assert taken.is_open


def test_a_form_opened_from_an_old_page_shows_what_came_since(visit, people, taken):
    seen = taken.events.last().pk
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    page = visit(people.karim).page(f"tickets/{taken.pk}/close/", seen=seen, version=1)
    assert "C’est revenu" in page.find(class_="hd-news").text


def test_r_24_a_form_sent_twice_does_one_thing(visit, people, taken):
    karim = visit(people.karim)
    path = f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path)) | {"text": "Une fois."}
    first, second = karim.post(path, **form), karim.post(path, **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.url == second.url
    assert taken.events.filter(text="Une fois.").count() == 1


def test_a_form_sent_again_with_another_text_gives_it_back(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path))
    karim.post(path, **form, text="Une fois.")
    response = karim.post(path, **form, text="Autre chose.")
    page = soup(response)
    assert response.status_code == 409
    assert "already sent before you changed it" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Autre chose."
    assert "Une fois." in page.find(class_="hd-news").text
    again = {name: page.find("input", {"name": name})["value"] for name in form}
    assert karim.post(path, **again, text="Autre chose.").status_code == 303


@pytest.mark.usefixtures("a_new_hour")
def test_s_dos_01_too_many_acts_in_a_minute_are_refused_and_the_text_kept(
    visit, people, taken, settings
):
    settings.WAGTAIL_HELPDESK = {"ACTS_PER_MINUTE": 2}
    karim = visit(people.karim)
    for _ in range(2):
        assert karim.act(taken, "note", text="Encore.").status_code == 303
    response = karim.act(taken, "note", text="Encore une fois.")
    page = soup(response)
    assert response.status_code == 429
    assert "sending too fast" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Encore une fois."
    assert taken.events.filter(action="note").count() == 2
    assert visit(people.sophie).act(taken, "note", text="Et moi ?").status_code == 303


def test_a_minute_later_one_may_act_again(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"ACTS_PER_MINUTE": 1}
    karim = visit(people.karim)
    assert karim.act(taken, "note", text="Encore.").status_code == 303
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert karim.act(taken, "note", text="Encore.").status_code == 303


@pytest.mark.usefixtures("a_new_hour")
def test_s_dos_01_nobody_invites_the_whole_organisation(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 2}
    karim = visit(people.karim)
    assert karim.act(taken, "invite", users="ines, thomas, emily").status_code == 303
    response = karim.act(taken, "invite", users="marcel", text="Venez.")
    assert response.status_code == 429
    assert "You have invited a lot of people." in soup(response).find(role="alert").text
    assert soup(response).find("textarea").text.strip() == "Venez."
    assert taken.guests.count() == 3


def test_a_missing_message_is_said_at_its_field(visit, people, taken):
    response = visit(people.karim).act(taken, "note", text="  ")
    assert response.status_code == 422
    field = soup(response).find("textarea")
    assert field["aria-invalid"] == "true"
    assert "Please enter your message." in soup(response).find(id=field["aria-describedby"]).text


def test_the_closing_confirmation_has_four_ways_out(visit, people, taken):
    form = visit(people.karim).page(f"tickets/{taken.pk}/close/").find("form", class_="hd-form")
    buttons = [
        button.get("formaction", form["action"]).split("/")[-2]
        for button in form.find_all("button", type="submit")
    ]
    assert buttons == ["close", "ask-information", "comment"]
    assert form.find("a", class_="hd-button")["href"] == f"/assistance/tickets/{taken.pk}/"


def test_the_text_of_a_closure_can_become_a_question(visit, people, taken):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/close/"))
    karim.post(f"tickets/{taken.pk}/ask-information/", **form, text="Quelle vanne ?")
    taken.refresh_from_db()
    assert taken.status == "incomplete"


def test_what_was_written_for_few_is_not_sent_to_everybody_unasked(visit, people, closed):
    """Only the address changes when a comment for the requester becomes a reopening."""
    karim = visit(people.karim)
    answer = karim.act(closed, "reopen", text="MailContext médical.", audience="requester")
    assert answer.status_code == 422
    page = soup(answer)
    assert "Everyone on the ticket would read this message." in page.find(id="hd-act").text
    assert "MailContext médical." in page.find("textarea").text
    closed.refresh_from_db()
    assert closed.status == "closed"

    again = karim.post(
        f"tickets/{closed.pk}/reopen/", **hidden_of(page), text="MailContext sans détails."
    )
    assert again.status_code == 303
    assert closed.events.get(action="reopen").text == "MailContext sans détails."


def test_closing_may_release(visit, people, taken):
    visit(people.karim).act(taken, "close", release="on")
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("closed", None)


def said_after(visitor, response):
    """Return what is said once an act is done."""
    assert response.status_code == 303
    return soup(visitor.client.get(response.url)).find(role="status").text.strip()


def test_whoever_closes_their_own_ticket_is_promised_no_mail(visit, people, heating):
    own = actions.open_ticket(heating, by=people.karim, subject="Froid", text="Il gèle.")
    karim = visit(people.karim)
    assert "mail" not in karim.page(f"tickets/{own.pk}/take-and-close/").find(id="hd-act").text
    said = said_after(karim, karim.act(own, "take_and_close"))
    assert said == f"Ticket no. {own.pk} is closed."


def test_whoever_cannot_be_mailed_is_not_said_to_be(visit, people, heating):
    asked = actions.open_ticket(heating, by=people.marcel, subject="Froid", text="Il gèle.")
    karim = visit(people.karim)
    said = said_after(karim, karim.act(asked, "take_and_ask", text="Où ?"))
    assert said == "The ticket is waiting for an answer from Marcel Pons."
    said = said_after(karim, karim.act(asked, "close"))
    assert said.endswith(
        "Marcel Pons will get no e-mail, but can approve this closure on the helpdesk."
    )


def test_the_requester_approves_the_closure(visit, people, closed):
    response = visit(people.lea).act(closed, "approve_closure")
    assert response.status_code == 303
    closed.refresh_from_db()
    assert closed.status == "approved"


def test_s_esc_05_nobody_else_approves_or_rejects_a_closure(visit, people, closed):
    for who, status in ((people.karim, 403), (people.sophie, 403), (people.victor, 404)):
        for act in ("approve_closure", "reject_closure"):
            assert visit(who).act(closed, act, text="Non.").status_code == status
    closed.refresh_from_db()
    assert closed.status == "closed"


@pytest.mark.parametrize("act", ["approve_closure", "reopen"])
def test_s_esc_05_what_the_requester_does_twice_is_done_once(visit, people, closed, act):
    lea = visit(people.lea)
    assert [lea.act(closed, act, text="Encore.").status_code for _ in range(2)] == [303, 409]
    assert closed.events.filter(action=act).count() == 1


def test_assigning_offers_colleagues_with_their_load(visit, people, ticket):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    labels = [label.text.strip() for label in page.select(".hd-choices label")]
    assert "Sophie Lambert (0 open tickets)" in labels
    assert not any("Karim" in label for label in labels)


def test_assigning_puts_a_colleague_in_charge(visit, people, ticket):
    visit(people.karim).act(ticket, "assign", to=people.sophie.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == people.sophie


def test_s_esc_04_nobody_else_can_be_assigned(visit, people, ticket, dsi):
    response = visit(people.karim).act(ticket, "assign", to=people.nadia.pk)
    assert response.status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.fixture
def many(general):
    """More managers of the service than a form lists, by surname."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"m{n}", first_name="Ada", last_name=f"Nom{n}") for n in range(60)
    )
    ServiceManager.objects.bulk_create(
        ServiceManager(service=general, user=user, order=n + 10) for n, user in enumerate(users)
    )
    return users


def test_s_dos_03_of_many_colleagues_the_first_are_listed_and_it_is_said(
    visit, people, ticket, many
):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert len(page.select("input[name=to]")) == 40
    assert "Only the first 40 are listed" in page.text


def test_the_others_are_found_by_name(visit, people, ticket, many):
    response = visit(people.karim).act(ticket, "assign", query="nom59", find="1", text="Merci.")
    page = soup(response)
    assert [i["value"] for i in page.select("input[name=to]")] == [str(many[59].pk)]
    assert page.find("textarea").text.strip() == "Merci."
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_somebody_who_was_not_listed_is_assigned_and_stays_chosen_meanwhile(
    visit, people, ticket, many
):
    karim, chosen = visit(people.karim), many[58]
    page = soup(karim.act(ticket, "assign", query="nom59", find="1", to=chosen.pk))
    assert [i["value"] for i in page.select("input[checked]")] == [str(chosen.pk)]
    assert karim.act(ticket, "assign", to=chosen.pk).status_code == 303
    ticket.refresh_from_db()
    assert ticket.assignee == chosen


def test_an_address_that_names_a_colleague_asks_to_confirm(visit, people, ticket, many):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/", to=many[59].pk)
    assert page.find("button", string="Assign to Ada Nom59")
    assert [i["value"] for i in page.select("input[name=to]")] == [str(many[59].pk)]


def test_an_address_that_names_anybody_else_lets_choose(visit, people, ticket, dsi):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/", to=people.nadia.pk)
    assert page.find("button", string="Assign the ticket")
    assert not page.select("input[checked]")


def test_s_dos_03_the_form_costs_the_same_with_many_colleagues(visit, people, ticket, general):
    karim, path = visit(people.karim), f"tickets/{ticket.pk}/assign/"
    with counted() as few:
        karim.get(path)
    rows = get_user_model().objects.bulk_create(
        get_user_model()(username=f"x{n}") for n in range(90)
    )
    ServiceManager.objects.bulk_create(ServiceManager(service=general, user=u) for u in rows)
    with counted() as many:
        karim.get(path)
    assert many.count == few.count <= 14, many.statements


@pytest.mark.parametrize(
    ("act", "field"),
    [("move", "to"), ("assign", "to"), ("postpone", "how"), ("postpone", "until")],
)
@pytest.mark.usefixtures("dsi")
def test_the_summary_of_errors_leads_to_what_is_wrong(visit, people, taken, act, field):
    nothing = {"to": "", "how": "date" if field == "until" else ""}
    page = soup(visit(people.karim).act(taken, act, **nothing))
    link = page.find(role="alert").find("a")
    wrong = page.find(id=link["href"].removeprefix("#"))
    assert wrong["id"] == f"id_{act}_{field}"
    assert page.find(id=wrong["aria-describedby"]).text in link.parent.text


def test_postponing_to_a_day_or_by_hand(visit, people, taken):
    karim = visit(people.karim)
    assert karim.act(taken, "postpone", how="date", until="2001-01-01").status_code == 422
    assert karim.act(taken, "postpone", how="date", until="").status_code == 422
    assert karim.act(taken, "postpone", how="hand").status_code == 303
    taken.refresh_from_db()
    assert (taken.status, taken.resume_on) == ("postponed", None)


def test_inviting_names_who_is_unknown_and_keeps_the_rest(visit, people, ticket):
    response = visit(people.lea).act(ticket, "invite", users="thomas, personne", text="Pour info.")
    assert response.status_code == 422
    page = soup(response)
    assert "personne" in page.find(class_="errorlist").text
    assert page.find("input", {"name": "users"})["value"] == "thomas, personne"
    assert page.find("textarea").text.strip() == "Pour info."
    assert not ticket.guests.exists()


def test_what_became_of_an_invitation_is_said(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    lea = visit(people.lea)
    said = said_after(lea, lea.act(ticket, "invite", users="ines, hugo"))
    assert said == (
        "Invited to follow the ticket: Hugo Perrin. Already on the ticket: Inès Robert."
    )


def test_s_dos_03_guests_are_listed_a_page_at_a_time(visit, people, ticket):
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"g{n}", last_name=f"Nom{n}") for n in range(60)
    )
    actions.invite(ticket, by=people.lea, users=users)
    lea = visit(people.lea)
    page = lea.page(f"tickets/{ticket.pk}/invite/")
    assert len(page.select(".hd-guests li")) == 50
    more = soup(lea.client.get(page.find("a", string="Other guests")["href"]))
    assert len(more.select(".hd-guests li")) == 10


def test_somebody_who_is_no_guest_cannot_be_removed(visit, people, ticket):
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/remove-guest/"
    for named in ({}, {"user": people.hugo.pk}, {"user": "x"}):
        response = lea.get(path, **named)
        assert response.status_code == 404
        assert "This person is not a guest of the ticket." in response.text
    response = lea.post(path, user=people.hugo.pk)
    assert response.status_code == 404
    assert "Hugo" not in response.text


def test_r_24_a_guest_removed_twice_is_removed_once(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/remove-guest/"
    form = hidden(lea.get(path, user=people.ines.pk))
    assert [lea.post(path, **form).status_code for _time in range(2)] == [303, 303]
    assert ticket.events.filter(action="remove_guest").count() == 1


def test_inviting_several_people(visit, people, ticket):
    visit(people.lea).act(ticket, "invite", users="thomas, marcel")
    assert {guest.user for guest in ticket.guests.all()} == {people.thomas, people.marcel}


def test_a_guest_who_leaves_is_sent_to_their_list(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    response = visit(people.thomas).act(ticket, "remove_guest", user=people.thomas.pk)
    assert response.url == "/assistance/tickets/"
    assert not ticket.guests.exists()


def test_a_guest_who_could_read_on_leaves_for_their_list_all_the_same(visit, people, public):
    actions.invite(public, by=people.lea, users=[people.thomas, people.sophie])
    for guest in (people.thomas, people.sophie):
        response = visit(guest).act(public, "remove_guest", user=guest.pk)
        assert response.url == "/assistance/tickets/"


def test_a_guest_who_leaves_twice_is_answered_the_same(visit, people, public):
    actions.invite(public, by=people.lea, users=[people.thomas])
    thomas, path = visit(people.thomas), f"tickets/{public.pk}/remove-guest/"
    form = hidden(thomas.get(path, user=people.thomas.pk))
    for _time in range(2):
        response = thomas.post(path, **form)
        assert response.url == "/assistance/tickets/"
        assert said_after(thomas, response) == (
            f"You are no longer a guest of ticket no. {public.pk}."
        )


def test_a_guest_cannot_remove_another(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas, people.marcel])
    response = visit(people.thomas).act(ticket, "remove_guest", user=people.marcel.pk)
    assert response.status_code == 403


def test_quiet_changes_tell_the_others_only_when_asked(visit, people, taken):
    karim = visit(people.karim)
    karim.act(taken, "change_priority", to=5)
    assert not taken.events.last().notifies_everyone
    karim.act(taken, "change_subject", to="Radiateur tiède", notifies_everyone="on")
    assert taken.events.last().notifies_everyone


def test_changing_the_requester_may_keep_the_former_one(visit, people, taken):
    visit(people.karim).act(taken, "change_requester", to="thomas", keep_as_guest="on")
    taken.refresh_from_db()
    assert taken.requester == people.thomas
    assert [guest.user for guest in taken.guests.all()] == [people.lea]


def test_following_and_muting_are_one_click(visit, people, ticket):
    sophie = visit(people.sophie)
    assert sophie.post(f"tickets/{ticket.pk}/follow/").status_code == 303
    assert sophie.post(f"tickets/{ticket.pk}/mute/").status_code == 303
    wish = Subscription.objects.get(ticket=ticket, user=people.sophie)
    assert wish.following
    assert wish.muted


#: What a manager may prefer to see the list after: who does it, after what of Karim's, with what.
ENDING = {
    "close": ("karim", ["take"], {}),
    "take_and_close": ("karim", [], {}),
    "refuse": ("karim", ["take"], {"text": "Ce n’est pas pour nous."}),
    "postpone": ("karim", ["take"], {"how": "hand"}),
    "approve_closure": ("sophie", ["take", "close"], {}),
    "cancel": ("sophie", [], {}),
}


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("name", ENDING)
def test_after_what_ends_a_ticket_managers_see_it_or_the_list_as_they_prefer(
    visit, people, heating, name, stays
):
    who, before, typed = ENDING[name]
    ticket = actions.open_ticket(heating, by=people.sophie, subject="Froid", text="Il gèle.")
    for act in before:
        getattr(actions, act)(ticket, by=people.karim)
    manager = getattr(people, who)
    HelpdeskPreferences.objects.create(user=manager, stay_on_ticket=stays)
    response = visit(manager).act(ticket, name, **typed)
    assert response.status_code == 303
    assert response.url == f"/assistance/{f'tickets/{ticket.pk}' if stays else 'desk'}/"


def test_after_a_comment_everybody_stays_on_the_ticket(visit, people, taken):
    HelpdeskPreferences.objects.create(user=people.karim, stay_on_ticket=False)
    response = visit(people.karim).act(taken, "comment", text="Bonjour.")
    assert response.url == f"/assistance/tickets/{taken.pk}/"


def test_s_esc_01_fields_that_are_not_asked_for_are_ignored(visit, people, taken):
    extra = {
        "status": "closed",
        "assignee": people.sophie.pk,
        "requester": people.thomas.pk,
        "service": 0,
        "number": 1,
        "actor": people.lea.pk,
        "is_note": "on",
    }
    visit(people.karim).act(taken, "comment", text="Bonjour", **extra)
    taken.refresh_from_db()
    assert (taken.status, taken.assignee, taken.requester) == (
        "in_progress",
        people.karim,
        people.lea,
    )
    assert taken.events.last().actor == people.karim


def test_s_csrf_01_reading_a_form_changes_nothing(visit, people, taken):
    karim = visit(people.karim)
    before = Event.objects.count(), taken.version
    for name in FORMS:
        path = f"tickets/{taken.pk}/{name.replace('_', '-')}/"
        karim.get(path)
        karim.client.head("/assistance/" + path)
    taken.refresh_from_db()
    assert (Event.objects.count(), taken.version) == before
    assert not Subscription.objects.exists()


def test_other_methods_are_refused(visit, people, taken):
    karim = visit(people.karim)
    path = f"/assistance/tickets/{taken.pk}/close/"
    assert karim.client.put(path).status_code == 405
    assert karim.client.delete(path).status_code == 405
    assert karim.client.post(f"/assistance/tickets/{taken.pk}/").status_code == 405


def test_an_unknown_action_does_not_exist(visit, people, taken):
    for name in ("explode", "expire", "take_and_close", "open-ticket"):
        assert visit(people.karim).get(f"tickets/{taken.pk}/{name}/").status_code == 404


def test_s_vis_12_whoever_lost_sight_meanwhile_gets_their_text_back(visit, people, taken, network):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/comment/"))
    actions.move(taken, by=people.sophie, to=network)
    response = karim.post(f"tickets/{taken.pk}/comment/", **form | {"text": "Vanne <b>vue</b>."})
    assert response.status_code == 404
    assert "Vanne &lt;b&gt;vue&lt;/b&gt;." in response.text
    assert not taken.events.filter(action="comment").exists()


def test_inviting_a_crowd_at_once_is_refused(visit, people, ticket):
    crowd = ",".join(f"somebody{number}" for number in range(51))
    response = visit(people.lea).act(ticket, "invite", users=crowd)
    assert response.status_code == 422
    assert "at most 50 people" in response.text


@pytest.mark.parametrize("absurd", ["9" * 25, "9" * 5000, "²"])
def test_numbers_that_are_no_keys_are_harmless(visit, people, taken, absurd):
    karim = visit(people.karim)
    assert karim.get(f"tickets/{taken.pk}/", before=absurd).status_code == 200
    assert karim.get(f"tickets/{taken.pk}/comment/", seen=absurd).status_code == 200
    assert karim.get(f"tickets/{taken.pk}/remove-guest/", user=absurd).status_code in (200, 404)
