"""A worried requester on a phone, in English: from the search to the approved closure."""

import gettext
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect
from wagtail.models import Page

import wagtail_helpdesk
from tests import cast
from tests.browser.test_walk import log_in, log_out
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Attachment, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WORD = re.compile(r"[^\W\d_]{3,}")


@pytest.fixture
def emily(helpdesk):
    """A requester of the example site, whose texts are all English."""
    users = cast.people()
    cast.services(users)
    parent = helpdesk.get_parent()
    parent.add_child(instance=Page(title="Cold radiators", slug="cold"))
    type(helpdesk).objects.update(title="Helpdesk")
    return users["emily"]


@pytest.fixture(scope="module")
def french_words():
    """The words that only the French catalogue has."""
    folder = Path(wagtail_helpdesk.__file__).parent / "locale"
    catalogue = gettext.translation("django", folder, ["fr"])._catalog
    english, french = (
        {word.casefold() for text in texts if isinstance(text, str) for word in WORD.findall(text)}
        for texts in (map(str, catalogue), catalogue.values())
    )
    return french - english


@pytest.fixture
def photo():
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "brown").save(file, "JPEG")
    return {"name": "cold.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_requester_with_a_phone_is_helped_in_english_alone(
    page_as, emily, french_words, photo, mailoutbox, script
):
    page = page_as(emily, viewport=PHONE, java_script_enabled=script)
    read = []

    def look():
        read.append(page.locator(".hd").first.inner_text())

    def send(name):
        page.get_by_role("button", name=name, exact=True).filter(visible=True).click()

    def receive():
        dispatch_waiting_events()
        deliver()
        mails = [mail for mail in mailoutbox if emily.email in mail.to[0]]
        mailoutbox.clear()
        read.extend(f"{mail.subject}\n{mail.body}" for mail in mails)
        return [mail.body for mail in mails]

    # She searches, opens the form of what is found, and is suggested a page.
    page.goto("/assistance/")
    look()
    box = page.get_by_role("searchbox", name="What do you need?")
    box.fill("radiators")
    if not script:
        box.press("Enter")
    look()
    page.get_by_role("link", name=re.compile("^Heating")).first.click()
    page.get_by_label("Subject").fill("Cold radiators in the library")
    if script:
        expect(page.locator("summary", has_text="Cold radiators")).to_be_visible()

    # She asks all the same with a photo, has lost her session, comes back and sends.
    page.get_by_label("Message").fill("I am freezing.")
    page.get_by_label("Attached files").set_input_files([photo])
    look()
    log_out(page)
    send("Open the ticket")
    log_in(page, emily)
    expect(page.get_by_label("Message")).to_have_value("I am freezing.")
    look()
    send("Open the ticket")
    page.wait_for_url(re.compile(r"/new/opened/\d+/$"))
    look()
    ticket = Ticket.objects.get()
    assert list(Attachment.objects.values_list("name", flat=True)) == ["cold.jpg"]
    [acknowledgement] = receive()
    assert f"#{ticket.pk}" in acknowledgement

    # She answers a question, refuses the closure, and approves the second one.
    karim = ticket.service.managers.get(user__username="karim").user
    address = f"/assistance/tickets/{ticket.pk}/"
    actions.take_and_ask(ticket, by=karim, text="Which one?")
    [question] = receive()
    assert "Which one?" in question
    page.goto(address)
    look()
    page.get_by_label("Your message").fill("The left one.")
    send("Send")
    expect(page.get_by_text("Your message has been sent.")).to_be_visible()
    ticket.refresh_from_db()
    actions.close(ticket, by=karim, text="I turned the valve.")
    page.goto(address)
    look()
    page.get_by_role("link", name="No, it isn’t").click()
    look()
    form = page.get_by_role("dialog" if script else "main")
    form.get_by_label("Your message").fill("It is still cold.")
    send("Reopen my request")
    expect(page.get_by_text("Your request is open again.")).to_be_visible()
    look()
    ticket.refresh_from_db()
    actions.close(ticket, by=karim, text="I replaced the valve.")
    page.goto(address)
    page.get_by_role("link", name="Yes, it’s solved").click()
    send("Yes, it’s solved")
    expect(page.get_by_text("Your request is marked as solved.")).to_be_visible()
    look()
    receive()
    ticket.refresh_from_db()
    assert ticket.status == "approved"
    words = {word.casefold() for text in read for word in WORD.findall(text)}
    assert words & french_words == set()
