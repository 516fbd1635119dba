"""What the opening form says before sending, in which language, and the page that follows."""

import pytest
from wagtail.models import Locale

from tests.portal.conftest import hidden, soup
from wagtail_helpdesk import actions, statistics
from wagtail_helpdesk.models import CategoryText, Event, Guest, ServiceText, StagedUpload, Ticket


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


def aside(page):
    return " ".join(page.select_one("aside").text.split())


def test_the_form_names_who_will_read_the_request(lea, people, general, heating):
    general.permanent_guests.create(user=people.ines)
    text = aside(lea.page(f"new/{heating.pk}/"))
    assert "The 4 managers of Services Généraux, and Inès Robert, permanent guest" in text
    assert "Nobody else, unless you add them." in text


def test_the_form_of_a_public_category_says_that_everybody_reads_it(lea, heating):
    type(heating).objects.filter(pk=heating.pk).update(default_visibility="public")
    text = aside(lea.page(f"new/{heating.pk}/"))
    assert "Everyone who can see the service Services Généraux" in text
    assert "Nobody else" not in text


def test_the_form_says_how_fast_one_usually_answers(lea, people, heating, travel):
    tickets = [
        actions.open_ticket(heating, by=people.lea, subject=f"Froid {n}", text="Brr")
        for n in range(statistics.MIN_ANSWERS)
    ]
    assert "When to expect an answer" not in aside(lea.page(f"new/{heating.pk}/"))
    travel(hours=6, minutes=30)
    for ticket in tickets:
        actions.comment(ticket, by=people.karim, text="Nous venons.")
    statistics.cache.clear()
    assert "Usually within 7 hours." in aside(lea.page(f"new/{heating.pk}/"))


def test_answers_of_more_than_ninety_days_ago_do_not_count(people, general, heating, travel):
    for number in range(statistics.MIN_ANSWERS):
        ticket = actions.open_ticket(heating, by=people.lea, subject=f"Froid {number}", text="Brr")
        actions.comment(ticket, by=people.karim, text="Nous venons.")
    assert statistics.get_usual_first_answer(general) is not None
    statistics.cache.clear()
    travel(days=91)
    assert statistics.get_usual_first_answer(general) is None


@pytest.fixture
def templates(heating, general):
    """Templates of the service in French and English, and of Chauffage in its settings."""
    for code, subject, text in (
        ("fr", "Demande : ", "Où :"),
        ("en", "Request: ", "Where:"),
    ):
        locale, _ = Locale.objects.get_or_create(language_code=code)
        ServiceText.objects.create(
            service=general,
            locale=locale,
            title=code,
            default_subject=subject,
            default_message=text,
        )
    type(heating).objects.filter(pk=heating.pk).update(default_message="Salle :")


def filled(page):
    return page.find("input", {"name": "subject"})["value"], page.find("textarea").text.strip()


def test_the_template_is_in_the_readers_language(lea, heating, templates):
    heating.refresh_from_db()
    english = Locale.objects.get(language_code="en")
    assert filled(lea.page(f"new/{heating.pk}/")) == ("Request: ", "Salle :")
    CategoryText.objects.create(
        category=heating, locale=english, title="Heating", default_message="Room:"
    )
    assert filled(lea.page(f"new/{heating.pk}/")) == ("Request: ", "Room:")


def test_a_change_of_category_replaces_the_translated_template_alone(
    lea, heating, plumbing, templates
):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": plumbing.pk, "refill": "1"}
    page = soup(lea.post(path, **form, subject="Request: ", text="Salle :\r\n"))
    assert filled(page) == ("Request: ", "Where:")
    page = soup(lea.post(path, **form, subject="Mon sujet", text="Salle : 12"))
    assert filled(page) == ("Mon sujet", "Salle : 12")


def ask(visitor, category, **more):
    path = f"new/{category.pk}/"
    form = hidden(visitor.get(path)) | {"category": category.pk, "subject": "Froid", "text": "Brr"}
    return visitor.post(path, **(form | more))


def test_colleagues_named_in_the_form_are_invited_in_the_same_act(lea, people, heating):
    assert ask(lea, heating, guests="thomas, ines").status_code == 303
    ticket = Ticket.objects.get()
    assert set(Guest.objects.values_list("user", flat=True)) == {people.thomas.pk, people.ines.pk}
    opening, invitation = ticket.events.order_by("pk")
    assert invitation.action == "invite"
    assert invitation.actor == people.lea
    assert opening.batch == invitation.batch


def test_an_unknown_colleague_is_named_and_nothing_is_sent(lea, heating):
    response = ask(lea, heating, guests="thomas, personne")
    assert response.status_code == 422
    page = soup(response)
    assert "personne" in page.find(role="alert").text
    assert page.find("input", {"name": "guests"})["value"] == "thomas, personne"
    assert not Ticket.objects.exists()


def test_the_requester_and_permanent_guests_are_not_invited_again(lea, people, general, heating):
    general.permanent_guests.create(user=people.ines)
    assert ask(lea, heating, guests="lea, ines").status_code == 303
    assert list(Guest.objects.values_list("user", "permanent")) == [(people.ines.pk, True)]
    assert Event.objects.filter(action="invite").count() == 1


def test_colleagues_count_against_the_limit_of_invitations(lea, heating, settings, a_new_hour):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 1}
    assert ask(lea, heating, guests="thomas").status_code == 303
    assert ask(lea, heating, guests="ines").status_code == 429
    assert ask(lea, heating).status_code == 303


def test_the_page_after_sending_gives_the_number_and_what_happens_next(lea, people, heating):
    page = soup(lea.client.get(ask(lea, heating).url))
    ticket = Ticket.objects.get()
    assert page.h1.text == f"Request #{ticket.pk} has been sent."
    assert "lea.fournier@arvelle.example" in page.find("ol").text
    assert page.find("a", class_="hd-b1")["href"] == f"/assistance/tickets/{ticket.pk}/"
    assert "Read by: The 4 managers of Services Généraux." in " ".join(page.text.split())


def test_the_page_after_sending_promises_no_mail_to_a_person_without_email(visit, people, heating):
    marcel = visit(people.marcel)
    page = soup(marcel.client.get(ask(marcel, heating).url))
    assert "acknowledgement" not in page.find("ol").text


def test_files_that_were_kept_are_listed_with_their_size(lea, heating):
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = ask(lea, heating, text="", files=SimpleUploadedFile("a.pdf", b"%PDF" * 600))
    kept = soup(response).find("input", {"name": "kept"})
    assert kept["value"] == str(StagedUpload.objects.get().key)
    assert "2 KB" in kept.find_parent("label").text
