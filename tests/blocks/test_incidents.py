"""Incidents in blocks: on the card of a service, in the catalogue, above the short form."""

import pytest
from bs4 import BeautifulSoup

from wagtail_helpdesk.actions import configuration


@pytest.fixture
def incident(general):
    return configuration.create_incident(
        by=None, texts={"en": {"title": "No heating"}}, services=[general]
    )


def lines(html):
    return [(link.text.strip(), link["href"]) for link in html.select(".hd-incident-line a")]


def test_the_card_of_a_service_leads_to_its_incident(render_block, general, dsi, incident):
    expected = [("Incident – No heating", f"/assistance/incidents/{incident.pk}/")]
    assert lines(render_block("helpdesk_card", service=general)) == expected
    assert lines(render_block("helpdesk_card", service=dsi)) == []


def test_the_card_of_a_closed_service_shows_its_incident_to_those_who_see_the_service(
    render_block, open_browser, people, general, incident
):
    general.everyone = False
    general.save()
    assert lines(render_block("helpdesk_card", service=general)) == []
    assert len(lines(open_browser(people.karim).fragment("card", service=general.pk))) == 1
    assert lines(open_browser(people.victor).fragment("card", service=general.pk)) == []


def test_the_block_of_incidents_shows_those_of_its_services_or_of_the_section_of_its_page(
    render_block, open_browser, people, section, general, dsi, incident
):
    elsewhere = configuration.create_incident(
        by=None, texts={"en": {"title": "Campus closed"}}, sections=[section]
    )

    def titles(html):
        return [title.get_text() for title in html.select(".hd-incident b")]

    assert titles(render_block("helpdesk_incidents", services=[general])) == ["No heating"]
    assert render_block("helpdesk_incidents", services=[dsi]).select(".hd") == []
    assert titles(render_block("helpdesk_incidents")) == ["Campus closed"]

    general.everyone = False
    general.save()
    shown = render_block("helpdesk_incidents", services=[general])
    assert titles(shown) == []
    asked = shown.select_one("[data-hx-get]")["data-hx-get"]
    assert titles(
        BeautifulSoup(open_browser(people.karim).client.get(asked).content, "html.parser")
    ) == ["No heating"]
    assert open_browser(people.victor).client.get(asked).content == b""

    configuration.end_incident(elsewhere, by=None)
    assert render_block("helpdesk_incidents").select(".hd") == []


@pytest.mark.parametrize("name", ["services", "ask"])
def test_the_catalogue_and_the_short_form_show_the_incident(
    open_browser, people, heating, incident, name
):
    asked = {"category": heating.pk} if name == "ask" else {}
    [(title, url)] = lines(open_browser(people.victor).fragment(name, **asked))
    assert title == "Incident – No heating"
    assert url == f"/assistance/incidents/{incident.pk}/"
