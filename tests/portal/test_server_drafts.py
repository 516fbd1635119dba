"""Drafts that the server keeps: saved by the script of a form, offered on another device, and their end."""

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.portal.conftest import hidden
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.maintenance.housekeeping import JOBS, run_job
from wagtail_helpdesk.models import Draft, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.portal import server_drafts
from wagtail_helpdesk.portal.browser_drafts import get_current_milliseconds

TEXT = "La vanne est bloquée."


def save(visitor, form, text=TEXT, *, submission=None, **changes):
    """Send a draft as the script of a form does."""
    fields = {"text": [text]}
    draft = {
        "saved": get_current_milliseconds(),
        "fields": fields,
        "files": [],
        "submission": submission or "",
    }
    url = reverse("wagtail_helpdesk:drafts")
    return visitor.client.post(url, {"form": form, "draft": json.dumps(draft | changes)})


def offered(visitor, path):
    """Return what the page offers, by the name of the form."""
    forms = visitor.page(path).find_all("form", attrs={"data-hd-draft": True})
    stored = {form["data-hd-draft"]: form.find(attrs={"data-hd-stored": True}) for form in forms}
    return {
        name: json.loads(offer["data-hd-stored"])["fields"]
        for name, offer in stored.items()
        if offer
    }


@pytest.fixture
def lea(visit, people, ticket):
    return visit(people.lea)


# -- saved and offered ------------------------------------------------------------------------------


FORMS = {
    "open_ticket": ("lea", "new/{category}/", "opening"),
    "comment": ("lea", "tickets/{ticket}/comment/", "comment-{ticket}"),
    "comment on the page of the ticket": ("lea", "tickets/{ticket}/", "comment-{ticket}"),
    "note": ("karim", "tickets/{ticket}/note/", "note-{ticket}"),
    "ask_information": (
        "karim",
        "tickets/{ticket}/ask-information/",
        "ask_information-{ticket}",
    ),
    "close": ("karim", "tickets/{ticket}/close/", "close-{ticket}"),
    "refuse": ("karim", "tickets/{ticket}/refuse/", "refuse-{ticket}"),
    "release": ("karim", "tickets/{ticket}/release/", "release-{ticket}"),
    "invite": ("karim", "tickets/{ticket}/invite/", "invite-{ticket}"),
    "move": ("karim", "tickets/{ticket}/move/", "move-{ticket}"),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_draft_is_offered_in_the_same_form_on_another_device(visit, people, taken, name):
    who, path, form = FORMS[name]
    place = {"category": taken.category_id, "ticket": taken.pk}
    path, form = path.format(**place), form.format(**place)
    assert offered(visit(getattr(people, who)), path) == {}
    assert save(visit(getattr(people, who)), form).status_code == 204
    assert offered(visit(getattr(people, who)), path) == {form: {"text": [TEXT]}}


def test_a_draft_belongs_to_one_person(lea, visit, people, taken):
    save(lea, f"comment-{taken.pk}")
    assert offered(visit(people.karim), f"tickets/{taken.pk}/comment/") == {}


def test_a_draft_belongs_to_one_form(lea, visit, people, taken):
    save(visit(people.karim), f"note-{taken.pk}")
    assert offered(visit(people.karim), f"tickets/{taken.pk}/comment/") == {}


def test_a_page_with_several_forms_reads_its_drafts_in_one_statement(visit, people, taken):
    for form in ("comment", "note", "close"):
        save(visit(people.karim), f"{form}-{taken.pk}")
    karim = visit(people.karim)
    with CaptureQueriesContext(connection) as queries:
        assert offered(karim, f"tickets/{taken.pk}/")
    assert sum("helpdesk_draft" in query["sql"] for query in queries) == 1


def test_a_draft_saved_again_replaces_the_one_before(lea, ticket):
    for text in ("La", TEXT):
        save(lea, f"comment-{ticket.pk}", text)
    assert Draft.objects.get().fields == {"text": [TEXT]}


def test_an_empty_draft_deletes_the_one_before(lea, ticket):
    save(lea, f"comment-{ticket.pk}")
    url = reverse("wagtail_helpdesk:drafts")
    assert lea.client.post(url, {"form": f"comment-{ticket.pk}"}).status_code == 204
    assert not Draft.objects.exists()


def test_characters_that_the_database_refuses_are_removed(lea, ticket):
    assert save(lea, f"comment-{ticket.pk}", "a\0b\ud800c").status_code == 204
    assert Draft.objects.get().fields == {"text": ["abc"]}


def test_saving_a_draft_writes_no_session(lea, ticket):
    lea.page()
    before = Session.objects.get().session_data
    response = save(lea, f"comment-{ticket.pk}")
    assert Session.objects.get().session_data == before
    assert not response.cookies
    assert "no-store" in response["Cache-Control"]


# -- refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "status"),
    [("comment-999999", 404), ("comment", 400), ("dance-1", 400), ("comment-" + "9" * 30, 400)],
)
def test_a_draft_of_an_unknown_form_is_refused(lea, form, status):
    assert save(lea, form).status_code == status
    assert not Draft.objects.exists()


def test_a_draft_about_a_ticket_out_of_sight_is_refused(visit, people, ticket):
    assert save(visit(people.thomas), f"comment-{ticket.pk}").status_code == 404
    assert not Draft.objects.exists()


def test_a_draft_without_login_is_refused(visit, ticket):
    assert save(visit(), "opening").status_code == 404
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "draft",
    [
        "{",
        "[]",
        "[" * 5000,
        '{"fields": {}, "files": [], "saved": 1, "submission": ""}',
        '{"fields": {"text": "x"}, "files": [], "saved": -1, "submission": ""}',
        '{"fields": {"text": [1]}, "files": [], "saved": 1, "submission": ""}',
        '{"fields": {"text": ["x"]}, "files": [], "saved": 1e400, "submission": ""}',
        '{"fields": {"text": ["x"]}, "files": [], "saved": 1, "submission": "x"}',
        json.dumps({"fields": {"t": ["x"] * 300}, "files": [], "saved": 1, "submission": ""}),
    ],
)
def test_a_draft_that_is_none_is_refused(lea, draft):
    url = reverse("wagtail_helpdesk:drafts")
    assert lea.client.post(url, {"form": "opening", "draft": draft}).status_code == 400
    assert not Draft.objects.exists()


def test_a_draft_that_is_too_long_is_refused(lea, settings):
    settings.WAGTAIL_HELPDESK = {"MESSAGE_MAX_LENGTH": 100}
    assert save(lea, "opening", "x" * 300).status_code == 204
    assert save(lea, "opening", "x" * 10_300).status_code == 413
    assert len(Draft.objects.get().fields["text"][0]) == 300


def test_the_longest_message_fits_into_a_draft(lea, settings):
    assert save(lea, "opening", "€" * 20_000).status_code == 204


def test_a_person_has_a_limited_number_of_drafts(visit, people, heating, monkeypatch):
    monkeypatch.setattr(server_drafts, "MAX_DRAFTS", 2)
    lea, tickets = visit(people.lea), []
    for subject in "abc":
        tickets.append(actions.open_ticket(heating, by=people.lea, subject=subject, text="…"))
        save(lea, f"comment-{tickets[-1].pk}")
    assert set(Draft.objects.values_list("ticket", flat=True)) == {t.pk for t in tickets[1:]}


def test_drafts_are_counted_against_a_limit(lea, settings, a_new_hour):
    settings.WAGTAIL_HELPDESK = {"DRAFTS_PER_MINUTE": 2}
    assert [save(lea, "opening").status_code for _n in range(3)] == [204, 204, 429]


def test_a_draft_without_csrf_token_is_refused(helpdesk, people):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.lea)
    assert strict.post(reverse("wagtail_helpdesk:drafts"), {"form": "opening"}).status_code == 403


def test_drafts_are_only_posted(lea):
    assert lea.client.get(reverse("wagtail_helpdesk:drafts")).status_code == 405


def test_a_site_without_drafts_keeps_and_offers_none(lea, ticket, settings):
    save(lea, f"comment-{ticket.pk}")
    settings.WAGTAIL_HELPDESK = {"DRAFT_DAYS": 0}
    assert save(lea, "opening").status_code == 404
    assert offered(lea, f"tickets/{ticket.pk}/") == {}
    owner = lea.page(f"tickets/{ticket.pk}/").find(attrs={"data-hd-person": True})
    assert owner["data-hd-drafts-url"] == ""


def test_a_page_names_the_url_for_drafts(lea):
    owner = lea.page().find(attrs={"data-hd-person": True})
    assert owner["data-hd-drafts-url"] == reverse("wagtail_helpdesk:drafts")


# -- the end of a draft -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["comment", "opening"])
def test_a_draft_is_deleted_when_its_form_was_sent(lea, people, ticket, heating, form):
    path = f"new/{heating.pk}/" if form == "opening" else f"tickets/{ticket.pk}/comment/"
    given = hidden(lea.get(path)) | {"category": heating.pk, "subject": "Froid", "text": TEXT}
    save(
        lea,
        "opening" if form == "opening" else f"comment-{ticket.pk}",
        submission=given["submission"],
    )
    save(lea, f"change_subject-{ticket.pk}", submission=str(uuid.uuid4()))
    assert lea.post(path, **given).status_code == 303
    assert Draft.objects.get().form == f"change_subject-{ticket.pk}"


def test_a_draft_that_arrives_after_its_form_is_not_saved(lea, ticket):
    path = f"tickets/{ticket.pk}/comment/"
    given = hidden(lea.get(path)) | {"text": TEXT}
    lea.post(path, **given)
    late = save(lea, f"comment-{ticket.pk}", submission=given["submission"])
    assert late.status_code == 410
    assert not Draft.objects.exists()


def test_a_draft_of_a_form_that_was_sent_is_not_offered(lea, people, ticket):
    submission = uuid.uuid4()
    save(lea, f"comment-{ticket.pk}", submission=str(submission))
    actions.comment(ticket, by=people.lea, text=TEXT, submission=submission)
    assert offered(lea, f"tickets/{ticket.pk}/") == {}


def test_a_draft_stays_when_the_form_was_not_accepted(lea, ticket):
    path = f"tickets/{ticket.pk}/comment/"
    given = hidden(lea.get(path)) | {"text": ""}
    save(lea, f"comment-{ticket.pk}", submission=given["submission"])
    assert lea.post(path, **given).status_code == 422
    assert Draft.objects.exists()


def test_a_log_out_keeps_the_drafts_of_the_server(lea, visit, people, ticket):
    save(lea, f"comment-{ticket.pk}")
    lea.client.logout()
    assert offered(visit(people.lea), f"tickets/{ticket.pk}/")


def clean_up():
    run_job(next(job for job in JOBS if job.name == "delete drafts"))


def test_a_draft_ends_after_the_days_that_the_site_sets(lea, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"DRAFT_DAYS": 3}
    save(lea, f"comment-{ticket.pk}")
    young = timezone.now() - timedelta(days=2, hours=23)
    Draft.objects.update(updated_at=young)
    clean_up()
    assert offered(lea, f"tickets/{ticket.pk}/")
    Draft.objects.update(updated_at=young - timedelta(hours=2))
    assert offered(lea, f"tickets/{ticket.pk}/") == {}
    clean_up()
    assert not Draft.objects.exists()


def test_a_draft_ends_when_its_person_is_removed_from_the_ticket(visit, people, invited):
    save(visit(people.thomas), f"comment-{invited.pk}")
    save(visit(people.karim), f"comment-{invited.pk}")
    actions.remove_guest(invited, by=people.lea, user=people.thomas)
    assert Draft.objects.get().user == people.karim


def test_a_draft_ends_when_its_person_no_longer_manages_the_service(visit, people, general, ticket):
    save(visit(people.karim), f"note-{ticket.pk}")
    save(visit(people.karim), "opening")
    configuration.remove_manager(
        ServiceManager.objects.get(service=general, user=people.karim), by=None
    )
    assert Draft.objects.get().form == "opening"


def test_housekeeping_deletes_drafts_of_people_who_lost_access_by_other_means(
    visit, people, general, ticket
):
    save(visit(people.karim), f"note-{ticket.pk}")
    save(visit(people.sophie), f"note-{ticket.pk}")
    ServiceManager.objects.filter(user=people.karim).delete()
    clean_up()
    assert Draft.objects.get().user == people.sophie


def test_a_draft_is_deleted_with_its_ticket(lea, people, ticket):
    save(lea, f"comment-{ticket.pk}")
    with unguarded():
        Ticket.objects.get(pk=ticket.pk).delete()
    assert not Draft.objects.exists()
