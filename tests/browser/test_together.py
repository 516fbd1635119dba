"""Two managers at once on one ticket, in a real browser."""

import pytest

pytestmark = pytest.mark.browser


def test_two_managers_see_each_other_and_read_the_news_before_they_send(
    page_as, helpdesk, people, taken
):
    """Names are completed, what a colleague wrote is shown first, and both texts arrive."""
    karim, sophie = page_as(people.karim), page_as(people.sophie)
    address = f"/assistance/tickets/{taken.pk}/"
    karim.goto(address)
    karim.get_by_label("Your message").click()
    karim.keyboard.type("Je passe demain, @sop")
    karim.get_by_role("option", name=people.sophie.get_full_name()).wait_for()
    karim.keyboard.press("Enter")
    assert karim.get_by_label("Your message").input_value() == (
        f"Je passe demain, @{people.sophie.get_full_name()} "
    )
    sophie.goto(address)
    sophie.get_by_text(f"{people.karim.get_full_name()} is writing").wait_for()
    sophie.get_by_label("Your message").fill("La vanne est commandée.")
    sophie.get_by_role("button", name="Send to Léa Fournier").click()
    sophie.get_by_text("Your message has been sent.").wait_for()
    karim.get_by_role("button", name="Send to Léa Fournier").click()
    karim.get_by_text("Please read what is new before you send your text.").wait_for()
    karim.get_by_text("La vanne est commandée.").first.wait_for()
    karim.get_by_role("button", name="Send anyway").click()
    karim.get_by_text("Your message has been sent.").wait_for()
    assert taken.events.last().value_after("mentions") == [people.sophie.pk]
