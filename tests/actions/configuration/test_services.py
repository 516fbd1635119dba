"""Services: making, changing, deleting; emptying them first."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import Group, Permission

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Incident, Service, ServiceManager, Ticket


def test_an_administrator_makes_a_service(people):
    service = configuration.create_service(by=people.gilles, name="Courrier", enabled=False)
    assert Service.objects.get() == service
    assert not service.enabled


def test_a_group_of_wagtail_may_be_given_that_right(people):
    group = Group.objects.create(name="Configuration")
    group.permissions.add(Permission.objects.get(codename="add_service"))
    people.alice.groups.add(group)
    configuration.create_service(by=people.alice, name="Courrier")
    assert Service.objects.filter(name="Courrier").exists()


@pytest.mark.parametrize("who", ["sophie", "alice", "victor"])
def test_other_people_cannot_create_a_service(people, general, sophie, who):
    with pytest.raises(NotYours):
        configuration.create_service(by=getattr(people, who), name="Courrier")


def test_a_manager_with_the_privilege_changes_properties_of_the_service(
    people, general, sophie, read_log
):
    staff = Group.objects.get(name="Personnels")
    configuration.change_service(general, by=sophie, everyone=False, groups=[staff])
    assert not general.everyone
    assert list(general.groups.all()) == [staff]
    [(_, _, data)] = read_log("edit_service")
    assert data["before"] == {"everyone": True, "groups": []}
    assert data["after"] == {"everyone": False, "groups": ["Personnels"]}


@pytest.mark.parametrize("who", ["karim", "nadia", "victor"])
def test_other_people_cannot_change_a_service(people, general, dsi, sophie, who):
    with pytest.raises(NotYours):
        configuration.change_service(general, by=getattr(people, who), name="Mine")


def test_the_category_for_arrivals_must_belong_to_the_service(general, network, sophie):
    with pytest.raises(NotPossible) as refusal:
        configuration.change_service(general, by=sophie, arrivals=network)
    assert refusal.value.field == "arrivals"


def test_an_unused_service_is_deleted_with_its_tree(people, general, heating, sophie):
    configuration.create_category(general, by=sophie, parent=heating, name="Radiateurs")
    configuration.change_service(general, by=sophie, arrivals=heating)
    configuration.delete_service(general, by=people.gilles)
    assert not Service.objects.exists()


def test_a_service_with_tickets_is_not_deleted(people, general, ticket):
    with pytest.raises(NotPossible, match="1 ticket is still there"):
        configuration.delete_service(general, by=people.gilles)
    assert Service.objects.filter(pk=general.pk).exists()


def test_managers_of_a_service_cannot_delete_it(people, general, sophie):
    with pytest.raises(NotYours):
        configuration.delete_service(general, by=sophie)


def test_all_tickets_of_a_category_are_transferred(people, heating, plumbing, sophie, closed):
    left = configuration.transfer_tickets(heating, by=sophie, to=plumbing)
    assert left == 0
    closed.refresh_from_db()
    assert (closed.category, closed.events.last().action) == (plumbing, "move")
    configuration.delete_category(heating, by=sophie)


def test_the_history_names_who_transferred_them(people, heating, plumbing, sophie, ticket):
    configuration.transfer_tickets(heating, by=sophie, to=plumbing)
    assert ticket.events.last().actor == sophie


def test_an_administrator_without_role_is_recorded_as_author_of_transfers(
    people, general, network, ticket
):
    configuration.transfer_tickets(general, by=people.gilles, to=network)
    assert ticket.events.last().actor == people.gilles
    assert not ticket.roles_of(people.gilles)


def test_transfers_by_a_script_have_no_author(heating, plumbing, ticket):
    configuration.transfer_tickets(heating, by=None, to=plumbing)
    assert ticket.events.last().actor is None


def test_ended_tickets_keep_their_status_and_who_was_in_charge(
    people, heating, plumbing, sophie, approved
):
    configuration.transfer_tickets(heating, by=sophie, to=plumbing)
    approved.refresh_from_db()
    assert (approved.status, approved.assignee) == ("approved", people.karim)


def test_the_algorithm_of_the_target_never_names_who_transferred_them(
    people, heating, plumbing, sophie, ticket
):
    plumbing.algorithm = "first"
    plumbing.save()
    for manager in ServiceManager.objects.exclude(user=sophie):
        manager.available = False
        manager.save()
    configuration.transfer_tickets(heating, by=sophie, to=plumbing)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_all_tickets_of_a_service_are_transferred(people, general, network, sophie, ticket):
    configuration.transfer_tickets(general, by=people.gilles, to=network)
    configuration.delete_service(general, by=people.gilles)
    assert Ticket.objects.get().category == network


def test_a_large_category_is_emptied_in_several_goes(
    people, heating, plumbing, sophie, ticket, monkeypatch
):
    actions.open_ticket(heating, by=people.lea, subject="Encore", text="Il fait 13 degrés.")
    monkeypatch.setattr("wagtail_helpdesk.actions.configuration.transfers.BATCH_SIZE", 1)
    assert configuration.transfer_tickets(heating, by=sophie, to=plumbing) == 1
    assert configuration.transfer_tickets(heating, by=sophie, to=plumbing) == 0


def test_tickets_are_not_transferred_to_a_service_closed_to_the_user(
    people, heating, network, sophie, ticket
):
    Service.objects.filter(pk=network.service_id).update(everyone=False)
    with pytest.raises(NotPossible, match="You cannot transfer"):
        configuration.transfer_tickets(heating, by=sophie, to=network)


def test_transferring_all_tickets_requires_the_privilege_to_transfer_anywhere(
    people, heating, network, sophie, ticket
):
    ServiceManager.objects.filter(user=sophie).update(can_move_anywhere=False)
    with pytest.raises(NotPossible, match="You cannot transfer"):
        configuration.transfer_tickets(heating, by=sophie, to=network)


def test_transferring_all_tickets_requires_the_privilege_to_manage_categories(
    people, heating, plumbing, sophie, ticket
):
    with pytest.raises(NotYours):
        configuration.transfer_tickets(heating, by=people.karim, to=plumbing)


def test_the_examples_of_the_guide_work(people):
    guide = Path(__file__).parents[3] / "docs" / "how-to" / "services.md"
    examples = re.findall(r"```python\n(.*?)```", guide.read_text(), re.DOTALL)
    absences, _setting, creation, incident = examples
    names = {"user": people.karim}
    for example in (creation, incident, absences):
        exec(example, names)
    assert Incident.objects.get().is_over
    assert [str(member) for member in names["post_office"].effective_members()] == ["Karim Benali"]
