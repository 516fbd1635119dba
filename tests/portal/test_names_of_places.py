"""Names of services and categories, and ticket templates, in the reader's language wherever they stand."""

import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.functional import Promise
from wagtail.models import Locale

from tests import cast
from tests.portal.conftest import Visitor, soup
from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    Category,
    CategoryText,
    Event,
    HelpdeskPreferences,
    OutgoingMail,
    Service,
    ServiceManager,
    ServiceText,
    Ticket,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.due import send_report_now
from wagtail_helpdesk.search.indexing import index_missed_events

pytestmark = pytest.mark.django_db


def _names(branches):
    for branch in branches:
        yield branch.name
        yield from _names(branch.beneath)


WORDS = [
    words
    for desk in cast.SERVICES
    for words in (desk.name, *_names(desk.categories))
    if words.fr != words.en
]
FRENCH = re.compile("|".join(rf"\b{re.escape(words.fr)}\b" for words in WORDS))


def french_in(text):
    """The French names that stand in a text."""
    return sorted(set(FRENCH.findall(text)))


@pytest.fixture
def campus(helpdesk, people):
    """The services of the cast, whose readers all read English, and tickets that tell everything."""
    for user in vars(people).values():
        HelpdeskPreferences.objects.update_or_create(user=user, defaults={"language": "en"})
    catalogue = cast.services(vars(people))
    heating, mail = catalogue.categories["Chauffage"], catalogue.categories["Messagerie"]
    ticket = actions.open_ticket(heating, by=people.emily, subject="It is cold", text="14 degrees.")
    actions.take_and_ask(ticket, by=people.julien, text="Which room?")
    actions.move(ticket, by=people.julien, to=mail, release=False)
    free = actions.open_ticket(
        heating, by=people.karim, requester=people.emily, subject="A draught", text="Windy."
    )
    index_missed_events()
    return SimpleNamespace(
        people=people, ticket=ticket, free=free, heating=heating, catalogue=catalogue
    )


def pages(campus):
    """Every page of the helpdesk, as far as it opens for a person."""
    yield from ("", "new/", "tickets/", "desk/", "desk/?queue=all", "preferences/")
    yield from ("preferences/manager/", "preferences/absences/", "search/?q=cold")
    service = campus.heating.service_id
    yield from (f"new/?service={service}", f"new/{campus.heating.pk}/", "new/?q=chauffage")
    yield from (f"desk/?queue=all&service={service}", f"search/?q=draught&service={service}")
    for ticket in (campus.ticket, campus.free):
        yield f"tickets/{ticket.pk}/"
        yield from (f"tickets/{ticket.pk}/{act.slug}/" for act in lifecycle.ACTIONS.values())
        yield f"tickets/{ticket.pk}/move/?query=heating"
        for event in Event.objects.filter(ticket=ticket):
            yield f"tickets/{ticket.pk}/notified/{event.pk}/"


@pytest.mark.parametrize("who", ["emily", "julien", "sophie"])
def test_no_page_has_a_french_name_for_an_english_reader(campus, who):
    visitor = Visitor(getattr(campus.people, who))
    opened, found = 0, {}
    for path in pages(campus):
        response = visitor.client.get(f"/assistance/{path}", headers={"accept-language": "en"})
        if response.status_code != 200:
            continue
        opened += 1
        # What was typed into a search comes back.
        for field in soup(response).find_all("input", {"name": "q"}):
            field.decompose()
        if names := french_in(response.content.decode()):
            found[path] = names
    found.pop("new/?q=chauffage", None)
    assert found == {}
    assert opened > 10


def test_no_fragment_of_a_block_has_a_french_name(campus):
    visitor = Visitor(campus.people.julien)
    for path in ("requests", "queue", "panel", "services", "ask"):
        response = visitor.client.get(f"/helpdesk-mail/blocks/{path}/")
        assert response.status_code in (200, 404)
        assert french_in(response.content.decode()) == []


def test_the_admin_home_has_no_french_name(campus):
    julien = campus.people.julien
    julien.is_superuser = julien.is_staff = True
    julien.save()
    page = Visitor(julien).client.get("/admin/").content.decode()
    assert "Facilities" in page
    assert french_in(page) == []


def test_no_mail_has_a_french_name_for_an_english_reader(campus, mailoutbox):
    people, ticket = campus.people, campus.ticket
    plumbing = campus.catalogue.categories["Plomberie"]
    network = campus.catalogue.categories["Réseau et Wi-Fi"]
    dispatch_waiting_events()
    actions.move(campus.free, by=people.karim, to=network, text="Yours.")
    actions.invite(ticket, by=people.emily, users=[people.thomas])
    actions.assign(ticket, by=people.julien, to=people.nadia)
    actions.close(ticket, by=people.nadia, text="Done.")
    configuration.change_category(plumbing, by=people.sophie, alert_address=people.ines.email)
    for user in (people.julien, people.sophie):
        for row in ServiceManager.objects.filter(user=user).select_related("service"):
            send_report_now(user, row.service)
    dispatch_waiting_events()
    deliver()
    assert len(mailoutbox) >= 12
    assert set(OutgoingMail.objects.values_list("kind", flat=True)) >= {
        "alert", "acknowledgement", "report",
    }  # fmt: skip
    found = {}
    for mail in mailoutbox:
        whole = [mail.subject, mail.from_email, mail.body, mail.alternatives[0][0]]
        if names := french_in("\n".join([*whole, *mail.extra_headers.values()])):
            found[mail.subject] = names
    assert found == {}


def test_the_ticket_template_is_in_the_readers_language(campus):
    form = Visitor(campus.people.emily).page(f"new/{campus.heating.pk}/")
    assert form.find("input", {"name": "subject"})["value"] == "Heating: building …, room …"
    with translation.override("fr"):
        campus.heating.refresh_from_db()
        assert campus.heating.in_force("default_subject").value.startswith("Chauffage :")


def test_a_subcategory_inherits_the_template_of_its_parent_in_the_readers_language(campus):
    below = Category.objects.create(
        service=campus.heating.service, parent=campus.heating, name="Thermostats"
    )
    below = Category.objects.get(pk=below.pk)
    assert below.in_force("default_subject").value == "Heating: building …, room …"


@pytest.fixture
def text(heating):
    return CategoryText.objects.create(
        category=heating, locale=Locale.objects.get(language_code="en"), title="Heating"
    )


class TestTitles:
    """The titles that stand beside the names."""

    def test_an_unpublished_text_names_nothing(self, heating, text):
        text.live = False
        text.save()
        heating.refresh_from_db()
        assert str(heating) == "Chauffage"

    def test_a_deleted_text_names_nothing(self, heating, text):
        text.delete()
        heating.refresh_from_db()
        assert str(heating) == "Chauffage"

    def test_a_draft_changes_no_name_until_it_is_published(self, heating, text):
        text.title = "Warmth"
        revision = text.save_revision()
        heating.refresh_from_db()
        assert str(heating) == "Heating"
        revision.publish()
        heating.refresh_from_db()
        assert str(heating) == "Warmth"

    def test_a_language_without_text_reads_the_name(self, heating, text):
        heating.refresh_from_db()
        with translation.override("fr"):
            assert str(heating) == "Chauffage"
        with translation.override("de"):
            assert str(heating) == "Chauffage"
        with translation.override("en-gb"):
            assert str(heating) == "Heating"

    def test_saving_a_row_read_before_keeps_a_title_published_since(self, heating):
        CategoryText.objects.create(
            category=heating, locale=Locale.objects.get(language_code="en"), title="Heating"
        )
        heating.order = 7
        heating.save()
        heating.refresh_from_db()
        assert (str(heating), heating.order) == ("Heating", 7)

    def test_the_text_of_a_service_names_the_service(self, general):
        locale = Locale.objects.get(language_code="en")
        ServiceText.objects.create(service=general, locale=locale, title="Facilities")
        assert str(Service.objects.get(pk=general.pk)) == "Facilities"

    def test_the_log_of_changes_keeps_the_name_of_the_row(self, heating, text, people):
        heating.refresh_from_db()
        from wagtail_helpdesk.actions.configuration.change import format_value

        assert format_value(heating) == "Chauffage"

    def test_titles_cost_a_list_no_statement(self, ticket, text, people):
        with CaptureQueriesContext(connection) as queries:
            names = [
                f"{each.service} › {each.category}"
                for each in Ticket.objects.select_related("service", "category")
            ]
        assert names == ["Services Généraux › Heating"]
        assert len(queries) == 1


def test_every_link_to_a_service_or_category_has_a_translated_label():
    """Wagtail's lists of usages print it."""
    unnamed = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("wagtail_helpdesk").get_models()
        for field in model._meta.local_fields
        if field.related_model in (Service, Category)
        and not getattr(model, "wagtail_reference_index_ignore", False)
        and not isinstance(field.verbose_name, Promise)
    }
    assert unnamed == set()
