"""The package lives on a site with its own base page."""

import pytest
from django.apps import apps
from django.core.management import call_command
from wagtail.models import Site

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
