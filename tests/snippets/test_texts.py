"""The descriptions of services and categories: drafts, versions, previews and scheduling."""

import re
from datetime import datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from wagtail.models import Locale, ModelLogEntry, Page, PageViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data

from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.models import CategoryText, ServiceText

from .test_services import text


@pytest.fixture(autouse=True)
def french(db):
    return Locale.objects.get_or_create(language_code="fr")[0]


@pytest.fixture
def published_text(general, french):
    """What people read about Services Généraux in French, published."""
    made = ServiceText.objects.create(service=general, locale=french, title="Bâtiments")
    made.save_revision().publish()
    return made


def form(title, *pages, **more):
    """Return the form of a text as it is sent."""
    related = [{"page": page.pk, "ORDER": n} for n, page in enumerate(pages, 1)]
    return nested_form_data({"title": title, "related_pages": inline_formset(related), **more})


def add_url(what, language="fr"):
    kind = what._meta.model_name
    query = urlencode({kind: what.pk, "language": language})
    return f"{reverse(f'helpdesk_{kind}_texts:add')}?{query}"


def edit_url(made, view="edit"):
    return reverse(f"helpdesk_{made.ABOUT}_texts:{view}", args=[made.pk])


@pytest.fixture
def root_page(db):
    return Page.objects.get(depth=2)


@pytest.fixture
def submit_form(client, people):
    """Send a form as a user: ``send(url, data)``, ``send(url, data, by=karim)``."""

    def send(url, data, by=people.sophie):
        client.force_login(by)
        return client.post(url, data)

    return send


@pytest.fixture
def open_page(client, people):
    def look(url, by=people.sophie):
        client.force_login(by)
        return client.get(url)

    return look


def test_a_text_begins_as_a_draft(general, submit_form):
    submit_form(add_url(general), form("Bâtiments"))
    made = ServiceText.objects.get(service=general)
    assert (made.title, made.locale.language_code, made.live) == ("Bâtiments", "fr", False)


def test_a_new_text_can_be_published_at_once(general, submit_form):
    submit_form(add_url(general), form("Bâtiments", **{"action-publish": "1"}))
    assert ServiceText.objects.get(service=general).live


def test_a_change_to_a_text_is_not_shown_before_it_is_published(published_text, submit_form):
    submit_form(edit_url(published_text), form("Bâtiments et jardins"))
    published_text.refresh_from_db()
    assert (published_text.title, published_text.has_unpublished_changes) == ("Bâtiments", True)
    submit_form(edit_url(published_text), form("Bâtiments et jardins", **{"action-publish": "1"}))
    published_text.refresh_from_db()
    assert published_text.title == "Bâtiments et jardins"


def test_a_scheduled_text_is_published_at_its_time(published_text, submit_form, travel):
    tomorrow = timezone.localdate() + timedelta(days=1)
    later = {"go_live_at": f"{tomorrow} 11:00", "action-publish": "1"}
    submit_form(edit_url(published_text), form("Bâtiments et jardins", **later))
    published_text.refresh_from_db()
    assert published_text.title == "Bâtiments"
    travel(to=tomorrow)
    call_command("publish_scheduled")
    published_text.refresh_from_db()
    assert published_text.title == "Bâtiments et jardins"


@pytest.mark.parametrize("field", ["go_live_at", "expire_at"])
def test_a_time_of_publication_that_no_time_zone_converts_is_refused(general, submit_form, field):
    answer = submit_form(add_url(general), form("Bâtiments", **{field: "9999-12-31T23:59-23:59"}))
    assert "Enter a valid date/time." in answer.text
    assert not ServiceText.objects.exists()


def test_a_text_expires_at_its_time(published_text):
    ServiceText.objects.update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")
    published_text.refresh_from_db()
    assert not published_text.live


def test_managers_of_categories_write_category_descriptions(people, heating, submit_form):
    submit_form(add_url(heating), form("Chauffage, froid"), by=people.karim)
    assert CategoryText.objects.get().category == heating


def test_managers_of_categories_do_not_write_service_descriptions(
    people, general, submit_form, open_page
):
    assert submit_form(add_url(general), form("Mine"), by=people.karim).status_code != 200
    assert not ServiceText.objects.exists()


def test_a_second_text_in_one_language_is_refused_with_its_form_kept(
    general, published_text, submit_form
):
    answer = submit_form(add_url(general), form("Immeubles"))
    assert (
        "Somebody else has just started this description in the same language."
        in answer.content.decode()
    )
    assert "Immeubles" in answer.content.decode()


def test_adding_a_text_that_exists_opens_it(general, published_text, open_page):
    assert open_page(add_url(general)).url == edit_url(published_text)


def test_a_draft_needs_a_title(general, submit_form):
    answer = submit_form(add_url(general), form(""))
    assert answer.status_code == 200
    assert not ServiceText.objects.exists()


def test_the_number_of_related_pages_is_limited(general, submit_form, root_page):
    answer = submit_form(add_url(general), form("Bâtiments", *[root_page] * 7))
    assert answer.status_code == 200
    assert not ServiceText.objects.exists()


def test_the_preview_shows_unsaved_changes(published_text, submit_form, open_page):
    preview = edit_url(published_text, "preview_on_edit")
    submit_form(preview, form("Immeubles", description="Au **rez-de-chaussée**."))
    page = open_page(preview).content.decode()
    assert "Immeubles" in page
    assert "<strong>rez-de-chaussée</strong>" in page


def test_the_preview_lists_only_published_pages_that_its_reader_can_read(
    published_text, submit_form, open_page, root_page, people
):
    shown, draft, secret = (
        root_page.add_child(instance=Page(title=title, slug=title, live=title != "Brouillon"))
        for title in ("Horaires", "Brouillon", "Plans")
    )
    PageViewRestriction.objects.create(page=secret, restriction_type="groups")
    preview = edit_url(published_text, "preview_on_edit")
    submit_form(preview, form("Immeubles", shown, draft, secret))
    page = open_page(preview).content.decode()
    assert "Horaires" in page
    assert "Brouillon" not in page
    assert "Plans" not in page


def test_the_preview_of_a_new_text_shows_its_form(general, heating, submit_form, open_page):
    preview = add_url(general).replace("/add/", "/preview/")
    submit_form(preview, form("Immeubles"))
    assert "Immeubles" in open_page(preview).content.decode()
    assert "Immeubles" not in open_page(preview.replace("=fr", "=en")).content.decode()


def test_an_earlier_version_of_a_text_stays_with_its_service(published_text, dsi, submit_form):
    first = published_text.latest_revision
    submit_form(
        edit_url(published_text), form("Jardins", service=dsi.pk, **{"action-publish": "1"})
    )
    revert = reverse("helpdesk_service_texts:revisions_revert", args=[published_text.pk, first.pk])
    submit_form(revert, form("Bâtiments", service=dsi.pk, **{"action-publish": "1"}))
    published_text.refresh_from_db()
    assert (published_text.title, published_text.service.name) == ("Bâtiments", "Services Généraux")


def test_the_panel_links_each_language_with_its_state(people, general, published_text, browse):
    def languages():
        page = BeautifulSoup(browse(people.sophie).get("panel", general).content, "html.parser")
        return [li.get_text(" ", strip=True) for li in page.select(".hd-inline li")]

    assert languages() == ["English (not written)", "Français"]
    ServiceText.objects.update(live=False)
    assert languages() == ["English (not written)", "Français (draft)"]


def test_the_list_shows_only_texts_that_the_reader_can_write(
    people, general, published_text, dsi, french, open_page
):
    ServiceText.objects.create(service=dsi, locale=french, title="Informatique")
    page = text(open_page(reverse("helpdesk_service_texts:list")))
    assert "Bâtiments" in page
    assert "Informatique" not in page


def test_every_version_of_a_text_is_logged(published_text, submit_form):
    submit_form(edit_url(published_text), form("Immeubles", **{"action-publish": "1"}))
    recorded = ModelLogEntry.objects.for_instance(published_text).values_list("action", flat=True)
    assert {"wagtail.edit", "wagtail.publish"} <= set(recorded)


@pytest.mark.parametrize("language", ["xx", ""])
def test_a_text_in_a_language_the_site_lacks_is_not_found(general, open_page, language):
    assert open_page(add_url(general, language)).status_code == 404


@pytest.mark.parametrize("key", ["abc", "9" * 30, "-1"])
def test_hostile_keys_find_no_text(published_text, open_page, key):
    compare = edit_url(published_text, "history") + "revisions/compare/earliest...latest/"
    assert open_page(compare).status_code == 200
    assert open_page(compare.replace(f"/{published_text.pk}/", f"/{key}/")).status_code == 404


def test_texts_have_no_chooser(people, client):
    client.force_login(people.gilles)
    assert client.get("/admin/snippets/choose/wagtail_helpdesk/servicetext/").status_code == 404


def test_texts_cannot_be_deleted_in_bulk(people, dsi, french, client):
    other = ServiceText.objects.create(service=dsi, locale=french, title="Informatique")
    client.force_login(people.sophie)
    client.post(f"/admin/bulk/wagtail_helpdesk/servicetext/delete/?id={other.pk}")
    assert ServiceText.objects.filter(pk=other.pk).exists()


def buttons(response):
    """Return the names of the buttons of a form in Wagtail’s action menu."""
    page = BeautifulSoup(response.content, "html.parser")
    return {button["name"] for button in page.select("footer button[name]")}


def test_an_editor_who_may_publish_a_text_sees_the_button_for_it(
    general, published_text, open_page
):
    assert "action-publish" in buttons(open_page(edit_url(published_text)))
    assert "action-publish" in buttons(open_page(add_url(general, "en")))


def test_a_published_text_has_a_button_to_unpublish_it(published_text, open_page):
    unpublish = reverse("helpdesk_service_texts:unpublish", args=[published_text.pk])
    assert f'href="{unpublish}"' in text(open_page(edit_url(published_text)))
    published_text.unpublish()
    assert f'href="{unpublish}"' not in text(open_page(edit_url(published_text)))


def test_an_administrator_sees_one_button_to_publish(published_text, open_page, django_user_model):
    administrator = django_user_model.objects.create_superuser("root")
    page = BeautifulSoup(
        open_page(edit_url(published_text), by=administrator).content, "html.parser"
    )
    assert len(page.select("footer button[name=action-publish]")) == 1


def test_the_confirmation_names_the_date_of_a_scheduled_publication(
    published_text, submit_form, client
):
    tomorrow = timezone.localdate() + timedelta(days=1)
    data = form("Bâtiments", go_live_at=f"{tomorrow} 11:00", **{"action-publish": "1"})
    moment = timezone.make_aware(datetime.combine(tomorrow, time(11)))
    sentence = f"It goes live on {format_datetime(moment)}."
    assert sentence in text(client.get(submit_form(edit_url(published_text), data).url))


def test_the_picker_leaves_a_time_of_publication_that_it_cannot_read(published_text, open_page):
    pickers = re.findall(r"initDateTimeChooser\(.*?\)", text(open_page(edit_url(published_text))))
    assert len(pickers) == 2
    assert all('"validateOnBlur": false' in picker for picker in pickers)
