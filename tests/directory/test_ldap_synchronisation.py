"""`helpdesk_people` with a real LDAP server."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from wagtail_helpdesk.models import Service, ServiceManager

User = get_user_model()

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def dsi(ldap_directory, settings):
    settings.WAGTAIL_HELPDESK["DIRECTORY_GROUPS"] = {"gestionnaires-dsi": "DSI"}
    return Service.objects.create(name="DSI")


def synchronise(*options):
    output = io.StringIO()
    call_command("helpdesk_people", *options, stdout=output)
    return output.getvalue()


def managers_of(service):
    return sorted(manager.user.get_username() for manager in service.managers.all())


def test_people_who_never_logged_in_become_managers_of_their_groups_service(dsi):
    synchronise()
    assert managers_of(dsi) == ["julien", "nadia"]
    assert User.objects.get(username="nadia").email == "nadia.haddad@arvelle.example"


def test_a_dry_run_makes_no_accounts(dsi):
    assert "joins DSI: Nadia Haddad (nadia)" in synchronise("--dry-run")
    assert not User.objects.exists()


def test_a_person_who_leaves_the_group_leaves_the_service(dsi, ldap_directory):
    synchronise()
    ldap_directory.regroup("gestionnaires-dsi", "julien")
    synchronise()
    assert managers_of(dsi) == ["julien"]
    assert User.objects.get(username="nadia").is_active


def test_a_person_who_leaves_the_directory_is_deactivated(dsi, ldap_directory):
    synchronise()
    ldap_directory.remove("nadia")
    synchronise()
    assert not User.objects.get(username="nadia").is_active
    assert managers_of(dsi) == ["julien"]


def test_a_local_account_is_left_alone(dsi):
    robot = User.objects.create_user("robot", password="its own")
    ServiceManager.objects.create(service=dsi, user=robot)
    synchronise()
    robot.refresh_from_db()
    assert robot.is_active


def test_nothing_changes_while_the_directory_is_down(dsi, ldap_directory):
    synchronise()
    with ldap_directory.stopped(), pytest.raises(CommandError, match="did not answer"):
        synchronise()
    assert managers_of(dsi) == ["julien", "nadia"]
    assert User.objects.filter(is_active=True).count() == 2


def test_nothing_changes_with_a_wrong_service_password(dsi, settings):
    synchronise()
    settings.AUTH_LDAP_BIND_PASSWORD = "wrong"
    with pytest.raises(CommandError, match="refused"):
        synchronise()
    assert managers_of(dsi) == ["julien", "nadia"]


def test_the_limit_stops_a_synchronisation_that_sees_nobody(dsi, settings):
    """A search that succeeds and finds nobody at all: the account may no longer read people."""
    from django_auth_ldap.config import LDAPSearch

    synchronise()
    settings.AUTH_LDAP_USER_SEARCH = LDAPSearch(
        "ou=groups,dc=arvelle,dc=example", 2, "(uid=%(user)s)"
    )
    with pytest.raises(CommandError, match="Stopped, and nothing was changed"):
        synchronise()
    assert User.objects.filter(is_active=True).count() == 2
