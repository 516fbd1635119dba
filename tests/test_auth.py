"""The authentication backend opens the Wagtail admin to managers and grants nothing else."""

import pytest
from django.contrib.auth.models import Permission

from tests import cast
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES
from wagtail_helpdesk.models import Service, ServiceManager

BARE = {privilege.value: False for privilege in CONFIGURATION_PRIVILEGES}


@pytest.fixture(autouse=True)
def _backend(settings):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]


@pytest.fixture
def karim(db):
    """A manager without any configuration privilege."""
    user = cast.people()["karim"]
    service = Service.objects.create(name="Services Généraux")
    ServiceManager.objects.create(service=service, user=user, **BARE)
    return user


def fresh(user):
    """Return the user as the next request sees them."""
    return type(user).objects.get(pk=user.pk)


@pytest.mark.parametrize("privilege", CONFIGURATION_PRIVILEGES)
def test_each_configuration_privilege_opens_the_admin(karim, privilege):
    ServiceManager.objects.update(**{privilege.value: True})
    assert fresh(karim).has_perm("wagtailadmin.access_admin")


def test_the_admin_stays_closed_without_a_configuration_privilege(karim):
    assert not fresh(karim).has_perm("wagtailadmin.access_admin")


def test_the_admin_closes_when_the_privilege_is_removed(karim):
    ServiceManager.objects.update(can_edit_service=True)
    assert fresh(karim).has_perm("wagtailadmin.access_admin")
    ServiceManager.objects.update(can_edit_service=False)
    assert not fresh(karim).has_perm("wagtailadmin.access_admin")


def test_a_deactivated_manager_does_not_enter_the_admin(karim):
    ServiceManager.objects.update(can_edit_service=True)
    karim.is_active = False
    karim.save()
    assert not fresh(karim).has_perm("wagtailadmin.access_admin")


def test_the_backend_grants_no_other_permission(karim):
    ServiceManager.objects.update(
        **{privilege.value: True for privilege in CONFIGURATION_PRIVILEGES}
    )
    assert fresh(karim).get_all_permissions() == {"wagtailadmin.access_admin"}
    every = Permission.objects.select_related("content_type")
    held = {
        p.codename
        for p in every
        if fresh(karim).has_perm(f"{p.content_type.app_label}.{p.codename}")
    }
    assert held == {"access_admin"}


def test_the_backend_logs_nobody_in(karim, client):
    from wagtail_helpdesk.auth import ConfigurationBackend

    assert (
        ConfigurationBackend().authenticate(None, username="karim", password=cast.PASSWORD) is None
    )


def test_other_permissions_cost_no_statement(karim, django_assert_num_queries):
    from wagtail_helpdesk.auth import ConfigurationBackend

    user = fresh(karim)
    with django_assert_num_queries(0):
        assert not ConfigurationBackend().has_perm(user, "wagtailcore.add_page")


def test_other_parts_of_the_admin_stay_closed(karim, client):
    ServiceManager.objects.update(can_edit_service=True)
    client.force_login(karim)
    for place in ("users/", "groups/", "sites/", "images/", "documents/", "settings/"):
        assert client.get(f"/admin/{place}").status_code in (302, 404), place


@pytest.mark.parametrize("model", ["schedule", "ormq", "task"])
def test_mail_and_event_models_are_not_in_the_admin(karim, client, model):
    ServiceManager.objects.update(can_edit_service=True)
    client.force_login(karim)
    assert client.get(f"/admin/django_q/{model}/").status_code == 404
