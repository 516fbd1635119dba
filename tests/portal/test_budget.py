"""What each page may cost at most, and that nothing grows with tickets, people or services."""

import gzip
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders

from tests.portal.budget import counted
from tests.portal.conftest import hidden, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category, Guest, Service, ServiceManager
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.search import indexing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _configuring_lets_in(settings):
    """Without our back end a manager's menu asks Django for his permissions: two statements more."""
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]


def fill(heating, people, tickets):
    made = [
        actions.open_ticket(
            heating, by=people.lea, subject=f"Radiateur froid en salle A{n}", text="Il fait froid."
        )
        for n in range(tickets)
    ]
    for ticket in made[::2]:
        actions.take(ticket, by=people.karim)
    return made


def crowd(service, ticket, size):
    """Add managers, guests, services and categories."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(username=f"u{ticket.pk}-{n}", first_name="Ada", last_name=f"No{n}")
        for n in range(size)
    )
    ServiceManager.objects.bulk_create(ServiceManager(service=service, user=user) for user in users)
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)


def add_guests(ticket, size):
    users = (
        get_user_model()
        .objects.filter(first_name="Ada")
        .exclude(helpdesk_invitations__ticket=ticket)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users[:size])


PAGES = {
    "": ("karim", 12, 50_000),
    "tickets/": ("lea", 10, 40_000),
    "desk/": ("karim", 12, 60_000),
    "desk/?queue=all&order=urgent": ("karim", 12, 60_000),
    "tickets/1/": ("karim", 14, 60_000),
    "new/": ("lea", 12, 50_000),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_costs_no_more_than_it_may(visit, people, heating, path):
    who, statements, octets = PAGES[path]
    first = fill(heating, people, 30)[0]
    for _n in range(30):
        actions.comment(first, by=people.lea, text="Toujours rien, hélas. " * 15)
    visitor = visit(getattr(people, who))
    with counted() as cost:
        response = visitor.client.get("/assistance/" + path.replace("/1/", f"/{first.pk}/"))
    assert response.status_code == 200
    assert cost.count <= statements, cost.statements
    assert len(response.content) <= octets


@pytest.mark.parametrize("path", PAGES)
def test_queries_of_a_page_do_not_grow_with_tickets(visit, people, heating, general, path):
    who = getattr(people, PAGES[path][0])
    first = fill(heating, people, 60)[0]
    url = "/assistance/" + path.replace("/1/", f"/{first.pk}/")
    visitor = visit(who)
    crowd(general, first, 20)
    with counted() as before:
        small = visitor.client.get(url)
    crowd(general, fill(heating, people, 30)[0], 100)
    add_guests(first, 100)
    with counted() as after:
        large = visitor.client.get(url)
    assert after.count == before.count, after.statements
    assert len(large.content) <= len(small.content) * 1.02


def test_the_scripts_and_styles_of_a_requester_are_small_in_all(visit, people, ticket):
    lea = visit(people.lea)
    here, new = f"tickets/{ticket.pk}/", f"new/{ticket.category_id}/"
    paths = ["", "tickets/", here, f"{here}invite/", "new/", new, "search/", "preferences/"]
    shipped = set().union(*(files_of(lea.page(path)) for path in paths))
    assert {"wagtail_helpdesk/helpdesk.css", "wagtail_helpdesk/js/main.js"} < shipped
    packed = [gzip.compress(Path(finders.find(file)).read_bytes()) for file in shipped]
    assert sum(map(len, packed)) <= 60_000


def files_of(page):
    """The scripts and styles of a page but those of the site around it."""
    linked = [script["src"] for script in page.select("script[src]")]
    linked += [link["href"] for link in page.select("link[rel=stylesheet]")]
    files = {url.removeprefix(settings.STATIC_URL) for url in linked}
    return {file for file in files if not file.startswith("host/")}


def test_a_search_is_bounded(visit, people, heating):
    for ticket in fill(heating, people, 50):
        actions.comment(ticket, by=people.lea, text="Il fait froid, hélas. " * 15)
    list(indexing.sweep_unindexed())
    with counted() as cost:
        response = visit(people.lea).get("search/", q="froid")
    assert len(soup(response).select(".hd-hits li li")) == paging.LENGTH
    assert cost.count <= 10, cost.statements
    assert len(response.content) <= 60_000


def test_opening_a_ticket_costs_no_more_than_it_may(visit, people, heating):
    lea, path = visit(people.lea), f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "subject": "x", "text": "x"}
    with counted() as cost:
        assert lea.post(path, **form).status_code == 303
    assert cost.count <= 20, "\n".join(cost.statements)


def test_a_comment_costs_no_more_than_it_may(visit, people, taken):
    karim, path = visit(people.karim), f"tickets/{taken.pk}/comment/"
    form = hidden(karim.get(path)) | {"text": "Bonjour"}
    with counted() as cost:
        assert karim.post(path, **form).status_code == 303
    assert cost.count <= 18, "\n".join(cost.statements)


def test_the_catalogue_is_bounded(visit, people, general):
    services = Service.objects.bulk_create(Service(name=f"Service {n}") for n in range(80))
    Category.objects.bulk_create(Category(service=s, name="Demande") for s in services)
    with counted() as cost:
        response = visit(people.lea).get()
    assert cost.count <= 12
    assert len(response.content) <= 50_000
    assert "21 other services are not listed." in response.text


def test_a_search_of_the_catalogue_is_bounded(visit, people, general):
    services = Service.objects.bulk_create(Service(name=f"Service {n}") for n in range(80))
    Category.objects.bulk_create(Category(service=s, name="Demande") for s in services)
    for wanted in ("service", "demande"):
        with counted() as cost:
            response = visit(people.lea).get("new/", q=wanted)
        assert cost.count <= 12
        assert len(response.content) <= 50_000
        assert "Keep typing" in response.text
