"""Settings that a category takes from its parents, its service and the site; members likewise."""

import pytest

from wagtail_helpdesk.models import Category, CategoryMember, ServiceManager


@pytest.fixture
def radiators(general, heating):
    """A category below Chauffage."""
    return Category.objects.create(service=general, parent=heating, name="Radiateurs")


@pytest.fixture
def valves(general, radiators):
    """And one below that."""
    return Category.objects.create(service=general, parent=radiators, name="Vannes")


def test_a_category_knows_its_line(valves, radiators, heating):
    assert valves.lineage == [valves, radiators, heating]
    assert heating.lineage == [heating]


def test_a_line_that_bites_its_tail_ends(heating, plumbing):
    Category.objects.filter(pk=heating.pk).update(parent=plumbing)
    Category.objects.filter(pk=plumbing.pk).update(parent=heating)
    heating.refresh_from_db()
    assert heating.lineage == [heating, plumbing]


def test_a_path_reads_from_the_service_down(valves):
    assert valves.path == "Services Généraux › Chauffage › Radiateurs › Vannes"


SETTINGS = [
    ("default_subject", "Chauffage froid"),
    ("default_message", "Salle :"),
    ("default_priority", 5),
    ("default_visibility", "public"),
    ("algorithm", "first"),
    ("alert_address", "team@arvelle.example"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_the_nearest_that_says_something_is_in_force(
    general, heating, radiators, valves, name, value
):
    other = {5: 1, "public": "private", "first": "cyclic"}.get(value, f"other {value}")
    setattr(general, name, other)
    general.save()
    valves = Category.objects.get(pk=valves.pk)
    assert valves.in_force(name).value == other
    assert valves.in_force(name).source == general

    setattr(heating, name, value)
    heating.save()
    valves = Category.objects.get(pk=valves.pk)
    assert valves.in_force(name).value == value
    assert valves.in_force(name).source == heating


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_form_shows_what_a_blank_would_inherit(heating, radiators, name, value):
    setattr(radiators, name, value)
    radiators.save()
    setattr(heating, name, "" if isinstance(value, str) else None)
    heating.save()
    radiators = Category.objects.get(pk=radiators.pk)
    assert radiators.in_force(name).source == radiators
    assert radiators.inherited(name).value != value
    assert radiators.inherited(name).source is None


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("default_priority", "DEFAULT_PRIORITY", 4),
        ("default_visibility", "DEFAULT_VISIBILITY", "public"),
        ("algorithm", "DEFAULT_ALGORITHM", "random"),
    ],
)
def test_the_site_has_the_last_word(heating, settings, name, setting, value):
    settings.WAGTAIL_HELPDESK = {setting: value}
    assert (heating.in_force(name).value, heating.in_force(name).source) == (value, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("default_priority", 3),
        ("default_visibility", "private"),
        ("algorithm", "nobody"),
        ("default_subject", ""),
        ("default_message", ""),
        ("alert_address", ""),
    ],
)
def test_an_inherited_setting_without_any_value_has_the_default(heating, name, value):
    assert heating.in_force(name).value == value


# -- members ---------------------------------------------------------------------------------------


def members(category):
    return {row.user.username for row in category.effective_members()}


def test_who_inherits_from_nobody_has_all_managers(heating):
    assert heating.members_from is None
    assert members(heating) == {"karim", "sophie", "julien", "hugo"}


def test_named_members_are_in_force_where_the_category_points(general, heating, radiators, people):
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=karim)
    for category in (heating, radiators):
        category.members_from = heating
        category.save()
    assert members(heating) == members(radiators) == {"karim"}


@pytest.fixture
def karim_alone(general, heating, radiators, people):
    """Karim is all that Chauffage names, and Radiateurs inherits."""
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=karim)
    Category.objects.filter(pk__in=[heating.pk, radiators.pk]).update(members_from=heating)
    return karim


@pytest.mark.parametrize("way", ["deactivated", "removed"])
def test_when_all_the_named_have_left_all_managers_are_members(
    heating, radiators, people, karim_alone, way
):
    if way == "removed":
        karim_alone.delete()
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    for category in (heating, radiators):
        category.refresh_from_db()
        assert {"sophie", "julien", "hugo"} <= members(category)
        assert category.list_in_force() is None
        assert category in Category.objects.with_member(people.hugo)


def test_one_of_the_named_who_stays_is_enough(general, heating, people, karim_alone):
    hugo = ServiceManager.objects.get(service=general, user=people.hugo)
    CategoryMember.objects.create(category=heating, manager=hugo)
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    heating.refresh_from_db()
    assert heating.list_in_force() == heating
    assert "sophie" not in members(heating)
    assert heating not in Category.objects.with_member(people.sophie)


def test_who_comes_back_is_the_member_again(heating, people, karim_alone):
    for is_active in (False, True):
        type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=is_active)
    heating.refresh_from_db()
    assert members(heating) == {"karim"}


def test_a_person_is_member_where_they_are_named_or_where_nobody_is(
    general, heating, radiators, plumbing, dsi, people
):
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=karim)
    Category.objects.filter(pk__in=[heating.pk, radiators.pk]).update(members_from=heating)

    def list_names(person):
        found = Category.objects.with_member(person).filter(service=general)
        return set(found.values_list("name", flat=True))

    assert list_names(people.karim) == {"Électricité", "Chauffage", "Radiateurs", "Plomberie"}
    assert list_names(people.sophie) == {"Électricité", "Plomberie"}
    assert list_names(people.nadia) == set()
