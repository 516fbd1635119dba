"""What editors write about services and categories, where people choose one."""

import re
from pathlib import Path

import pytest
from wagtail.models import Locale, Page, PageViewRestriction

import wagtail_helpdesk
from tests.portal.budget import counted
from wagtail_helpdesk.models import Category, CategoryText, Icon, ServiceText


@pytest.fixture
def english(db):
    return Locale.objects.get(language_code="en")


@pytest.fixture
def service_text(general, english):
    """The words about Services Généraux."""
    return ServiceText.objects.create(
        service=general,
        locale=english,
        title="Buildings",
        summary="All of it.",
        description="We **repair**.\n\n<script>alert(1)</script>",
        contact="Building A",
        hours="7 a.m. to 6 p.m.",
        icon=Icon.BUILDING,
    )


@pytest.fixture
def category_text(heating, english):
    """The words about Chauffage."""
    return CategoryText.objects.create(
        category=heating, locale=english, title="Warmth", description="Is **the valve** open?"
    )


def relate(text, helpdesk, *titles):
    """Relate new pages of the site to a text."""
    made = [helpdesk.get_parent().add_child(instance=Page(title=title)) for title in titles]
    for page in made:
        text.related_pages.model.objects.create(text=text, page=page)
    return made


def choosing(visit, people, service):
    return visit(people.lea).page(f"new/?service={service.pk}").find(class_="hd-service")


def test_one_service_alone_is_described_in_full(visit, people, general, helpdesk, service_text):
    relate(service_text, helpdesk, "Winter plan")
    section = choosing(visit, people, general)
    assert section.h3.get_text() == "Buildings"
    assert section.find("use")["href"].endswith("service-icons.svg#building")
    assert section.find(class_="hd-text").strong.text == "repair"
    assert section.find("script") is None
    assert [dd.text for dd in section.select("dd")] == ["Building A", "7 a.m. to 6 p.m."]
    assert section.find("a", string="Winter plan")["href"] == "/winter-plan/"


def test_a_description_is_not_rendered_again_for_a_page(
    visit, people, general, service_text, monkeypatch
):
    monkeypatch.delattr("wagtail_helpdesk.markdown.render_message")
    assert choosing(visit, people, general).strong.text == "repair"


def test_a_description_that_is_changed_alone_is_rendered_too(service_text):
    service_text.description = "We **paint**."
    service_text.save(update_fields=["description"])
    service_text.refresh_from_db()
    assert "<strong>paint</strong>" in service_text.description_html


def test_among_several_services_each_is_described_in_short(
    visit, people, general, dsi, helpdesk, service_text
):
    relate(service_text, helpdesk, "Winter plan")
    page = visit(people.lea).page("new/")
    [section] = [
        section for section in page.select(".hd-service") if section.h3.text == "Buildings"
    ]
    assert "Building A" in section.text
    assert section.find(class_="hd-text") is None
    assert "Winter plan" not in page.text


def test_a_category_is_described_above_its_form(visit, people, heating, helpdesk, category_text):
    relate(category_text, helpdesk, "Winter plan")
    page = visit(people.lea).page(f"new/{heating.pk}/")
    assert "Services Généraux › Warmth" in page.find(class_="hd-who").text
    assert page.find("strong").text == "the valve"
    assert page.find("b", string="Winter plan")


def test_an_unpublished_text_is_not_shown(
    visit, people, general, heating, service_text, category_text
):
    service_text.unpublish()
    category_text.unpublish()
    section = choosing(visit, people, general)
    assert section.h3.get_text() == "Services Généraux"
    assert section.find("a", string="Chauffage")


def test_an_unpublished_text_is_not_found(visit, people, general, service_text):
    lea = visit(people.lea)
    assert lea.page("new/?q=Buildings").find(class_="hd-service")
    service_text.unpublish()
    assert lea.page("new/?q=Buildings").find(class_="hd-service") is None


def test_tickets_are_opened_whatever_is_published(visit, people, heating, category_text):
    CategoryText.objects.update(live=False)
    lea = visit(people.lea)
    assert lea.page(f"new/{heating.pk}/").find("form", attrs={"enctype": "multipart/form-data"})


def test_a_service_without_text_in_the_readers_language_shows_its_name(
    visit, people, general, service_text, client
):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    service_text.locale = french
    service_text.save()
    assert choosing(visit, people, general).h3.get_text() == "Services Généraux"


def test_only_related_pages_that_the_reader_may_open_are_shown(
    visit, people, general, helpdesk, service_text
):
    _shown, draft, secret = relate(service_text, helpdesk, "Shown", "Draft", "Secret")
    draft.unpublish()
    PageViewRestriction.objects.create(page=secret, restriction_type="groups")
    section = choosing(visit, people, general)
    assert [a.text for a in section.select("a[href^='/s'], a[href^='/d']")] == ["Shown"]


def test_pages_whose_texts_are_long_cost_no_more(
    visit, people, general, heating, helpdesk, english
):
    def cost(path):
        with counted() as cost:
            assert visit(people.lea).client.get(f"/assistance/{path}").status_code == 200
        return cost.count

    paths = [f"new/?service={general.pk}", f"new/{heating.pk}/"]
    [cost(path) for path in paths]  # the usual delays of the service are then in the cache
    bare = [cost(path) for path in paths]
    for what, model in ((general, ServiceText), (heating, CategoryText)):
        made = model.objects.create(locale=english, title="Words", **{model.ABOUT: what})
        relate(made, helpdesk, *(f"{model.ABOUT} {n}" for n in range(6)))
    for category in Category.objects.all():
        CategoryText.objects.get_or_create(
            category=category, locale=english, defaults={"title": "Words"}
        )
    assert [cost(path) for path in paths] == bare
    assert max(bare) <= 13


def test_every_icon_has_its_picture():
    static = Path(wagtail_helpdesk.__file__).parent / "static" / "wagtail_helpdesk"
    drawn = re.findall(r'<symbol id="(\w+)"', (static / "service-icons.svg").read_text())
    assert sorted(drawn) == sorted(Icon.values[1:])
