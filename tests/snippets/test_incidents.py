"""Incidents in the admin: who announces, changes and ends them, and what is refused."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, ModelLogEntry, Page, Site

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Incident, Ticket
from wagtail_helpdesk.models.guards import unguarded

from .test_every_field import filled

SPACE = "helpdesk_incidents"


@pytest.fixture(autouse=True)
def french(db):
    return Locale.objects.get_or_create(language_code="fr")[0]


@pytest.fixture
def public_ticket(ticket):
    """Léa’s ticket, which everybody can read."""
    with unguarded():
        Ticket.objects.update(visibility=Visibility.PUBLIC)
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def incident(general):
    texts = {"en": {"title": "No heating", "text": "A valve is leaking."}}
    return configuration.create_incident(by=None, texts=texts, services=[general])


@pytest.fixture
def submit_form(client, people):
    """Send the form of a page as a user: what is not named is as in a valid form."""

    def send(page, *args, by=people.sophie, **data):
        client.force_login(by)
        fields = {"texts-en-title": "No heating", "starts_at": "2026-11-30 09:00"} | data
        kept = {name: value for name, value in fields.items() if value is not None}
        return client.post(page_url(page, *args), kept)

    return send


def page_url(page, *args):
    return reverse(f"{SPACE}:{page}", args=[arg.pk for arg in args])


def read(response):
    return BeautifulSoup(response.content, "html.parser")


def errors(response):
    assert response.status_code == 200
    found = read(response).select(".error-message, .w-field__errors")
    return " ".join(" ".join(each.text.split()) for each in found)


def titles(response):
    return [
        cell.get_text(" ", strip=True)
        for cell in read(response).select("td.title .title-wrapper a")
    ]


def test_a_service_owner_announces_an_incident_in_both_languages(
    submit_form, general, public_ticket
):
    submit_form(
        "add",
        **{"texts-fr-title": "Chauffage coupé", "texts-fr-text": "Une vanne **fuit**."},
        services=[general.pk],
        ticket=f"#{public_ticket.pk}",
    )
    made = Incident.objects.get()
    assert made.texts["en"]["title"] == "No heating"
    assert made.texts["fr"]["html"] == "<p>Une vanne <strong>fuit</strong>.</p>\n"
    assert list(made.services.all()) == [general]
    assert made.ticket == public_ticket


def test_a_service_owner_finds_only_their_own_services_in_the_form(client, people, general, dsi):
    client.force_login(people.sophie)
    page = read(client.get(page_url("add")))
    assert [box["value"] for box in page.select("[name=services]")] == [str(general.pk)]
    assert page.select_one("[name=services]").has_attr("checked")
    assert page.select("[name^=sections]") == []


def test_an_incident_of_another_service_is_refused(submit_form, general, dsi):
    assert "Select a valid choice" in errors(submit_form("add", services=[dsi.pk]))
    assert not Incident.objects.exists()


def test_an_administrator_announces_an_incident_of_a_section(submit_form, people):
    root = Site.objects.get(is_default_site=True).root_page
    submit_form("add", by=people.gilles, **{"sections-0": root.pk})
    assert list(Incident.objects.get().sections.values_list("pk", flat=True)) == [root.pk]


def test_sections_sent_by_a_service_owner_are_ignored(submit_form, general):
    root = Site.objects.get(is_default_site=True).root_page
    submit_form("add", services=[general.pk], **{"sections-0": root.pk})
    assert not Incident.objects.get().sections.exists()


def test_an_incident_of_several_services_is_changed_by_who_edits_them_all(
    submit_form, client, people, general, dsi, incident
):
    configuration.change_incident(incident, by=None, services=[general, dsi])
    assert submit_form("edit", incident, services=[general.pk]).status_code in (302, 403)
    incident.refresh_from_db()
    assert set(incident.services.all()) == {general, dsi}
    client.force_login(people.sophie)
    listed = client.get(page_url("list"))
    assert "No heating" in listed.text
    assert page_url("edit", incident) not in listed.text


def test_an_administrator_by_permission_changes_every_incident(
    submit_form, people, incident, general
):
    needed = Permission.objects.filter(codename__in=["change_service", "access_admin"])
    people.victor.user_permissions.add(*needed)
    submit_form(
        "edit", incident, by=people.victor, services=[general.pk], **{"texts-en-title": "Cold"}
    )
    incident.refresh_from_db()
    assert str(incident) == "Cold"


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"ends_at": "2026-11-30 08:00"}, "The end comes before the start."),
        ({"starts_at": "0001-01-01 00:00"}, "Enter a valid date/time."),
        ({"ends_at": "9999-12-31 23:59"}, "Enter a valid date/time."),
        ({"ends_at": "9999-12-31T23:59-23:59"}, "Enter a valid date/time."),
        ({"texts-en-title": ""}, "Please write a title in at least one language."),
        ({"texts-en-title": "\u200b\u2800"}, "Please write a title in at least one language."),
        ({"texts-fr-text": "Sans titre"}, "Français: The title is missing."),
        ({"texts-en-title": "x" * 121}, "English: Ensure this value has at most 120 characters"),
        ({"texts-en-text": "x" * 2001}, "English: At most 2000 characters; this has 2001."),
        ({"services": None}, "Choose at least one service"),
        ({"ticket": "999999"}, "There is no ticket with this number that you can see."),
        ({"ticket": "x" * 21}, "at most 20 characters"),
    ],
)
def test_what_is_wrong_is_refused_where_it_was_typed(submit_form, general, wrong, problem):
    assert problem in errors(submit_form("add", **{"services": [general.pk]} | wrong))
    assert not Incident.objects.exists()


def test_a_private_ticket_is_refused(submit_form, general, ticket):
    assert "This ticket is not public" in errors(
        submit_form("add", services=[general.pk], ticket=ticket.pk)
    )


def test_a_closed_ticket_is_refused(submit_form, general, public_ticket, people):
    actions.take_and_close(public_ticket, by=people.sophie, text="Réparé.")
    answer = submit_form("add", services=[general.pk], ticket=public_ticket.pk)
    assert "This ticket is closed already." in errors(answer)


def test_the_ticket_of_another_service_is_refused(submit_form, people, dsi, public_ticket):
    answer = submit_form("add", by=people.gilles, services=[dsi.pk], ticket=public_ticket.pk)
    assert "This ticket belongs to another service." in errors(answer)


def test_a_ticket_that_the_author_cannot_see_is_refused_like_a_missing_one(
    submit_form, people, dsi, ticket
):
    answer = submit_form("add", by=people.nadia, services=[dsi.pk], ticket=ticket.pk)
    assert "There is no ticket with this number that you can see." in errors(answer)


def test_the_text_of_an_incident_whose_ticket_is_closed_can_still_be_changed(
    submit_form, people, general, public_ticket, incident
):
    configuration.change_incident(incident, by=None, ticket=public_ticket)
    actions.take_and_close(public_ticket, by=people.sophie, text="Réparé.")
    submit_form(
        "edit",
        incident,
        services=[general.pk],
        ticket=public_ticket.pk,
        **{"texts-en-title": "Repaired"},
    )
    incident.refresh_from_db()
    assert str(incident) == "Repaired"


def test_the_list_is_searched_by_words_of_any_language_and_by_ticket(
    client, people, general, public, incident
):
    texts = {"fr": {"title": "Électricité coupée", "text": "Le bâtiment C est éteint."}}
    configuration.create_incident(by=None, texts=texts, services=[general], ticket=public)
    client.force_login(people.sophie)
    asked = ("electricite batiment", "valves", "No heating", "nothing", f"#{public.pk}", "?!")
    found = {words: titles(client.get(page_url("list"), {"q": words})) for words in asked}
    assert found == {
        "electricite batiment": ["Électricité coupée"],
        "valves": ["No heating"],
        "No heating": ["No heating"],
        "nothing": [],
        f"#{public.pk}": ["Électricité coupée"],
        "?!": [],
    }


def test_two_people_who_edit_an_incident_at_once_undo_nothing_of_each_other(
    client, people, general, incident
):
    client.force_login(people.sophie)
    mine = filled(client.get(page_url("edit", incident)))
    configuration.change_incident(
        incident, by=None, texts={"en": {"title": "No heating in A"}}, ends_at=None
    )
    later = mine | {"ends_at": "2030-01-01 08:00"}
    assert client.post(page_url("edit", incident), later).status_code == 302
    incident.refresh_from_db()
    assert (str(incident), incident.ends_at is None) == ("No heating in A", False)

    overwriting = mine | {"texts-en-title": "Heating is back"}
    refused = client.post(page_url("edit", incident), overwriting)
    assert "Another person has just set this to “en: No heating in A”" in errors(refused)
    incident.refresh_from_db()
    assert str(incident) == "No heating in A"
    again = filled(refused)
    assert again["texts-en-title"] == ["Heating is back"]
    assert client.post(page_url("edit", incident), again).status_code == 302
    incident.refresh_from_db()
    assert str(incident) == "Heating is back"


def test_the_form_has_room_for_more_sections_than_the_incident_has(client, submit_form, people):
    root = Site.objects.get(is_default_site=True).root_page
    pages = [root.add_child(instance=Page(title=f"Section {n}")) for n in range(6)]
    submit_form(
        "add", by=people.gilles, **{f"sections-{n}": page.pk for n, page in enumerate(pages)}
    )
    [made] = Incident.objects.all()
    assert set(made.sections.values_list("pk", flat=True)) == {page.pk for page in pages}
    client.force_login(people.gilles)
    fields = read(client.get(page_url("edit", made))).select("input[name^=sections-]")
    assert len(fields) > len(pages)
    assert not fields[-1].get("value")


def test_the_list_filters_what_is_shown_now_planned_and_ended(client, people, general, incident):
    for title, starts, ends in (("Later", 1, None), ("Before", -3, -2)):
        configuration.create_incident(
            by=None,
            texts={"en": {"title": title}},
            services=[general],
            starts_at=timezone.now() + timedelta(days=starts),
            ends_at=ends and timezone.now() + timedelta(days=ends),
        )
    client.force_login(people.sophie)
    found = {
        state: titles(client.get(page_url("list"), {"state": state}))
        for state in ("current", "planned", "ended")
    }
    assert found == {"current": ["No heating"], "planned": ["Later"], "ended": ["Before"]}


def test_end_now_ends_an_incident_after_a_question(submit_form, client, people, incident):
    client.force_login(people.sophie)
    question = client.get(page_url("end", incident))
    assert "“No heating” will not be shown any more." in question.text
    incident.refresh_from_db()
    assert incident.state == "current"
    submit_form("end", incident)
    incident.refresh_from_db()
    assert incident.state == "ended"


def test_an_incident_that_has_not_begun_cannot_be_ended(submit_form, incident):
    tomorrow = timezone.now() + timedelta(days=1)
    configuration.change_incident(incident, by=None, starts_at=tomorrow)
    submit_form("end", incident)
    incident.refresh_from_db()
    assert incident.ends_at is None


def test_the_history_says_in_sentences_who_changed_what(
    submit_form, client, general, incident, people
):
    submit_form("edit", incident, services=[general.pk], **{"texts-en-title": "Cold"})
    submit_form("end", incident)
    for page in (
        page_url("history", incident),
        reverse("helpdesk_services:history", args=[general.pk]),
    ):
        text = " ".join(read(client.get(page)).text.split())
        assert "Incident “No heating” announced" in text
        assert "Incident “Cold” changed" in text
        assert "en: No heating – A valve is leaking. → en: Cold" in text
        assert "Incident “Cold” ended" in text


def test_a_deleted_incident_stays_in_the_history_of_its_service(
    submit_form, client, general, incident
):
    submit_form("delete", incident)
    assert not Incident.objects.exists()
    page = client.get(reverse("helpdesk_services:history", args=[general.pk]))
    assert "Incident “No heating” deleted" in page.text


def test_saving_without_a_change_writes_nothing_to_the_history(general, incident):
    before = ModelLogEntry.objects.count()
    configuration.change_incident(incident, by=None, texts=incident.texts, services=[general])
    assert ModelLogEntry.objects.count() == before


def test_the_panel_of_a_service_leads_to_a_form_with_the_service_chosen(client, people, general):
    client.force_login(people.sophie)
    panel = client.get(reverse("helpdesk_services:panel", args=[general.pk]))
    assert f"{page_url('add')}?service={general.pk}" in panel.text
