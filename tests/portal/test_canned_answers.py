"""Canned answers on a ticket: who finds which, what is inserted, gaps, actions, and counting."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.portal.budget import counted
from tests.portal.conftest import hidden_of, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import AnswerUsage, CannedAnswer, HelpdeskPreferences


@pytest.fixture
def create_answer(people, general):
    """A function: create an answer of Services Généraux, unless it is said whose."""

    def write(title="Purge", text="Bonjour {requester}", **values):
        values = values if {"owner", "service"} & set(values) else values | {"service": general}
        return CannedAnswer.objects.create(title=title, text=text, **values)

    return write


def titles(page):
    return [title.text for title in page.select(".hd-short b")]


def typed(page):
    return page.find("textarea").text.lstrip("\n")


def insert(visitor, ticket, answer, action="comment", **data):
    return visitor.post(f"tickets/{ticket.pk}/{action}/", answer=answer.pk, **data)


# -- who finds which -------------------------------------------------------------------------------


def test_manager_finds_own_answers_and_those_of_the_service_and_the_site(
    visit, people, taken, create_answer, dsi
):
    create_answer("Mine", owner=people.karim)
    create_answer("Of the service")
    create_answer("Of the site", service=None)
    create_answer("Of a colleague", owner=people.sophie)
    create_answer("Of another service", service=dsi)
    found = titles(visit(people.karim).page(f"tickets/{taken.pk}/answers/"))
    assert found == ["Mine", "Of the service", "Of the site"]


def test_answer_of_a_category_is_offered_in_it_and_below_it_only(
    visit, people, taken, create_answer, heating, plumbing
):
    below = heating.children.create(service=heating.service, name="Chaudières")
    create_answer("Here", category=heating)
    create_answer("Elsewhere", category=plumbing)
    create_answer("Below", category=below)
    assert titles(visit(people.karim).page(f"tickets/{taken.pk}/answers/")) == ["Here"]
    actions.move(taken, by=people.karim, to=below)
    assert titles(visit(people.karim).page(f"tickets/{taken.pk}/answers/")) == ["Below", "Here"]


@pytest.mark.parametrize("who", ["lea", "thomas"])
def test_requesters_and_guests_use_no_canned_answers(visit, people, invited, create_answer, who):
    answer, visitor = create_answer(), visit(getattr(people, who))
    assert visitor.get(f"tickets/{invited.pk}/answers/").status_code == 404
    assert insert(visitor, invited, answer).status_code == 403
    page = visitor.page(f"tickets/{invited.pk}/", answer=answer.pk)
    assert page.select("[data-hd-answers]") == []
    assert typed(page) == ""


def test_search_finds_words_of_any_language_without_accents(visit, people, taken, create_answer):
    create_answer("Purge", texts={"fr": {"title": "Purger", "text": "Le radiateur à côté."}})
    create_answer("Électricité", "Le disjoncteur a été réarmé.")
    karim = visit(people.karim)
    assert titles(karim.page(f"tickets/{taken.pk}/answers/", q="cote RADIATEUR")) == ["Purge"]
    assert titles(karim.page(f"tickets/{taken.pk}/answers/", q="rearme")) == ["Électricité"]
    page = karim.page(f"tickets/{taken.pk}/answers/", q="chauffage")
    assert "No canned answer has these words." in page.text


def test_most_used_answer_comes_first(visit, people, taken, create_answer):
    create_answer("Alpha")
    used = create_answer("Zoé")
    AnswerUsage.objects.create(answer=used, times=3)
    assert titles(visit(people.karim).page(f"tickets/{taken.pk}/answers/")) == ["Zoé", "Alpha"]


def test_statements_of_the_list_do_not_grow_with_answers(visit, people, taken, create_answer):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/answers/"
    create_answer("Answer")
    with counted() as few:
        karim.get(path)
    for number in range(60):
        create_answer(f"Answer {number}")
    with counted() as many:
        page = soup(karim.get(path))
    assert len(titles(page)) == 20
    assert "There are more" in page.text
    assert many.count == few.count <= 12, many.statements


def test_ticket_page_loads_no_answers(visit, people, taken, create_answer):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/"
    with counted() as without:
        karim.get(path)
    create_answer()
    with counted() as cost:
        karim.get(path)
    assert cost.count == without.count


# -- what is inserted ------------------------------------------------------------------------------


def test_the_answer_named_in_the_url_is_in_the_composer_with_the_values_of_the_ticket(
    visit, people, taken, create_answer
):
    answer = create_answer(
        text="Bonjour {requester}, n° {number} : {subject}, {service}, {manager}"
    )
    page = visit(people.karim).page(f"tickets/{taken.pk}/", answer=answer.pk)
    assert typed(page) == (
        f"Bonjour Léa Fournier, n° {taken.pk} : Radiateur froid en salle A12,"
        " Services Généraux, Karim Benali"
    )
    assert page.find("input", attrs={"name": "used_answers"})["value"] == str(answer.pk)


@pytest.mark.parametrize(("language", "text"), [("fr", "Salut"), ("en", "Hello")])
def test_text_is_in_the_language_of_the_requester_or_the_one_for_all(
    visit, people, taken, create_answer, language, text
):
    answer = create_answer(text="Hello", texts={"fr": {"text": "Salut"}})
    HelpdeskPreferences.objects.update_or_create(user=people.lea, defaults={"language": language})
    assert typed(visit(people.karim).page(f"tickets/{taken.pk}/", answer=answer.pk)) == text


@pytest.mark.parametrize("crafted", ["0", "x", "9" * 5000, "²", "<b>"])
def test_a_url_that_names_no_answer_of_the_reader_inserts_nothing(visit, people, taken, crafted):
    assert typed(visit(people.karim).page(f"tickets/{taken.pk}/", answer=crafted)) == ""


def test_answer_of_a_colleague_is_not_inserted(visit, people, taken, create_answer):
    answer = create_answer(owner=people.sophie)
    assert typed(visit(people.karim).page(f"tickets/{taken.pk}/", answer=answer.pk)) == ""
    page = soup(insert(visit(people.karim), taken, answer, text="Mon texte"))
    assert typed(page) == "Mon texte"


def test_without_script_answers_are_listed_and_inserted_below_what_was_typed(
    visit, people, taken, create_answer
):
    answer = create_answer(text="Purgez-le.")
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    sent = hidden_of(karim.page(f"tickets/{taken.pk}/")) | {"mode": "comment", "text": "Bonjour."}
    page = soup(karim.post(path, answers="1", **sent))
    assert titles(page) == ["Purge"]
    assert typed(page) == "Bonjour."
    assert page.select_one("form[method=post] button[type=submit]")["name"] == "answers"
    page = soup(karim.post(path, answer=answer.pk, **sent))
    assert typed(page) == "Bonjour.\n\nPurgez-le."
    sent = hidden_of(page) | {"text": typed(page)}
    assert karim.post(path, **sent).status_code == 303
    assert taken.events.last().text == "Bonjour.\n\nPurgez-le."


def test_files_are_kept_while_an_answer_is_inserted(visit, people, taken, create_answer):
    file = SimpleUploadedFile("plan.txt", b"Salle A12", content_type="text/plain")
    page = soup(insert(visit(people.karim), taken, create_answer(), text="Le plan.", files=file))
    assert len(page.select("[name=kept]")) == 1


def test_nothing_is_recorded_while_an_answer_is_inserted(visit, people, taken, create_answer):
    before = taken.events.count()
    insert(visit(people.karim), taken, create_answer(), text="x")
    assert taken.events.count() == before
    assert not AnswerUsage.objects.exists()


def test_answer_deleted_meanwhile_leaves_the_text(visit, people, taken, create_answer):
    answer, karim = create_answer(text="Purgez-le le […]."), visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/", answer=answer.pk)
    pk = answer.pk
    answer.delete()
    listed = soup(karim.post(f"tickets/{taken.pk}/comment/", answer=pk, text="Mon texte"))
    assert "This canned answer no longer exists. Your text is kept." in listed.text
    assert typed(listed) == "Mon texte"
    # Nothing is known of its gaps any more.
    sent = hidden_of(page) | {"text": typed(page)}
    assert karim.post(f"tickets/{taken.pk}/comment/", **sent).status_code == 303
    assert not AnswerUsage.objects.exists()


# -- gaps ------------------------------------------------------------------------------------------


def test_gap_of_an_answer_stops_the_sending_until_it_is_filled(visit, people, taken, create_answer):
    answer, karim = create_answer(text="Nous passons le [… jour]."), visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/", answer=answer.pk)
    sent = hidden_of(page) | {"text": typed(page)}
    response = karim.post(f"tickets/{taken.pk}/comment/", **sent)
    assert response.status_code == 422
    assert "The canned answer leaves [… jour] open" in soup(response).find(class_="hd-wrong").text
    assert taken.events.last().action == "take"
    sent["text"] = "Nous passons le 3 décembre."
    assert karim.post(f"tickets/{taken.pk}/comment/", **sent).status_code == 303


def test_brackets_that_people_type_themselves_stop_nothing(visit, people, taken, create_answer):
    answer, karim = create_answer(text="Nous passons le [… jour]."), visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/", answer=answer.pk)
    sent = hidden_of(page) | {"text": "Il a dit : « je […] viens »."}
    assert karim.post(f"tickets/{taken.pk}/comment/", **sent).status_code == 303


def test_gap_in_another_language_of_an_answer_stops_the_sending(
    visit, people, taken, create_answer
):
    answer, karim = create_answer(texts={"en": {"text": "On [… day]."}}), visit(people.karim)
    sent = {"text": "On [… day].", "used_answers": answer.pk}
    page = karim.page(f"tickets/{taken.pk}/")
    response = karim.post(f"tickets/{taken.pk}/note/", **(hidden_of(page) | sent))
    assert response.status_code == 422


# -- actions ---------------------------------------------------------------------------------------


def test_answer_with_a_mode_of_the_composer_chooses_it(visit, people, taken, create_answer):
    answer = create_answer(action="ask_information")
    page = visit(people.karim).page(f"tickets/{taken.pk}/", answer=answer.pk)
    assert page.select_one("[name=mode][checked]")["value"] == "ask"


def test_answer_that_closes_leads_to_the_confirmation_with_its_text(
    visit, people, taken, create_answer
):
    answer, karim = create_answer(text="C’est réparé.", action="close"), visit(people.karim)
    response = karim.get(f"tickets/{taken.pk}/", answer=answer.pk)
    assert response.status_code == 303
    page = soup(karim.client.get(response.headers["Location"]))
    assert page.h1.text == f"Close ticket #{taken.pk}?"
    assert typed(page) == "C’est réparé."
    page = soup(insert(karim, taken, answer, text="Bonjour."))
    assert page.h1.text == f"Close ticket #{taken.pk}?"
    assert typed(page) == "Bonjour.\n\nC’est réparé."
    sent = hidden_of(page) | {"text": typed(page)}
    assert karim.post(f"tickets/{taken.pk}/close/", **sent).status_code == 303
    taken.refresh_from_db()
    assert taken.status == "closed"
    assert AnswerUsage.objects.get(answer=answer).times == 1


def test_answer_whose_action_is_not_possible_is_inserted_and_says_so(
    visit, people, ticket, create_answer
):
    answer = create_answer(text="Quelle salle ?", action="ask_information")
    page = visit(people.karim).page(f"tickets/{ticket.pk}/", answer=answer.pk)
    assert page.select_one("[name=mode][checked]")["value"] == "comment"
    notice = "This answer goes with “Ask for information”, which you cannot do on this ticket now."
    assert notice in page.text
    assert notice in soup(insert(visit(people.karim), ticket, answer)).text


def test_answer_that_is_a_note_is_never_inserted_into_a_comment(
    visit, people, taken, create_answer
):
    answer = create_answer(text="Entre nous.", action="note")
    page = soup(insert(visit(people.karim), taken, answer, mode="comment", text="x"))
    assert page.h1.text == "Add an internal note"


# -- counting --------------------------------------------------------------------------------------


def test_sending_counts_each_answer_once(visit, people, taken, create_answer):
    first, second = create_answer("Un"), create_answer("Deux", owner=people.karim)
    other, karim = create_answer("Autre", owner=people.sophie), visit(people.karim)
    used = f"{first.pk},{second.pk},{first.pk},{other.pk},x"
    page = karim.page(f"tickets/{taken.pk}/")
    sent = hidden_of(page) | {"text": "Bonjour", "used_answers": used}
    for _again in range(2):
        assert karim.post(f"tickets/{taken.pk}/comment/", **sent).status_code == 303
    counted_uses = dict(AnswerUsage.objects.values_list("answer", "times"))
    assert counted_uses == {first.pk: 1, second.pk: 1}
    assert AnswerUsage.objects.get(answer=first).last_used_at is not None


def test_message_that_is_refused_counts_nothing(visit, people, taken, create_answer):
    answer, karim = create_answer(), visit(people.karim)
    sent = hidden_of(karim.page(f"tickets/{taken.pk}/")) | {"text": "", "used_answers": answer.pk}
    assert karim.post(f"tickets/{taken.pk}/comment/", **sent).status_code == 422
    assert not AnswerUsage.objects.exists()


# -- the page of one's own answers -----------------------------------------------------------------

OWN = "preferences/answers/"


def own_form(**values):
    return {"title": "Purge", "text": "Bonjour {requester}", "action": "note", **values}


def test_manager_adds_changes_and_deletes_an_own_answer(visit, people, general):
    karim = visit(people.karim)
    assert karim.post(OWN, **own_form()).status_code == 303
    answer = CannedAnswer.objects.get()
    assert (answer.owner, answer.service, answer.action) == (people.karim, None, "note")
    page = karim.page(OWN, answer=answer.pk)
    assert page.find(id="id_title")["value"] == "Purge"
    assert karim.post(OWN, **own_form(answer=answer.pk, title="Purger")).status_code == 303
    assert CannedAnswer.objects.get().title == "Purger"
    assert karim.post(OWN, delete=answer.pk).status_code == 303
    assert not CannedAnswer.objects.exists()


def test_own_answer_keeps_its_texts_in_other_languages(visit, people, general, settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    other = "fr" if settings.LANGUAGE_CODE.startswith("en") else "en"
    karim = visit(people.karim)
    sent = own_form(**{f"texts-{other}-text": "Autre texte", f"texts-{other}-title": "  "})
    assert karim.post(OWN, **sent).status_code == 303
    answer = CannedAnswer.objects.get()
    assert answer.texts == {other: {"text": "Autre texte"}}
    assert "Autre texte" in karim.page(OWN, answer=answer.pk).text
    wrong = own_form(**{f"texts-{other}-text": "{nobody}"})
    assert "There is no placeholder {nobody}" in soup(karim.post(OWN, **wrong)).text


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", " ", "This field is required."),
        ("title", "x" * 101, "at most 100 characters"),
        ("text", "", "This field is required."),
        ("text", "x" * 4001, "At most 4000 characters"),
        ("text", "{password}", "There is no placeholder {password}"),
        ("action", "cancel", "not one of the available choices"),
    ],
)
def test_invalid_own_answer_is_refused_at_its_field(visit, people, general, field, value, message):
    response = visit(people.karim).post(OWN, **own_form(**{field: value}))
    assert response.status_code == 422
    assert message in soup(response).find(class_="hd-wrong").text
    assert not CannedAnswer.objects.exists()


def test_answers_of_others_cannot_be_changed_or_deleted(visit, people, create_answer):
    karim = visit(people.karim)
    for answer in (
        create_answer(owner=people.sophie),
        create_answer(),
        create_answer(service=None),
    ):
        assert karim.get(OWN, answer=answer.pk).status_code == 404
        assert karim.post(OWN, **own_form(answer=answer.pk)).status_code == 404
        assert karim.post(OWN, delete=answer.pk).status_code == 404
    assert CannedAnswer.objects.count() == 3
    assert karim.post(OWN, delete="").status_code == 404


def test_number_of_own_answers_is_limited(visit, people, general, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.actions.canned_answers.MAX_OWN_ANSWERS", 1)
    karim = visit(people.karim)
    assert karim.post(OWN, **own_form()).status_code == 303
    response = karim.post(OWN, **own_form())
    assert response.status_code == 422
    assert "You have 1 answers." in response.text
