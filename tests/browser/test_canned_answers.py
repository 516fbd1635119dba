"""Canned answers in a real browser: found by a slash, gaps, actions, and who will be alerted."""

import pytest

from wagtail_helpdesk.models import AnswerUsage, CannedAnswer

pytestmark = pytest.mark.browser


@pytest.fixture
def visit_answer(people, taken):
    return CannedAnswer.objects.create(
        service=taken.service, title="Visite", text="Bonjour {requester}, nous venons le [… jour]."
    )


def test_manager_finds_an_answer_by_a_slash_fills_its_gap_and_sends_it(
    page_as, helpdesk, people, taken, visit_answer
):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    message = karim.get_by_label("Your message")
    message.click()
    karim.keyboard.type("Voici.\n/visi")
    karim.get_by_role("option", name="Visite").wait_for()
    karim.keyboard.press("Enter")
    assert message.input_value() == "Voici.\nBonjour Léa Fournier, nous venons le [… jour]."
    send = karim.get_by_role("button", name="Send to Léa Fournier")
    send.click()
    assert message.evaluate("field => field.validationMessage") == (
        "The canned answer leaves [… jour] open: fill it in before you send."
    )
    message.evaluate("f => f.setSelectionRange(f.value.indexOf('['), f.value.indexOf(']') + 1)")
    karim.keyboard.type("3 mai")
    assert message.input_value() == "Voici.\nBonjour Léa Fournier, nous venons le 3 mai."
    send.click()
    karim.get_by_text("Your message has been sent.").wait_for()
    assert taken.events.last().text.endswith("nous venons le 3 mai.")
    assert AnswerUsage.objects.get(answer=visit_answer).times == 1


def test_answer_that_closes_leads_from_the_composer_to_the_confirmation(
    page_as, helpdesk, people, taken
):
    CannedAnswer.objects.create(owner=people.karim, title="Fini", text="Réparé.", action="close")
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_label("Your message").fill("Bonjour.")
    karim.get_by_role("button", name="Canned answers").click()
    karim.get_by_role("option", name="Fini").click()
    karim.get_by_role("heading", name=f"Close ticket #{taken.pk}?").wait_for()
    assert karim.get_by_label("Comment (optional)").input_value() == "Bonjour.\n\nRéparé."


def test_those_who_will_be_alerted_follow_the_way_of_writing(page_as, helpdesk, people, invited):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{invited.pk}/")
    karim.get_by_label("Your message").click()
    karim.get_by_text("2 people will be alerted by e-mail").first.wait_for()
    karim.get_by_role("radio", name="Internal note").check()
    karim.get_by_text("Nobody will be alerted by e-mail").first.wait_for()
