"""`helpdesk_people` with a fake directory: groups, leavers, refusals, limits."""

import io

import pytest
from django.core.management import CommandError, call_command

from wagtail_helpdesk import actions
from wagtail_helpdesk.directory import Candidate, DirectoryUnavailable, UnknownGroup, UnknownPerson
from wagtail_helpdesk.models import Category, Service, ServiceManager, Ticket


class PaperDirectory:
    """Groups and leavers, as a test writes them down."""

    groups: dict = {}
    gone: set = set()
    down = False

    def find(self, identifier_or_address):
        raise UnknownPerson(identifier_or_address)

    def members(self, group):
        if group not in self.groups:
            raise UnknownGroup(group)
        return [
            Candidate(user.get_username(), user.get_full_name(), user_pk=user.pk)
            for user in self.groups[group]
        ]

    def missing(self, users):
        if self.down:
            raise DirectoryUnavailable("on fire")
        return [user for user in users if user.get_username() in self.gone]


@pytest.fixture
def dsi(people):
    """DSI, with Nadia added by hand; Julien and Karim are in its group."""
    service = Service.objects.create(name="DSI")
    Category.objects.create(service=service, name="Réseau")
    ServiceManager.objects.create(service=service, user=people.nadia)
    return service


@pytest.fixture
def directory(people, settings, monkeypatch):
    monkeypatch.setattr(PaperDirectory, "groups", {"dsi": [people.julien, people.karim]})
    monkeypatch.setattr(PaperDirectory, "gone", set())
    monkeypatch.setattr(PaperDirectory, "down", False)
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY": f"{__name__}.PaperDirectory",
        "DIRECTORY_GROUPS": {"dsi": "DSI"},
        "LEAVERS_SHARE_LIMIT": 0.5,
    }
    return PaperDirectory


def synchronise(*options):
    output = io.StringIO()
    call_command("helpdesk_people", *options, stdout=output)
    return output.getvalue()


def refusal(*options):
    with pytest.raises(CommandError) as error:
        synchronise(*options)
    return str(error.value)


def managers_of(service):
    return {manager.user.get_username() for manager in service.managers.all()}


@pytest.fixture
def taken(people, dsi, directory):
    """A ticket that Karim, who came from the group, is in charge of."""
    synchronise()
    ticket = actions.open_ticket(
        dsi.categories.get(), by=people.lea, subject="Wifi", text="Pas de réseau."
    )
    actions.take(ticket, by=people.karim)
    return ticket


# -- Groups --


def test_members_of_a_group_become_managers_with_the_default_privileges(dsi, directory):
    synchronise()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}
    karim = dsi.managers.get(user__username="karim")
    assert karim.synchronised
    assert karim.can_take_free
    assert not karim.can_manage_managers


def test_a_second_run_changes_nothing(dsi, directory):
    synchronise()
    assert "0 to add, 0 of 2 to remove, 0 of 3 left" in synchronise()


def test_a_dry_run_reports_everything_and_changes_nothing(dsi, directory):
    output = synchronise("--dry-run")
    assert "joins DSI: Karim Benali (karim)" in output
    assert "nothing was changed" in output
    assert managers_of(dsi) == {"nadia"}


def test_a_manager_who_leaves_the_group_is_removed(dsi, directory, people):
    synchronise()
    directory.groups["dsi"] = [people.julien]
    assert "parts from DSI: Karim Benali" in synchronise()
    assert managers_of(dsi) == {"nadia", "julien"}


def test_a_manager_added_by_hand_is_never_removed(dsi, directory, people):
    directory.groups["dsi"].append(people.nadia)
    synchronise()
    directory.groups["dsi"].remove(people.nadia)
    synchronise()
    assert "nadia" in managers_of(dsi)


def test_several_groups_of_one_service_are_added_up(dsi, directory, people, settings):
    directory.groups["assistance"] = [people.sophie, people.karim]
    settings.WAGTAIL_HELPDESK["DIRECTORY_GROUPS"]["assistance"] = "dsi"
    synchronise()
    assert managers_of(dsi) == {"nadia", "julien", "karim", "sophie"}


def test_tickets_of_a_manager_who_leaves_the_group_are_released(dsi, directory, people, taken):
    directory.groups["dsi"] = [people.julien]
    synchronise()
    taken.refresh_from_db()
    assert taken.status == "free"
    assert taken.events.last().action == "release"


def test_an_unknown_group_is_reported_and_removes_nobody(dsi, directory):
    synchronise()
    directory.groups.clear()
    assert "The group “dsi” is unknown." in refusal()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}


def test_an_unknown_service_is_reported_and_stops_no_other(dsi, directory, settings):
    settings.WAGTAIL_HELPDESK["DIRECTORY_GROUPS"] = {"nobody": "Nothing", "dsi": "DSI"}
    assert "does not exist: Nothing" in refusal()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}


def test_a_member_whose_account_is_deactivated_is_reported_and_stops_no_other(
    dsi, directory, people
):
    directory.groups["dsi"].insert(0, people.yvette)
    assert "“yvette” is unknown" in refusal()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}


def test_the_last_manager_of_a_service_with_open_tickets_is_not_removed(
    dsi, directory, people, taken
):
    dsi.managers.exclude(user=people.karim).delete()
    directory.groups["dsi"] = []
    assert "last manager" in refusal("--share-limit", "1")
    assert managers_of(dsi) == {"karim"}


# -- Leavers --


def test_a_leaver_is_deactivated_and_their_open_tickets_are_freed(dsi, directory, people, taken):
    directory.gone.add("karim")
    assert "karim deactivated, open tickets handed over: 1" in synchronise()
    people.karim.refresh_from_db()
    taken.refresh_from_db()
    assert not people.karim.is_active
    assert (taken.status, taken.assignee) == ("free", None)
    assert taken.events.last().actor is None


def test_open_tickets_of_a_leaver_go_where_the_category_sends_them(dsi, directory, people, taken):
    dsi.categories.update(algorithm="first")
    directory.gone.add("karim")
    synchronise()
    taken.refresh_from_db()
    assert taken.assignee == people.nadia


def test_open_tickets_of_a_leaver_are_freed_where_that_is_asked_for(dsi, directory, taken):
    dsi.categories.update(algorithm="first")
    directory.gone.add("karim")
    synchronise("--then", "free")
    taken.refresh_from_db()
    assert taken.status == "free"


def test_ended_tickets_of_a_leaver_keep_their_name(dsi, directory, people, taken):
    actions.close(taken, by=people.karim, text="Fait.")
    directory.gone.add("karim")
    synchronise()
    assert Ticket.objects.get(pk=taken.pk).assignee == people.karim


def test_a_leaver_keeps_their_privileges_for_the_day_they_come_back(dsi, directory, people):
    dsi.managers.update(can_refuse=False)
    directory.gone.add("nadia")
    synchronise()
    assert not dsi.managers.get(user=people.nadia).can_refuse


def test_requesters_who_leave_the_directory_keep_their_account(dsi, directory, people, taken):
    directory.gone.add("lea")
    synchronise()
    people.lea.refresh_from_db()
    assert people.lea.is_active


def test_nobody_is_removed_while_the_directory_is_down(dsi, directory, people, taken):
    directory.gone.add("karim")
    directory.down = True
    assert "down: on fire" in refusal()
    people.karim.refresh_from_db()
    assert people.karim.is_active
    assert Ticket.objects.get(pk=taken.pk).assignee == people.karim


# -- Services left alone --


def test_a_service_whose_last_manager_left_is_reported(dsi, directory, people, taken):
    dsi.managers.exclude(user__username="karim").delete()
    directory.groups["dsi"] = [people.karim]
    directory.gone.add("karim")
    assert refusal("--share-limit", "1") == "DSI: no manager with an active account is left"
    assert "no manager with an active account" in refusal()


def test_a_service_where_nobody_can_manage_the_managers_is_reported(dsi, directory):
    dsi.managers.update(can_manage_managers=True)
    directory.gone.add("nadia")
    assert refusal() == "DSI: nobody with an active account can manage its managers any more"


def test_a_service_that_only_administrators_configure_is_not_reported(dsi, directory):
    assert "deactivated" not in synchronise()


def test_a_disabled_service_is_not_reported(dsi, directory):
    Service.objects.update(enabled=False)
    dsi.managers.update(can_manage_managers=True)
    directory.gone.add("nadia")
    assert "deactivated" in synchronise()


# -- Limits --


def test_a_synchronisation_that_would_remove_too_many_stops_before_it_begins(
    dsi, directory, people, settings
):
    synchronise()
    settings.WAGTAIL_HELPDESK["LEAVERS_SHARE_LIMIT"] = 0.5
    directory.gone.update({"nadia", "julien"})
    directory.groups["dsi"].append(people.sophie)
    assert "2 of 3 people of the helpdesk would be removed" in refusal()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}
    people.nadia.refresh_from_db()
    assert people.nadia.is_active


def test_a_suddenly_empty_group_stops_the_synchronisation(dsi, directory):
    synchronise()
    directory.groups["dsi"] = []
    assert "2 of 2 managers from groups would be removed" in refusal()
    assert managers_of(dsi) == {"nadia", "julien", "karim"}


def test_one_person_can_always_leave(dsi, directory, settings, people):
    settings.WAGTAIL_HELPDESK["LEAVERS_SHARE_LIMIT"] = 0.01
    directory.gone.add("nadia")
    synchronise()
    people.nadia.refresh_from_db()
    assert not people.nadia.is_active


def test_a_larger_limit_for_one_run_removes_them(dsi, directory, people):
    synchronise()
    directory.groups["dsi"] = []
    synchronise("--share-limit", "1")
    assert managers_of(dsi) == {"nadia"}


def test_a_dry_run_reports_that_the_limit_would_stop_it(dsi, directory):
    synchronise()
    directory.groups["dsi"] = []
    assert "more than the limit of 50%" in refusal("--dry-run")
