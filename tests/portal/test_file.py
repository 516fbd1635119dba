"""Downloads of attached files."""

import pytest
from django.core.files.base import ContentFile

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Attachment


@pytest.fixture
def attach_file(taken, people):
    """A function that attaches a file to the ticket."""

    def attach(name="plan é.pdf", content=b"%PDF-1.4\n", **form):
        by = form.pop("by", people.lea)
        act = form.pop("act", actions.comment)
        event = act(taken, by=by, text="Voici.", files=[ContentFile(content, name=name)], **form)
        return event.attachments.get()

    return attach


def path(attachment):
    return f"tickets/{attachment.event.ticket_id}/files/{attachment.pk}/x/"


def test_ticket_page_links_to_its_files(visit, people, attach_file):
    file = attach_file()
    lea = visit(people.lea)
    link = lea.page(f"tickets/{file.event.ticket_id}/").select_one(".hd-history .hd-files a")
    assert "plan é.pdf" in link.text
    response = lea.client.get(link["href"])
    assert b"".join(response.streaming_content) == b"%PDF-1.4\n"


def test_file_is_downloaded_and_never_shown_as_a_page(visit, people, attach_file):
    response = visit(people.lea).get(path(attach_file("x.html", b"<script>alert(1)</script>")))
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_real_file_name_is_in_the_content_disposition_header(visit, people, attach_file):
    file = attach_file('../../é"; filename=x.pdf')
    response = visit(people.lea).get(path(file))
    assert "filename*=utf-8''" in response.headers["Content-Disposition"]
    assert "/" not in file.name
    assert "é" not in file.file.name


def test_file_may_not_be_cached(visit, people, attach_file):
    response = visit(people.lea).get(path(attach_file()))
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("guess", ["*", '"1"', 'W/"d41d8cd98f00b204e9800998ecf8427e"'])
def test_guessed_etag_reveals_nothing_to_strangers(visit, people, attach_file, guess):
    file = attach_file()
    for stranger in (people.victor, people.gilles, people.thomas):
        browser = visit(stranger)
        answer = browser.client.get(browser.base + path(file), headers={"if-none-match": guess})
        assert answer.status_code == 404


def test_file_is_not_found_by_users_who_may_not_see_the_ticket(visit, people, attach_file):
    file = attach_file()
    for stranger in (people.victor, people.gilles, people.thomas):
        assert visit(stranger).get(path(file)).status_code == 404


def test_file_is_not_found_below_another_ticket(visit, people, attach_file, heating):
    other = actions.open_ticket(heating, by=people.lea, subject="Autre", text="x")
    file = attach_file()
    assert visit(people.lea).get(f"tickets/{other.pk}/files/{file.pk}/x/").status_code == 404


def test_file_of_a_note_is_for_managers_only(visit, people, attach_file):
    file = attach_file(act=actions.note, by=people.karim)
    assert visit(people.sophie).get(path(file)).status_code == 200
    assert visit(people.lea).get(path(file)).status_code == 404


def test_file_is_not_found_after_access_to_the_ticket_is_lost(
    visit, people, attach_file, taken, network
):
    file = attach_file()
    karim = visit(people.karim)
    assert karim.get(path(file)).status_code == 200
    actions.move(taken, by=people.karim, to=network)
    assert karim.get(path(file)).status_code == 404


def test_missing_file_is_answered_with_404(visit, people, attach_file):
    file = attach_file()
    file.file.storage.delete(file.file.name)
    response = visit(people.lea).get(path(file))
    assert response.status_code == 404
    assert "This file is missing." in response.text


def test_full_disk_is_reported_in_the_form(visit, people, taken, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    storage = Attachment._meta.get_field("file").storage
    monkeypatch.setattr(type(storage), "_save", full)
    karim = visit(people.karim)
    # What could not be attached cannot be kept either; the text is what must survive.
    response = karim.submit_action(
        taken, "comment", text="Voici.", files=ContentFile(b"x", name="x.txt")
    )
    assert response.status_code == 507
    assert "could not be stored" in response.text
    assert "Voici." in response.text
    assert not taken.events.filter(text="Voici.").exists()
