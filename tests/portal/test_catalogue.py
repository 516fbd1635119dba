"""The whole catalogue, and what is found by name in one that is too long to show."""

import pytest
from wagtail.models import Locale

from wagtail_helpdesk.models import Alias, Category, CategoryText, Service
from wagtail_helpdesk.portal.requests import catalogue


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


@pytest.fixture
def small(monkeypatch):
    """A catalogue that shows next to nothing."""
    monkeypatch.setattr(catalogue, "MAX_CATALOGUE_SERVICES", 1)
    monkeypatch.setattr(catalogue, "MAX_CATALOGUE_CATEGORIES", 2)


def sections(page):
    return {
        section.h3.text: [a.text for a in section.select(":scope > ul a:not(.hd-all)")]
        for section in page.select(".hd-service")
    }


def test_services_beyond_those_shown_are_counted(lea, general, dsi, heating, small):
    page = lea.page("new/")
    assert list(sections(page)) == ["DSI"]
    assert "1 other service is not listed." in page.text


def test_services_of_a_long_catalogue_are_found_by_name(lea, general, dsi, heating, small):
    assert list(sections(lea.page("new/", q="généraux"))) == ["Services Généraux"]


def test_a_short_catalogue_needs_no_search(lea, heating, plumbing):
    assert not lea.page("new/").find("input", id="hd-q")


def test_every_word_must_fit(lea, general):
    Category.objects.create(service=general, name="Clés et badges")
    [lines] = sections(lea.page("new/", q="badges clés")).values()
    assert lines == ["Clés et badges"]
    assert not sections(lea.page("new/", q="badges voiture"))


@pytest.mark.parametrize("wanted", ["chauffage", "CHAUFF", "Heating", "été"])
def test_categories_are_found_by_name_or_title(lea, general, heating, plumbing, wanted):
    locale = Locale.objects.get(language_code="en")
    CategoryText.objects.create(category=heating, locale=locale, title="Heating")
    Category.objects.create(service=general, parent=heating, name="Été")
    [(service, lines)] = sections(lea.page("new/", q=wanted)).items()
    assert service == "Services Généraux"
    assert lines == (["Heating › Été"] if wanted == "été" else ["Heating"])


def test_an_alias_is_found_by_its_name(lea, dsi, heating):
    Alias.objects.create(name="Salle serveur trop chaude", service=dsi, to_category=heating)
    [(service, lines)] = sections(lea.page("new/", q="serveur")).items()
    assert (service, lines) == ("Services Généraux", ["Chauffage › Salle serveur trop chaude"])


def test_a_search_without_result_says_so(lea, heating):
    assert "No service matches “zzz”." in lea.page("new/", q="zzz").text


def test_of_very_many_categories_each_service_shows_its_own(
    lea, general, dsi, heating, plumbing, network, monkeypatch
):
    monkeypatch.setattr(catalogue, "MAX_CATALOGUE_CATEGORIES", 2)
    page = lea.page("new/")
    assert sections(page) == {"Services Généraux": [], "DSI": []}
    assert f"/assistance/new/?service={general.pk}" in {a["href"] for a in page.select(".hd-all")}


def test_of_a_service_with_very_many_the_others_are_found(lea, general, heating, plumbing, small):
    Category.objects.create(service=general, name="Jardins")
    page = lea.page("new/", service=general.pk)
    assert "Some categories are not listed" in page.text
    [lines] = sections(lea.page("new/", service=general.pk, q="jardin")).values()
    assert lines == ["Jardins"]


def test_the_catalogue_search_finds_nothing_closed_to_the_user(lea, dsi, network, heating):
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    Alias.objects.create(name="Wi-Fi", to_category=network)
    for wanted in ("dsi", "wi-fi", "chauffage", str(network)):
        assert not sections(lea.page("new/", q=wanted)), wanted


def test_the_page_one_asks_from_is_kept(lea, heating, helpdesk):
    page = lea.page("new/", q="chauffage", page=helpdesk.pk)
    assert page.find("input", {"name": "page"})["value"] == str(helpdesk.pk)
    assert page.find("a", string="Chauffage")["href"].endswith(f"/?page={helpdesk.pk}")


@pytest.mark.parametrize(
    "wanted", ["imprimante", "IMPRIMANTES", "imprimer", "copieurs", "photo-copieuse"]
)
def test_a_category_is_found_by_its_synonyms_and_their_stems(lea, heating, plumbing, wanted):
    locale = Locale.objects.create(language_code="fr")
    words = "imprimante, copieur, photocopieuse"
    CategoryText.objects.create(category=heating, locale=locale, title="Copies", synonyms=words)
    assert list(sections(lea.page("new/", q=wanted)).values()) == [["Chauffage"]]


def test_the_synonyms_of_a_draft_find_nothing(lea, heating):
    locale = Locale.objects.create(language_code="fr")
    CategoryText.objects.create(
        category=heating, locale=locale, title="Copies", synonyms="toner", live=False
    )
    assert not sections(lea.page("new/", q="toner"))


def test_the_words_above_a_category_complete_its_own(lea, dsi, network, heating):
    """“DSI réseau” names one category; “DSI” alone is the service and none of its categories."""
    assert sections(lea.page("new/", q="dsi réseau")) == {"DSI": ["Réseau"]}
    assert sections(lea.page("new/", q="dsi")) == {"DSI": []}


def test_the_words_of_a_heading_find_the_categories_below_it(lea, general, heating):
    Category.objects.filter(pk=heating.pk).update(takes_tickets=False)
    Category.objects.create(service=general, parent=heating, name="Radiateurs")
    assert list(sections(lea.page("new/", q="chauffage")).values()) == [["Chauffage › Radiateurs"]]
