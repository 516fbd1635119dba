"""What people read about services and categories."""

import pytest
from wagtail.models import Locale

from wagtail_helpdesk.actions import NotYours, configuration
from wagtail_helpdesk.models import CategoryText, ServiceText


@pytest.fixture
def french(db):
    return Locale.objects.get_or_create(language_code="fr")[0]


def test_words_are_written_and_on_record(general, french, sophie, record):
    configuration.describe(
        general, french, by=sophie, title="Bâtiments", summary="Tout ce qui casse."
    )
    assert general.texts.get(locale=french).title == "Bâtiments"
    [(_, _, data)] = record("describe_service")
    assert data["after"]["summary"] == "Tout ce qui casse."


def test_without_a_title_the_text_is_taken_away(general, french, sophie):
    configuration.describe(general, french, by=sophie, title="Bâtiments")
    configuration.describe(general, french, by=sophie, title="")
    assert not ServiceText.objects.exists()


def test_a_category_is_described_by_those_who_manage_categories(people, heating, french, sophie):
    configuration.describe(heating, french, by=sophie, title="Chauffage et climatisation")
    assert CategoryText.objects.get().category == heating


def test_others_write_nothing(people, general, heating, french, sophie):
    for what in (general, heating):
        with pytest.raises(NotYours):
            configuration.describe(what, french, by=people.karim, title="Mine")
