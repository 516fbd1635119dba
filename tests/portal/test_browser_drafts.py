"""What the server says about the drafts that a browser keeps: whose they are, and when they end."""

import uuid

import pytest

from tests.portal.conftest import hidden
from wagtail_helpdesk.portal.browser_drafts import (
    COOKIE,
    MAX_SUBMISSIONS,
    get_current_milliseconds,
    get_draft_owner,
)


def read_owner(visitor, path=""):
    """Return what a page says about the owner of its drafts."""
    attributes = visitor.page(path).find(attrs={"data-hd-person": True}).attrs
    return {name.removeprefix("data-hd-"): value for name, value in attributes.items()}


def test_a_page_contains_an_opaque_id_of_the_owner_of_drafts(visit, people):
    lea, karim = read_owner(visit(people.lea))["person"], read_owner(visit(people.karim))["person"]
    assert lea != karim
    assert read_owner(visit(people.lea))["person"] == lea
    assert len(lea) == 32


def test_the_days_that_drafts_are_kept_are_a_setting(visit, people, settings):
    assert read_owner(visit(people.lea))["draft-days"] == "7"
    settings.WAGTAIL_HELPDESK = {"DRAFT_DAYS": 0}
    assert read_owner(visit(people.lea))["draft-days"] == "0"


def test_a_form_carries_the_time_by_which_drafts_are_dated(visit, people, taken, travel):
    def clock():
        page = visit(people.lea).page(f"tickets/{taken.pk}/comment/")
        return int(page.find(attrs={"data-hd-now": True})["data-hd-now"])

    first = clock()
    travel(minutes=1)
    assert clock() > first


def test_a_log_out_ends_the_drafts_of_that_person(visit, people, travel):
    before, visitor = get_current_milliseconds(), visit(people.lea)
    assert read_owner(visitor)["logged-out"] == "0"
    visitor.client.logout()
    travel(minutes=1)
    again = read_owner(visit(people.lea))
    assert before <= int(again["logged-out"]) < get_current_milliseconds()
    assert read_owner(visit(people.karim))["logged-out"] == "0"


def test_a_session_that_expired_ends_no_draft(visit, people):
    visitor = visit(people.lea)
    visitor.client.session.flush()
    assert get_draft_owner(people.lea)["logged-out"] == 0


@pytest.mark.parametrize("form", ["comment", "opening"])
def test_an_accepted_form_is_named_to_the_browser(visit, people, taken, heating, form):
    path = f"tickets/{taken.pk}/comment/" if form == "comment" else f"new/{heating.pk}/"
    lea = visit(people.lea)
    given = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": "Il gèle."}
    answer = lea.post(path, **given)
    assert answer.status_code == 303
    assert answer.cookies[COOKIE].value == given["submission"]
    assert not answer.cookies[COOKIE]["httponly"]


def test_a_form_that_comes_back_is_not_accepted(visit, people, taken):
    lea, path = visit(people.lea), f"tickets/{taken.pk}/comment/"
    answer = lea.post(path, **hidden(lea.get(path)), text="")
    assert answer.status_code == 422
    assert COOKIE not in answer.cookies


def test_forms_of_several_windows_are_named_together(visit, people, taken):
    lea, path = visit(people.lea), f"tickets/{taken.pk}/comment/"
    sent = []
    for number in range(MAX_SUBMISSIONS + 2):
        sent.append(str(uuid.uuid4()))
        form = hidden(lea.get(path)) | {"submission": sent[-1], "text": f"{number}"}
        answer = lea.post(path, **form)
    assert answer.cookies[COOKIE].value.split(".") == sent[-MAX_SUBMISSIONS:]
