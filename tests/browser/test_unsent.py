"""What is typed into a form lives on: when the server hangs, when the browser closes, when one errs."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEXT = "La vanne est bloquée."


@pytest.fixture
def ticket_path(helpdesk, taken):
    """Where the ticket is."""
    return f"/assistance/tickets/{taken.pk}/"


@pytest.fixture
def lea(page_as, people, ticket_path):
    """Léa on the page of her ticket."""
    window = page_as(people.lea)
    window.goto(ticket_path)
    return window


def comment_of(window):
    return window.get_by_label("Your message")


def save(window, **how):
    window.get_by_role("button", name="Send").click(**how)


def offer_of(window):
    return window.get_by_text("has not been sent.").filter(visible=True)


def reopen(page_as, window, user, url):
    """Close the browser of a window, and open it again with what it keeps on the disk."""
    kept = window.context.storage_state()
    window.context.close()
    again = page_as(user, storage_state=kept)
    again.goto(url)
    return again


# -- a server that hangs ---------------------------------------------------------------------------


@pytest.fixture
def hanging_request(lea):
    """Léa's browser, which waits for the answer to her comment; and the requests that wait."""
    waiting = []
    lea.route("**/comment/", lambda route: waiting.append(route))
    comment_of(lea).fill(TEXT)
    with lea.expect_request("**/comment/"):
        save(lea, no_wait_after=True)
    return waiting


def press_stop(window):
    window.context.new_cdp_session(window).send("Page.stopLoading")


def test_a_double_click_sends_a_form_once(lea, taken):
    sent = []
    lea.on("request", lambda request: sent.append(request.method))
    comment_of(lea).fill(TEXT)
    lea.get_by_role("button", name="Send").dblclick()
    expect(lea.get_by_text("Your message has been sent.")).to_be_visible()
    assert sent.count("POST") == 1


def test_after_stop_the_form_can_be_sent_again(lea, hanging_request, taken):
    press_stop(lea)
    expect(lea.get_by_role("button", name="Send")).to_be_enabled()
    expect(comment_of(lea)).to_have_value(TEXT)
    lea.unroute("**/comment/")
    save(lea)
    expect(lea.get_by_text("Your message has been sent.")).to_be_visible()
    assert taken.events.filter(action="comment").count() == 1


def test_after_stop_leaving_asks(lea, hanging_request):
    press_stop(lea)
    expect(lea.get_by_role("button", name="Send")).to_be_enabled()
    asked = []
    lea.once("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    lea.get_by_role("link", name="Requests", exact=True).click(no_wait_after=True)
    lea.wait_for_timeout(500)
    assert asked == ["beforeunload"]


# -- drafts ------------------------------------------------------------------------------------------


def test_a_draft_is_offered_after_the_browser_was_closed(page_as, lea, people, ticket_path, taken):
    comment_of(lea).press_sequentially(TEXT)
    again = reopen(page_as, lea, people.lea, ticket_path)
    expect(offer_of(again)).to_be_visible()
    expect(comment_of(again)).to_have_value("")
    again.get_by_role("button", name="Continue with it").click()
    expect(comment_of(again)).to_have_value(TEXT)
    expect(comment_of(again)).to_be_focused()
    save(again)
    expect(again.get_by_text("Your message has been sent.")).to_be_visible()
    assert taken.events.get(action="comment").text == TEXT


def test_a_draft_is_gone_after_sending(page_as, lea, people, ticket_path):
    comment_of(lea).press_sequentially(TEXT)
    save(lea)
    expect(lea.get_by_text("Your message has been sent.")).to_be_visible()
    again = reopen(page_as, lea, people.lea, ticket_path)
    expect(comment_of(again)).to_be_visible()
    expect(offer_of(again)).to_have_count(0)
    assert again.evaluate("localStorage.length") == 0


def test_a_draft_that_arrived_without_its_answer_is_recorded_once(
    page_as, lea, people, ticket_path, taken
):
    lea.route("**/comment/", lambda route: (route.fetch(max_redirects=0), route.abort()))
    comment_of(lea).press_sequentially(TEXT)
    save(lea, no_wait_after=True)
    lea.wait_for_timeout(500)
    lea.context.clear_cookies(name="helpdesk_sent")
    again = reopen(page_as, lea, people.lea, ticket_path)
    again.get_by_role("button", name="Continue with it").click()
    save(again)
    again.wait_for_url(re.compile(r"/tickets/\d+/$"))
    expect(offer_of(again)).to_have_count(0)
    assert taken.events.filter(action="comment").count() == 1


def write_until_saved(window):
    """Write, and wait until the server has the draft."""
    with window.expect_response(lambda response: response.url.endswith("/drafts/")) as answer:
        comment_of(window).press_sequentially(TEXT)
    assert answer.value.status == 204


def test_a_log_out_leaves_nothing_in_the_browser_and_the_draft_on_the_server(
    page_as, lea, people, ticket_path
):
    write_until_saved(lea)
    elsewhere = Client()
    elsewhere.cookies["sessionid"] = cookie(lea, "sessionid")
    elsewhere.logout()
    lea.context.clear_cookies(name="sessionid")
    again = reopen(page_as, lea, people.lea, ticket_path)
    expect(offer_of(again)).to_be_visible()
    assert again.evaluate("localStorage.length") == 0


def test_a_draft_is_continued_on_another_device_and_then_gone_on_both(
    page_as, lea, people, ticket_path, taken
):
    write_until_saved(lea)
    elsewhere = page_as(people.lea)
    elsewhere.goto(ticket_path)
    expect(offer_of(elsewhere)).to_be_visible()
    elsewhere.get_by_role("button", name="Continue with it").click()
    expect(comment_of(elsewhere)).to_have_value(TEXT)
    save(elsewhere)
    expect(elsewhere.get_by_text("Your message has been sent.")).to_be_visible()
    assert taken.events.get(action="comment").text == TEXT
    again = reopen(page_as, lea, people.lea, ticket_path)
    expect(comment_of(again)).to_be_visible()
    expect(offer_of(again)).to_have_count(0)
    assert again.evaluate("localStorage.length") == 0


def test_a_draft_deleted_on_another_device_is_gone(page_as, lea, people, ticket_path):
    write_until_saved(lea)
    elsewhere = page_as(people.lea)
    elsewhere.goto(ticket_path)
    with elsewhere.expect_response(lambda response: response.url.endswith("/drafts/")):
        elsewhere.get_by_role("button", name="Delete it").click()
    elsewhere.reload()
    expect(comment_of(elsewhere)).to_be_visible()
    expect(offer_of(elsewhere)).to_have_count(0)


def cookie(window, name):
    return next(kept["value"] for kept in window.context.cookies() if kept["name"] == name)


def test_another_person_finds_no_draft(page_as, lea, people, ticket_path):
    comment_of(lea).press_sequentially(TEXT)
    lea.context.clear_cookies()
    karim = reopen(page_as, lea, people.karim, ticket_path)
    expect(comment_of(karim)).to_be_visible()
    expect(offer_of(karim)).to_have_count(0)
    assert TEXT not in karim.evaluate("JSON.stringify(localStorage)")


def test_a_draft_of_a_new_ticket_is_offered_in_its_form(page_as, people, helpdesk, heating):
    lea, path = page_as(people.lea), f"/assistance/new/{heating.pk}/"
    lea.goto(path)
    lea.get_by_label("Subject").fill("Radiateur froid")
    again = reopen(page_as, lea, people.lea, path)
    again.get_by_role("button", name="Continue with it").click()
    expect(again.get_by_label("Subject")).to_have_value("Radiateur froid")
    again.get_by_label("Message").fill("Salle A12")
    again.get_by_role("button", name="Open the ticket").click()
    again.wait_for_url(re.compile(r"/new/opened/\d+/$"))
    again.goto(path)
    expect(again.get_by_label("Subject")).to_be_visible()
    expect(offer_of(again)).to_have_count(0)


def test_a_draft_of_a_block_is_offered_there_and_gone_after_sending(
    page_as, people, helpdesk, general, heating, settings
):
    settings.ROOT_URLCONF = "tests.blocks.host"
    lea = page_as(people.lea)
    start_in_the_block(lea)
    lea.get_by_label("Subject:").fill("Radiateur froid")
    lea.get_by_label("Message:").fill("Salle A12")
    again = reopen(page_as, lea, people.lea, "/office/")
    start_in_the_block(again)
    again.get_by_role("button", name="Continue with it").click()
    again.get_by_role("button", name="Open the ticket").click()
    expect(again.get_by_role("status").filter(has_text="has been sent.")).to_be_focused()
    assert again.evaluate("Object.keys(localStorage)") == []


def start_in_the_block(window):
    window.goto("/office/")
    window.get_by_label("What is it about?").select_option("Chauffage")
    window.get_by_role("button", name="Continue", exact=True).click()
    expect(window.get_by_label("Subject:")).to_be_visible()


# -- undo and focus ------------------------------------------------------------------------------------


def test_what_the_toolbar_wrote_can_be_undone(lea):
    box = comment_of(lea)
    box.press_sequentially("froid")
    box.press("Control+a")
    lea.get_by_role("button", name="Bold").first.click()
    expect(box).to_have_value("**froid**")
    lea.keyboard.press("Control+z")
    expect(box).to_have_value("froid")


def test_typing_at_once_in_a_dialog_writes_the_text(page_as, people, ticket_path):
    karim = page_as(people.karim)
    karim.goto(ticket_path)
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_role("dialog").wait_for()
    karim.keyboard.type("Vanne remplacée.")
    box = karim.get_by_role("dialog").get_by_label("Comment (optional)")
    expect(box).to_have_value("Vanne remplacée.")


def test_typing_at_once_after_the_link_to_answer_writes_the_text(
    page_as, people, ticket_path, incomplete
):
    lea = page_as(people.lea)
    lea.goto(ticket_path)
    lea.locator(".hd-state").get_by_role("link", name="Reply").click()
    lea.keyboard.type("Le deuxième.")
    expect(comment_of(lea)).to_have_value("Le deuxième.")


def test_typing_at_once_on_the_page_of_an_action_writes_the_text(page_as, people, ticket_path):
    karim = page_as(people.karim)
    karim.goto(f"{ticket_path}ask-information/")
    karim.keyboard.type("Quelle vanne ?")
    expect(karim.get_by_label("Message")).to_have_value("Quelle vanne ?")
