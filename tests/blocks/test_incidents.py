"""Incidents in blocks: on the card of a service, in the catalogue, above the short form."""

import pytest

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


@pytest.mark.parametrize("name", ["services", "ask"])
def test_the_catalogue_and_the_short_form_show_the_incident(
    open_browser, people, heating, incident, name
):
    asked = {"category": heating.pk} if name == "ask" else {}
    [(title, url)] = lines(open_browser(people.victor).fragment(name, **asked))
    assert title == "Incident – No heating"
    assert url == f"/assistance/incidents/{incident.pk}/"
