"""The conversation of a ticket page: what is open, what is folded, and the sentence above it."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions


def get_open(page):
    """The messages that are not folded."""
    texts = [
        text for text in page.select(".hd-history .hd-text") if not text.find_parent("details")
    ]
    return [text.text.strip() for text in texts]


def get_state(page):
    return " ".join(page.find(class_="hd-state").text.split())


@pytest.fixture
def ticket_with_four_messages(taken, people):
    """The ticket with four messages in all, the last of them Karim's."""
    actions.comment(taken, by=people.karim, text="Quelle salle ?")
    actions.comment(taken, by=people.lea, text="La A12.")
    actions.comment(taken, by=people.karim, text="J’y vais à 14 h.")
    return taken


def test_requester_finds_the_last_answer_open_and_the_rest_in_one_line(
    visit, people, ticket_with_four_messages
):
    page = visit(people.lea).page(f"tickets/{ticket_with_four_messages.pk}/")
    assert get_open(page) == ["J’y vais à 14 h."]
    fold = page.find(class_="hd-fold")
    assert fold.b.text == "Your request, 2 messages and 1 event"
    assert fold.find(class_="hd-meta").text == "“Il fait 14 degrés.”"
    assert len(fold.select(".hd-msg")) == 3


def test_manager_finds_the_last_message_of_the_requester_with_the_one_it_answers(
    visit, people, ticket_with_four_messages
):
    actions.comment(ticket_with_four_messages, by=people.lea, text="Merci.")
    page = visit(people.karim).page(f"tickets/{ticket_with_four_messages.pk}/")
    assert get_open(page) == ["J’y vais à 14 h.", "Merci."]
    assert page.find(class_="hd-fold").b.text == "The request, 2 messages and 1 event"


def test_request_of_a_free_ticket_is_open_for_managers(visit, people, ticket):
    for number in range(3):
        actions.comment(ticket, by=people.lea, text=f"Message {number}.")
    page = visit(people.karim).page(f"tickets/{ticket.pk}/")
    assert get_open(page)[0] == "Il fait 14 degrés."


def test_short_conversation_is_open_whole_but_for_its_events(visit, people, closed):
    page = visit(people.lea).page(f"tickets/{closed.pk}/")
    assert get_open(page) == ["Il fait 14 degrés.", "Vanne remplacée."]
    assert (
        "Karim Benali is now working on your request · just now" in page.find(class_="hd-line").text
    )


def test_older_page_of_a_history_is_open(visit, people, ticket):
    for number in range(31):
        actions.comment(ticket, by=people.lea, text=f"Message {number}.")
    first = ticket.events.filter(text="Message 1.").get().pk
    page = visit(people.lea).page(f"tickets/{ticket.pk}/", before=first)
    assert get_open(page) == ["Il fait 14 degrés.", "Message 0."]


def test_own_words_are_told_apart(visit, people, ticket_with_four_messages):
    for who, name in ((people.lea, "Léa Fournier"), (people.karim, "Karim Benali")):
        page = visit(who).page(f"tickets/{ticket_with_four_messages.pk}/")
        assert len(page.select(".hd-mine")) == 2
        assert name not in [h.text for h in page.select(".hd-mine h3")]


#: The sentence above the conversation, by status, for each kind of reader.
STATES = {
    "ticket": (
        "The service Services Généraux has received your request.",
        "Free Nobody is in charge. Léa Fournier wrote just now and is waiting for an answer.",
        "The service Services Généraux has received this request.",
    ),
    "taken": (
        "Karim Benali is working on your request.",
        "Your turn Léa Fournier wrote just now and is waiting for your answer.",
        "Karim Benali is working on this request.",
    ),
    "incomplete": (
        "Karim Benali is waiting for your reply.",
        "Incomplete Léa Fournier was asked for information just now and has not answered yet.",
        "Karim Benali is waiting for a reply from Léa Fournier.",
    ),
    "postponed": (
        "Karim Benali has postponed your request.",
        "Postponed Postponed by Karim Benali without a date: it must be resumed manually.",
        "Karim Benali has postponed this request.",
    ),
    "approved": (
        "Your request is solved.",
        "Closed and approved Léa Fournier confirmed that it is solved.",
        "This request is solved.",
    ),
    "cancelled": (
        "You withdrew this request.",
        "Cancelled Léa Fournier withdrew this request.",
        "Léa Fournier withdrew this request.",
    ),
}


@pytest.mark.parametrize("fixture", STATES)
def test_state_is_said_in_words_for_each_reader(visit, people, request, fixture):
    ticket = request.getfixturevalue(fixture)
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    for who, sentence in zip(
        (people.lea, people.karim, people.thomas), STATES[fixture], strict=True
    ):
        assert get_state(visit(who).page(f"tickets/{ticket.pk}/")).startswith(sentence)


def test_viewer_of_a_public_ticket_reads_words_for_viewers(visit, people, public):
    actions.take(public, by=people.karim)
    actions.ask_information(public, by=people.karim, text="Quel étage ?")
    page = visit(people.victor).page(f"tickets/{public.pk}/")
    assert get_state(page) == (
        "Karim Benali is waiting for a reply from Léa Fournier."
        " It is public: everybody who can see the service Services Généraux can read it."
    )
    assert page.find(class_="hd-status").text == "Waiting for the requester’s reply"


def test_guest_is_not_asked_the_question_of_the_requester(visit, people, closed):
    actions.invite(closed, by=people.karim, users=[people.thomas])
    page = visit(people.thomas).page(f"tickets/{closed.pk}/")
    assert not page.find(class_="hd-question")
    assert page.find(class_="hd-status").text == "Solved – to be confirmed"


def test_state_says_whose_answer_is_awaited_once_the_requester_wrote(
    visit, people, ticket_with_four_messages
):
    assert "You don’t need to do anything for now." in get_state(
        visit(people.lea).page(f"tickets/{ticket_with_four_messages.pk}/")
    )
    actions.comment(ticket_with_four_messages, by=people.lea, text="Merci.")
    state = get_state(visit(people.lea).page(f"tickets/{ticket_with_four_messages.pk}/"))
    assert state.endswith("You wrote just now and are waiting for a reply from Karim Benali.")


def test_internal_note_changes_no_state(visit, people, ticket_with_four_messages):
    actions.note(ticket_with_four_messages, by=people.karim, text="Entre nous.")
    page = visit(people.karim).page(f"tickets/{ticket_with_four_messages.pk}/")
    assert "Léa Fournier has not written since the last answer." in get_state(page)


@pytest.mark.parametrize(
    ("act", "words"),
    [("approve_closure", "Vanne remplacée."), ("reject_closure", "Vanne remplacée.")],
)
def test_pages_that_answer_a_closure_show_the_closing_words(visit, people, closed, act, words):
    response = visit(people.lea).get(f"tickets/{closed.pk}/{act.replace('_', '-')}/")
    assert words in soup(response).find(class_="hd-question").text


def test_page_to_reply_shows_what_was_asked(visit, people, incomplete):
    page = visit(people.lea).page(f"tickets/{incomplete.pk}/comment/")
    question = page.find(class_="hd-question")
    assert "Karim Benali is waiting for your reply." in question.text
    assert "Quel étage ?" in question.text


def test_page_of_an_action_shows_the_conversation_but_a_drawer_does_not(
    visit, people, ticket_with_four_messages
):
    karim, path = visit(people.karim), f"tickets/{ticket_with_four_messages.pk}/close/"
    assert "La A12." in karim.page(path).find(class_="hd-history").text
    response = karim.client.get(f"/assistance/{path}", headers={"HX-Request": "true"})
    part = soup(response)
    assert part.find(id="hd-action")
    assert not part.find(class_="hd-history")
