"""What is typed into a form lives on: when the server hangs, and where one types."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

TEXT = "La vanne est bloquée."


@pytest.fixture
def path(helpdesk, taken):
    """Where the ticket is."""
    return f"/assistance/tickets/{taken.pk}/"


@pytest.fixture
def lea(page_as, people, path):
    """Léa on the page of her ticket."""
    window = page_as(people.lea)
    window.goto(path)
    return window


def comment_of(window):
    return window.get_by_label("Your comment")


def save(window, **how):
    window.get_by_role("button", name="Save the comment").click(**how)


# -- a server that hangs ---------------------------------------------------------------------------


@pytest.fixture
def hanging(lea):
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
    lea.get_by_role("button", name="Save the comment").dblclick()
    expect(lea.get_by_text("Your comment has been added.")).to_be_visible()
    assert sent.count("POST") == 1


def test_after_stop_the_form_can_be_sent_again(lea, hanging, taken):
    press_stop(lea)
    expect(lea.get_by_role("button", name="Save the comment")).to_be_enabled()
    expect(comment_of(lea)).to_have_value(TEXT)
    lea.unroute("**/comment/")
    save(lea)
    expect(lea.get_by_text("Your comment has been added.")).to_be_visible()
    assert taken.events.filter(action="comment").count() == 1


def test_after_stop_leaving_asks(lea, hanging):
    press_stop(lea)
    expect(lea.get_by_role("button", name="Save the comment")).to_be_enabled()
    asked = []
    lea.once("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    lea.get_by_role("link", name="Requests").click(no_wait_after=True)
    lea.wait_for_timeout(500)
    assert asked == ["beforeunload"]


# -- undo and focus ------------------------------------------------------------------------------------


def test_what_the_toolbar_wrote_can_be_undone(lea):
    box = comment_of(lea)
    box.press_sequentially("froid")
    box.press("Control+a")
    lea.get_by_role("button", name="Bold").first.click()
    expect(box).to_have_value("**froid**")
    lea.keyboard.press("Control+z")
    expect(box).to_have_value("froid")


def test_typing_at_once_in_a_dialog_writes_the_text(page_as, people, path):
    karim = page_as(people.karim)
    karim.goto(path)
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_role("dialog").wait_for()
    karim.keyboard.type("Vanne remplacée.")
    box = karim.get_by_role("dialog").get_by_label("Comment (optional)")
    expect(box).to_have_value("Vanne remplacée.")


def test_typing_at_once_after_the_link_to_answer_writes_the_text(page_as, people, path, incomplete):
    lea = page_as(people.lea)
    lea.goto(path)
    lea.locator(".hd-question").get_by_role("link", name="Answer").click()
    lea.keyboard.type("Le deuxième.")
    expect(comment_of(lea)).to_have_value("Le deuxième.")


def test_typing_at_once_on_the_page_of_an_action_writes_the_text(page_as, people, path):
    karim = page_as(people.karim)
    karim.goto(f"{path}ask-information/")
    karim.keyboard.type("Quelle vanne ?")
    expect(karim.get_by_label("Message")).to_have_value("Quelle vanne ?")
