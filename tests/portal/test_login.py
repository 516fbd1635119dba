"""Coming without a login: sent to it, and what was typed is not lost."""

import pytest
from django.core.files.base import ContentFile

from tests.portal.conftest import hidden, hidden_of, soup
from wagtail_helpdesk.models import Attachment, Ticket
from wagtail_helpdesk.portal.drafts import sign_owner


def test_every_page_asks_for_a_login(visit, ticket):
    for path in ("", "tickets/", f"tickets/{ticket.pk}/", "desk/", f"tickets/{ticket.pk}/take/"):
        response = visit().get(path)
        assert response.status_code == 302
        assert response.url == f"/admin/login/?next=/assistance/{path}"


def test_somebody_whose_account_was_closed_is_anonymous(visit, people, ticket):
    lea = visit(people.lea)
    type(people.lea).objects.update(is_active=False)
    assert lea.get(f"tickets/{ticket.pk}/").status_code == 302


def test_a_22_what_was_typed_is_there_after_login(visit, people, ticket):
    lea = visit(people.lea)
    path = f"tickets/{ticket.pk}/comment/"
    form = hidden(lea.get(path))
    lea.client.logout()
    response = lea.post(path, **form, text="Un long message.")
    assert response.status_code == 302
    lea.client.force_login(people.lea)
    page = lea.page(path)
    assert page.find("textarea").text.strip() == "Un long message."
    assert page.find("input", {"name": "submission"})["value"]


def test_a_22_an_opening_form_is_filled_again_too(visit, people, heating):
    lea, path = visit(), f"new/{heating.pk}/"
    lea.post(
        path,
        category=heating.pk,
        subject="Froid",
        text="Il gèle.",
        draft_owner=sign_owner(people.lea),
    )
    lea.client.force_login(people.lea)
    page = lea.page(path)
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Il gèle."
    assert not Ticket.objects.exists()


def test_it_is_forgotten_once_it_was_sent(visit, people, ticket):
    lea, path = visit(), f"tickets/{ticket.pk}/comment/"
    lea.post(path, text="Un long message.", draft_owner=sign_owner(people.lea))
    lea.client.force_login(people.lea)
    assert lea.post(path, **hidden(lea.get(path)), text="Un long message.").status_code == 303
    assert lea.page(path).find("textarea").text.strip() == ""


def test_an_enormous_text_is_not_put_into_the_session(visit, people, ticket):
    anonymous = visit()
    path, draft_owner = f"tickets/{ticket.pk}/comment/", sign_owner(people.lea)
    anonymous.post(path, text="x" * 40_000, draft_owner=draft_owner)
    assert "wagtail_helpdesk_draft" not in anonymous.client.session


def test_s_vis_14_whoever_logs_in_next_does_not_read_what_another_typed(visit, people, taken):
    browser, path = visit(), f"tickets/{taken.pk}/comment/"
    browser.post(path, text="Entre nous.", draft_owner=sign_owner(people.lea))
    browser.client.force_login(people.karim)
    assert "Entre nous." not in browser.get(path).text
    assert "wagtail_helpdesk_draft" not in browser.client.session


@pytest.mark.parametrize("draft_owner", [{}, {"draft_owner": "1:forged"}])
def test_s_vis_14_what_belongs_to_nobody_known_is_not_kept(visit, people, ticket, draft_owner):
    anonymous = visit()
    anonymous.post(f"tickets/{ticket.pk}/comment/", text="Un long message.", **draft_owner)
    assert "wagtail_helpdesk_draft" not in anonymous.client.session


def test_it_is_given_back_to_its_own_form_only(visit, people, ticket):
    lea = visit()
    lea.post(
        f"tickets/{ticket.pk}/comment/", text="Un long message.", draft_owner=sign_owner(people.lea)
    )
    lea.client.force_login(people.lea)
    assert "Un long message." not in lea.get(f"tickets/{ticket.pk}/close/").text


def test_files_of_a_form_sent_after_the_session_expired_are_kept(visit, people, ticket):
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/comment/"
    form = hidden(lea.get(path))
    lea.client.logout()
    lea.post(path, **form, text="Voici.", files=ContentFile(b"x", name="plan.txt"))
    lea.client.force_login(people.lea)
    page = lea.page(path)
    kept = page.find("input", {"name": "kept"})
    assert "plan.txt" in kept.parent.text
    response = lea.post(path, **hidden_of(page), text="Voici.", kept=kept["value"])
    assert response.status_code == 303
    assert [file.name for file in Attachment.objects.all()] == ["plan.txt"]


def test_file_that_cannot_be_kept_after_the_session_expired_is_mentioned(
    visit, people, ticket, settings
):
    settings.WAGTAIL_HELPDESK = {"FILE_MAX_SIZE": 1}
    lea, path = visit(people.lea), f"tickets/{ticket.pk}/comment/"
    form = hidden(lea.get(path))
    lea.client.logout()
    lea.post(path, **form, text="Voici.", files=ContentFile(b"xx", name="plan.txt"))
    lea.client.force_login(people.lea)
    assert "Some files could not be kept" in soup(lea.get(path)).find(role="status").text


def test_s_csrf_02_a_form_without_its_token_is_refused(people, helpdesk, taken):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(people.karim)
    response = client.post(f"/assistance/tickets/{taken.pk}/close/", {"text": "x"})
    assert response.status_code == 403
    taken.refresh_from_db()
    assert taken.is_open


def test_the_hint_is_shown_after_the_login(visit, people, ticket):
    lea, path = visit(), f"tickets/{ticket.pk}/comment/"
    lea.post(path, text="Un long message.", draft_owner=sign_owner(people.lea))
    lea.client.force_login(people.lea)
    assert "Your session has expired." in soup(lea.get(path)).find(role="status").text
