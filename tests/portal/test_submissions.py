"""What of a posted form counts when it arrives a second time."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from wagtail_helpdesk.portal.submissions import compute_form_digest, get_submission_id

FORM = {
    "submission": "6f8a7b9c-0000-4000-8000-000000000000",
    "text": "Il gèle.",
    "audience": "everyone",
}


def digest(**changes):
    posted = {name: value for name, value in (FORM | changes).items() if value is not None}
    return compute_form_digest(RequestFactory().post("/", posted), 1042)


@pytest.mark.parametrize(
    "name", ["csrfmiddlewaretoken", "version", "seen", "draft_owner", "send_anyway"]
)
def test_what_differs_between_two_copies_of_a_page_does_not_count(name):
    assert digest(**{name: "one"}) == digest(**{name: "two"}) == digest()


@pytest.mark.parametrize("name", ["text", "audience", "submission", "notifies_everyone"])
def test_what_a_person_enters_or_the_form_is_counts(name):
    assert digest(**{name: "one"}) != digest(**{name: "two"})
    assert digest(**{name: "one"}) != digest(**{name: None})


def test_all_values_of_a_field_count():
    assert digest(chosen=["1", "2"]) != digest(chosen=["1"])


def test_a_file_counts_by_its_content_and_name():
    def attached(name, content):
        return digest(files=SimpleUploadedFile(name, content))

    assert attached("plan.pdf", b"1") == attached("plan.pdf", b"1")
    assert attached("plan.pdf", b"1") != attached("plan.pdf", b"2")


def test_the_same_form_about_another_ticket_differs():
    request = RequestFactory().post("/", FORM)
    assert compute_form_digest(request, 1042) != compute_form_digest(request, 1043)


@pytest.mark.parametrize("typed", ["", "1042", None])
def test_a_form_without_a_valid_id_has_none(typed):
    posted = {} if typed is None else {"submission": typed}
    assert get_submission_id(RequestFactory().post("/", posted)) is None
