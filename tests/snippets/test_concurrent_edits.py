"""Concurrent edits of one form: each user writes only the fields they changed."""

import pytest
from django.contrib.auth.models import Group

from wagtail_helpdesk.actions import configuration

from .conftest import page_url
from .test_every_field import filled
from .test_services import text


@pytest.fixture
def sophie(people, browse):
    return browse(people.sophie)


@pytest.fixture
def forms(general, heating, manager, people):
    """Page → its URL, the row, and how a colleague changes it meanwhile."""
    karim = manager(people.karim)
    return {
        "edit": ((general,), general, configuration.change_service),
        "category:edit": ((heating,), heating, configuration.change_category),
        "manager": ((general, karim), karim, configuration.update_manager),
    }


#: Page → what the reader changes, and what a colleague changed since.
FIELDS = {
    "edit": ({"name": "Bâtiments"}, {"default_subject": "Salle :", "confidential": True}),
    "category:edit": ({"name": "Radiateurs"}, {"default_priority": 5, "hidden": True}),
    "manager": ({"can_assign": None}, {"can_edit_service": True, "can_refuse": False}),
}


def sent(shown, **changes):
    """Return what a browser sends of a form; None unticks a box."""
    data = filled(shown) | changes
    return {name: value for name, value in data.items() if value is not None}


@pytest.mark.parametrize("page", FIELDS)
def test_a_form_does_not_undo_a_colleagues_change_of_another_field(sophie, forms, page):
    where, row, change = forms[page]
    mine, theirs = FIELDS[page]
    shown = sophie.get(page, *where)
    change(row, by=None, **theirs)
    assert sophie.post(page, *where, **sent(shown, **mine)).status_code == 302
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in theirs} == theirs
    assert {name: getattr(row, name) or None for name in mine} == mine


def test_a_form_does_not_restore_a_privilege_removed_meanwhile(sophie, forms, general):
    where, karim, change = forms["manager"]
    change(karim, by=None, can_edit_service=True)
    shown = sophie.get("manager", *where)
    change(karim, by=None, can_edit_service=False)
    sophie.post("manager", *where, **sent(shown, can_take_free=None))
    karim.refresh_from_db()
    assert not karim.can_edit_service
    assert not karim.can_take_free


@pytest.fixture
def overtaken_form(sophie, general):
    """Sophie's form about a service whose name a colleague changed since."""
    shown = sophie.get("edit", general)
    configuration.change_service(general, by=None, name="Bâtiments", default_subject="Salle :")
    return shown


def test_a_field_changed_by_both_is_refused_with_the_form_kept(sophie, general, overtaken_form):
    form = sent(overtaken_form, name="Maison", default_message="Où ?")
    response = sophie.post("edit", general, **form)
    page = text(response)
    assert "Another person has just set this to “Bâtiments”." in page
    assert filled(response)["name"] == ["Maison"]
    assert filled(response)["default_message"] == ["Où ?"]
    general.refresh_from_db()
    assert (general.name, general.default_message) == ("Bâtiments", "")


def test_sending_the_form_again_overwrites_only_the_field_in_conflict(
    sophie, general, overtaken_form
):
    refused = sophie.post("edit", general, **sent(overtaken_form, name="Maison"))
    assert sophie.post("edit", general, **sent(refused)).url == page_url("panel", general)
    general.refresh_from_db()
    assert (general.name, general.default_subject) == ("Maison", "Salle :")


def test_the_same_change_by_two_people_is_no_conflict(sophie, general, overtaken_form):
    response = sophie.post("edit", general, **sent(overtaken_form, name="Bâtiments"))
    assert response.url == page_url("panel", general)


def test_another_error_in_the_form_still_shows_the_conflict(sophie, general, overtaken_form):
    wrong = sophie.post("edit", general, **sent(overtaken_form, alert_address="nowhere"))
    sophie.post("edit", general, **sent(wrong, alert_address="here@arvelle.example"))
    general.refresh_from_db()
    assert (general.name, general.default_subject) == ("Bâtiments", "Salle :")
    assert general.alert_address == "here@arvelle.example"


@pytest.mark.parametrize(
    ("page", "mine", "theirs", "value"),
    [
        ("edit", {"algorithm": "first"}, {"algorithm": "cyclic"}, "in turn"),
        ("edit", {"default_priority": "5"}, {"default_priority": 1}, "very low"),
        ("category:edit", {"default_subject": "Ici :"}, {"default_subject": "Là :"}, "Là :"),
    ],
)
def test_the_conflict_shows_the_label_of_the_new_value(sophie, forms, page, mine, theirs, value):
    where, row, change = forms[page]
    shown = sophie.get(page, *where)
    change(row, by=None, **theirs)
    assert f"has just set this to “{value}" in text(
        sophie.post(page, *where, **sent(shown, **mine))
    )


def test_the_conflict_shows_the_names_of_groups(sophie, general):
    students, staff = Group.objects.create(name="Students"), Group.objects.create(name="Staff")
    general.groups.add(students)
    shown = sophie.get("edit", general)
    configuration.change_service(general, by=None, groups=[students, staff])
    page = text(sophie.post("edit", general, **sent(shown, groups=[])))
    assert "“Staff, Students”" in page or "“Students, Staff”" in page
    assert general.groups.count() == 2


@pytest.mark.parametrize("token", ["", "nonsense", "e30:forged"])
def test_a_form_without_a_valid_token_is_compared_with_the_current_values(sophie, forms, token):
    where, heating, _ = forms["category:edit"]
    form = sent(sophie.get("category:edit", *where), name="Radiateurs", seen=token)
    assert sophie.post("category:edit", *where, **form).status_code == 302
    heating.refresh_from_db()
    assert heating.name == "Radiateurs"
