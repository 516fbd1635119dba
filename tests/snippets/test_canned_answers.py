"""Canned answers of services and of the site in the admin: who writes which, and their versions."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import AnswerUsage, CannedAnswer

from .conftest import grant


def url(view, *args, **query):
    path = reverse(f"helpdesk_canned_answers:{view}", args=args)
    return f"{path}?service={query['service']}" if query else path


@pytest.fixture
def open_page(client):
    def look(by, path):
        client.force_login(by)
        return client.get(path)

    return look


@pytest.fixture
def submit_form(client):
    def send(by, path, **data):
        client.force_login(by)
        return client.post(path, {"title": "Purge", "text": "Purgez-le.", **data})

    return send


@pytest.fixture
def answer(general):
    made = CannedAnswer.objects.create(service=general, title="Purge", text="Purgez-le.")
    made.save_revision()
    return made


def test_manager_who_edits_the_service_adds_an_answer_to_it(submit_form, people, general, heating):
    response = submit_form(
        people.sophie, url("add", service=general.pk), category=heating.pk, action="close"
    )
    assert response.status_code == 302
    made = CannedAnswer.objects.get()
    assert (made.service, made.category, made.action) == (general, heating, "close")
    assert (made.owner, made.revisions.count()) == (None, 1)


def test_category_of_another_service_is_refused(submit_form, people, general, network):
    response = submit_form(people.sophie, url("add", service=general.pk), category=network.pk)
    assert response.status_code == 200
    assert not CannedAnswer.objects.exists()


def test_only_administrators_add_answers_of_the_site(submit_form, open_page, people, general):
    assert open_page(people.sophie, url("add")).status_code == 404
    assert submit_form(people.sophie, url("add")).status_code == 404
    assert submit_form(people.gilles, url("add")).status_code == 302
    assert CannedAnswer.objects.get().service is None


def test_privilege_to_edit_the_service_decides(
    submit_form, open_page, people, general, answer, manager
):
    grant(manager(people.sophie), Privilege.MANAGE_CATEGORIES, Privilege.MANAGE_MANAGERS)
    assert open_page(people.sophie, url("edit", answer.pk)).status_code in (302, 404)
    assert submit_form(people.sophie, url("edit", answer.pk), title="Mine").status_code in (
        302,
        404,
    )
    answer.refresh_from_db()
    assert answer.title == "Purge"


def test_list_shows_the_answers_of_the_services_that_the_user_edits(
    open_page, people, general, dsi, answer
):
    CannedAnswer.objects.create(service=dsi, title="Redémarrage", text="x")
    CannedAnswer.objects.create(title="Partout", text="x")
    CannedAnswer.objects.create(owner=people.sophie, title="Personnelle", text="x")
    AnswerUsage.objects.create(answer=answer, times=41)
    shown = open_page(people.sophie, url("list")).text
    assert "Purge" in shown
    assert ">41<" in "".join(shown.split())
    assert [word for word in ("Redémarrage", "Partout", "Personnelle") if word in shown] == []
    everything = open_page(people.gilles, url("list")).text
    assert [w for w in ("Purge", "Redémarrage", "Partout", "Personnelle") if w in everything] == [
        "Purge",
        "Redémarrage",
        "Partout",
    ]


def test_personal_answer_is_hidden_from_administrators_too(open_page, submit_form, people, general):
    own = CannedAnswer.objects.create(owner=people.karim, title="Personnelle", text="x")
    for view in ("edit", "delete", "history", "usage"):
        for who in (people.gilles, people.sophie, people.karim):
            assert open_page(who, url(view, own.pk)).status_code in (302, 404), view
    submit_form(people.gilles, url("delete", own.pk))
    assert CannedAnswer.objects.filter(pk=own.pk).exists()


def test_version_that_is_restored_keeps_how_often_the_answer_was_used(
    submit_form, open_page, people, answer
):
    first = answer.latest_revision_id
    AnswerUsage.objects.create(answer=answer, times=7)
    assert submit_form(people.sophie, url("edit", answer.pk), title="Purger").status_code == 302
    page = open_page(people.sophie, url("revisions_revert", answer.pk, first))
    assert BeautifulSoup(page.content, "html.parser").find(id="id_title")["value"] == "Purge"
    sent = submit_form(people.sophie, url("edit", answer.pk), title="Purge", revision=first)
    assert sent.status_code == 302
    answer.refresh_from_db()
    assert (answer.title, answer.usage.times) == ("Purge", 7)


def test_texts_in_other_languages_are_saved(submit_form, open_page, people, answer, settings):
    settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    other = "fr" if settings.LANGUAGE_CODE.startswith("en") else "en"
    data = {f"texts-{other}-title": "Autre", f"texts-{other}-text": "Autre texte"}
    assert submit_form(people.sophie, url("edit", answer.pk), **data).status_code == 302
    answer.refresh_from_db()
    assert answer.texts == {other: {"title": "Autre", "text": "Autre texte"}}
    assert "Autre texte" in open_page(people.sophie, url("edit", answer.pk)).text


def test_panel_of_a_service_leads_to_its_answers(open_page, people, general):
    panel = open_page(people.sophie, reverse("helpdesk_services:panel", args=[general.pk])).text
    assert f"{url('list')}?service={general.pk}" in panel


def test_placeholder_that_does_not_exist_is_refused(submit_form, people, answer):
    response = submit_form(people.sophie, url("edit", answer.pk), text="Bonjour {requestor}")
    assert "There is no placeholder {requestor}" in response.text
