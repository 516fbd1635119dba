"""Deleting accounts in Wagtail's own screens: people of the helpdesk stay."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from wagtail_helpdesk import actions

from .test_services import text


@pytest.fixture
def administrator(client, django_user_model):
    """Somebody who may delete accounts."""
    client.force_login(django_user_model.objects.create_superuser("root", password="x"))
    return client


@pytest.fixture
def delete(administrator):
    """Press *Delete* for one account, or for several at once; give what is shown then."""

    def delete(*users):
        if len(users) == 1:
            address = reverse("wagtailusers_users:delete", args=[users[0].pk])
        else:
            address = reverse("wagtail_bulk_action", args=["auth", "user", "delete"])
            address += "?" + urlencode([("id", user.pk) for user in users])
        return text(administrator.post(address, follow=True))

    return delete


@pytest.fixture
def exists(django_user_model):
    """Tell whether an account is still there."""
    return lambda user: django_user_model.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("who", ["nadia", "lea", "karim", "thomas"])
def test_r26_a_manager_or_whoever_stands_on_a_ticket_stays(
    people, general, dsi, ticket, delete, exists, who
):
    actions.take(ticket, by=people.karim)
    actions.invite(ticket, by=people.karim, users=[people.thomas])
    person = getattr(people, who)
    page = delete(person)
    assert f"{person.get_full_name()} manages a service of the helpdesk or appears on" in page
    assert reverse("wagtailusers_users:edit", args=[person.pk]) in page
    assert exists(person)


def test_it_is_said_before_anybody_is_asked(people, dsi, administrator):
    asked = administrator.get(reverse("wagtailusers_users:delete", args=[people.nadia.pk]))
    assert asked.url == reverse("wagtailusers_users:index")


def test_one_of_several_keeps_them_all(people, dsi, delete, exists):
    assert f"{people.nadia.get_full_name()} manages" in delete(people.victor, people.nadia)
    assert exists(people.victor)
    assert exists(people.nadia)


def test_whoever_has_nothing_to_do_with_it_is_deleted(people, general, delete, exists):
    delete(people.victor)
    delete(people.claire, people.alice)
    assert not any(map(exists, (people.victor, people.claire, people.alice)))


def test_whoever_may_delete_nobody_learns_nothing(people, dsi, browse, client):
    browse(people.nadia)
    refused = client.get(reverse("wagtailusers_users:delete", args=[people.nadia.pk]), follow=True)
    assert "manages a service" not in text(refused)
