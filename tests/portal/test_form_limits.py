"""What one person may do within a while: everything that costs has a limit, and loses nothing typed."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.fixtures import privileged
from tests.portal.conftest import soup
from wagtail_helpdesk.conf import get_setting_names
from wagtail_helpdesk.directory import find_person
from wagtail_helpdesk.directory.errors import TooManyLookups
from wagtail_helpdesk.models import Attachment, OutgoingMail, StagedUpload, Ticket

PROJECT = Path(__file__).resolve().parents[2]


def upload(size):
    return SimpleUploadedFile("photo.bin", b"x" * size)


def test_files_of_a_day_are_limited_by_size_and_the_text_stays(visit, people, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"UPLOAD_BYTES_PER_DAY": 1500}
    lea = visit(people.lea)
    assert lea.submit_action(ticket, "comment", text="Un", files=upload(1000)).status_code == 303
    answer = lea.submit_action(ticket, "comment", text="Deux", files=upload(1000))
    assert answer.status_code == 429
    assert "too many large files today" in soup(answer).get_text()
    assert "Deux" in soup(answer).find("textarea", attrs={"name": "text"}).get_text()
    assert Attachment.objects.count() == 1
    assert not StagedUpload.objects.exists()


def test_a_file_that_fits_into_what_is_left_is_taken(visit, people, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"UPLOAD_BYTES_PER_DAY": 1500}
    lea = visit(people.lea)
    lea.submit_action(ticket, "comment", text="Un", files=upload(1000))
    assert lea.submit_action(ticket, "comment", text="Deux", files=upload(500)).status_code == 303


def test_files_of_forms_that_were_refused_count_too(visit, people, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"UPLOAD_BYTES_PER_DAY": 1500}
    lea = visit(people.lea)
    refused = lea.submit_action(ticket, "comment", text="Un", files=[upload(1000), upload(0)])
    assert refused.status_code == 422
    assert lea.submit_action(ticket, "comment", text="Deux", files=upload(1000)).status_code == 429


def test_files_of_a_new_ticket_are_limited(visit, people, heating, settings):
    settings.WAGTAIL_HELPDESK = {"UPLOAD_BYTES_PER_DAY": 500}
    data = {
        "category": heating.pk,
        "subject": "Froid",
        "text": "Il fait froid.",
        "files": upload(501),
    }
    answer = visit(people.lea).post(f"new/{heating.pk}/", **data)
    assert answer.status_code == 429
    assert "Il fait froid." in soup(answer).get_text()
    assert not Ticket.objects.exists()


def test_reports_sent_at_once_are_limited(visit, people, general, settings):
    settings.WAGTAIL_HELPDESK = {"REPORTS_PER_HOUR": 1}
    karim, data = visit(people.karim), {"send": str(general.pk)}
    karim.post("preferences/manager/", **data)
    made = OutgoingMail.objects.count()
    assert made == 1
    answer = karim.post("preferences/manager/", **data)
    assert answer.status_code == 429
    assert "You have requested many reports" in soup(answer).get_text()
    assert OutgoingMail.objects.count() == made


def test_naming_people_is_limited_whether_they_exist_or_not(visit, people, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_LOOKUPS_PER_HOUR": 2}
    karim = visit(people.karim)
    karim.submit_action(ticket, "invite", users="nobody.one, nobody.two")
    answer = karim.submit_action(ticket, "invite", users="ines")
    assert answer.status_code == 429
    assert "entered a lot of people" in soup(answer).get_text()
    assert not ticket.guests.exists()


def test_invitations_are_limited_before_an_account_is_created(
    visit, people, ticket, settings, a_new_hour, django_user_model
):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 2, "EXTERNAL_GUESTS": True}
    karim = visit(people.karim)
    assert karim.submit_action(ticket, "invite", users="ines, thomas").status_code == 303
    answer = karim.submit_action(ticket, "invite", users="new@elsewhere.example")
    assert answer.status_code == 429
    assert "invited a lot of people" in soup(answer).get_text()
    assert not django_user_model.objects.filter(email="new@elsewhere.example").exists()


def test_an_invitation_is_counted_once(visit, people, ticket, settings, a_new_hour):
    settings.WAGTAIL_HELPDESK = {"INVITATIONS_PER_HOUR": 3}
    karim = visit(people.karim)
    for name in ("ines", "thomas", "emily"):
        assert karim.submit_action(ticket, "invite", users=name).status_code == 303
    assert karim.submit_action(ticket, "invite", users="marcel").status_code == 429


def test_a_site_s_own_code_names_as_many_people_as_it_likes(people, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_LOOKUPS_PER_HOUR": 1}
    for _ in range(3):
        assert find_person("ines") == people.ines
    find_person("ines", by=people.karim)
    with pytest.raises(TooManyLookups):
        find_person("ines", by=people.karim)


def test_searches_are_limited(visit, people, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"SEARCHES_PER_MINUTE": 1}
    lea = visit(people.lea)
    assert "searched too often" not in lea.page("search/", q="radiateur").get_text()
    answer = lea.get("search/", q="radiateur")
    assert answer.status_code == 429
    assert "searched too often" in soup(answer).get_text()
    assert soup(answer).find("input", attrs={"name": "q"})["value"] == "radiateur"


def test_searches_in_the_catalogue_are_limited(visit, people, heating, settings):
    settings.WAGTAIL_HELPDESK = {"SEARCHES_PER_MINUTE": 1}
    lea = visit(people.lea)
    assert lea.get("new/", q="chauffage").status_code == 200
    answer = lea.get("new/", q="chauffage")
    assert answer.status_code == 429
    assert "searched too often" in soup(answer).get_text()


@pytest.mark.parametrize("path", ["tickets/{ticket}/invite/", "new/{category}/"])
def test_searches_in_the_directory_are_limited(visit, people, ticket, settings, path):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_SEARCHES_PER_MINUTE": 1}
    karim = visit(people.karim)
    path = path.format(ticket=ticket.pk, category=ticket.category_id)
    sent = {
        "query": "robert",
        "find": "1",
        "text": "Il fait froid.",
        "category": ticket.category_id,
    }
    assert karim.post(path, **sent).status_code == 200
    answer = karim.post(path, **sent)
    assert answer.status_code == 429
    assert "searched too often" in soup(answer).get_text()
    assert "Il fait froid." in soup(answer).get_text()


def test_a_replacement_named_beyond_the_limit_is_refused_with_429(visit, people, taken, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_LOOKUPS_PER_HOUR": 1}
    privileged(taken.service, people.karim, can_set_availability=True)
    karim = visit(people.karim)
    sent = {"starts_on": "2030-01-01", "ends_on": "2030-01-02", "replacement": "nobody.one"}
    assert karim.post("preferences/absences/", **sent).status_code == 422
    assert karim.post("preferences/absences/", **sent).status_code == 429


def test_every_limit_is_in_the_document_about_limits():
    settings = {
        name
        for name in get_setting_names()
        if re.search(r"_(PER_(MINUTE|HOUR|DAY)|MAX_\w+)$", name)
    }
    text = (PROJECT / "docs/decisions/limits.md").read_text()
    assert settings, "no limits were found"
    assert {name for name in settings if f"`{name}`" not in text} == set()
