"""Managers: adding, privileges, order, leaving."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, NotPossible, NotYours, configuration
from wagtail_helpdesk.lifecycle import Privilege, Status
from wagtail_helpdesk.models import CategoryMember, Service, ServiceManager

EDIT, MANAGERS, CATEGORIES = (
    Privilege.EDIT_SERVICE,
    Privilege.MANAGE_MANAGERS,
    Privilege.MANAGE_CATEGORIES,
)


# -- adding ----------------------------------------------------------------------------------------


def test_a_new_manager_has_the_default_privileges(people, general, sophie):
    manager = configuration.add_manager(general, people.claire, by=sophie)
    assert manager.can_assign
    assert manager.can_manage_categories
    assert not manager.can_edit_service
    assert not manager.can_manage_managers


def test_a_new_manager_comes_last_in_the_list(people, general, sophie):
    manager = configuration.add_manager(general, people.claire, by=sophie)
    assert list(general.managers.all())[-1] == manager


def test_adding_a_manager_is_recorded(people, general, sophie, read_log):
    configuration.add_manager(general, people.claire, by=sophie)
    [(_, author, data)] = read_log("add_manager")
    assert author == sophie
    assert data["name"] == "Claire Dumont"
    assert data["after"]["can_assign"] is True


@pytest.mark.parametrize("who", ["karim", "victor", "nadia"])
def test_adding_a_manager_requires_the_privilege_to_manage_managers(
    people, general, dsi, sophie, who
):
    with pytest.raises(NotYours):
        configuration.add_manager(general, people.claire, by=getattr(people, who))
    assert not general.managers.filter(user=people.claire).exists()


def test_an_administrator_adds_managers_anywhere(people, general, sophie):
    configuration.add_manager(general, people.claire, by=people.gilles)
    assert general.managers.filter(user=people.claire).exists()


def test_a_manager_is_not_added_twice(people, general, sophie):
    with pytest.raises(NotPossible, match="is already a manager"):
        configuration.add_manager(general, people.karim, by=sophie)


def test_an_inactive_account_is_not_added(people, general, sophie):
    with pytest.raises(NotPossible, match="not active"):
        configuration.add_manager(general, people.yvette, by=sophie)


def test_what_one_does_not_hold_is_not_among_the_defaults_one_gives(
    people, general, sophie, limit_privileges
):
    limit_privileges(people.karim, MANAGERS)
    manager = configuration.add_manager(general, people.claire, by=people.karim)
    assert not manager.can_manage_categories


# -- privileges ------------------------------------------------------------------------------------


def test_a_person_who_manages_managers_gives_ticket_privileges(
    people, general, sophie, get_manager_row
):
    configuration.update_manager(
        get_manager_row(people.hugo), by=sophie, can_assign=True, can_refuse=True
    )
    assert get_manager_row(people.hugo).can_assign
    assert get_manager_row(people.hugo).can_refuse


def test_a_change_is_on_record_with_what_was_before(
    people, general, sophie, get_manager_row, read_log
):
    configuration.update_manager(
        get_manager_row(people.karim), by=sophie, can_refuse=False, can_assign=True
    )
    [(_, author, data)] = read_log("update_manager")
    assert author == sophie
    assert (data["before"], data["after"]) == ({"can_refuse": True}, {"can_refuse": False})


def test_saving_a_manager_without_change_records_nothing(people, sophie, get_manager_row, read_log):
    configuration.update_manager(get_manager_row(people.karim), by=sophie, can_assign=True)
    assert read_log("update_manager") == []


@pytest.mark.parametrize("privilege", [EDIT, CATEGORIES])
def test_nobody_gives_a_configuration_privilege_they_do_not_hold(
    people, general, sophie, limit_privileges, get_manager_row, privilege
):
    limit_privileges(people.karim, MANAGERS)
    with pytest.raises(NotYours):
        configuration.update_manager(
            get_manager_row(people.hugo), by=people.karim, **{privilege.value: True}
        )
    assert not getattr(get_manager_row(people.hugo), privilege.value)


def test_nobody_gives_themselves_a_configuration_privilege(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, MANAGERS)
    with pytest.raises(NotYours):
        configuration.update_manager(
            get_manager_row(people.karim), by=people.karim, can_edit_service=True
        )
    assert not get_manager_row(people.karim).can_edit_service


def test_nobody_takes_a_privilege_they_do_not_hold_from_another_manager(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, MANAGERS)
    with pytest.raises(NotYours):
        configuration.update_manager(
            get_manager_row(sophie), by=people.karim, can_edit_service=False
        )
    assert get_manager_row(sophie).can_edit_service


def test_nobody_removes_a_manager_with_privileges_they_do_not_hold(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, MANAGERS)
    with pytest.raises(NotYours):
        configuration.remove_manager(get_manager_row(sophie), by=people.karim)
    assert general.managers.filter(user=sophie).exists()


def test_a_privilege_in_one_service_gives_none_in_another(people, general, dsi, sophie):
    julien = dsi.managers.get(user=people.julien)
    with pytest.raises(NotYours):
        configuration.update_manager(julien, by=sophie, can_manage_managers=True)


def test_the_last_person_who_manages_managers_keeps_that_privilege(
    people, general, sophie, get_manager_row
):
    with pytest.raises(
        NotPossible, match="the only person left who can manage managers"
    ) as refusal:
        configuration.update_manager(get_manager_row(sophie), by=sophie, can_manage_managers=False)
    assert refusal.value.field == "can_manage_managers"
    assert get_manager_row(sophie).can_manage_managers


def test_with_a_second_one_the_privilege_can_go(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, MANAGERS)
    configuration.update_manager(get_manager_row(sophie), by=sophie, can_manage_managers=False)
    assert not get_manager_row(sophie).can_manage_managers


def test_a_deactivated_person_is_not_a_second_one(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, MANAGERS)
    people.karim.is_active = False
    people.karim.save()
    with pytest.raises(NotPossible):
        configuration.update_manager(get_manager_row(sophie), by=sophie, can_manage_managers=False)


def test_changing_a_manager_removed_in_the_meantime_is_refused(
    people, general, sophie, get_manager_row
):
    manager = get_manager_row(people.karim)
    ServiceManager.objects.filter(pk=manager.pk).delete()
    with pytest.raises(NotPossible, match="is not a manager of this service"):
        configuration.update_manager(manager, by=sophie, can_assign=False)


# -- order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [None, 99])
def test_a_manager_moves_to_a_place_in_the_list(people, general, sophie, get_manager_row, place):
    first, second, *others = general.managers.all()
    configuration.change_manager_order(second, by=sophie, place=0)
    assert list(general.managers.all()) == [second, first, *others]
    configuration.change_manager_order(second, by=sophie, place=place)
    assert list(general.managers.all()) == [first, *others, second]


def test_a_manager_that_stays_in_its_place_is_not_recorded(people, general, sophie, read_log):
    before = list(general.managers.all())
    configuration.change_manager_order(before[0], by=sophie, place=0)
    assert list(general.managers.all()) == before
    assert read_log("order_managers") == []


# -- leaving ---------------------------------------------------------------------------------------


def test_a_manager_in_charge_of_nothing_is_removed_at_once(
    people, general, sophie, get_manager_row, read_log
):
    configuration.remove_manager(get_manager_row(people.karim), by=sophie)
    assert not general.managers.filter(user=people.karim).exists()
    [(_, author, data)] = read_log("remove_manager")
    assert author == sophie
    assert data["before"]["can_assign"] is True


def test_open_tickets_must_be_decided_about(people, sophie, get_manager_row, taken):
    with pytest.raises(NotPossible, match="in charge of 1 open ticket") as refusal:
        configuration.remove_manager(get_manager_row(people.karim), by=sophie)
    assert refusal.value.field == "then"


def test_tickets_of_a_removed_manager_are_released(people, sophie, get_manager_row, taken):
    configuration.remove_manager(get_manager_row(people.karim), by=sophie, then=HandOverPolicy.FREE)
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == (Status.FREE, None)


def test_the_tickets_go_to_a_colleague(people, sophie, get_manager_row, taken):
    configuration.remove_manager(
        get_manager_row(people.karim),
        by=sophie,
        then=HandOverPolicy.COLLEAGUE,
        colleague=people.julien,
    )
    taken.refresh_from_db()
    assert taken.assignee == people.julien


def test_the_tickets_go_to_whom_the_algorithm_picks(
    people, general, sophie, get_manager_row, taken
):
    Service.objects.filter(pk=general.pk).update(algorithm="first")
    configuration.remove_manager(
        get_manager_row(people.karim), by=sophie, then=HandOverPolicy.ALGORITHM
    )
    taken.refresh_from_db()
    assert taken.assignee == people.sophie


def test_the_colleague_must_be_an_available_manager(people, sophie, get_manager_row, taken):
    for colleague in (None, people.victor, people.karim):
        with pytest.raises(NotPossible) as refusal:
            configuration.remove_manager(
                get_manager_row(people.karim),
                by=sophie,
                then=HandOverPolicy.COLLEAGUE,
                colleague=colleague,
            )
        assert refusal.value.field == "colleague"
    taken.refresh_from_db()
    assert taken.assignee == people.karim


def test_a_member_who_leaves_is_no_member_any_more(people, heating, sophie, get_manager_row):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    configuration.remove_manager(get_manager_row(people.karim), by=sophie)
    heating.refresh_from_db()
    assert heating.members_from is None
    assert not CategoryMember.objects.exists()


def test_the_last_person_who_manages_managers_is_not_removed(
    people, general, sophie, get_manager_row
):
    with pytest.raises(NotPossible, match="the only person left who can manage managers"):
        configuration.remove_manager(get_manager_row(sophie), by=people.gilles)
    assert general.managers.filter(user=sophie).exists()


def test_the_last_manager_of_a_service_with_open_tickets_stays(
    people, general, sophie, get_manager_row, ticket
):
    general.managers.exclude(user=people.karim).delete()
    with pytest.raises(NotPossible, match="the last manager of a service that has open tickets"):
        configuration.remove_manager(get_manager_row(people.karim), by=people.gilles)


def test_without_open_tickets_the_last_manager_may_go(
    people, general, sophie, get_manager_row, ticket
):
    actions.cancel(ticket, by=people.lea)
    general.managers.exclude(user=people.karim).delete()
    configuration.remove_manager(get_manager_row(people.karim), by=people.gilles)
    assert not general.managers.exists()


# -- availability ----------------------------------------------------------------------------------


def test_a_person_who_manages_managers_sets_the_availability_of_others(
    people, sophie, get_manager_row, read_log
):
    configuration.set_availability(get_manager_row(people.karim), False, by=sophie)
    assert not get_manager_row(people.karim).available
    [(_, _, data)] = read_log("set_availability")
    assert (data["before"], data["after"]) == ({"available": True}, {"available": False})


def test_with_the_privilege_one_sets_ones_own(people, sophie, get_manager_row):
    ServiceManager.objects.filter(user=people.karim).update(can_set_availability=True)
    configuration.set_availability(get_manager_row(people.karim), False, by=people.karim)
    assert not get_manager_row(people.karim).available


def test_without_the_privilege_one_does_not(people, sophie, get_manager_row):
    with pytest.raises(NotYours):
        configuration.set_availability(get_manager_row(people.karim), False, by=people.karim)


def test_the_availability_privilege_does_not_apply_to_colleagues(people, sophie, get_manager_row):
    ServiceManager.objects.filter(user=people.karim).update(can_set_availability=True)
    with pytest.raises(NotYours):
        configuration.set_availability(get_manager_row(people.julien), False, by=people.karim)


def test_a_manager_removed_meanwhile_is_neither_moved_nor_made_available(
    people, sophie, get_manager_row
):
    karim = get_manager_row(people.karim)
    configuration.remove_manager(karim, by=None)
    with pytest.raises(NotPossible, match="is not a manager of this service"):
        configuration.change_manager_order(karim, by=sophie, place=0)
    with pytest.raises(NotPossible, match="is not a manager of this service"):
        configuration.set_availability(karim, False, by=sophie)


def test_a_privilege_taken_away_meanwhile_gives_no_right_over_ones_availability(
    people, sophie, get_manager_row
):
    karim = get_manager_row(people.karim)
    karim.can_set_availability = True
    with pytest.raises(NotYours):
        configuration.set_availability(karim, False, by=people.karim)
