"""Wagtail's user admin does not delete accounts that the helpdesk needs."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from wagtail_helpdesk import actions

from .test_services import text


@pytest.fixture
def administrator(client, django_user_model):
    """A person who may delete accounts."""
    client.force_login(django_user_model.objects.create_superuser("root", password="x"))
    return client


@pytest.fixture
def delete_accounts(administrator):
    """Press *Delete* for one account, or for several at once; give what is shown then."""

    def delete(*users):
        if len(users) == 1:
            url = reverse("wagtailusers_users:delete", args=[users[0].pk])
        else:
            url = reverse("wagtail_bulk_action", args=["auth", "user", "delete"])
            url += "?" + urlencode([("id", user.pk) for user in users])
        return text(administrator.post(url, follow=True))

    return delete


@pytest.fixture
def account_exists(django_user_model):
    """Return whether an account is still there."""
    return lambda user: django_user_model.objects.filter(pk=user.pk).exists()


@pytest.mark.parametrize("who", ["nadia", "lea", "karim", "thomas"])
def test_an_account_that_manages_or_appears_on_a_ticket_is_not_deleted(
    people, general, dsi, ticket, delete_accounts, account_exists, who
):
    actions.take(ticket, by=people.karim)
    actions.invite(ticket, by=people.karim, users=[people.thomas])
    person = getattr(people, who)
    page = delete_accounts(person)
    assert f"{person.get_full_name()} manages a service of the helpdesk or appears on" in page
    assert reverse("wagtailusers_users:edit", args=[person.pk]) in page
    assert account_exists(person)


def test_the_refusal_comes_before_the_confirmation_page(people, dsi, administrator):
    asked = administrator.get(reverse("wagtailusers_users:delete", args=[people.nadia.pk]))
    assert asked.url == reverse("wagtailusers_users:index")


def test_one_protected_account_keeps_the_whole_selection_from_deletion(
    people, dsi, delete_accounts, account_exists
):
    assert f"{people.nadia.get_full_name()} manages" in delete_accounts(people.victor, people.nadia)
    assert account_exists(people.victor)
    assert account_exists(people.nadia)


def test_an_account_unknown_to_the_helpdesk_is_deleted(
    people, general, delete_accounts, account_exists
):
    delete_accounts(people.victor)
    delete_accounts(people.claire, people.alice)
    assert not any(map(account_exists, (people.victor, people.claire, people.alice)))


def test_a_person_who_cannot_delete_accounts_learns_nothing_about_them(people, dsi, browse, client):
    browse(people.nadia)
    refused = client.get(reverse("wagtailusers_users:delete", args=[people.nadia.pk]), follow=True)
    assert "manages a service" not in text(refused)
