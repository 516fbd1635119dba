"""Absolute URLs, from the site's configuration and never from a request."""

import pytest
from wagtail.models import Locale, Site

from wagtail_helpdesk import links
from wagtail_helpdesk.pages.models import HelpdeskPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def find_location():
    """The real function, not the one that the other tests of mails put in its place."""


@pytest.fixture
def home(helpdesk):
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.port = "intranet.arvelle.example", 443
    site.save()
    return helpdesk


def test_urls_of_tickets_and_actions_are_on_the_helpdesk_page(home):
    place = links.find_location(None, "en")
    go = "https://intranet.arvelle.example/helpdesk-mail/go/"
    assert place.get_ticket_url(12) == f"{go}tickets/12/"
    assert place.get_action_url(12, "take-and-close") == f"{go}tickets/12/take-and-close/"
    assert place.get_url("desk", queue="free") == f"{go}desk/?queue=free"
    assert place.get_url("manager_preferences") == f"{go}preferences/manager/"
    assert place.get_url("home") == go


def test_links_point_to_the_page_when_the_site_does_not_include_our_urls(home, settings):
    settings.ROOT_URLCONF = "wagtail.urls"
    place = links.find_location(None, "en")
    assert place.get_ticket_url(12) == "https://intranet.arvelle.example/assistance/tickets/12/"


def test_urls_of_package_views_are_on_the_same_site(home):
    place = links.find_location(None, "en")
    assert place.get_view_url("mute", "token") == (
        "https://intranet.arvelle.example/helpdesk-mail/mute/token/"
    )


def test_a_view_that_the_site_does_not_include_has_no_url(home, settings):
    settings.ROOT_URLCONF = "wagtail.urls"
    assert links.find_location(None, "en").get_view_url("mute", "token") == ""


def test_there_is_no_location_without_a_live_page(home):
    home.live = False
    home.save()
    assert links.find_location(None, "en") is None


def test_a_page_outside_every_site_is_no_location(home):
    home.move(home.get_root(), pos="last-child")
    assert links.find_location(None, "en") is None


def test_the_page_in_the_readers_language_is_preferred(home):
    french = Locale.objects.create(language_code="fr")
    home.get_parent().copy_for_translation(french)
    translated = home.copy_for_translation(french)
    translated.get_parent().save_revision().publish()
    translated.live = True
    translated.save()
    assert links.find_location(None, "fr").page.pk == translated.pk
    assert links.find_location(None, "en").page.pk == home.pk
    assert links.find_location(None, "de").page.pk == home.pk


def test_the_page_on_the_site_of_the_service_is_preferred(home, general):
    root = home.get_root()
    other_root = root.add_child(instance=type(home.get_parent())(title="Other", slug="other"))
    other = other_root.add_child(instance=HelpdeskPage(title="Help", slug="help"))
    general.site = Site.objects.create(
        hostname="other.example", port=443, root_page=other_root, site_name="Other"
    )
    general.save()
    assert links.find_location(general, "en").page.pk == other.pk
    assert links.find_location(None, "en").page.pk == home.pk


def test_the_cache_looks_up_each_location_once(home, django_assert_num_queries):
    places = links.LocationCache()
    places.find(None, "en")
    with django_assert_num_queries(0):
        places.find(None, "en")
