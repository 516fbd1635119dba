"""Everybody's own switches: shown, saved, refused, saved twice."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk.models import HelpdeskPreferences, ServiceManager

ALL_ON = {
    "shown": "True",
    "alerts_as_requester": "on",
    "alerts_as_guest": "on",
    "alerts_as_follower": "on",
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


def test_everything_is_on_until_somebody_chooses(visit, people):
    page = visit(people.lea).page("preferences/")
    boxes = page.find_all("input", type="checkbox")
    assert [box["name"] for box in boxes if box.has_attr("checked")] == [
        "alerts_as_requester",
        "alerts_as_guest",
        "alerts_as_follower",
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
    assert "Your preferences have been saved." in page.find(role="status").text


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
