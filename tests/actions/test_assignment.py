"""How a ticket that arrives finds its manager by itself."""

import datetime
import random
from operator import itemgetter

import pytest
from django.utils import timezone

from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.assignment_rules import choose_assignee, count_open_tickets
from wagtail_helpdesk.models import Absence, CategoryMember, ServiceManager


@pytest.fixture
def by_algorithm(heating):
    """A function that sets the algorithm of the category."""

    def use(algorithm):
        heating.algorithm = algorithm
        heating.save()

    return use


@pytest.fixture
def get_assignee_of_new_ticket(heating, people):
    """A function that lets a ticket arrive, and says who is in charge of it."""

    def open_one(by=people.lea):
        return actions.open_ticket(heating, by=by, subject="Froid", text="Très.").assignee

    return open_one


def test_a_new_ticket_is_assigned_to_nobody_by_default(get_assignee_of_new_ticket):
    assert get_assignee_of_new_ticket() is None


def test_first_takes_the_first_in_the_order_of_the_service(
    by_algorithm, get_assignee_of_new_ticket, general, people
):
    by_algorithm("first")
    assert get_assignee_of_new_ticket() == people.karim
    privileged(general, people.julien, order=-1)
    assert get_assignee_of_new_ticket() == people.julien


def test_an_unavailable_manager_is_passed_over(
    by_algorithm, get_assignee_of_new_ticket, general, people
):
    by_algorithm("first")
    privileged(general, people.karim, available=False)
    assert get_assignee_of_new_ticket() == people.sophie


def test_an_absent_manager_is_passed_over(by_algorithm, get_assignee_of_new_ticket, people):
    by_algorithm("first")
    today = timezone.localdate()
    Absence.objects.create(user=people.karim, starts_on=today, ends_on=today)
    assert get_assignee_of_new_ticket() == people.sophie


def test_a_deactivated_manager_is_passed_over(by_algorithm, get_assignee_of_new_ticket, people):
    by_algorithm("first")
    people.karim.is_active = False
    people.karim.save()
    assert get_assignee_of_new_ticket() == people.sophie


def test_the_algorithm_skips_the_manager_who_opens_the_ticket(
    by_algorithm, get_assignee_of_new_ticket, people
):
    by_algorithm("first")
    assert get_assignee_of_new_ticket(by=people.karim) == people.sophie


def test_nobody_is_found_when_nobody_works(by_algorithm, get_assignee_of_new_ticket, general):
    by_algorithm("first")
    ServiceManager.objects.filter(service=general).update(available=False)
    assert get_assignee_of_new_ticket() is None


def test_the_algorithm_in_turn_reaches_every_member_and_starts_again(
    by_algorithm, get_assignee_of_new_ticket, people
):
    by_algorithm("cyclic")
    round_ = [people.karim, people.sophie, people.julien, people.hugo]
    assert [get_assignee_of_new_ticket() for _ in range(6)] == [*round_, *round_[:2]]


def test_in_turn_remembers_a_person_and_not_a_place(
    by_algorithm, get_assignee_of_new_ticket, general, people
):
    by_algorithm("cyclic")
    assert get_assignee_of_new_ticket() == people.karim
    privileged(general, people.hugo, order=-1)
    assert get_assignee_of_new_ticket() == people.sophie


def test_the_algorithm_in_turn_skips_absent_members_and_returns_to_them(
    by_algorithm, get_assignee_of_new_ticket, general, people
):
    by_algorithm("cyclic")
    privileged(general, people.sophie, available=False)
    assert [get_assignee_of_new_ticket(), get_assignee_of_new_ticket()] == [
        people.karim,
        people.julien,
    ]
    privileged(general, people.sophie, available=True)
    assert [
        get_assignee_of_new_ticket(),
        get_assignee_of_new_ticket(),
        get_assignee_of_new_ticket(),
    ] == [people.hugo, people.karim, people.sophie]


def test_in_turn_starts_again_when_the_last_one_left(
    by_algorithm, get_assignee_of_new_ticket, general, people
):
    by_algorithm("cyclic")
    get_assignee_of_new_ticket()
    ServiceManager.objects.filter(service=general, user=people.karim).delete()
    assert get_assignee_of_new_ticket() == people.sophie


def test_the_algorithm_at_random_reaches_every_member(by_algorithm, heating, people, monkeypatch):
    by_algorithm("random")
    reached = []
    for place in range(4):
        monkeypatch.setattr(random, "choice", itemgetter(place))
        reached.append(choose_assignee(heating))
    assert reached == [people.karim, people.sophie, people.julien, people.hugo]


def test_the_algorithm_at_random_assigns_a_member(by_algorithm, heating, people):
    by_algorithm("random")
    chosen = {choose_assignee(heating, skip=people.karim) for _ in range(40)}
    assert chosen <= {people.sophie, people.julien, people.hugo}


def test_the_least_loaded_has_the_fewest_open_tickets(
    by_algorithm, get_assignee_of_new_ticket, people
):
    by_algorithm("least_loaded")
    assert [get_assignee_of_new_ticket() for _ in range(5)] == [
        people.karim,
        people.sophie,
        people.julien,
        people.hugo,
        people.karim,
    ]


def test_the_open_load_excludes_ended_tickets_and_other_services(
    by_algorithm, get_assignee_of_new_ticket, network, closed, people
):
    by_algorithm("least_loaded")
    other = actions.open_ticket(network, by=people.lea, subject="Wifi", text="Lent.")
    actions.take(other, by=people.julien)
    assert count_open_tickets(closed.service_id, [people.karim.pk, people.julien.pk]) == {}


def test_the_open_load_counts_tickets_by_manager_in_charge(taken, people):
    load = count_open_tickets(taken.service_id, [people.karim.pk, people.sophie.pk])
    assert load == {people.karim.pk: 1}


def test_a_category_that_names_its_members_gives_to_them(
    by_algorithm, get_assignee_of_new_ticket, heating, people
):
    by_algorithm("first")
    sophie = ServiceManager.objects.get(service=heating.service, user=people.sophie)
    CategoryMember.objects.create(category=heating, manager=sophie)
    heating.members_from = heating
    heating.save()
    assert get_assignee_of_new_ticket() == people.sophie
    assert get_assignee_of_new_ticket(by=people.sophie) is None


def test_a_category_whose_members_have_left_assigns_to_all_managers(
    by_algorithm, get_assignee_of_new_ticket, heating, people
):
    by_algorithm("first")
    sophie = ServiceManager.objects.get(service=heating.service, user=people.sophie)
    CategoryMember.objects.create(category=heating, manager=sophie)
    heating.members_from = heating
    heating.save()
    type(people.sophie).objects.filter(pk=people.sophie.pk).update(is_active=False)
    assert get_assignee_of_new_ticket() == people.karim


def test_the_algorithm_is_inherited(get_assignee_of_new_ticket, general, people):
    general.algorithm = "first"
    general.save()
    assert get_assignee_of_new_ticket() == people.karim


def test_the_site_may_set_a_default_algorithm(get_assignee_of_new_ticket, people, settings):
    settings.WAGTAIL_HELPDESK = {"DEFAULT_ALGORITHM": "first"}
    assert get_assignee_of_new_ticket() == people.karim


def test_a_manager_back_today_is_not_absent(by_algorithm, get_assignee_of_new_ticket, people):
    by_algorithm("first")
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Absence.objects.create(user=people.karim, starts_on=yesterday, ends_on=yesterday)
    assert get_assignee_of_new_ticket() == people.karim
