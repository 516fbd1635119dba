"""Two people at once: what holds for one after the other holds for both together."""

import threading

import pytest
from django.db import connection

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HelpdeskError, configuration
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES
from wagtail_helpdesk.models import Category

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs):
    """Start all actions together, each with its own connection; return the result of each."""
    results, start = [None] * len(jobs), threading.Barrier(len(jobs))

    def run(place, action):
        start.wait()
        try:
            results[place] = action()
        except HelpdeskError as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(i, action)) for i, action in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_two_managers_who_remove_each_other_one_remains(
    people, general, sophie, limit_privileges, get_manager_row
):
    limit_privileges(people.karim, *CONFIGURATION_PRIVILEGES)
    hers, his = get_manager_row(sophie), get_manager_row(people.karim)
    results = at_once(
        lambda: configuration.remove_manager(hers, by=people.karim),
        lambda: configuration.remove_manager(his, by=sophie),
    )
    assert sum(isinstance(result, HelpdeskError) for result in results) == 1
    assert general.managers.filter(can_manage_managers=True).count() == 1


def test_two_concurrent_moves_of_categories_make_no_circle(people, general, sophie):
    one, other = general.categories.order_by("pk")[:2]
    results = at_once(
        lambda: configuration.change_category(one, by=sophie, parent=other),
        lambda: configuration.change_category(other, by=sophie, parent=one),
    )
    assert sum(isinstance(result, HelpdeskError) for result in results) == 1
    assert Category.objects.filter(service=general, parent=None).count() == 2


def test_two_who_add_the_same_manager_add_one(people, general, sophie):
    results = at_once(
        *[lambda: configuration.add_manager(general, people.claire, by=sophie) for _ in range(2)]
    )
    assert sum(isinstance(result, HelpdeskError) for result in results) == 1
    assert general.managers.filter(user=people.claire).count() == 1


def test_a_category_is_deleted_or_receives_a_ticket_but_never_both(
    people, general, plumbing, sophie
):
    def arrive():
        try:
            return actions.open_ticket(plumbing, by=people.lea, subject="Fuite", text="Elle coule.")
        except Exception as error:  # whatever the database says of a category that is gone
            return error

    at_once(arrive, lambda: configuration.delete_category(plumbing, by=sophie))
    there = Category.objects.filter(pk=plumbing.pk).exists()
    assert there == plumbing.tickets.exists()
