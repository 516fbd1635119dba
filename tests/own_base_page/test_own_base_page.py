"""The package lives on a site with its own base page."""

import pytest
from django.apps import apps
from django.core.management import call_command
from wagtail.models import Site

from tests import cast
from wagtail_helpdesk import links

pytestmark = [pytest.mark.custom_page, pytest.mark.django_db]


@pytest.fixture
def root():
    return Site.objects.get(is_default_site=True).root_page.specific


def test_the_site_passes_every_check():
    call_command("check", fail_level="WARNING")


def test_the_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run")


def test_a_page_of_the_host_stands_on_its_base_page(root):
    # Not imported above: elsewhere these models are no part of the site.
    IntranetPage = apps.get_model("own_base_page.IntranetPage")  # noqa: N806
    ContentPage = apps.get_model("own_base_page.ContentPage")  # noqa: N806
    page = root.add_child(instance=ContentPage(title="Accueil", slug="accueil", owner_unit="DSI"))
    assert IntranetPage.objects.get(pk=page.pk).specific == page


def test_the_helpdesk_stands_on_the_base_page_of_the_site(root, client):
    AssistancePage = apps.get_model("own_base_page.AssistancePage")  # noqa: N806
    page = root.add_child(instance=AssistancePage(title="Assistance", slug="assistance"))
    client.force_login(cast.people()["lea"])
    answer = client.get(page.url)
    assert answer.status_code == 200
    assert "<h1" in answer.text
    assert client.get(page.url + "new/").status_code == 200


def test_mails_lead_to_the_helpdesk_of_the_site(root):
    AssistancePage = apps.get_model("own_base_page.AssistancePage")  # noqa: N806
    root.add_child(instance=AssistancePage(title="Assistance", slug="assistance"))
    place = links.find_location(None, "en")
    assert place is not None
    assert place.home.endswith("/assistance/")
    assert place.get_url("desk").endswith("/go/desk/")
