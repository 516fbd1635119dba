"""The log of the configuration, visible to people who could make the change."""

import ast
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from wagtail.models import ModelLogEntry

import wagtail_helpdesk
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import PermanentGuest, ServiceManager
from wagtail_helpdesk.snippets.history import KINDS

from .conftest import grant, page_url


def text(response):
    """Return the words of a page."""
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


@pytest.fixture
def recorded_changes(people, general, dsi, heating, manager):
    """One change of each kind in Services Généraux, one in DSI."""
    configuration.change_service(general, by=people.sophie, default_subject="Salle …")
    configuration.change_category(heating, by=people.sophie, hidden=True)
    configuration.update_manager(manager(people.karim), by=people.sophie, can_refuse=False)
    configuration.change_service(dsi, by=people.nadia, default_subject="Poste …")


def test_the_history_shows_author_values_before_and_after(
    people, general, recorded_changes, browse
):
    page = text(browse(people.sophie).get("history", general))
    assert "Default subject: – → Salle …" in page
    assert "Hidden: no → yes" in page
    assert "Manager Karim Benali updated Can refuse a ticket: yes → no" in page
    assert "Poste …" not in page


def test_each_changed_value_is_a_line_of_its_own(people, general, manager, browse):
    row = manager(people.karim)
    configuration.update_manager(row, by=people.sophie, can_refuse=False, can_reopen=False)
    page = BeautifulSoup(browse(people.sophie).get("history", general).content, "html.parser")
    assert [line.get_text() for line in page.select(".hd-changes li")] == [
        "Can refuse a ticket: yes → no",
        "Can reopen any ticket of the service: yes → no",
    ]


def test_a_history_without_entries_says_so(people, dsi, browse):
    assert "Nothing has been changed yet." in text(browse(people.nadia).get("history", dsi))


@pytest.mark.parametrize(
    ("privilege", "sees"),
    [
        (Privilege.EDIT_SERVICE, "Salle …"),
        (Privilege.MANAGE_CATEGORIES, "Hidden: no → yes"),
        (Privilege.MANAGE_MANAGERS, "Karim Benali updated"),
    ],
)
def test_the_history_shows_only_changes_that_the_reader_could_make(
    people, general, recorded_changes, manager, browse, privilege, sees
):
    grant(manager(people.karim), privilege)
    page = text(browse(people.karim).get("history", general))
    shown = [words for words in ("Salle …", "Hidden: no", "Benali updated") if words in page]
    assert len(shown) == 1
    assert sees in page


def test_several_people_added_at_once_are_logged_one_by_one(people, general, browse):
    browse(people.sophie).post("manager_add", general, people="claire, marion")
    page = text(browse(people.sophie).get("history", general))
    assert "Manager Claire Dumont added" in page
    assert "Manager Marion Gauthier added" in page


def test_a_category_has_a_history_of_its_own(people, heating, recorded_changes, browse):
    assert "Hidden: no → yes" in text(browse(people.karim).get("category:history", heating))


def test_the_site_history_shows_no_subject_of_a_ticket(
    people, general, ticket, recorded_changes, browse, client
):
    browse(people.gilles)
    page = client.get("/admin/reports/site-history/").content.decode()
    assert "Radiateur froid" not in page
    browse(people.alice)
    assert "Salle …" not in client.get("/admin/reports/site-history/").content.decode()


def test_no_page_changes_the_log(people, recorded_changes):
    assert not Permission.objects.filter(
        content_type__app_label="wagtail_helpdesk", content_type__model="event"
    ).exists()
    assert ModelLogEntry.objects.filter(action="wagtail_helpdesk.update_manager").count() == 1


def test_every_kind_of_change_has_a_sentence():
    modules = Path(wagtail_helpdesk.__file__).parent / "actions" / "configuration"
    recorded = {
        argument.value
        for path in modules.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in RECORDERS
        for argument in ast.walk(node.args[0])
        if isinstance(argument, ast.Constant)
    }
    assert recorded == set(KINDS)


RECORDERS = {"record", "_record"}


# -- Every kind of change ----------------------------------------------------------------------

EDITS, MANAGES, SORTS = CONFIGURES = (
    Privilege.EDIT_SERVICE,
    Privilege.MANAGE_MANAGERS,
    Privilege.MANAGE_CATEGORIES,
)
DAY = date(2030, 7, 1)


@pytest.fixture
def objects(people, general, dsi, heating, network, manager):
    """What there is before a change."""
    PermanentGuest.objects.create(service=general, user=people.ines)
    return SimpleNamespace(
        people=people, general=general, heating=heating, network=network, manager=manager,
        guest=general.permanent_guests.get(), by=people.sophie,
        empty=general.categories.get(name="Plomberie"),
        absence=configuration.add_absence(
            people.karim, by=None, starts_on=DAY, ends_on=DAY, replacement=people.hugo
        ),
        alias=configuration.add_alias("Froid", heating, by=None, service=general),
    )  # fmt: skip


#: Each kind of change: what is done, who may do it and read of it, and the words of the record.


def announce(scene):
    """Announce an incident of the service."""
    return configuration.create_incident(
        by=scene.by, texts={"en": {"title": "No heating"}}, services=[scene.general]
    )


CHANGES = {
    "edit_service": (
        lambda s: configuration.change_service(s.general, by=s.by, default_subject="Salle …"),
        EDITS,
        "Default subject: – → Salle …",
    ),
    "add_manager": (
        lambda s: configuration.add_manager(s.general, s.people.julien, by=s.by),
        MANAGES,
        "Manager Julien Moreau added Can manage categories: yes",
    ),
    "update_manager": (
        lambda s: configuration.update_manager(
            s.manager(s.people.karim), by=s.by, can_refuse=False
        ),
        MANAGES,
        "Can refuse a ticket: yes → no",
    ),
    "remove_manager": (
        lambda s: configuration.remove_manager(s.manager(s.people.hugo), by=s.by),
        MANAGES,
        "Manager Hugo Perrin removed, open tickets handed over: 0 Available: yes",
    ),
    "order_managers": (
        lambda s: configuration.change_manager_order(s.manager(s.people.karim), by=s.by, place=0),
        MANAGES,
        "Manager Karim Benali moved in the list Order: 2 → 1",
    ),
    "set_availability": (
        lambda s: configuration.set_availability(s.manager(s.people.karim), False, by=s.by),
        MANAGES,
        "Available: yes → no",
    ),
    "add_absence": (
        lambda s: configuration.add_absence(
            s.people.hugo, by=s.by, starts_on=DAY, ends_on=DAY, replacement=s.people.sophie
        ),
        MANAGES,
        "Replacement: Sophie Lambert",
    ),
    "remove_absence": (
        lambda s: configuration.remove_absence(s.absence, by=s.by),
        MANAGES,
        "Absence of Karim Benali removed",
    ),
    "add_permanent_guest": (
        lambda s: configuration.add_permanent_guest(s.general, s.people.victor, by=s.by),
        MANAGES,
        "Permanent guest Victor Blanc added",
    ),
    "remove_permanent_guest": (
        lambda s: configuration.remove_permanent_guest(s.guest, by=s.by),
        MANAGES,
        "Permanent guest Inès",
    ),
    "create_category": (
        lambda s: configuration.create_category(
            s.general, by=s.by, parent=s.heating, name="Étages", default_message="Quel étage ?"
        ),
        SORTS,
        "Category “Étages” created Parent category: Chauffage Default message: Quel étage ?",
    ),
    "edit_category": (
        lambda s: configuration.change_category(s.heating, by=s.by, default_message="Salle ?"),
        SORTS,
        "Default message: – → Salle ?",
    ),
    "order_categories": (
        lambda s: configuration.change_category_order(s.heating, by=s.by, place=0),
        SORTS,
        "Category “Chauffage” moved in the list Order: 2 → 1",
    ),
    "delete_category": (
        lambda s: configuration.delete_category(s.empty, by=s.by),
        SORTS,
        "Category “Plomberie” deleted",
    ),
    "name_members": (
        lambda s: configuration.set_members(s.heating, [s.manager(s.people.karim)], by=s.by),
        SORTS,
        "Members: inherited → Karim Benali",
    ),
    "transfer_tickets": (
        lambda s: configuration.transfer_tickets(s.heating, by=s.by, to=s.empty),
        SORTS,
        "Tickets of “Chauffage” transferred to Services Généraux › Plomberie: 1",
    ),
    "add_alias": (
        lambda s: configuration.add_alias("Neige", s.heating, by=s.by, service=s.general),
        SORTS,
        "Alias “Neige” of Services Généraux › Chauffage added",
    ),
    "remove_alias": (
        lambda s: configuration.remove_alias(s.alias, by=s.by),
        SORTS,
        "Alias “Froid” removed Points to the category: Services Généraux › Chauffage",
    ),
    "create_incident": (announce, EDITS, "Incident “No heating” announced"),
    "edit_incident": (
        lambda s: configuration.change_incident(
            announce(s), by=s.by, texts={"en": {"title": "Cold building"}}
        ),
        EDITS,
        "Incident “Cold building” changed",
    ),
    "end_incident": (
        lambda s: configuration.end_incident(announce(s), by=s.by),
        EDITS,
        "Incident “No heating” ended",
    ),
    "delete_incident": (
        lambda s: configuration.delete_incident(announce(s), by=s.by),
        EDITS,
        "Incident “No heating” deleted",
    ),
}
#: Nobody who runs a service makes, places or deletes one.
OF_THE_SITE = {"create_service", "order_services", "delete_service"}


@pytest.mark.parametrize("kind", CHANGES)
def test_each_kind_of_change_is_shown_only_to_people_who_can_make_it(objects, ticket, browse, kind):
    change, needed, words = CHANGES[kind]
    reader = ServiceManager.objects.create(
        service=objects.general, user=objects.people.marion, order=9
    )
    change(objects)
    for privilege in CONFIGURES:
        grant(reader, privilege)
        page = text(browse(reader.user).get("history", objects.general))
        assert (words in page) is (privilege is needed), privilege
    for stranger in (
        objects.people.nadia,
        objects.people.hugo,
        objects.people.lea,
        objects.people.alice,
    ):
        answer = browse(stranger).get("history", objects.general)
        assert answer.status_code in (302, 403, 404)


def test_no_kind_of_change_is_left_untested():
    assert set(CHANGES) == set(KINDS) - OF_THE_SITE


def test_moving_a_service_is_logged(people, general, dsi, browse, client):
    browse(people.gilles)
    client.post(f"{page_url('reorder', dsi)}?position=0")
    page = text(browse(people.nadia).get("history", dsi))
    assert "Service “DSI” moved in the list Order: 2 → 1" in page


def test_a_new_service_is_logged_with_its_settings(people, browse):
    service = configuration.create_service(by=people.gilles, name="Accueil", confidential=True)
    page = text(browse(people.gilles).get("history", service))
    assert "Service “Accueil” created Confidential: yes" in page


def test_the_history_writes_the_days_of_an_absence_as_dates(people, general, manager, browse):
    configuration.add_absence(
        manager(people.karim).user, by=None, starts_on=date(2031, 2, 3), ends_on=date(2031, 2, 4)
    )
    page = text(browse(people.sophie).get("history", general))
    assert f"{format_date(date(2031, 2, 3))}" in page
    assert "2031-02-03" not in page
