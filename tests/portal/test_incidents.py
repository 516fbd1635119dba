"""Incidents as readers see them: where they are shown, “Me too”, and how they end."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.template import Context, RequestContext, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from wagtail.models import Locale, Page, PageViewRestriction

from tests.portal.budget import counted
from tests.portal.conftest import soup
from tests.portal.test_budget import fill
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Notification, Subscription
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = pytest.mark.django_db

TEXTS = {
    "fr": {"title": "Chauffage coupé au bâtiment A", "text": "Une vanne **fuit**."},
    "en": {"title": "No heating in building A", "text": "A valve is **leaking**."},
}


@pytest.fixture
def announce_incident(general):
    """Announce an incident of Services Généraux that began an hour ago, unless told otherwise."""

    def announce(**values):
        given = {"texts": TEXTS, "services": [general], "starts_at": ago(hours=1)} | values
        return configuration.create_incident(by=None, **given)

    return announce


def ago(**period):
    return timezone.now() - timedelta(**period)


@pytest.fixture
def incident(announce_incident, public):
    """The incident of the cold radiators, with Léa’s public ticket."""
    return announce_incident(ticket=public)


@pytest.fixture
def section(helpdesk):
    return helpdesk.get_parent().add_child(instance=Page(title="Campus", slug="campus"))


def notices(page):
    return [each.b.text for each in page.select(".hd-incident")]


def press_me_too(visitor, page):
    """Press the button of the first incident of a page."""
    form = page.select_one(".hd-incident form")
    fields = {field["name"]: field["value"] for field in form.find_all("input")}
    return visitor.client.post(form["action"], fields)


def test_home_shows_the_incident_its_text_and_its_dates(visit, people, announce_incident):
    announce_incident(ends_at=timezone.now() + timedelta(hours=2))
    [notice] = visit(people.victor).page().select(".hd-incident")
    assert notice.b.text == "No heating in building A"
    assert str(notice.select_one(".hd-text p")) == "<p>A valve is <strong>leaking</strong>.</p>"
    assert "Since " in notice.text
    assert "Expected end: " in notice.text


def test_the_form_shows_the_incidents_of_its_service_alone(
    visit, people, announce_incident, heating, network
):
    announce_incident()
    victor = visit(people.victor)
    assert notices(victor.page(f"new/{heating.pk}/")) == ["No heating in building A"]
    assert notices(victor.page(f"new/{network.pk}/")) == []


def test_the_catalogue_has_a_line_below_the_service_that_leads_to_the_incident(
    visit, people, announce_incident, dsi
):
    incident = announce_incident()
    for path in ("", "new/"):
        tiles = visit(people.victor).page(path).select(".hd-tile:has(.hd-incident-line)")
        assert [tile.h3.text for tile in tiles] == ["Services Généraux"]
        assert tiles[0].select_one(".hd-incident-line a")["href"] == (
            f"/assistance/incidents/{incident.pk}/"
        )


def test_who_may_not_see_the_service_does_not_see_its_incident(
    visit, people, announce_incident, general
):
    incident = announce_incident()
    general.everyone = False
    general.save()
    assert notices(visit(people.victor).page()) == []
    assert visit(people.victor).get(f"incidents/{incident.pk}/").status_code == 404
    assert notices(visit(people.karim).page()) == ["No heating in building A"]


def test_an_external_guest_sees_no_incident_of_a_service_of_the_organisation(
    visit, people, announce_incident
):
    announce_incident()
    people.victor.groups.add(Group.objects.get_or_create(name="External guests")[0])
    assert notices(visit(people.victor).page()) == []


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": timezone.now() + timedelta(days=1)},
        {"starts_at": ago(days=2), "ends_at": ago(hours=1)},
    ],
    ids=["planned", "ended"],
)
def test_an_incident_is_shown_in_its_period_only(visit, people, announce_incident, times):
    announce_incident(**times)
    assert notices(visit(people.victor).page()) == []


def test_a_planned_incident_has_no_page_yet(visit, people, announce_incident):
    incident = announce_incident(starts_at=timezone.now() + timedelta(days=1))
    assert visit(people.victor).get(f"incidents/{incident.pk}/").status_code == 404


def test_closing_the_ticket_ends_the_notice_and_rejecting_the_closure_shows_it_again(
    visit, people, incident, public
):
    actions.take_and_close(public, by=people.karim, text="Réparé.")
    victor = visit(people.victor)
    assert notices(victor.page()) == []
    page = victor.page(f"incidents/{incident.pk}/")
    assert "This incident has ended." in page.text
    assert page.select(".hd-incident form") == []
    actions.reject_closure(public, by=people.lea, text="Il fait encore froid.")
    assert notices(victor.page()) == ["No heating in building A"]


def test_me_too_follows_the_ticket_and_comes_back_to_the_page(visit, people, incident, public):
    victor = visit(people.victor)
    answer = press_me_too(victor, victor.page())
    assert answer.status_code == 303
    assert answer["Location"] == f"/assistance/#hd-incident-{incident.pk}"
    assert Subscription.objects.filter(ticket=public, user=people.victor, following=True).exists()
    [notice] = victor.page().select(".hd-incident")
    assert "You will be told." in notice.text
    assert notice.form is None


def test_me_too_twice_follows_once(visit, people, incident, public):
    victor = visit(people.victor)
    page = victor.page()
    assert press_me_too(victor, page).status_code == 303
    assert press_me_too(victor, page).status_code == 303
    assert Subscription.objects.filter(ticket=public, user=people.victor).count() == 1


def test_opening_the_page_of_an_incident_follows_nothing(visit, people, incident):
    assert visit(people.victor).get(f"incidents/{incident.pk}/").status_code == 200
    assert not Subscription.objects.filter(user=people.victor).exists()


def test_me_too_ends_the_muting_of_the_ticket(visit, people, incident, public):
    Subscription.objects.create(ticket=public, user=people.victor, following=True, muted=True)
    victor = visit(people.victor)
    press_me_too(victor, victor.page())
    own = Subscription.objects.get(ticket=public, user=people.victor)
    assert (own.following, own.muted) == (True, False)


def test_me_too_after_the_end_says_so_and_follows_nothing(visit, people, incident):
    victor = visit(people.victor)
    page = victor.page()
    configuration.end_incident(incident, by=None)
    answer = press_me_too(victor, page)
    assert answer.status_code == 409
    assert "This incident has ended." in answer.text
    assert not Subscription.objects.filter(user=people.victor).exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_me_too_never_leads_to_another_site(visit, people, incident, elsewhere):
    answer = visit(people.victor).post(f"incidents/{incident.pk}/", next=elsewhere)
    assert answer["Location"] == (f"/assistance/incidents/{incident.pk}/#hd-incident-{incident.pk}")


def test_me_too_is_limited_like_every_action(visit, people, incident, settings):
    settings.WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 0}
    answer = visit(people.victor).post(f"incidents/{incident.pk}/")
    assert answer.status_code == 429
    assert not Subscription.objects.filter(user=people.victor).exists()


def test_the_requester_is_told_anyway(visit, people, incident):
    [notice] = visit(people.lea).page().select(".hd-incident")
    assert "You will be told." in notice.text
    assert notice.form is None


def test_an_incident_without_a_ticket_cannot_be_followed(visit, people, announce_incident):
    incident = announce_incident()
    assert visit(people.victor).page().select(".hd-incident form") == []
    assert visit(people.victor).post(f"incidents/{incident.pk}/").status_code == 403


def test_a_ticket_that_became_private_is_shown_and_followed_no_more(
    visit, people, incident, public
):
    victor = visit(people.victor)
    page = victor.page()
    actions.change_visibility(public, by=people.lea, to="private")
    for who in (people.victor, people.karim):
        [notice] = visit(who).page().select(".hd-incident")
        assert f"tickets/{public.pk}" not in str(notice)
        assert notice.form is None
    assert press_me_too(victor, page).status_code == 403
    assert not Subscription.objects.filter(user=people.victor).exists()


def test_managers_of_the_service_alone_read_how_many_people_follow(
    visit, people, incident, public, dsi
):
    for user in (people.victor, people.thomas):
        actions.follow(public, by=user)
    assert "2 people follow it." in visit(people.karim).page().text
    for who in (people.nadia, people.victor, people.gilles):
        assert "follow it." not in visit(who).page().text


def test_one_answer_reaches_everybody_who_pressed_me_too(visit, people, incident, public):
    followers = (people.victor, people.thomas)
    for user in followers:
        visitor = visit(user)
        press_me_too(visitor, visitor.page())
    answer = actions.comment(public, by=people.karim, text="La vanne est commandée.")
    dispatch_waiting_events()
    told = set(Notification.objects.filter(event=answer).values_list("user", flat=True))
    assert {user.pk for user in followers} <= told


# -- languages -------------------------------------------------------------------------------------


def test_the_text_is_that_of_the_reader_else_that_of_the_site(announce_incident, settings):
    Locale.objects.get_or_create(language_code="fr")
    incident = announce_incident()
    with translation.override("fr"):
        assert incident.text.title == "Chauffage coupé au bâtiment A"
    with translation.override("en"):
        assert incident.text.title == "No heating in building A"
    alone = announce_incident(texts={"fr": TEXTS["fr"]})
    with translation.override("en"):
        assert (alone.text.language, alone.text.title) == ("fr", "Chauffage coupé au bâtiment A")


def test_a_text_in_another_language_says_which(visit, people, announce_incident):
    announce_incident(texts={"fr": TEXTS["fr"]})
    [notice] = visit(people.victor).page().select(".hd-incident")
    assert notice.b.parent["lang"] == "fr"
    assert notice.select_one(".hd-text")["lang"] == "fr"


def test_markup_in_a_text_is_shown_as_text(visit, people, announce_incident):
    evil = "<script>alert(1)</script>"
    announce_incident(texts={"en": {"title": evil, "text": evil}})
    [notice] = visit(people.victor).page().select(".hd-incident")
    assert notice.b.text == evil
    assert notice.script is None


# -- sections of the site --------------------------------------------------------------------------


def render(page, user=None, rf=None):
    """Return a page of the host with the template tag."""
    template = Template("{% load helpdesk_tags %}{% helpdesk_incidents %}")
    if rf is None:
        return BeautifulSoup(template.render(Context({"page": page})), "html.parser")
    request = rf.get("/")
    request.user = user
    return BeautifulSoup(template.render(RequestContext(request, {"page": page})), "html.parser")


def test_the_pages_below_a_section_show_its_incident(announce_incident, section, rf):
    announce_incident(services=[], sections=[section])
    below = section.add_child(instance=Page(title="Badge", slug="badge"))
    beside = section.get_parent().specific
    assert notices(render(below, rf=rf)) == ["No heating in building A"]
    assert notices(render(section, rf=rf)) == ["No heating in building A"]
    assert notices(render(beside, rf=rf)) == []


def test_a_section_counts_in_every_language(announce_incident, section, rf):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    section.get_parent().copy_for_translation(french)
    translated = section.copy_for_translation(french)
    announce_incident(services=[], sections=[section])
    with translation.override("fr"):
        assert notices(render(translated, rf=rf)) == ["Chauffage coupé au bâtiment A"]


def test_the_section_of_the_helpdesk_itself_shows_it_on_home_and_every_form(
    visit, people, announce_incident, helpdesk, network
):
    announce_incident(services=[], sections=[helpdesk.get_parent()])
    victor = visit(people.victor)
    assert notices(victor.page()) == ["No heating in building A"]
    assert notices(victor.page(f"new/{network.pk}/")) == ["No heating in building A"]


def test_the_incident_of_another_section_is_not_on_home(visit, people, announce_incident, section):
    announce_incident(services=[], sections=[section])
    assert notices(visit(people.victor).page()) == []


def test_the_incident_of_a_private_section_is_for_its_readers(
    visit, people, announce_incident, section
):
    incident = announce_incident(services=[], sections=[section])
    group = Group.objects.create(name="Readers")
    restriction = PageViewRestriction.objects.create(page=section, restriction_type="groups")
    restriction.groups.add(group)
    people.lea.groups.add(group)
    path = f"incidents/{incident.pk}/"
    assert visit(people.victor).get(path).status_code == 404
    assert notices(visit(people.lea).page(path)) == ["No heating in building A"]


def test_a_page_of_a_section_is_the_same_for_everybody(
    announce_incident, section, public, people, rf
):
    announce_incident(ticket=public, sections=[section])
    shown = {str(render(section, user, rf)) for user in (people.lea, people.karim, AnonymousUser())}
    [html] = shown
    assert "<form" not in html
    assert "Be told when it is solved" in html


def test_the_part_of_a_page_with_me_too_is_loaded_for_its_reader(
    visit, people, announce_incident, section, public
):
    incident = announce_incident(ticket=public, sections=[section])
    url = f"/helpdesk-mail/blocks/incidents/?page={section.pk}"
    assert Client().get(url).status_code == 204
    victor = visit(people.victor)
    answer = press_me_too(victor, soup(victor.client.get(url)))
    assert answer["Location"] == f"/campus/#hd-incident-{incident.pk}"
    assert "You will be told." in victor.client.get(url).text


# -- what it costs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "new/"])
def test_incidents_take_one_statement_however_many_there_are(
    visit, people, announce_incident, heating, public, dsi, path
):
    fill(heating, people, 5)
    visitor = visit(people.karim)
    with counted() as without:
        visitor.get(path)
    assert sum("wagtail_helpdesk_incident" in sql for sql in without.statements) == 1
    for _n in range(5):
        announce_incident(services=[public.service, dsi], ticket=public)
    with counted() as cost:
        assert len(visitor.page(path).select(".hd-incident-line")) == 10
    assert cost.count == without.count, cost.statements


def test_a_page_of_the_site_takes_one_statement_of_incidents(announce_incident, section, public):
    announce_incident(ticket=public, sections=[section])
    with CaptureQueriesContext(connection) as captured:
        render(section)
    ours = [query["sql"] for query in captured if "wagtail_helpdesk_incident" in query["sql"]]
    assert len(ours) == 1
