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
def written(general, french):
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
def send(client, people):
    """Send a form as a user: ``send(url, data)``, ``send(url, data, by=karim)``."""

    def send(url, data, by=people.sophie):
        client.force_login(by)
        return client.post(url, data)

    return send


@pytest.fixture
def look(client, people):
    def look(url, by=people.sophie):
        client.force_login(by)
        return client.get(url)

    return look


def test_a_text_begins_as_a_draft(general, send):
    send(add_url(general), form("Bâtiments"))
    made = ServiceText.objects.get(service=general)
    assert (made.title, made.locale.language_code, made.live) == ("Bâtiments", "fr", False)


def test_a_new_text_can_be_published_at_once(general, send):
    send(add_url(general), form("Bâtiments", **{"action-publish": "1"}))
    assert ServiceText.objects.get(service=general).live


def test_a_change_to_a_text_is_not_shown_before_it_is_published(written, send):
    send(edit_url(written), form("Bâtiments et jardins"))
    written.refresh_from_db()
    assert (written.title, written.has_unpublished_changes) == ("Bâtiments", True)
    send(edit_url(written), form("Bâtiments et jardins", **{"action-publish": "1"}))
    written.refresh_from_db()
    assert written.title == "Bâtiments et jardins"


def test_a_scheduled_text_is_published_at_its_time(written, send, travel):
    tomorrow = timezone.localdate() + timedelta(days=1)
    later = {"go_live_at": f"{tomorrow} 11:00", "action-publish": "1"}
    send(edit_url(written), form("Bâtiments et jardins", **later))
    written.refresh_from_db()
    assert written.title == "Bâtiments"
    travel(to=tomorrow)
    call_command("publish_scheduled")
    written.refresh_from_db()
    assert written.title == "Bâtiments et jardins"


def test_a_text_expires_at_its_time(written):
    ServiceText.objects.update(expire_at=timezone.now() - timedelta(minutes=1))
    call_command("publish_scheduled")
    written.refresh_from_db()
    assert not written.live


def test_managers_of_categories_write_category_descriptions(people, heating, send):
    send(add_url(heating), form("Chauffage, froid"), by=people.karim)
    assert CategoryText.objects.get().category == heating


def test_managers_of_categories_do_not_write_service_descriptions(people, general, send, look):
    assert send(add_url(general), form("Mine"), by=people.karim).status_code != 200
    assert not ServiceText.objects.exists()


def test_a_second_text_in_one_language_is_refused_with_its_form_kept(general, written, send):
    answer = send(add_url(general), form("Immeubles"))
    assert (
        "Somebody else has just started this description in the same language."
        in answer.content.decode()
    )
    assert "Immeubles" in answer.content.decode()


def test_adding_a_text_that_exists_opens_it(general, written, look):
    assert look(add_url(general)).url == edit_url(written)


def test_a_draft_needs_a_title(general, send):
    answer = send(add_url(general), form(""))
    assert answer.status_code == 200
    assert not ServiceText.objects.exists()


def test_the_number_of_related_pages_is_limited(general, send, root_page):
    answer = send(add_url(general), form("Bâtiments", *[root_page] * 7))
    assert answer.status_code == 200
    assert not ServiceText.objects.exists()


def test_the_preview_shows_unsaved_changes(written, send, look):
    preview = edit_url(written, "preview_on_edit")
    send(preview, form("Immeubles", description="Au **rez-de-chaussée**."))
    page = look(preview).content.decode()
    assert "Immeubles" in page
    assert "<strong>rez-de-chaussée</strong>" in page


def test_the_preview_lists_only_published_pages_that_its_reader_can_read(
    written, send, look, root_page, people
):
    shown, draft, secret = (
        root_page.add_child(instance=Page(title=title, slug=title, live=title != "Brouillon"))
        for title in ("Horaires", "Brouillon", "Plans")
    )
    PageViewRestriction.objects.create(page=secret, restriction_type="groups")
    preview = edit_url(written, "preview_on_edit")
    send(preview, form("Immeubles", shown, draft, secret))
    page = look(preview).content.decode()
    assert "Horaires" in page
    assert "Brouillon" not in page
    assert "Plans" not in page


def test_the_preview_of_a_new_text_shows_its_form(general, heating, send, look):
    preview = add_url(general).replace("/add/", "/preview/")
    send(preview, form("Immeubles"))
    assert "Immeubles" in look(preview).content.decode()
    assert "Immeubles" not in look(preview.replace("=fr", "=en")).content.decode()


def test_an_earlier_version_of_a_text_stays_with_its_service(written, dsi, send):
    first = written.latest_revision
    send(edit_url(written), form("Jardins", service=dsi.pk, **{"action-publish": "1"}))
    revert = reverse("helpdesk_service_texts:revisions_revert", args=[written.pk, first.pk])
    send(revert, form("Bâtiments", service=dsi.pk, **{"action-publish": "1"}))
    written.refresh_from_db()
    assert (written.title, written.service.name) == ("Bâtiments", "Services Généraux")


def test_the_panel_links_each_language_with_its_state(people, general, written, browse):
    def languages():
        page = BeautifulSoup(browse(people.sophie).get("panel", general).content, "html.parser")
        return [li.get_text(" ", strip=True) for li in page.select(".hd-inline li")]

    assert languages() == ["English (not written)", "Français"]
    ServiceText.objects.update(live=False)
    assert languages() == ["English (not written)", "Français (draft)"]


def test_the_list_shows_only_texts_that_the_reader_can_write(
    people, general, written, dsi, french, look
):
    ServiceText.objects.create(service=dsi, locale=french, title="Informatique")
    page = text(look(reverse("helpdesk_service_texts:list")))
    assert "Bâtiments" in page
    assert "Informatique" not in page


def test_every_version_of_a_text_is_logged(written, send):
    send(edit_url(written), form("Immeubles", **{"action-publish": "1"}))
    recorded = ModelLogEntry.objects.for_instance(written).values_list("action", flat=True)
    assert {"wagtail.edit", "wagtail.publish"} <= set(recorded)


@pytest.mark.parametrize("language", ["xx", ""])
def test_a_text_in_a_language_the_site_lacks_is_not_found(general, look, language):
    assert look(add_url(general, language)).status_code == 404


@pytest.mark.parametrize("key", ["abc", "9" * 30, "-1"])
def test_hostile_keys_find_no_text(written, look, key):
    compare = edit_url(written, "history") + "revisions/compare/earliest...latest/"
    assert look(compare).status_code == 200
    assert look(compare.replace(f"/{written.pk}/", f"/{key}/")).status_code == 404


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


def test_an_editor_who_may_publish_a_text_sees_the_button_for_it(general, written, look):
    assert "action-publish" in buttons(look(edit_url(written)))
    assert "action-publish" in buttons(look(add_url(general, "en")))


def test_a_published_text_has_a_button_to_unpublish_it(written, look):
    unpublish = reverse("helpdesk_service_texts:unpublish", args=[written.pk])
    assert f'href="{unpublish}"' in text(look(edit_url(written)))
    written.unpublish()
    assert f'href="{unpublish}"' not in text(look(edit_url(written)))


def test_an_administrator_sees_one_button_to_publish(written, look, django_user_model):
    administrator = django_user_model.objects.create_superuser("root")
    page = BeautifulSoup(look(edit_url(written), by=administrator).content, "html.parser")
    assert len(page.select("footer button[name=action-publish]")) == 1


def test_the_confirmation_names_the_date_of_a_scheduled_publication(written, send, client):
    tomorrow = timezone.localdate() + timedelta(days=1)
    data = form("Bâtiments", go_live_at=f"{tomorrow} 11:00", **{"action-publish": "1"})
    moment = timezone.make_aware(datetime.combine(tomorrow, time(11)))
    sentence = f"It goes live on {format_datetime(moment)}."
    assert sentence in text(client.get(send(edit_url(written), data).url))


def test_the_picker_leaves_a_time_of_publication_that_it_cannot_read(written, look):
    pickers = re.findall(r"initDateTimeChooser\(.*?\)", text(look(edit_url(written))))
    assert len(pickers) == 2
    assert all('"validateOnBlur": false' in picker for picker in pickers)
