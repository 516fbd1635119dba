"""Two services and their tickets, and a search that first lets the worker do its work."""

import pytest

from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.search import SearchFilters, indexing, search


@pytest.fixture
def general(people):
    """Services Généraux, where Karim and Sophie answer."""
    return service_of("Services Généraux", ["Chauffage", "Plomberie"], people.karim, people.sophie)


@pytest.fixture
def library(people):
    """Bibliothèque, where Marion answers."""
    return service_of("Bibliothèque", ["Prêt"], people.marion)


@pytest.fixture
def loans(library):
    return library.categories.get(name="Prêt")


@pytest.fixture
def ticket(people, heating):
    """Léa’s radiator is cold."""
    return actions.open_ticket(
        heating,
        by=people.lea,
        subject="Radiateur froid en salle A12",
        text="Il fait 14 degrés, nous travaillons avec nos manteaux.",
    )


@pytest.fixture
def find_tickets():
    """A function: the numbers of the tickets a person finds, after the worker has indexed."""

    def numbers(user, text, **filters):
        list(indexing.sweep_unindexed())
        return [hit.event.ticket_id for hit in search(user, text, SearchFilters(**filters)).hits]

    return numbers


@pytest.fixture
def find_passages():
    """The same, with the passages."""

    def texts(user, text, **filters):
        list(indexing.sweep_unindexed())
        return [str(hit.passage) for hit in search(user, text, SearchFilters(**filters)).hits]

    return texts


@pytest.fixture
def confidential_service(people):
    """Ressources humaines, open to nobody but its managers."""
    service = service_of("Ressources humaines", ["Paie"], people.claire)
    Service.objects.filter(pk=service.pk).update(everyone=False)
    return service
