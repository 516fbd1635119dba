"""The main job, walked by three people: Léa asks, Karim and Nadia answer."""

import re

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def walkers(page_as, helpdesk, people, heating, network):
    return page_as(people.lea), page_as(people.karim), page_as(people.nadia)


def only_ticket():
    return Ticket.objects.get()


def open_a_ticket(page):
    page.goto("/assistance/")
    page.get_by_role("link", name="Chauffage").click()
    page.get_by_label("Subject").fill("Radiateur froid en salle A12")
    page.get_by_label("Message").fill("Il fait 14 degrés.")
    page.get_by_role("button", name="Open the ticket").click()
    page.wait_for_url(re.compile(r"/new/opened/\d+/$"))


def change_category(page, name):
    """Choose another category of the service in the form."""
    page.locator("summary", has_text="Change the category").click()
    page.get_by_label("Category").select_option(name)


def test_from_a_request_to_an_approved_closure(walkers):
    lea, karim, nadia = walkers
    open_a_ticket(lea)
    path = f"/assistance/tickets/{only_ticket().pk}/"

    # Karim takes it from his desk and asks.
    karim.goto("/assistance/desk/")
    karim.get_by_role("link", name="Radiateur froid en salle A12").click()
    karim.get_by_role("link", name="… and ask for information").click()
    drawer = karim.get_by_role("dialog")
    drawer.get_by_label("Message").fill("Quelle vanne ?")
    drawer.get_by_role("button", name="Take and ask").click()
    karim.get_by_text("Waiting").or_(karim.get_by_text("Incomplete")).first.wait_for()

    # Léa answers.
    lea.goto(path)
    assert "Karim Benali is waiting for your reply." in lea.locator(".hd-state").inner_text()
    lea.get_by_label("Your message").fill("La vanne **bleue**.")
    lea.get_by_role("button", name="Send", exact=True).click()
    lea.get_by_text("Your message has been sent.").wait_for()
    assert lea.locator(".hd-text strong").inner_text() == "bleue"

    # Karim transfers it, and stays as a guest.
    karim.goto(path)
    karim.locator(".hd-heading").get_by_role("link", name="Transfer").click()
    drawer.get_by_text("DSI", exact=True).click()
    drawer.get_by_label("Réseau").check()
    drawer.get_by_label("Stay on this ticket as a guest").check()
    drawer.get_by_role("button", name="Transfer to Réseau").click()
    karim.get_by_text("You are now a guest of it.").wait_for()

    # Nadia takes it with one click, invites a colleague, and closes in the drawer.
    nadia.goto(path)
    take_without_comment(nadia)
    nadia.get_by_text("You are now the manager of this ticket.").wait_for()
    nadia.locator(".hd-heading").get_by_role("link", name="Add someone").click()
    nadia.get_by_label("Identifier or e-mail address").fill("julien")
    nadia.get_by_role("button", name="Invite", exact=True).click()
    nadia.get_by_text("Invited to follow the ticket: Julien Moreau.").wait_for()
    close(nadia, path)

    # Léa refuses the closure, then approves the second one.
    lea.goto(path)
    lea.locator(".hd-question").get_by_role("link", name="No, it isn’t").click()
    lea.get_by_role("dialog").get_by_label("Your message").fill("Toujours froid.")
    lea.get_by_role("button", name="Reopen my request").click()
    lea.get_by_text("The ticket is open again.").wait_for()
    close(nadia, path)
    lea.goto(path)
    lea.locator(".hd-question").get_by_role("link", name="Yes, it’s solved").click()
    lea.get_by_role("dialog").get_by_role("button", name="Yes, it’s solved").click()
    lea.get_by_text("Your request is marked as solved.").wait_for()
    assert only_ticket().status == "approved"


def take_without_comment(page):
    page.get_by_text("Other ways to take it").locator("..").click()
    page.get_by_role("button", name="Take without comment").click(no_wait_after=True)


def close(page, path):
    page.goto(path)
    page.get_by_role("link", name="Close", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Comment (optional)").fill("Vanne remplacée.")
    dialog.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("is closed.").wait_for()


def test_a_drawer_takes_the_focus_and_gives_it_back(page_as, helpdesk, people, taken):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    link = karim.get_by_role("link", name="Close", exact=True)
    link.focus()
    karim.keyboard.press("Enter")
    dialog = karim.get_by_role("dialog", name=f"Close ticket #{taken.pk}?")
    dialog.wait_for()
    assert dialog.evaluate("d => d.contains(document.activeElement)")
    karim.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert link.evaluate("l => l === document.activeElement")


def test_a_drawer_closed_with_escape_keeps_what_was_typed(page_as, helpdesk, people, taken):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    link, dialog = karim.get_by_role("link", name="Close", exact=True), karim.get_by_role("dialog")
    link.click()
    dialog.get_by_label("Comment (optional)").fill("Vanne remplacée.")
    karim.keyboard.press("Escape")
    link.click()
    expect(dialog.get_by_label("Comment (optional)")).to_have_value("Vanne remplacée.")
    dialog.get_by_role("link", name="Cancel").click()
    expect(link).to_be_focused()
    link.click()
    expect(dialog.get_by_label("Comment (optional)")).to_have_value("")


def test_a_form_whose_page_was_not_left_can_be_sent_again(page_as, helpdesk, people, ticket):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{ticket.pk}/")
    karim.get_by_label("Your message").fill("Je passe demain.")
    karim.once("dialog", lambda question: question.dismiss())
    take_without_comment(karim)
    take = karim.get_by_role("button", name="Take without comment")
    expect(take).to_be_enabled()
    ticket.refresh_from_db()
    assert ticket.assignee is None
    take.click()
    karim.get_by_text("You are now the manager of this ticket.").wait_for()


def test_a_form_whose_page_was_not_left_is_guarded_again(page_as, helpdesk, people, taken):
    karim, asked = page_as(people.karim), []
    karim.on("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_role("dialog").get_by_label("Comment (optional)").fill("Vanne remplacée.")
    karim.keyboard.press("Escape")
    karim.get_by_label("Your message").fill("Je passe demain.")
    save = karim.get_by_role("button", name="Send to Léa Fournier")
    save.click(no_wait_after=True)
    expect(save).to_be_enabled()
    karim.get_by_role("link", name="Close", exact=True).click()
    close = karim.get_by_role("dialog").get_by_role("button", name="Close", exact=True)
    close.click(no_wait_after=True)
    expect(close).to_be_enabled()
    assert asked == ["beforeunload"] * 2
    assert not taken.events.filter(action="comment").exists()


def test_the_toolbar_writes_markdown_that_can_be_undone(page_as, helpdesk, people, taken):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/tickets/{taken.pk}/")
    box = lea.get_by_label("Your message")
    box.fill("froid")
    box.select_text()
    lea.get_by_role("button", name="Bold").first.click()
    assert box.input_value() == "**froid**"
    lea.keyboard.press("Control+z")
    assert box.input_value() == "froid"


def test_a_change_of_category_refills_the_form_at_once(
    page_as, helpdesk, people, heating, plumbing
):
    type(plumbing).objects.filter(pk=plumbing.pk).update(default_message="Où coule-t-il ?")
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").fill("Une fuite")
    change_category(lea, "Plomberie")
    expect(lea.get_by_label("Message")).to_have_value("Où coule-t-il ?")
    assert lea.get_by_label("Subject").input_value() == "Une fuite"
    lea.get_by_label("Message").fill("Sous l’évier.")
    lea.get_by_role("button", name="Open the ticket").click()
    lea.wait_for_url(re.compile(r"/new/opened/\d+/$"))
    assert only_ticket().category == plumbing


def test_the_directory_is_searched_without_leaving_the_form(page_as, helpdesk, people, taken):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/tickets/{taken.pk}/invite/")
    lea.get_by_label("Comment").fill("Pour avis.")
    lea.get_by_label("Identifier").fill("ines")
    for name in ("moreau", "perrin"):
        lea.get_by_label("Directory search").fill(name)
        lea.get_by_label("Directory search").press("Enter")
        lea.get_by_label(name.capitalize()).check()
    assert lea.get_by_label("Identifier").input_value() == "ines, julien"
    lea.get_by_label("Comment").press("End")
    lea.get_by_role("toolbar").get_by_role("button", name="Bold").click()
    assert lea.get_by_label("Comment").input_value() == "Pour avis.****"
    lea.get_by_role("button", name="Invite", exact=True).click()
    lea.get_by_text("Invited to follow the ticket:").wait_for()
    assert {guest.user for guest in taken.guests.all()} == {people.ines, people.julien, people.hugo}


def test_a_search_of_the_directory_that_fails_leaves_the_form(page_as, helpdesk, people, taken):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/tickets/{taken.pk}/invite/")
    lea.get_by_label("Comment").fill("Pour avis.")
    lea.get_by_label("Directory search").fill("moreau")
    lea.route("**/invite/", lambda route: route.fulfill(status=500), times=1)
    lea.locator("[name=find]").click()
    expect(lea.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(lea.get_by_label("Comment")).to_have_value("Pour avis.")
    lea.locator("[name=find]").click()
    expect(lea.get_by_label("Moreau")).to_be_visible()
    expect(lea.get_by_role("alert")).to_have_count(0)


def test_a_directory_search_after_the_login_expired_loses_nothing(page_as, helpdesk, people, taken):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/tickets/{taken.pk}/invite/")
    lea.get_by_label("Comment").fill("Pour avis.")
    lea.get_by_label("Directory search").fill("moreau")
    log_out(lea)
    lea.locator("[name=find]").click()
    log_in(lea, people.lea)
    expect(lea.get_by_label("Comment")).to_have_value("Pour avis.")
    assert not taken.guests.exists()


def test_a_change_of_category_after_the_login_expired_loses_nothing(
    page_as, helpdesk, people, heating, plumbing
):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").fill("Une fuite")
    log_out(lea)
    change_category(lea, "Plomberie")
    log_in(lea, people.lea)
    expect(lea.get_by_label("Subject")).to_have_value("Une fuite")
    expect(lea.get_by_label("Category")).to_have_value(str(plumbing.pk))


def log_out(page):
    """Let the session expire behind the page."""
    page.context.clear_cookies(name="sessionid")


def log_in(page, user):
    """Log in where the page was sent to, with a password that is set for it."""
    expect(page.get_by_text("Log in again: your text is kept.")).to_be_visible()
    user.set_password("à deviner")
    user.save()
    page.get_by_label("Username").fill(user.username)
    page.locator("[name=password]").fill("à deviner")
    page.get_by_role("button", name="Sign in").click()


def test_a_change_of_category_that_fails_leaves_the_form(
    page_as, helpdesk, people, heating, plumbing
):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").fill("Une fuite")
    lea.route("**/new/*/", lambda route: route.abort())
    change_category(lea, "Plomberie")
    expect(lea.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(lea.get_by_label("Category")).to_have_value(str(heating.pk))
    expect(lea.get_by_label("Subject")).to_have_value("Une fuite")


def test_a_form_that_opens_a_ticket_is_not_left_unasked(
    page_as, helpdesk, people, heating, plumbing
):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").fill("Une fuite")
    assert asks_before_leaving(lea)
    change_category(lea, "Plomberie")
    expect(lea.get_by_text("Services Généraux › Plomberie")).to_be_visible()
    assert asks_before_leaving(lea)


def asks_before_leaving(page):
    """Try to leave the page, and stay when the browser asks."""
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Requests", exact=True).click(no_wait_after=True)
    page.wait_for_timeout(500)
    return asked == ["beforeunload"]


def test_the_form_that_transfers_names_what_will_happen(
    page_as, helpdesk, people, taken, plumbing, network
):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/move/")
    submit, notes = (
        karim.locator(".hd-b1[data-hd-names]"),
        karim.locator("[data-hd-notes]"),
    )
    assert submit.inner_text() == "Transfer the ticket"
    karim.get_by_label("Plomberie").check()
    assert submit.inner_text() == "Transfer to Plomberie"
    assert not notes.is_visible()
    karim.get_by_text("DSI", exact=True).click()
    karim.get_by_label("Réseau").check()
    assert "by the managers of the service DSI." in notes.inner_text()


def test_everything_works_without_javascript(page_as, helpdesk, people, taken):
    karim = page_as(people.karim, java_script_enabled=False)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_label("Comment (optional)").fill("Réparé.")
    karim.get_by_role("button", name="Close", exact=True).click()
    karim.get_by_text("is closed.").wait_for()
    taken.refresh_from_db()
    assert taken.status == "closed"


@pytest.fixture
def ticket_with_four_messages(taken, people):
    """The ticket with four messages in all, the last of them Karim's."""
    actions.comment(taken, by=people.karim, text="Quelle salle ?")
    actions.comment(taken, by=people.lea, text="La A12.")
    actions.comment(taken, by=people.karim, text="J’y vais à 14 h.")
    return taken


def test_last_answer_and_reply_box_are_on_the_first_screen_of_a_phone(
    page_as, helpdesk, people, ticket_with_four_messages
):
    lea = page_as(people.lea, viewport={"width": 390, "height": 844}, has_touch=True)
    lea.goto(f"/assistance/tickets/{ticket_with_four_messages.pk}/")
    for part in (lea.get_by_text("J’y vais à 14 h."), lea.get_by_label("Your message")):
        box = part.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 844


def test_drawer_leaves_the_conversation_readable_and_usable(
    page_as, helpdesk, people, ticket_with_four_messages
):
    karim = page_as(people.karim, viewport={"width": 1280, "height": 900})
    karim.goto(f"/assistance/tickets/{ticket_with_four_messages.pk}/")
    karim.get_by_role("link", name="Close", exact=True).click()
    drawer = karim.get_by_role("dialog", name=f"Close ticket #{ticket_with_four_messages.pk}?")
    drawer.wait_for()
    message = karim.get_by_text("La A12.").bounding_box()
    assert message["x"] + message["width"] <= drawer.bounding_box()["x"]
    karim.get_by_label("Your message").fill("Écrit à côté.")
    expect(drawer).to_be_visible()


def test_drawer_covers_a_phone_and_keeps_the_focus(page_as, helpdesk, people, taken):
    karim = page_as(people.karim, viewport={"width": 390, "height": 844})
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Close", exact=True).click()
    drawer = karim.get_by_role("dialog")
    assert round(drawer.bounding_box()["width"]) == 390
    for _press in range(30):
        karim.keyboard.press("Tab")
        place = (
            "d => d.contains(document.activeElement) || document.activeElement === document.body"
        )
        assert drawer.evaluate(place)


def test_one_way_to_write_is_offered_at_a_time(page_as, helpdesk, people, taken):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    sending = karim.locator(".hd-composer .hd-end button")
    expect(sending.filter(visible=True)).to_have_text(["Send to Léa Fournier"])
    karim.get_by_label("Your message").fill("Quelle salle ?")
    karim.get_by_role("link", name="Ask for information").click()
    expect(sending.filter(visible=True)).to_have_text(["Ask Léa Fournier"])
    karim.get_by_role("radio", name="Internal note").check()
    expect(sending.filter(visible=True)).to_have_text(["Save the note"])
    sending.filter(visible=True).click()
    karim.get_by_text("Your note has been added.").wait_for()
    assert taken.events.last().text == "Quelle salle ?"


def test_a_message_is_previewed_without_leaving_the_page(page_as, helpdesk, people, taken):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/tickets/{taken.pk}/")
    lea.get_by_label("Your message").fill("La vanne **bleue**.")
    lea.get_by_role("button", name="Preview").click()
    expect(lea.locator(".hd-preview strong")).to_have_text("bleue")
    expect(lea.get_by_role("region", name="Preview")).to_be_focused()
    expect(lea.get_by_label("Your message")).to_have_value("La vanne **bleue**.")
    assert not taken.events.filter(action="comment").exists()


def test_ticket_is_answered_with_the_keyboard_alone(page_as, helpdesk, people, taken):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Add a comment").focus()
    karim.keyboard.press("Enter")
    expect(karim.get_by_label("Your message")).to_be_focused()
    karim.keyboard.type("Quelle salle ?")
    karim.get_by_role("radio", name="Add a comment").focus()
    karim.keyboard.press("ArrowRight")
    ask = karim.get_by_role("button", name="Ask Léa Fournier")
    for _press in range(12):
        karim.keyboard.press("Tab")
        if ask.evaluate("b => b === document.activeElement"):
            break
    karim.keyboard.press("Enter")
    karim.get_by_text("will get").wait_for()
    taken.refresh_from_db()
    assert taken.status == "incomplete"


def test_ways_to_write_and_the_preview_work_without_javascript(page_as, helpdesk, people, taken):
    karim = page_as(people.karim, java_script_enabled=False)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Ask for information").click()
    karim.get_by_label("Your message").fill("Quelle **salle** ?")
    karim.get_by_role("button", name="Preview").click()
    expect(karim.locator(".hd-preview strong")).to_have_text("salle")
    karim.get_by_role("button", name="Send the question").click()
    karim.get_by_text("Incomplete").first.wait_for()
    assert taken.events.last().text == "Quelle **salle** ?"
