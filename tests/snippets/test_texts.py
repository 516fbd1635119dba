"""What people read about services and categories, one form per language."""

import pytest
from wagtail.models import Locale

from .test_services import text


@pytest.fixture(autouse=True)
def _french(db):
    Locale.objects.get_or_create(language_code="fr")


def test_the_words_about_a_service_are_written(people, general, browse):
    browse(people.sophie).post(
        "text", general, "fr", title="Bâtiments", summary="Tout ce qui casse."
    )
    assert general.texts.get().title == "Bâtiments"
    assert "Bâtiments" in text(browse(people.sophie).get("text", general, "fr"))


def test_the_words_about_a_category_are_written(people, heating, browse):
    browse(people.karim).post("category:text", heating, "fr", title="Chauffage, froid")
    assert heating.texts.get().locale.language_code == "fr"


def test_without_a_title_they_are_taken_away(people, general, browse):
    browse(people.sophie).post("text", general, "fr", title="Bâtiments")
    browse(people.sophie).post("text", general, "fr", title="", summary="Reste")
    assert not general.texts.exists()


def test_a_language_the_site_does_not_have_is_not_there(people, general, browse):
    assert browse(people.sophie).get("text", general, "xx").status_code == 404
