"""Fixtures of the admin: two services with their managers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Category, Service, ServiceManager

ALL = {privilege.value: True for privilege in Privilege}
NONE = {privilege.value: False for privilege in Privilege}


@pytest.fixture(autouse=True)
def _own_people_let_in(settings):
    """The site uses the back end that lets those who run a service into the admin."""
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]


@pytest.fixture
def general(people):
    """Services Généraux: Sophie configures everything, Karim the categories, Hugo nothing."""
    service = Service.objects.create(name="Services Généraux", order=0)
    ServiceManager.objects.create(service=service, user=people.sophie, order=0, **ALL)
    ServiceManager.objects.create(service=service, user=people.karim, order=1)
    ServiceManager.objects.create(service=service, user=people.hugo, order=2, **NONE)
    for order, name in enumerate(("Électricité", "Chauffage", "Plomberie")):
        Category.objects.create(service=service, name=name, order=order)
    return service


@pytest.fixture
def dsi(people):
    """DSI, another service: Nadia configures everything, Julien answers."""
    service = Service.objects.create(name="DSI", order=1)
    ServiceManager.objects.create(service=service, user=people.nadia, **ALL)
    ServiceManager.objects.create(service=service, user=people.julien, order=1, **NONE)
    Category.objects.create(service=service, name="Réseau")
    return service


@pytest.fixture
def ticket(people, heating):
    """Léa’s radiator is cold; nobody is in charge."""
    return actions.open_ticket(heating, by=people.lea, subject="Radiateur froid", text="14 degrés.")


@pytest.fixture
def manager(general):
    """Return the row of a user in Services Généraux."""

    def row(user):
        return general.managers.get(user=user)

    return row


@pytest.fixture
def browse(client):
    """Visit or send a page of the admin as a user: ``browse(sophie).get("panel", service)``."""

    class Browser:
        def __init__(self, user):
            client.force_login(user)

        def get(self, page, /, *args, **query):
            return client.get(page_url(page, *args), query)

        def post(self, page, /, *args, **data):
            return client.post(page_url(page, *args), data)

    return Browser


@pytest.fixture
def count_statements(client):
    """Return how many queries a page makes for a user."""

    def count(page, *args):
        client.get(page_url(page, *args))
        with CaptureQueriesContext(connection) as captured:
            client.get(page_url(page, *args))
        return len(captured)

    return count


@pytest.fixture
def sixty_people(django_user_model):
    """Sixty people more than anybody would want in one page."""
    users = (django_user_model(username=f"somebody{number}") for number in range(60))
    return django_user_model.objects.bulk_create(users)


def page_url(name, *args):
    """Return the URL of a page: ``panel`` of a service, ``category:edit`` of a category."""
    place, _, view = name.rpartition(":")
    namespace = {"": "helpdesk_services", "category": "helpdesk_categories"}[place]
    return reverse(f"{namespace}:{view}", args=[getattr(arg, "pk", arg) for arg in args])


def grant(row, *privileges):
    """Leave a manager these configuration privileges and no other."""
    for privilege in CONFIGURATION_PRIVILEGES:
        setattr(row, privilege.value, privilege in privileges)
    row.save()
