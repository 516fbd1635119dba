"""The home of the helpdesk."""

import pytest
from wagtail.models import Locale

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Alias, Category, Service, ServiceManager, ServiceText


def test_the_catalogue_shows_what_is_open_to_its_reader(visit, people, general, dsi):
    type(dsi).objects.filter(pk=dsi.pk).update(everyone=False)
    sections = visit(people.lea).page().select(".hd-service h3")
    assert [section.text for section in sections] == ["Services Généraux"]


def test_categories_lead_to_their_form(visit, people, heating):
    link = visit(people.lea).page().find("a", string="Chauffage")
    assert link["href"] == f"/assistance/new/{heating.pk}/"


def test_a_branch_without_category_that_takes_tickets_is_left_out(visit, people, general):
    parent = Category.objects.create(service=general, name="Jardins", takes_tickets=False)
    assert "Jardins" not in visit(people.lea).get("new/").text
    Category.objects.create(service=general, name="Arbres", parent=parent)
    page = visit(people.lea).page("new/")
    assert page.find("span", string="Jardins")
    assert page.find("a", string="Arbres").find_parent("li")["class"] == ["hd-depth-1"]


def test_what_editors_wrote_is_shown_in_the_readers_language(visit, people, general):
    locale = Locale.objects.get(language_code="en")
    ServiceText.objects.create(
        service=general, locale=locale, title="Buildings", summary="All of it"
    )
    section = visit(people.lea).page().find(class_="hd-service")
    assert section.h3.text == "Buildings"
    assert "All of it" in section.text


def test_an_alias_stands_where_it_was_put(visit, people, dsi, heating):
    Alias.objects.create(name="Salle serveur trop chaude", service=dsi, to_category=heating)
    link = visit(people.lea).page().find("a", string="Salle serveur trop chaude")
    assert link["href"] == f"/assistance/new/{heating.pk}/"


def test_tickets_waiting_for_the_reader_come_first(visit, people, closed):
    waiting = visit(people.lea).page().find(class_="hd-waiting")
    assert closed.subject in waiting.text
    assert waiting.find("a", class_="hd-b")["href"].endswith("/approve-closure/")


def test_a_request_for_information_waits_for_the_requester(visit, people, taken):
    actions.ask_information(taken, by=people.karim, text="Quelle vanne ?")
    waiting = visit(people.lea).page().find(class_="hd-waiting")
    assert waiting.find("a", class_="hd-b").text.startswith("Reply")


def test_tickets_waiting_for_the_requester_wait_for_nobody_else(visit, people, closed):
    for other in (people.karim, people.thomas):
        assert visit(other).page().find(class_="hd-waiting") is None


def test_only_managers_see_figures(visit, people, ticket):
    figures = [
        b.text for b in visit(people.karim).page().select("section[aria-labelledby=hd-desk] b")
    ]
    assert figures == ["1", "0", "0", "0", "1", "0", "1"]
    assert visit(people.lea).page().find(id="hd-desk") is None


def test_the_menu_holds_the_preferences_behind_its_plus(visit, people, general):
    menu = visit(people.lea).page().select_one(".hd-nav details")
    assert menu.summary.text.strip().endswith("More")
    assert [a.text.strip() for a in menu.select("li:not(.hd-narrow-only) a")] == ["Preferences"]


@pytest.fixture
def _configuring_lets_in(settings):
    """The site uses the back end that lets those who run a service into the admin."""
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]


@pytest.mark.usefixtures("_configuring_lets_in")
def test_more_services_than_the_menu_lists_are_behind_one_link(visit, people):
    services = Service.objects.bulk_create(Service(name=f"Service {n}") for n in range(21))
    ServiceManager.objects.bulk_create(
        ServiceManager(service=service, user=people.karim, can_edit_service=True)
        for service in services
    )
    panel = visit(people.karim).page().select_one(".hd-nav details > div")
    assert len(panel.select("ul[aria-labelledby] li")) == 21
    assert panel.select("a")[-1]["href"] == "/admin/helpdesk/services/"


@pytest.mark.usefixtures("_configuring_lets_in")
def test_the_menu_lists_the_services_one_configures(visit, people, general):
    general.managers.filter(user=people.karim).update(can_manage_categories=False)
    assert "Services Généraux" in visit(people.sophie).page().select_one(".hd-nav details").text
    assert "Services Généraux" not in visit(people.karim).page().select_one(".hd-nav details").text


def test_the_menu_leads_nobody_to_the_login_of_the_admin(visit, people, general):
    assert "Services Généraux" not in visit(people.sophie).page().select_one(".hd-nav details").text
