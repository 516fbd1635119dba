"""Requests without a login: the redirect, and the draft of what was typed."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from tests.fixtures import privileged
from tests.portal.conftest import Visitor, hidden, hidden_of, soup
from wagtail_helpdesk.models import Attachment, Bookmark, Ticket
from wagtail_helpdesk.portal.session_drafts import sign_owner


def test_anonymous_users_are_sent_to_the_login(visit, ticket):
    for path in ("", "tickets/", f"tickets/{ticket.pk}/", "desk/", f"tickets/{ticket.pk}/take/"):
        response = visit().get(path)
        assert response.status_code == 302
        assert response.url == f"/admin/login/?next=/assistance/{path}"


def test_user_deactivated_during_a_session_is_sent_to_the_login(visit, people, ticket):
    lea = visit(people.lea)
    type(people.lea).objects.update(is_active=False)
    assert lea.get(f"tickets/{ticket.pk}/").status_code == 302


def test_text_sent_after_the_session_expired_is_in_the_form_after_login(visit, people, ticket):
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


def test_opening_form_sent_after_the_session_expired_is_filled_again_after_login(
    visit, people, heating
):
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


def test_draft_is_deleted_once_the_form_is_accepted(visit, people, ticket):
    lea, path = visit(), f"tickets/{ticket.pk}/comment/"
    lea.post(path, text="Un long message.", draft_owner=sign_owner(people.lea))
    lea.client.force_login(people.lea)
    assert lea.post(path, **hidden(lea.get(path)), text="Un long message.").status_code == 303
    assert lea.page(path).find("textarea").text.strip() == ""


def test_draft_longer_than_the_limit_is_not_kept(visit, people, ticket):
    anonymous = visit()
    path, draft_owner = f"tickets/{ticket.pk}/comment/", sign_owner(people.lea)
    anonymous.post(path, text="x" * 40_000, draft_owner=draft_owner)
    assert "wagtail_helpdesk_draft" not in anonymous.client.session


def test_draft_is_not_shown_to_another_user_of_the_browser(visit, people, taken):
    browser, path = visit(), f"tickets/{taken.pk}/comment/"
    browser.post(path, text="Entre nous.", draft_owner=sign_owner(people.lea))
    browser.client.force_login(people.karim)
    assert "Entre nous." not in browser.get(path).text
    assert "wagtail_helpdesk_draft" not in browser.client.session


@pytest.mark.parametrize("draft_owner", [{}, {"draft_owner": "1:forged"}])
def test_draft_without_a_valid_owner_is_not_kept(visit, people, ticket, draft_owner):
    anonymous = visit()
    anonymous.post(f"tickets/{ticket.pk}/comment/", text="Un long message.", **draft_owner)
    assert "wagtail_helpdesk_draft" not in anonymous.client.session


def test_draft_is_shown_in_the_form_of_the_same_action_only(visit, people, ticket):
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
    assert (
        "Some files could not be kept"
        in lea.page(path).select_one(".hd-messages[role=status]").text
    )


def test_form_without_csrf_token_is_refused(people, helpdesk, taken):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.karim)
    response = client.post(f"/assistance/tickets/{taken.pk}/close/", {"text": "x"})
    assert response.status_code == 403
    taken.refresh_from_db()
    assert taken.is_open


class StrictVisitor(Visitor):
    """A browser whose forms need their token."""

    def __init__(self, user):
        super().__init__(user)
        self.client = Client(enforce_csrf_checks=True)
        self.client.force_login(user)


def form_of(visitor, path):
    """Return the fields of a form, its token included."""
    page = visitor.page(path)
    token = page.find("input", {"name": "csrfmiddlewaretoken"})["value"]
    return hidden_of(page) | {"csrfmiddlewaretoken": token}


def log_in_elsewhere(visitor):
    """Change the token, as a login in another window of the browser does."""
    visitor.client.cookies["csrftoken"] = "x" * 32


def test_form_sent_after_a_login_in_another_window_comes_back_and_can_be_sent(
    people, helpdesk, ticket
):
    lea, path = StrictVisitor(people.lea), f"tickets/{ticket.pk}/comment/"
    form = form_of(lea, path)
    log_in_elsewhere(lea)
    answer = lea.post(path, **form, text="Un long message.", files=ContentFile(b"x", name="a.txt"))
    assert (answer.status_code, answer.url) == (303, f"/assistance/{path}")
    assert ticket.events.count() == 1
    page = lea.page(path)
    assert "You logged in again in the meantime" in page.select_one(".hd-messages").text
    assert page.find("textarea").text.strip() == "Un long message."
    kept = page.find("input", {"name": "kept"})["value"]
    again = form_of(lea, path) | {"text": "Un long message.", "kept": kept}
    assert lea.post(path, **again).status_code == 303
    event = ticket.events.last()
    assert event.text == "Un long message."
    assert [file.name for file in event.attachments.all()] == ["a.txt"]


def test_new_ticket_sent_after_a_login_in_another_window_comes_back(people, helpdesk, heating):
    lea, path = StrictVisitor(people.lea), f"new/{heating.pk}/"
    form = form_of(lea, path)
    log_in_elsewhere(lea)
    assert lea.post(path, **form | {"subject": "Froid", "text": "Il gèle."}).status_code == 303
    page = lea.page(path)
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Il gèle."
    assert not Ticket.objects.exists()


def test_form_that_another_site_sends_is_refused_and_not_kept(people, helpdesk, ticket):
    lea, path = StrictVisitor(people.lea), f"tickets/{ticket.pk}/comment/"
    for owner in ("", "1", sign_owner(people.karim)):
        answer = lea.post(path, text="Planté.", draft_owner=owner)
        assert answer.status_code == 403
        assert lea.page(path).find("textarea").text.strip() == ""


def test_a_button_pressed_after_a_login_in_another_window_leads_back_to_its_page(
    people, helpdesk, ticket
):
    karim, path = StrictVisitor(people.karim), "/assistance/desk/marks/"
    here = {
        "Origin": "http://testserver",
        "Referer": "http://testserver/assistance/desk/?queue=all",
    }
    log_in_elsewhere(karim)
    button = {"ticket": ticket.pk, "bookmark": "1"}
    answer = karim.client.post(path, button, headers=here)
    assert (answer.status_code, answer.url) == (303, here["Referer"])
    assert "nothing was done" in karim.page("desk/").select_one(".hd-messages").text
    assert not Bookmark.objects.exists()
    elsewhere = [
        here | {"Origin": "https://evil.example"},
        here | {"Referer": "http://testserver.evil.example/"},
        {},
    ]
    for headers in elsewhere:
        assert karim.client.post(path, button, headers=headers).status_code == 403
    # What was typed is still in the browser.
    typed = button | {"text": "Un long message."}
    assert karim.client.post(path, typed, headers=here).status_code == 403


def test_message_about_the_expired_session_is_shown_after_login(visit, people, ticket):
    lea, path = visit(), f"tickets/{ticket.pk}/comment/"
    lea.post(path, text="Un long message.", draft_owner=sign_owner(people.lea))
    lea.client.force_login(people.lea)
    assert (
        "Your session has expired." in lea.page(path).select_one(".hd-messages[role=status]").text
    )


OWN_FORMS = {
    "preferences/answers/": {"title": "Radiateur froid", "text": "Purgez-le, {requester}."},
    "preferences/absences/": {"starts_on": "2030-12-24", "ends_on": "2030-12-31"},
    "desk/views/?list=queue%3Dfree": {"name": "Les plus anciens"},
}


def own_form_of(visitor, path):
    """Return the hidden fields of the form that can come back."""
    form = visitor.page(path).find("input", {"name": "draft_owner"}).find_parent("form")
    return {field["name"]: field.get("value", "") for field in form.select("[type=hidden]")}


@pytest.mark.parametrize("path", OWN_FORMS)
@pytest.mark.parametrize("is_logged_out", [True, False])
def test_a_form_of_ones_own_page_comes_back_after_a_new_login(
    people, helpdesk, general, path, is_logged_out
):
    privileged(general, people.sophie, can_set_availability=True)
    sophie, typed = StrictVisitor(people.sophie), OWN_FORMS[path]
    form = own_form_of(sophie, path) | typed
    if is_logged_out:
        sophie.client = Client()
    else:
        log_in_elsewhere(sophie)
    page_path = path.partition("?")[0]
    assert sophie.post(page_path, **form).status_code in (302, 303)
    sophie.client.force_login(people.sophie)
    page = sophie.page(page_path)
    shown = {name: page.find(attrs={"name": name}) for name in typed}
    assert {n: field.get("value") or field.text.strip() for n, field in shown.items()} == typed
    assert not page.select(".hd-error, .errorlist")
    assert sophie.post(page_path, **own_form_of(sophie, page_path) | typed).status_code == 303
    assert "draft" not in str(list(sophie.client.session.keys()))


def test_a_short_form_of_a_block_comes_back_after_a_login_in_another_window(
    people, helpdesk, heating
):
    """Its script sends the form as a page when the answer is 403: to where its action leads."""
    lea, block = StrictVisitor(people.lea), f"/helpdesk-mail/blocks/ask/?category={heating.pk}"
    part = soup(lea.client.get(block)).form
    fields = {field["name"]: field["value"] for field in part.select("[name][value]")}
    typed = fields | {"subject": "Froid", "text": "Il gèle."}
    log_in_elsewhere(lea)
    assert lea.client.post(part["data-hx-post"], typed).status_code == 403
    file = ContentFile(b"x", name="plan.txt")
    answer = lea.client.post(part["action"], typed | {"files": file})
    page = soup(lea.client.get(answer.url))
    assert page.find("input", {"name": "subject"})["value"] == "Froid"
    assert page.find("textarea").text.strip() == "Il gèle."
    assert "plan.txt" in page.find("input", {"name": "kept"}).parent.text
    assert not Ticket.objects.exists()
