"""The box to reply on a ticket page: its modes, who reads them, and the preview of a message."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.conftest import hidden_of, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import StagedUpload


def get_composer(page):
    return page.find(class_="hd-composer")


def get_buttons(page):
    """What each submit button of the composer says, by the action to which it posts."""
    form = get_composer(page)
    return {
        button.get("formaction", form["action"]).split("/")[-2]: " ".join(button.text.split())
        for button in form.find_all("button", type="submit")
        if button.get("name") != "preview"
    }


def get_readers(page, mode):
    return " ".join(page.find("p", class_=f"hd-if-{mode}").text.split())


def test_manager_in_charge_has_three_modes_each_posting_to_its_verb(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/")
    form = get_composer(page)
    assert [radio["value"] for radio in form.select("[name=mode]")] == ["comment", "ask", "note"]
    assert get_buttons(page) == {
        "comment": "Send to Léa Fournier",
        "ask-information": "Ask Léa Fournier",
        "note": "Save the note",
    }


@pytest.mark.parametrize(
    ("button", "action"),
    [("comment", "comment"), ("ask-information", "ask_information"), ("note", "note")],
)
def test_each_button_of_the_composer_performs_its_action(visit, people, taken, button, action):
    karim = visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/")
    sent = hidden_of(page) | {"mode": "comment", "text": "Quelle salle ?"}
    assert karim.post(f"tickets/{taken.pk}/{button}/", **sent).status_code == 303
    assert taken.events.last().action == action


def test_mode_of_the_url_is_chosen(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/", mode="ask")
    (chosen,) = page.select("[name=mode][checked]")
    assert chosen["value"] == "ask"


@pytest.mark.parametrize("mode", ["ask", "<b>", ""])
def test_mode_that_is_not_available_leaves_the_first(visit, people, ticket, mode):
    page = visit(people.karim).page(f"tickets/{ticket.pk}/", mode=mode)
    (chosen,) = page.select("[name=mode][checked]")
    assert chosen["value"] == "comment"


def test_recipients_are_named_on_the_button_and_above_the_text(visit, people, invited):
    page = visit(people.karim).page(f"tickets/{invited.pk}/")
    form = get_composer(page)
    labels = [span.text for span in form.select(".hd-end .hd-if-comment span")]
    assert labels == ["Send to Léa Fournier and 1 guest", "Send to Léa Fournier"]
    assert [span.text for span in form.select("p.hd-if-comment > span")[:2]] == [
        "Read by Léa Fournier, Thomas Girard (guest) and the service Services Généraux",
        "Read by Léa Fournier and the service Services Généraux",
    ]
    assert get_readers(page, "note") == "Read by the managers of Services Généraux only."


def test_requester_reads_who_reads_the_reply(visit, people, invited):
    page = visit(people.lea).page(f"tickets/{invited.pk}/")
    assert get_buttons(page) == {"comment": "SendSend"}
    assert get_readers(page, "comment").startswith(
        "Read by Karim Benali, Thomas Girard (guest) and the service Services Généraux"
    )


def test_composer_of_a_public_ticket_says_that_everybody_reads_it(visit, people, public):
    page = visit(people.victor).page(f"tickets/{public.pk}/")
    assert get_readers(page, "comment").startswith(
        "Read by everybody who can see the service Services Généraux."
    )


def test_reply_box_is_not_the_primary_button_beside_the_question_of_a_closure(
    visit, people, closed
):
    page = visit(people.lea).page(f"tickets/{closed.pk}/")
    assert [b.text.strip() for b in page.select(".hd-b1")] == ["Yes, it’s solved"]


def test_audience_chosen_for_a_comment_does_not_hold_up_a_note(visit, people, invited):
    karim = visit(people.karim)
    sent = hidden_of(karim.page(f"tickets/{invited.pk}/"))
    sent |= {"text": "Entre nous.", "audience": "requester"}
    assert karim.post(f"tickets/{invited.pk}/note/", **sent).status_code == 303
    assert invited.events.last().audience == "managers"


# -- preview ---------------------------------------------------------------------------------------


def preview(visitor, ticket, action="comment", **typed):
    return visitor.post(f"tickets/{ticket.pk}/{action}/", preview="1", **typed)


def test_preview_shows_the_message_as_it_will_look_and_keeps_the_text(visit, people, taken):
    response = preview(visit(people.lea), taken, text="La vanne **bleue**.")
    page = soup(response)
    assert response.status_code == 200
    assert page.find(class_="hd-preview").strong.text == "bleue"
    assert page.find("textarea").text.strip() == "La vanne **bleue**."
    assert not taken.events.filter(action="comment").exists()


def test_previewed_form_can_be_sent(visit, people, taken):
    lea = visit(people.lea)
    page = soup(preview(lea, taken, **hidden_of(lea.page(f"tickets/{taken.pk}/")), text="Merci."))
    assert (
        lea.post(f"tickets/{taken.pk}/comment/", **hidden_of(page), text="Merci.").status_code
        == 303
    )
    assert taken.events.last().text == "Merci."


def test_preview_stays_in_the_mode_of_the_composer(visit, people, taken):
    page = soup(preview(visit(people.karim), taken, mode="note", text="Entre nous."))
    assert page.h1.text == "Add an internal note"
    assert page.find("textarea").text.strip() == "Entre nous."


def test_preview_keeps_the_files(visit, people, taken):
    file = SimpleUploadedFile("plan.txt", b"Salle A12", content_type="text/plain")
    page = soup(preview(visit(people.lea), taken, text="Le plan.", files=file))
    (kept,) = page.select("[name=kept]")
    assert kept["value"] == str(StagedUpload.objects.get().key)


def test_preview_needs_the_right_to_send(visit, people, closed, network):
    assert preview(visit(people.victor), closed, text="x").status_code == 404
    assert preview(visit(people.lea), closed, "note", text="x").status_code == 403
    actions.approve_closure(closed, by=people.lea)
    assert preview(visit(people.lea), closed, "approve-closure", text="x").status_code == 409


@pytest.mark.usefixtures("a_new_hour")
def test_preview_counts_like_sending(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 1}
    lea = visit(people.lea)
    assert preview(lea, taken, text="Un.").status_code == 200
    response = preview(lea, taken, text="Deux.")
    assert response.status_code == 429
    assert soup(response).find("textarea").text.strip() == "Deux."


def test_preview_has_no_markup_of_its_author(visit, people, taken):
    text = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    page = soup(preview(visit(people.lea), taken, text=text))
    assert not page.find(class_="hd-preview").find(["script", "img"])
