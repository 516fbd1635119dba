"""Two small services and a ticket, for the tests of the verbs."""

from types import SimpleNamespace

import pytest

from tests import cast
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, ServiceManager, Ticket


@pytest.fixture
def people(db):
    """The cast, by first name."""
    return SimpleNamespace(**cast.people())


def service_of(name, categories, *managers):
    """Create a service with its categories, run by these people."""
    service = Service.objects.create(name=name)
    for manager in managers:
        ServiceManager.objects.create(service=service, user=manager)
    for category in categories:
        Category.objects.create(service=service, name=category)
    return service


@pytest.fixture
def general(people):
    """Services Généraux: Karim, Sophie and Julien answer; Hugo has no privilege."""
    service = service_of(
        "Services Généraux",
        ["Électricité", "Chauffage", "Plomberie"],
        people.karim,
        people.sophie,
        people.julien,
    )
    bare = {privilege.value: False for privilege in Privilege}
    ServiceManager.objects.create(service=service, user=people.hugo, **bare)
    return service


@pytest.fixture
def heating(general):
    return general.categories.get(name="Chauffage")


@pytest.fixture
def plumbing(general):
    return general.categories.get(name="Plomberie")


@pytest.fixture
def dsi(people):
    """DSI: Nadia and Julien answer."""
    return service_of("DSI", ["Réseau", "Postes de travail"], people.nadia, people.julien)


@pytest.fixture
def network(dsi):
    return dsi.categories.get(name="Réseau")


@pytest.fixture
def ticket(people, heating) -> Ticket:
    """Léa’s radiator is cold; nobody is in charge."""
    return actions.open_ticket(
        heating, by=people.lea, subject="Radiateur froid en salle A12", text="Il fait 14 degrés."
    )


@pytest.fixture
def taken(ticket, people) -> Ticket:
    """The same, with Karim in charge."""
    actions.take(ticket, by=people.karim)
    return ticket


@pytest.fixture
def closed(taken, people) -> Ticket:
    """The same, closed by Karim; Léa has not approved yet."""
    actions.close(taken, by=people.karim, text="Vanne remplacée.")
    return taken
