"""Everybody's own switches: shown, saved, refused, saved twice."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import HelpdeskPreferences, ServiceManager
from wagtail_helpdesk.portal.preferences import time_zones

ALL_ON = {
    "shown": "True",
    "alerts_as_requester": "on",
    "alerts_as_guest": "on",
    "alerts_as_follower": "on",
    "acknowledgements": "on",
    "language": "",
    "time_zone": "",
}


def sent(**changes):
    """The form as the page shows it to a new user, with changes; None: unticked."""
    return {name: value for name, value in (ALL_ON | changes).items() if value is not None}


def test_the_menu_leads_to_the_preferences(visit, people):
    links = visit(people.lea).page().select(".hd-nav details a")
    assert {link.text.strip(): link["href"] for link in links}["Preferences"] == (
        "/assistance/preferences/"
    )


def test_everything_is_on_until_a_person_chooses(visit, people):
    page = visit(people.lea).page("preferences/")
    boxes = page.find_all("input", type="checkbox")
    assert [box["name"] for box in boxes if box.has_attr("checked")] == [
        "alerts_as_requester",
        "alerts_as_guest",
        "alerts_as_follower",
        "acknowledgements",
    ]


def test_reading_the_preferences_writes_nothing(visit, people):
    visit(people.lea).page("preferences/")
    assert not HelpdeskPreferences.objects.filter(user=people.lea).exists()


def test_switches_are_saved_and_shown_again(visit, people):
    lea = visit(people.lea)
    response = lea.post("preferences/", **sent(alerts_as_guest=None, language="fr"))
    assert (response.status_code, response.url) == (303, "/assistance/preferences/")
    page = lea.page("preferences/")
    assert not page.find("input", {"name": "alerts_as_guest"}).has_attr("checked")
    assert page.find("option", selected=True)["value"] == "fr"
    assert (
        "Your preferences have been saved." in page.find(class_="hd-messages", role="status").text
    )


def test_preferences_saved_twice_are_one_row(visit, people):
    lea = visit(people.lea)
    for _ in range(2):
        assert lea.post("preferences/", **sent(time_zone="Asia/Kolkata")).status_code == 303
    assert HelpdeskPreferences.objects.get(user=people.lea).time_zone == "Asia/Kolkata"


@pytest.mark.parametrize(("field", "value"), [("language", "tlh"), ("time_zone", "Mars/Base")])
def test_an_invalid_preference_is_reported_at_its_field(visit, people, field, value):
    response = visit(people.lea).post(
        "preferences/", **sent(**{field: value}, alerts_as_guest=None)
    )
    assert response.status_code == 422
    page = soup(response)
    wrong = page.find("select", {"name": field})
    assert wrong["aria-invalid"] == "true"
    assert page.find(class_="hd-bad", role="alert").find("a", href=f"#{wrong['id']}")
    assert not page.find("input", {"name": "alerts_as_guest"}).has_attr("checked")
    assert not HelpdeskPreferences.objects.filter(user=people.lea).exists()


def test_preferences_accept_no_other_fields(visit, people):
    visit(people.lea).post(
        "preferences/",
        **sent(user=people.thomas.pk, pk=1, refused_email="x@y.z", monitoring_suspended="on"),
    )
    saved = HelpdeskPreferences.objects.get(user=people.lea)
    assert (saved.refused_email, saved.monitoring_suspended) == ("", False)
    assert not HelpdeskPreferences.objects.filter(user=people.thomas).exists()


def test_the_switches_of_managers_are_left_alone(visit, people):
    HelpdeskPreferences.objects.create(user=people.lea, stay_on_ticket=False)
    visit(people.lea).post("preferences/", **sent())
    assert not HelpdeskPreferences.objects.get(user=people.lea).stay_on_ticket


@pytest.mark.usefixtures("general")
def test_managers_find_the_way_to_theirs_and_nobody_else(visit, people):
    def links(user):
        page = visit(user).page("preferences/")
        return [link["href"] for link in page.select("a") if "manager preferences" in link.text]

    assert links(people.karim) == ["/assistance/preferences/manager/"]
    assert links(people.lea) == []
    ServiceManager.objects.filter(user=people.karim).delete()
    assert links(people.karim) == []


def test_a_stranger_is_sent_to_the_login(visit):
    response = visit().post("preferences/", **sent())
    assert response.status_code == 302
    assert not HelpdeskPreferences.objects.filter(alerts_as_requester=False).exists()


def test_the_wrong_method_is_refused(visit, people):
    assert visit(people.lea).client.delete("/assistance/preferences/").status_code == 405


def test_time_zones_have_no_aliases_and_are_grouped(visit, people):
    select = visit(people.lea).page("preferences/").find("select", {"name": "time_zone"})
    zones = [option["value"] for option in select.select("optgroup option")]
    assert "Europe/Paris" in zones
    assert not {"US/Pacific", "Asia/Calcutta", "Europe/Belfast"} & set(zones)
    assert len(zones) < 430
    assert select.optgroup["label"] == "Africa"


def test_the_present_time_zone_comes_first_even_if_it_is_an_alias(visit, people):
    HelpdeskPreferences.objects.create(user=people.lea, time_zone="US/Pacific")
    select = visit(people.lea).page("preferences/").find("select", {"name": "time_zone"})
    values = [option["value"] for option in select.find_all("option")]
    assert values[:2] == ["", "US/Pacific"]
    assert values.count("US/Pacific") == 1
    assert select.find("option", selected=True)["value"] == "US/Pacific"


def test_without_a_table_every_time_zone_of_a_place_is_offered(monkeypatch):
    monkeypatch.setattr(time_zones, "read_canonical_names", lambda: frozenset())
    (africa, zones), *_ = time_zones.list_time_zones()
    assert africa == "Africa"
    assert ("Africa/Abidjan", "Africa/Abidjan") in zones


NOTICE = "no e-mail is sent to you"


def test_a_person_without_email_address_is_told_in_the_preferences(visit, people):
    assert NOTICE in visit(people.marcel).page("preferences/").text
    assert NOTICE not in visit(people.lea).page("preferences/").text


def test_a_person_without_email_address_is_told_on_the_page_of_a_ticket(visit, people, heating):
    ticket = actions.open_ticket(heating, by=people.marcel, subject="Froid", text="Froid.")
    assert NOTICE in visit(people.marcel).page(f"tickets/{ticket.pk}/").text
    assert NOTICE not in visit(people.karim).page(f"tickets/{ticket.pk}/").text


def test_quiet_hours_are_saved_and_one_alone_is_refused(visit, people):
    lea = visit(people.lea)
    quiet = {"quiet_from": "20", "quiet_until": "7", "working_days_only": "on"}
    assert lea.post("preferences/", **sent(**quiet)).status_code == 303
    saved = HelpdeskPreferences.of(people.lea)
    assert (saved.quiet_from, saved.quiet_until, saved.working_days_only) == (20, 7, True)
    for wrong in ({"quiet_until": ""}, {"quiet_until": "20"}, {"quiet_from": ""}):
        answer = lea.post("preferences/", **sent(**(quiet | wrong)))
        assert answer.status_code == 422
        assert "Choose two different hours, or none." in soup(answer).text
    none = {"quiet_from": "", "quiet_until": ""}
    assert lea.post("preferences/", **sent(**none)).status_code == 303
    assert HelpdeskPreferences.of(people.lea).quiet_time is None
