"""The forms of actions on a ticket: shown, sent, refused, sent twice, in conflict."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone

from tests.portal.budget import counted
from tests.portal.conftest import hidden, hidden_of, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, HelpdeskPreferences, ServiceManager, Subscription
from wagtail_helpdesk.portal.tickets.forms import get_form_classes


def test_take_button_takes_the_ticket_in_one_click(visit, people, ticket):
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


def test_take_form_records_a_comment(visit, people, ticket):
    visit(people.karim).submit_action(ticket, "take", text="J’arrive.")
    assert ticket.events.last().text == "J’arrive."


def test_take_form_names_the_manager_to_be_replaced(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/take/")
    assert "You will replace Karim Benali" in page.find(id="hd-action").text


@pytest.mark.parametrize(
    ("who", "status"), [("victor", 404), ("gilles", 404), ("nadia", 404), ("lea", 403)]
)
@pytest.mark.usefixtures("dsi")
def test_take_is_refused_to_users_without_the_right(visit, people, ticket, who, status):
    visitor = visit(getattr(people, who))
    assert visitor.get(f"tickets/{ticket.pk}/take/").status_code == status
    assert visitor.submit_action(ticket, "take").status_code == status
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_action_in_the_wrong_status_is_answered_with_409_and_the_news(visit, people, closed):
    response = visit(people.karim).submit_action(closed, "ask_information", text="Quelle vanne ?")
    assert response.status_code == 409
    page = soup(response)
    assert "You closed the ticket." in page.find(class_="hd-news").text
    assert page.find("textarea").text.strip() == "Quelle vanne ?"


def test_second_of_two_simultaneous_takes_reads_who_was_first(visit, people, ticket):
    karim, sophie = visit(people.karim), visit(people.sophie)
    path = f"tickets/{ticket.pk}/take/"
    forms = [hidden(v.get(path)) for v in (karim, sophie)]
    assert karim.post(path, **forms[0]).status_code == 303
    late = sophie.post(path, **forms[1], text="Je m’en occupe.")
    assert late.status_code == 409
    page = soup(late)
    assert "Karim Benali has just taken this ticket." in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Je m’en occupe."
    assert ticket.events.filter(action="take").count() == 1


def test_conflict_names_the_last_action_that_changed_the_ticket(visit, people, ticket):
    sophie, path = visit(people.sophie), f"tickets/{ticket.pk}/take/"
    form = hidden(sophie.get(path))
    actions.take(ticket, by=people.julien)
    actions.take(ticket, by=people.karim)
    actions.comment(ticket, by=people.karim, text="J’y vais.")
    alert = soup(sophie.post(path, **form)).find(role="alert")
    assert "Karim Benali has just taken this ticket." in alert.text


def test_form_of_a_409_carries_the_new_version_and_can_be_sent_again(visit, people, ticket):
    sophie = visit(people.sophie)
    path = f"tickets/{ticket.pk}/take/"
    form = hidden(sophie.get(path))
    actions.take(ticket, by=people.karim)
    refused = soup(sophie.post(path, **form, text="Je reprends."))
    again = hidden_of(refused) | {"text": refused.find("textarea").text.strip()}
    assert sophie.post(path, **again).status_code == 303
    ticket.refresh_from_db()
    assert ticket.assignee == people.sophie
    assert ticket.events.last().text == "Je reprends."


def test_form_of_a_409_carries_the_last_event_shown_and_can_be_sent_again(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/close/"
    form = hidden(karim.get(path))
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    refused = soup(karim.post(path, **form, text="Réparé."))
    assert karim.post(path, **hidden_of(refused), text="Réparé.").status_code == 303
    taken.refresh_from_db()
    assert taken.status == "closed"


def test_comment_shows_what_a_colleague_did_meanwhile_before_it_is_sent(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path))
    actions.change_priority(taken, by=people.sophie, to=5)
    page = soup(karim.post(path, **form, text="Je passe demain."))
    assert "Sophie Lambert changed the priority" in page.find(class_="hd-news").text
    assert page.find("textarea").text.strip() == "Je passe demain."
    assert not taken.events.filter(action="comment").exists()

    button = page.find("button", string="Send anyway")
    actions.change_priority(taken, by=people.sophie, to=4)
    again = hidden_of(page) | {button["name"]: button["value"]}
    assert karim.post(path, **again, text="Je passe demain.").status_code == 303
    assert taken.events.get(action="comment").text == "Je passe demain."


def test_message_that_arrives_between_page_and_sending_is_shown_once_then_sent_anyway(
    visit, people, taken
):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(f"tickets/{taken.pk}/"))
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    response = karim.post(path, **form, text="Je passe demain.")
    page = soup(response)
    assert response.status_code == 409
    assert "C’est revenu !" in page.find(class_="hd-news").text
    assert page.find("textarea").text.strip() == "Je passe demain."

    button = page.find("button", string="Send anyway")
    actions.comment(taken, by=people.lea, text="Et la salle d’à côté.")
    again = hidden_of(page) | {button["name"]: button["value"]}
    assert karim.post(path, **again, text="Je passe demain.").status_code == 303
    assert taken.events.get(actor=people.karim, action="comment").text == "Je passe demain."


def test_message_that_arrives_while_a_comment_is_being_sent_is_shown_first(
    visit, people, taken, monkeypatch
):
    perform = actions.perform

    def perform_after_lea(*args, **kwargs):
        actions.comment(taken, by=people.lea, text="C’est revenu !")
        return perform(*args, **kwargs)

    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path))
    monkeypatch.setattr(actions, "perform", perform_after_lea)
    response = karim.post(path, **form, text="Je passe demain.")
    assert response.status_code == 409
    assert "C’est revenu !" in soup(response).find(class_="hd-news").text
    assert not taken.events.filter(text="Je passe demain.").exists()


def test_form_sent_twice_is_answered_the_same_without_counting_its_guests_again(
    visit, people, ticket, settings
):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 1}
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/invite/"
    form = hidden(lea.get(path)) | {"users": "ines"}
    for _time in range(2):
        notice = get_message_after(lea, lea.post(path, **form))
        assert notice == "Invited to follow the ticket: Inès Robert."


def test_note_shows_what_a_colleague_wrote_meanwhile_before_it_is_saved(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/note/"
    form = hidden(karim.get(path))
    actions.note(taken, by=people.sophie, text="Vanne commandée.")
    response = karim.post(path, **form, text="À commander.")
    assert response.status_code == 409
    assert "Vanne commandée." in soup(response).find(class_="hd-news").text


def test_comment_is_not_held_up_by_what_its_author_cannot_read_or_did_alone(visit, people, taken):
    lea, path = visit(people.lea), f"tickets/{taken.pk}/comment/"
    form = hidden(lea.get(path))
    actions.note(taken, by=people.sophie, text="Entre nous.")
    actions.change_priority(taken, by=people.lea, to=4)
    assert lea.post(path, **form, text="Merci.").status_code == 303


def test_comment_sent_twice_is_answered_the_same_after_a_colleague_wrote(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path)) | {"text": "Une fois."}
    assert karim.post(path, **form).status_code == 303
    actions.comment(taken, by=people.sophie, text="Vu.")
    assert karim.post(path, **form).status_code == 303
    assert taken.events.filter(text="Une fois.").count() == 1


def test_old_link_to_approve_shows_what_happened_since_and_what_is_possible(visit, people, closed):
    actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
    actions.comment(closed, by=people.karim, text="Je reviens.")
    response = visit(people.lea).get(f"tickets/{closed.pk}/approve-closure/")
    page = soup(response)
    assert response.status_code == 409
    assert "This is no longer possible." in page.find(role="alert").text
    assert "Toujours froid." in page.find(class_="hd-news").text
    assert "Je reviens." in page.find(class_="hd-news").text
    assert page.find(id="hd-action").find("a", string="Reply")
    assert not page.find("textarea")


def test_text_of_an_action_no_longer_possible_can_be_sent_otherwise(visit, people, closed):
    lea = visit(people.lea)
    form = hidden(lea.get(f"tickets/{closed.pk}/approve-closure/"))
    actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
    page = soup(lea.post(f"tickets/{closed.pk}/approve-closure/", **form, text="Merci bien."))
    assert page.find("textarea").text.strip() == "Merci bien."
    reply = page.find("button", string="Reply")
    response = lea.client.post(reply["formaction"], hidden_of(page) | {"text": "Merci bien."})
    assert response.status_code == 303
    assert closed.events.filter(action="comment", text="Merci bien.").exists()


def test_visibility_form_opens_on_the_current_visibility(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/change-visibility/")
    (chosen,) = page.select("[name=to][checked]")
    assert chosen["value"] == "private"


def test_ticket_of_a_confidential_service_is_not_offered_to_become_public(visit, people, taken):
    type(taken.service).objects.update(confidential=True)
    page = visit(people.karim).page(f"tickets/{taken.pk}/change-visibility/")
    assert [choice["value"] for choice in page.select("[name=to]")] == ["private"]


def test_public_ticket_of_a_confidential_service_may_stay_public_or_become_private(
    visit, people, public
):
    type(public.service).objects.update(confidential=True)
    page = visit(people.lea).page(f"tickets/{public.pk}/change-visibility/")
    assert [choice["value"] for choice in page.select("[name=to]")] == ["private", "public"]
    (chosen,) = page.select("[name=to][checked]")
    assert chosen["value"] == "public"


def test_close_stops_when_the_requester_wrote_meanwhile(visit, people, taken):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/close/"))
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    response = karim.post(f"tickets/{taken.pk}/close/", **form, text="Réparé.")
    assert response.status_code == 409
    assert "C’est revenu" in soup(response).text
    taken.refresh_from_db()
    assert taken.is_open


def test_form_opened_from_an_old_page_shows_new_events(visit, people, taken):
    seen = taken.events.last().pk
    actions.comment(taken, by=people.lea, text="C’est revenu !")
    page = visit(people.karim).page(f"tickets/{taken.pk}/close/", seen=seen, version=1)
    assert "C’est revenu" in page.find(class_="hd-news").text


def test_form_sent_twice_records_one_event(visit, people, taken):
    karim = visit(people.karim)
    path = f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path)) | {"text": "Une fois."}
    first, second = karim.post(path, **form), karim.post(path, **form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.url == second.url
    assert taken.events.filter(text="Une fois.").count() == 1


def test_form_sent_again_with_another_text_shows_that_text_again(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path))
    karim.post(path, **form, text="Une fois.")
    response = karim.post(path, **form, text="Autre chose.")
    page = soup(response)
    assert response.status_code == 409
    assert "already sent before you changed it" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Autre chose."
    assert "Une fois." in page.find(class_="hd-news").text
    again = {name: page.find("input", {"name": name}).get("value", "") for name in form}
    assert karim.post(path, **again, text="Autre chose.").status_code == 303


@pytest.mark.usefixtures("a_new_hour")
def test_too_many_actions_in_a_minute_are_refused_and_the_text_kept(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 2}
    karim = visit(people.karim)
    for _ in range(2):
        assert karim.submit_action(taken, "note", text="Encore.").status_code == 303
    response = karim.submit_action(taken, "note", text="Encore une fois.")
    page = soup(response)
    assert response.status_code == 429
    assert "sending too fast" in page.find(role="alert").text
    assert page.find("textarea").text.strip() == "Encore une fois."
    assert taken.events.filter(action="note").count() == 2
    assert visit(people.sophie).submit_action(taken, "note", text="Et moi ?").status_code == 303


def test_limit_of_actions_is_lifted_after_a_minute(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 1}
    karim = visit(people.karim)
    assert karim.submit_action(taken, "note", text="Encore.").status_code == 303
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert karim.submit_action(taken, "note", text="Encore.").status_code == 303


@pytest.mark.usefixtures("a_new_hour")
def test_too_many_invitations_in_an_hour_are_refused(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 2}
    karim = visit(people.karim)
    assert karim.submit_action(taken, "invite", users="ines, thomas, emily").status_code == 303
    response = karim.submit_action(taken, "invite", users="marcel", text="Venez.")
    assert response.status_code == 429
    assert "You have invited a lot of people." in soup(response).find(role="alert").text
    assert soup(response).find("textarea").text.strip() == "Venez."
    assert taken.guests.count() == 3


def test_missing_message_is_reported_at_its_field(visit, people, taken):
    response = visit(people.karim).submit_action(taken, "note", text="  ")
    assert response.status_code == 422
    field = soup(response).find("textarea")
    assert field["aria-invalid"] == "true"
    assert "Please enter your message." in soup(response).find(id=field["aria-describedby"]).text


def test_close_confirmation_offers_closing_asking_commenting_and_leaving(visit, people, taken):
    form = visit(people.karim).page(f"tickets/{taken.pk}/close/").find("form", class_="hd-form")
    buttons = [
        button.get("formaction", form["action"]).split("/")[-2]
        for button in form.footer.find_all("button", type="submit")
    ]
    assert buttons == ["close", "ask-information", "comment"]
    assert form.footer.a["href"] == f"/assistance/tickets/{taken.pk}/"


def test_text_of_the_close_form_can_be_sent_as_a_question(visit, people, taken):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/close/"))
    karim.post(f"tickets/{taken.pk}/ask-information/", **form, text="Quelle vanne ?")
    taken.refresh_from_db()
    assert taken.status == "incomplete"


def test_comment_for_the_requester_alone_needs_confirmation_when_sent_with_a_reopening(
    visit, people, closed
):
    """The reopen form receives what was written in the comment form."""
    karim = visit(people.karim)
    answer = karim.submit_action(
        closed, "reopen", text="MailContext médical.", audience="requester"
    )
    assert answer.status_code == 422
    page = soup(answer)
    assert "Everyone on the ticket would read this message." in page.find(id="hd-action").text
    assert "MailContext médical." in page.find("textarea").text
    closed.refresh_from_db()
    assert closed.status == "closed"

    again = karim.post(
        f"tickets/{closed.pk}/reopen/", **hidden_of(page), text="MailContext sans détails."
    )
    assert again.status_code == 303
    assert closed.events.get(action="reopen").text == "MailContext sans détails."


def test_close_form_can_release_the_ticket(visit, people, taken):
    visit(people.karim).submit_action(taken, "close", release="on")
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("closed", None)


def get_message_after(visitor, response):
    """Return the message shown once an action is performed."""
    assert response.status_code == 303
    return (
        soup(visitor.client.get(response.url)).select_one(".hd-messages[role=status]").text.strip()
    )


def test_closing_ones_own_ticket_promises_no_email(visit, people, heating):
    own = actions.open_ticket(heating, by=people.karim, subject="Froid", text="Il gèle.")
    karim = visit(people.karim)
    assert "mail" not in karim.page(f"tickets/{own.pk}/take-and-close/").find(id="hd-action").text
    notice = get_message_after(karim, karim.submit_action(own, "take_and_close"))
    assert notice == f"Ticket #{own.pk} is closed."


def test_requester_without_email_is_not_said_to_get_one(visit, people, heating):
    asked = actions.open_ticket(heating, by=people.marcel, subject="Froid", text="Il gèle.")
    karim = visit(people.karim)
    notice = get_message_after(karim, karim.submit_action(asked, "take_and_ask", text="Où ?"))
    assert notice == "The ticket is waiting for an answer from Marcel Pons."
    notice = get_message_after(karim, karim.submit_action(asked, "close"))
    assert notice.endswith(
        "Marcel Pons will get no e-mail, but can approve this closure on the helpdesk."
    )


@pytest.mark.parametrize(
    ("action", "title"),
    [("comment", "Reply to request"), ("cancel", "Withdraw request"), ("mute", "Mute request")],
)
def test_the_pages_of_the_requester_call_it_a_request(visit, people, taken, action, title):
    page = visit(people.lea).page(f"tickets/{taken.pk}/{action}/")
    assert page.h1.text == f"{title} #{taken.pk}" + ("" if action == "comment" else "?")


def test_requester_approves_the_closure(visit, people, closed):
    response = visit(people.lea).submit_action(closed, "approve_closure")
    assert response.status_code == 303
    closed.refresh_from_db()
    assert closed.status == "approved"


def test_only_the_requester_approves_or_rejects_a_closure(visit, people, closed):
    for who, status in ((people.karim, 403), (people.sophie, 403), (people.victor, 404)):
        for act in ("approve_closure", "reject_closure"):
            assert visit(who).submit_action(closed, act, text="Non.").status_code == status
    closed.refresh_from_db()
    assert closed.status == "closed"


@pytest.mark.parametrize("act", ["approve_closure", "reopen"])
def test_approving_or_reopening_twice_is_done_once(visit, people, closed, act):
    lea = visit(people.lea)
    assert [lea.submit_action(closed, act, text="Encore.").status_code for _ in range(2)] == [
        303,
        409,
    ]
    assert closed.events.filter(action=act).count() == 1


def test_assign_form_lists_colleagues_with_their_open_tickets(visit, people, ticket):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    labels = [" ".join(label.text.split()) for label in page.select(".hd-options label")]
    assert "Sophie Lambert 0 open tickets" in labels
    assert not any("Karim" in label for label in labels)


def test_assign_puts_a_colleague_in_charge(visit, people, ticket):
    visit(people.karim).submit_action(ticket, "assign", to=people.sophie.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == people.sophie


def test_ticket_cannot_be_assigned_to_a_manager_of_another_service(visit, people, ticket, dsi):
    response = visit(people.karim).submit_action(ticket, "assign", to=people.nadia.pk)
    assert response.status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None


@pytest.fixture
def many_managers(general):
    """Managers of the service, more than the form lists."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"m{n}", first_name="Ada", last_name=f"Nom{n}") for n in range(60)
    )
    ServiceManager.objects.bulk_create(
        ServiceManager(service=general, user=user, order=n + 10) for n, user in enumerate(users)
    )
    return users


def test_assign_form_lists_at_most_40_colleagues_and_says_so(visit, people, ticket, many_managers):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert len(page.select("input[name=to]")) == 40
    assert "Only the first 40 are listed" in page.text


def test_assign_form_finds_unlisted_colleagues_by_name(visit, people, ticket, many_managers):
    response = visit(people.karim).submit_action(
        ticket, "assign", query="nom59", find="1", text="Merci."
    )
    page = soup(response)
    assert [i["value"] for i in page.select("input[name=to]")] == [str(many_managers[59].pk)]
    assert page.find("textarea").text.strip() == "Merci."
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_unlisted_colleague_stays_chosen_in_a_search_and_can_be_assigned(
    visit, people, ticket, many_managers
):
    karim, chosen = visit(people.karim), many_managers[58]
    page = soup(karim.submit_action(ticket, "assign", query="nom59", find="1", to=chosen.pk))
    assert [i["value"] for i in page.select("input[checked]")] == [str(chosen.pk)]
    assert karim.submit_action(ticket, "assign", to=chosen.pk).status_code == 303
    ticket.refresh_from_db()
    assert ticket.assignee == chosen


def test_assign_url_with_a_colleague_asks_to_confirm(visit, people, ticket, many_managers):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/", to=many_managers[59].pk)
    assert page.find("button", string="Assign to Ada Nom59")
    assert [i["value"] for i in page.select("input[name=to]")] == [str(many_managers[59].pk)]


def test_assign_url_with_another_person_asks_to_choose(visit, people, ticket, dsi):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/", to=people.nadia.pk)
    assert page.find("button", string="Assign the ticket")
    assert not page.select("input[checked]")


def test_assign_form_needs_as_many_queries_for_many_colleagues(visit, people, ticket, general):
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
def test_summary_of_errors_links_to_the_field(visit, people, taken, act, field):
    nothing = {"to": "", "how": "date" if field == "until" else ""}
    page = soup(visit(people.karim).submit_action(taken, act, **nothing))
    link = page.find(role="alert").find("a")
    wrong = page.find(id=link["href"].removeprefix("#"))
    assert wrong["id"] == f"id_{act}_{field}"
    assert page.find(id=wrong["aria-describedby"]).text in link.parent.text


def test_postpone_accepts_a_future_date_or_no_date(visit, people, taken):
    karim = visit(people.karim)
    assert karim.submit_action(taken, "postpone", how="date", until="2001-01-01").status_code == 422
    assert karim.submit_action(taken, "postpone", how="date", until="").status_code == 422
    assert karim.submit_action(taken, "postpone", how="hand").status_code == 303
    taken.refresh_from_db()
    assert (taken.status, taken.resume_on) == ("postponed", None)


def test_invite_names_unknown_people_and_keeps_the_form(visit, people, ticket):
    response = visit(people.lea).submit_action(
        ticket, "invite", users="thomas, personne", text="Pour info."
    )
    assert response.status_code == 422
    page = soup(response)
    assert "personne" in page.find(class_="errorlist").text
    assert page.find("input", {"name": "users"})["value"] == "thomas, personne"
    assert page.find("textarea").text.strip() == "Pour info."
    assert not ticket.guests.exists()


def test_invite_reports_who_was_invited_and_who_was_there_already(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    lea = visit(people.lea)
    notice = get_message_after(lea, lea.submit_action(ticket, "invite", users="ines, hugo"))
    assert notice == (
        "Invited to follow the ticket: Hugo Perrin. Already on the ticket: Inès Robert."
    )


def test_comment_of_an_invitation_says_who_reads_it(visit, people, ticket):
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/invite/"
    form = lea.page(path).find(id="hd-action")
    assert form.find("label", string="Comment for everyone on the ticket (optional)")
    assert "sent with the invitation" in form.text
    type(ticket.service).objects.update(confidential=True)
    assert "sent with the invitation" not in lea.page(path).find(id="hd-action").text


def test_button_to_take_a_ticket_from_the_faster_colleague_is_not_the_primary_one(
    visit, people, ticket
):
    sophie, path = visit(people.sophie), f"tickets/{ticket.pk}/take/"
    form = hidden(sophie.get(path))
    actions.take(ticket, by=people.karim)
    page = soup(sophie.post(path, **form))
    assert page.find("button", string="Take the ticket")
    assert not page.select("#hd-action footer .hd-b1")


def test_invite_form_lists_guests_in_pages(visit, people, ticket):
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"g{n}", last_name=f"Nom{n}") for n in range(60)
    )
    actions.invite(ticket, by=people.lea, users=users)
    lea = visit(people.lea)
    page = lea.page(f"tickets/{ticket.pk}/invite/")
    assert len(page.select(".hd-guests li")) == 50
    more = soup(lea.client.get(page.find("a", string="Other guests")["href"]))
    assert len(more.select(".hd-guests li")) == 10


def test_removing_a_person_who_is_not_a_guest_is_not_found(visit, people, ticket):
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/remove-guest/"
    for named in ({}, {"user": people.hugo.pk}, {"user": "x"}):
        response = lea.get(path, **named)
        assert response.status_code == 404
        assert "This person is not a guest of the ticket." in response.text
    response = lea.post(path, user=people.hugo.pk)
    assert response.status_code == 404
    assert "Hugo" not in response.text


def test_guest_removed_twice_is_removed_once(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.ines])
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/remove-guest/"
    form = hidden(lea.get(path, user=people.ines.pk))
    assert [lea.post(path, **form).status_code for _time in range(2)] == [303, 303]
    assert ticket.events.filter(action="remove_guest").count() == 1


def test_invite_accepts_several_people(visit, people, ticket):
    visit(people.lea).submit_action(ticket, "invite", users="thomas, marcel")
    assert {guest.user for guest in ticket.guests.all()} == {people.thomas, people.marcel}


def test_guest_who_leaves_is_sent_to_their_list(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    response = visit(people.thomas).submit_action(ticket, "remove_guest", user=people.thomas.pk)
    assert response.url == "/assistance/tickets/"
    assert not ticket.guests.exists()


def test_guest_who_can_still_read_the_ticket_is_sent_to_their_list_after_leaving(
    visit, people, public
):
    actions.invite(public, by=people.lea, users=[people.thomas, people.sophie])
    for guest in (people.thomas, people.sophie):
        response = visit(guest).submit_action(public, "remove_guest", user=guest.pk)
        assert response.url == "/assistance/tickets/"


def test_guest_who_leaves_twice_gets_the_same_answer(visit, people, public):
    actions.invite(public, by=people.lea, users=[people.thomas])
    thomas, path = visit(people.thomas), f"tickets/{public.pk}/remove-guest/"
    form = hidden(thomas.get(path, user=people.thomas.pk))
    for _time in range(2):
        response = thomas.post(path, **form)
        assert response.url == "/assistance/tickets/"
        assert get_message_after(thomas, response) == (f"You have left ticket #{public.pk}.")


def test_guest_cannot_remove_another_guest(visit, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas, people.marcel])
    response = visit(people.thomas).submit_action(ticket, "remove_guest", user=people.marcel.pk)
    assert response.status_code == 403


def test_quiet_changes_notify_everyone_only_when_the_box_is_ticked(visit, people, taken):
    karim = visit(people.karim)
    karim.submit_action(taken, "change_priority", to=5)
    assert not taken.events.last().notifies_everyone
    karim.submit_action(taken, "change_subject", to="Radiateur tiède", notifies_everyone="on")
    assert taken.events.last().notifies_everyone


def test_former_requester_can_stay_as_a_guest(visit, people, taken):
    visit(people.karim).submit_action(taken, "change_requester", to="thomas", keep_as_guest="on")
    taken.refresh_from_db()
    assert taken.requester == people.thomas
    assert [guest.user for guest in taken.guests.all()] == [people.lea]


def test_follow_and_mute_are_one_click(visit, people, ticket):
    sophie = visit(people.sophie)
    assert sophie.post(f"tickets/{ticket.pk}/follow/").status_code == 303
    assert sophie.post(f"tickets/{ticket.pk}/mute/").status_code == 303
    wish = Subscription.objects.get(ticket=ticket, user=people.sophie)
    assert wish.following
    assert wish.muted


#: Actions after which a manager may prefer the list: by whom, what Karim did before, form values.
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
def test_managers_return_to_the_ticket_or_the_list_after_ending_it_as_they_prefer(
    visit, people, heating, name, stays
):
    who, before, typed = ENDING[name]
    ticket = actions.open_ticket(heating, by=people.sophie, subject="Froid", text="Il gèle.")
    for act in before:
        getattr(actions, act)(ticket, by=people.karim)
    manager = getattr(people, who)
    HelpdeskPreferences.objects.create(user=manager, stay_on_ticket=stays)
    response = visit(manager).submit_action(ticket, name, **typed)
    assert response.status_code == 303
    assert response.url == f"/assistance/{f'tickets/{ticket.pk}' if stays else 'desk'}/"


def test_comment_always_returns_to_the_ticket(visit, people, taken):
    HelpdeskPreferences.objects.create(user=people.karim, stay_on_ticket=False)
    response = visit(people.karim).submit_action(taken, "comment", text="Bonjour.")
    assert response.url == f"/assistance/tickets/{taken.pk}/"


def test_fields_that_a_form_does_not_have_are_ignored(visit, people, taken):
    extra = {
        "status": "closed",
        "assignee": people.sophie.pk,
        "requester": people.thomas.pk,
        "service": 0,
        "number": 1,
        "actor": people.lea.pk,
        "is_note": "on",
    }
    visit(people.karim).submit_action(taken, "comment", text="Bonjour", **extra)
    taken.refresh_from_db()
    assert (taken.status, taken.assignee, taken.requester) == (
        "in_progress",
        people.karim,
        people.lea,
    )
    assert taken.events.last().actor == people.karim


def test_get_of_any_form_changes_nothing(visit, people, taken):
    karim = visit(people.karim)
    before = Event.objects.count(), taken.version
    for name in get_form_classes():
        path = f"tickets/{taken.pk}/{name.replace('_', '-')}/"
        karim.get(path)
        karim.client.head("/assistance/" + path)
    taken.refresh_from_db()
    assert (Event.objects.count(), taken.version) == before
    assert not Subscription.objects.exists()


def test_put_and_delete_are_not_allowed(visit, people, taken):
    karim = visit(people.karim)
    path = f"/assistance/tickets/{taken.pk}/close/"
    assert karim.client.put(path).status_code == 405
    assert karim.client.delete(path).status_code == 405
    assert karim.client.post(f"/assistance/tickets/{taken.pk}/").status_code == 405


def test_unknown_action_is_not_found(visit, people, taken):
    for name in ("explode", "expire", "take_and_close", "open-ticket"):
        assert visit(people.karim).get(f"tickets/{taken.pk}/{name}/").status_code == 404


def test_user_who_lost_access_meanwhile_gets_their_text_back(visit, people, taken, network):
    karim = visit(people.karim)
    form = hidden(karim.get(f"tickets/{taken.pk}/comment/"))
    actions.move(taken, by=people.sophie, to=network)
    response = karim.post(f"tickets/{taken.pk}/comment/", **form | {"text": "Vanne <b>vue</b>."})
    assert response.status_code == 404
    assert "Vanne &lt;b&gt;vue&lt;/b&gt;." in response.text
    assert not taken.events.filter(action="comment").exists()


def test_inviting_more_than_50_people_at_once_is_refused(visit, people, ticket):
    crowd = ",".join(f"somebody{number}" for number in range(51))
    response = visit(people.lea).submit_action(ticket, "invite", users=crowd)
    assert response.status_code == 422
    assert "at most 50 people" in response.text


@pytest.mark.parametrize("absurd", ["9" * 25, "9" * 5000, "²"])
def test_absurd_numbers_in_the_query_string_are_harmless(visit, people, taken, absurd):
    karim = visit(people.karim)
    assert karim.get(f"tickets/{taken.pk}/", before=absurd).status_code == 200
    assert karim.get(f"tickets/{taken.pk}/comment/", seen=absurd).status_code == 200
    assert karim.get(f"tickets/{taken.pk}/remove-guest/", user=absurd).status_code in (200, 404)


def test_a_manager_reads_the_former_values_of_what_they_changed(visit, people, taken):
    actions.assign(taken, by=people.karim, to=people.sophie)
    actions.take(taken, by=people.karim)
    actions.change_requester(taken, by=people.karim, to=people.thomas)
    history = visit(people.karim).page(f"tickets/{taken.pk}/").select_one(".hd-history").text
    assert "You assigned the ticket to Sophie Lambert (previously Karim Benali)" in history
    assert "You took the ticket (previously Sophie Lambert)" in history
    assert "You made Thomas Girard the requester of the ticket (previously Léa Fournier)" in history
