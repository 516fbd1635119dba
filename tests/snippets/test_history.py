"""The record of the configuration: visible to whoever may make the change."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from wagtail.models import ModelLogEntry

import wagtail_helpdesk
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import CONFIGURATION, Privilege
from wagtail_helpdesk.snippets.history import KINDS

from .conftest import grant
from .test_services import text


@pytest.fixture
def changed(people, general, dsi, heating, manager):
    """One change of each kind in Services Généraux, one in DSI."""
    configuration.change_service(general, by=people.sophie, default_subject="Salle …")
    configuration.change_category(heating, by=people.sophie, hidden=True)
    configuration.update_manager(manager(people.karim), by=people.sophie, can_refuse=False)
    configuration.change_service(dsi, by=people.nadia, default_subject="Poste …")


def test_it_says_who_changed_what_from_what_to_what(people, general, changed, browse):
    page = text(browse(people.sophie).get("history", general))
    assert "default subject: – → Salle …" in page
    assert "hidden: no → yes" in page
    assert "Manager Karim Benali updated. may refuse a ticket: yes → no" in page
    assert "Poste …" not in page


@pytest.mark.parametrize(
    ("privilege", "sees"),
    [
        (Privilege.EDIT_SERVICE, "Salle …"),
        (Privilege.MANAGE_CATEGORIES, "hidden: no → yes"),
        (Privilege.MANAGE_MANAGERS, "Karim Benali updated"),
    ],
)
def test_each_change_is_for_whoever_may_make_it(
    people, general, changed, manager, browse, privilege, sees
):
    grant(manager(people.karim), privilege)
    page = text(browse(people.karim).get("history", general))
    shown = [words for words in ("Salle …", "hidden: no", "Benali updated") if words in page]
    assert len(shown) == 1
    assert sees in page


TODAY = timezone.localdate()
#: A change of each kind by Sophie, what the record says of it, and who else may read that.
CHANGES = {
    "a manager, and his privileges": (
        lambda o: configuration.add_manager(o.general, o.people.claire, by=o.by),
        "Manager Claire Dumont added. may manage categories: yes",
        Privilege.MANAGE_MANAGERS,
    ),
    "his privileges": (
        lambda o: configuration.update_manager(o.hugo, by=o.by, can_refuse=True),
        "Manager Hugo Perrin updated. may refuse a ticket: no → yes",
        Privilege.MANAGE_MANAGERS,
    ),
    "whether he is there": (
        lambda o: configuration.set_availability(o.hugo, False, by=o.by),
        "Availability of Hugo Perrin changed. available: yes → no",
        Privilege.MANAGE_MANAGERS,
    ),
    "that he is away": (
        lambda o: configuration.add_absence(
            o.people.hugo, by=o.by, starts_on=TODAY, ends_on=TODAY, replacement=o.people.karim
        ),
        f"Absence of Hugo Perrin added. first day: {TODAY} · last day: {TODAY} · "
        "replacement: Karim Benali",
        Privilege.MANAGE_MANAGERS,
    ),
    "that he is gone": (
        lambda o: configuration.remove_manager(o.hugo, by=o.by),
        "Manager Hugo Perrin removed, open tickets handed over: 0. available: yes",
        Privilege.MANAGE_MANAGERS,
    ),
    "a permanent guest": (
        lambda o: configuration.add_permanent_guest(o.general, o.people.ines, by=o.by),
        "Permanent guest Inès Robert added",
        Privilege.MANAGE_MANAGERS,
    ),
    "the members of a category": (
        lambda o: configuration.set_members(o.heating, [o.hugo], by=o.by),
        "Members of “Chauffage” changed. members: inherited → Hugo Perrin",
        Privilege.MANAGE_CATEGORIES,
    ),
    "the template of a category": (
        lambda o: configuration.change_category(o.heating, by=o.by, default_message="Salle :"),
        "Category “Chauffage” changed. default message: – → Salle :",
        Privilege.MANAGE_CATEGORIES,
    ),
    "another name of a category": (
        lambda o: configuration.add_alias("Radiateurs", o.heating, by=o.by, service=o.general),
        "Alias “Radiateurs” of",
        Privilege.MANAGE_CATEGORIES,
    ),
    "the template of the service": (
        lambda o: configuration.change_service(o.general, by=o.by, default_subject="Salle …"),
        "Service “Services Généraux” changed. default subject: – → Salle …",
        Privilege.EDIT_SERVICE,
    ),
    "a setting of the service": (
        lambda o: configuration.change_service(o.general, by=o.by, confidential=True),
        "Service “Services Généraux” changed. confidential: no → yes",
        Privilege.EDIT_SERVICE,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_acts_at_once_and_is_told_to_whoever_may_make_it(
    people, general, heating, dsi, manager, browse, name
):
    change, told, privilege = CHANGES[name]
    hugo = manager(people.hugo)
    change(
        SimpleNamespace(
            people=people, general=general, heating=heating, hugo=hugo, by=people.sophie
        )
    )
    karim = manager(people.karim)
    grant(karim, privilege)
    assert told in text(browse(people.karim).get("history", general))
    grant(karim, *(set(CONFIGURATION) - {privilege}))
    assert told not in text(browse(people.karim).get("history", general))
    assert browse(people.nadia).get("history", general).status_code == 404


def test_several_people_added_at_once_are_several_entries(people, general, browse):
    browse(people.sophie).post("manager_add", general, people="claire, marion")
    page = text(browse(people.sophie).get("history", general))
    assert "Manager Claire Dumont added" in page
    assert "Manager Marion Gauthier added" in page


def test_the_history_of_a_category_is_there_too(people, heating, changed, browse):
    assert "hidden: no → yes" in text(browse(people.karim).get("category:history", heating))


def test_S_WAG_04_the_site_history_shows_no_subject(
    people, general, ticket, changed, browse, client
):
    browse(people.gilles)
    page = client.get("/admin/reports/site-history/").content.decode()
    assert "Radiateur froid" not in page
    browse(people.alice)
    assert "Salle …" not in client.get("/admin/reports/site-history/").content.decode()


def test_S_ESC_06_no_page_changes_the_record(people, changed):
    assert not Permission.objects.filter(
        content_type__app_label="wagtail_helpdesk", content_type__model="event"
    ).exists()
    assert ModelLogEntry.objects.filter(action="wagtail_helpdesk.update_manager").count() == 1


def test_every_kind_of_change_has_its_sentence():
    deeds = Path(wagtail_helpdesk.__file__).parent / "actions" / "configuration"
    recorded = {
        argument.value
        for path in deeds.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in RECORDERS
        for argument in ast.walk(node.args[0])
        if isinstance(argument, ast.Constant)
    }
    assert recorded == set(KINDS)


RECORDERS = {"record", "_record"}
