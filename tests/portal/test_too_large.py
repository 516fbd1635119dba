"""Forms that are larger than Django takes, and texts as long as the limit with the line ends of browsers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from wagtail_helpdesk.models import Ticket

from .conftest import Visitor, hidden, soup


@pytest.fixture
def csrf_checking_visitor(helpdesk, people):
    """A visitor whose forms are protected against forgery, as they are on a site."""
    visitor = Visitor(people.lea)
    visitor.client = Client(enforce_csrf_checks=True)
    visitor.client.force_login(people.lea)
    return visitor


def send(visitor, category, **data):
    path = f"new/{category.pk}/"
    page = visitor.get(path)
    token = soup(page).find("input", {"name": "csrfmiddlewaretoken"})["value"]
    form = hidden(page) | {"category": category.pk, "csrfmiddlewaretoken": token}
    return visitor.post(path, **form | {"subject": "Froid", "text": "Mon texte."} | data)


def files(number):
    return [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(number)]


def test_a_text_of_three_megabytes_is_refused_with_a_page(csrf_checking_visitor, heating):
    response = send(csrf_checking_visitor, heating, text="x" * 3_000_000)
    assert response.status_code == 413
    page = soup(response)
    assert "larger than this site accepts" in page.find("main").text
    assert "Go back" in page.find("main").text
    assert not Ticket.objects.exists()


def test_a_hundred_and_one_files_are_refused_with_a_page_that_keeps_the_text(
    csrf_checking_visitor, heating
):
    response = send(csrf_checking_visitor, heating, files=files(101))
    assert response.status_code == 413
    page = soup(response)
    assert "more than 100 files" in page.find("main").text
    assert "Mon texte." in page.find("main").text
    assert not Ticket.objects.exists()


def test_fewer_files_than_django_refuses_come_back_with_the_form(csrf_checking_visitor, heating):
    response = send(csrf_checking_visitor, heating, files=files(11))
    assert response.status_code == 422
    assert soup(response).find("textarea").text.strip() == "Mon texte."


def test_a_form_within_the_limits_is_taken(csrf_checking_visitor, heating):
    assert send(csrf_checking_visitor, heating, files=files(2)).status_code == 303
    assert Ticket.objects.get().events.get(action="open_ticket").attachments.count() == 2


def test_a_line_end_counts_as_one_character(csrf_checking_visitor, heating):
    # 19,997 characters as typed; the browser sends 22,218.
    text = "\r\n".join(["12345678"] * 2222)[:-2]
    assert send(csrf_checking_visitor, heating, text=text).status_code == 303


def test_what_is_too_long_names_the_length_that_was_typed(csrf_checking_visitor, heating):
    response = send(csrf_checking_visitor, heating, text="\r\n".join(["1234567890"] * 2000))
    assert response.status_code == 422
    assert "this has 21999" in soup(response).find(role="alert").text


def test_a_message_that_shows_nothing_is_refused(csrf_checking_visitor, heating):
    response = send(csrf_checking_visitor, heating, text="\u200b\u3164")
    assert response.status_code == 422
    assert "Please enter your message." in soup(response).find(role="alert").text


def test_another_url_of_the_site_is_left_to_the_site(db):
    response = Client().post("/admin/login/", {"x": "x" * 3_000_000})
    assert response.status_code == 400
