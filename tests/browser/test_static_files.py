"""The scripts of a site whose static files have other names: those of Django's manifest storage."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.core.files.storage import storages
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

MODULES = "wagtail_helpdesk/js/"


@pytest.fixture
def collected(settings, tmp_path):
    """The folder that a web server serves, with the hashed names alone."""
    settings.STATIC_ROOT = str(tmp_path / "static")
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": backend}}
    call_command("collectstatic", interactive=False, verbosity=0)
    manifest = storages["staticfiles"].hashed_files
    for original in manifest:
        (tmp_path / "static" / original).unlink(missing_ok=True)
    return tmp_path / "static"


@pytest.mark.browser
def test_the_scripts_work_where_only_hashed_files_are_kept(
    collected, page_as, people, helpdesk, taken
):
    karim = page_as(people.karim)
    karim.route("**/static/**", lambda route: serve(route, collected))
    karim.goto(f"/assistance/tickets/{taken.pk}/")
    karim.get_by_role("link", name="Close", exact=True).click()
    expect(karim.get_by_role("dialog")).to_be_visible()
    karim.goto(f"/assistance/tickets/{taken.pk}/invite/")
    karim.get_by_label("Directory search").fill("moreau")
    karim.locator("[name=find]").click()
    expect(karim.get_by_label("Moreau")).to_be_visible()
    expect(karim).to_have_url(f"/assistance/tickets/{taken.pk}/invite/")


def serve(route, folder):
    name = route.request.url.partition("/static/")[2]
    file = folder / name
    route.fulfill(path=file) if file.is_file() else route.fulfill(status=404)


def test_every_script_of_the_package_is_loaded_somewhere(client, people, helpdesk, taken):
    folder = Path(finders.find(MODULES))
    there = {file.name for file in folder.iterdir()}
    people.karim.groups.add(Group.objects.get(name="Editors"))
    karim = Client()
    karim.force_login(people.karim)
    loaded = {
        script["src"].rpartition("/")[2]
        for path in (
            f"/assistance/tickets/{taken.pk}/",
            "/assistance/desk/",
            "/assistance/preferences/manager/",
            reverse("wagtailadmin_home"),
        )
        for script in BeautifulSoup(karim.get(path).content, "html.parser").select(
            f'script[src*="{MODULES}"]'
        )
    }
    assert there - loaded == set()
