"""Two people fill in the same form: each writes what he changed, and nobody undoes what he never saw."""

import pytest
from django.contrib.auth.models import Group

from wagtail_helpdesk.actions import configuration

from .conftest import address
from .test_every_field import filled
from .test_services import text


@pytest.fixture
def sophie(people, browse):
    return browse(people.sophie)


@pytest.fixture
def forms(general, heating, manager, people):
    """Page → its address, the row, and how a colleague changes it meanwhile."""
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
def test_what_a_colleague_changed_meanwhile_is_not_undone(sophie, forms, page):
    where, row, change = forms[page]
    mine, theirs = FIELDS[page]
    shown = sophie.get(page, *where)
    change(row, by=None, **theirs)
    assert sophie.post(page, *where, **sent(shown, **mine)).status_code == 302
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in theirs} == theirs
    assert {name: getattr(row, name) or None for name in mine} == mine


def test_S_ESC_02_a_privilege_taken_away_meanwhile_is_not_given_back(sophie, forms, general):
    where, karim, change = forms["manager"]
    change(karim, by=None, can_edit_service=True)
    shown = sophie.get("manager", *where)
    change(karim, by=None, can_edit_service=False)
    sophie.post("manager", *where, **sent(shown, can_take_free=None))
    karim.refresh_from_db()
    assert not karim.can_edit_service
    assert not karim.can_take_free


@pytest.fixture
def overtaken(sophie, general):
    """Sophie's form about a service whose name a colleague changed since."""
    shown = sophie.get("edit", general)
    configuration.change_service(general, by=None, name="Bâtiments", default_subject="Salle :")
    return shown


def test_what_both_changed_is_refused_and_nothing_typed_is_lost(sophie, general, overtaken):
    form = sent(overtaken, name="Maison", default_message="Où ?")
    response = sophie.post("edit", general, **form)
    page = text(response)
    assert "Somebody else changed this meanwhile; now it is: Bâtiments." in page
    assert filled(response)["name"] == ["Maison"]
    assert filled(response)["default_message"] == ["Où ?"]
    general.refresh_from_db()
    assert (general.name, general.default_message) == ("Bâtiments", "")


def test_whoever_has_read_that_may_replace_it_and_still_undoes_nothing_else(
    sophie, general, overtaken
):
    refused = sophie.post("edit", general, **sent(overtaken, name="Maison"))
    assert sophie.post("edit", general, **sent(refused)).url == address("panel", general)
    general.refresh_from_db()
    assert (general.name, general.default_subject) == ("Maison", "Salle :")


def test_two_who_change_the_same_to_the_same_do_not_meet(sophie, general, overtaken):
    response = sophie.post("edit", general, **sent(overtaken, name="Bâtiments"))
    assert response.url == address("panel", general)


def test_another_mistake_does_not_make_one_have_seen_the_news(sophie, general, overtaken):
    wrong = sophie.post("edit", general, **sent(overtaken, alert_address="nowhere"))
    sophie.post("edit", general, **sent(wrong, alert_address="here@arvelle.example"))
    general.refresh_from_db()
    assert (general.name, general.default_subject) == ("Bâtiments", "Salle :")
    assert general.alert_address == "here@arvelle.example"


@pytest.mark.parametrize(
    ("page", "mine", "theirs", "said"),
    [
        ("edit", {"algorithm": "first"}, {"algorithm": "cyclic"}, "in turn"),
        ("edit", {"default_priority": "5"}, {"default_priority": 1}, "very low"),
        ("category:edit", {"default_subject": "Ici :"}, {"default_subject": "Là :"}, "Là :"),
    ],
)
def test_the_news_are_in_the_words_of_the_form(sophie, forms, page, mine, theirs, said):
    where, row, change = forms[page]
    shown = sophie.get(page, *where)
    change(row, by=None, **theirs)
    assert f"has just set this to “{said}" in text(sophie.post(page, *where, **sent(shown, **mine)))


def test_the_news_name_groups(sophie, general):
    students, staff = Group.objects.create(name="Students"), Group.objects.create(name="Staff")
    general.groups.add(students)
    shown = sophie.get("edit", general)
    configuration.change_service(general, by=None, groups=[students, staff])
    page = text(sophie.post("edit", general, **sent(shown, groups=[])))
    assert "“Staff, Students”" in page or "“Students, Staff”" in page
    assert general.groups.count() == 2


@pytest.mark.parametrize("token", ["", "nonsense", "e30:forged"])
def test_without_knowing_what_was_seen_a_form_is_compared_with_what_is_there(sophie, forms, token):
    where, heating, _ = forms["category:edit"]
    form = sent(sophie.get("category:edit", *where), name="Radiateurs", seen=token)
    assert sophie.post("category:edit", *where, **form).status_code == 302
    heating.refresh_from_db()
    assert heating.name == "Radiateurs"
