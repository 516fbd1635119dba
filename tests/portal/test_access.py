"""Each route of the helpdesk page, requested by each kind of user."""

import pytest
from django.core.files.base import ContentFile

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.pages.models import HelpdeskPage

OK, EMPTY, LOGIN, TICKET, NO, NONE = 200, 204, 302, 303, 403, 404
WHO = ("nobody", "victor", "gilles", "nadia", "lea", "ines", "karim", "sophie", "hugo")
ABOUT_A_TICKET = (LOGIN, NONE, NONE, NONE, OK, OK, OK, OK, OK)
LIST = 303
FOR_EVERYBODY = (LOGIN,) + (OK,) * 8
FOR_MANAGERS = (LOGIN, NO, NO, OK, NO, NO, OK, OK, OK)

#: Name of the route → its arguments, and the answer to each of WHO in this order.
MATRIX = {
    "home": ({}, FOR_EVERYBODY),
    "index_route": ({}, FOR_EVERYBODY),
    "new": ({}, FOR_EVERYBODY),
    "new_in": ({"category": "category"}, FOR_EVERYBODY),
    # Others than those who opened it are sent to the ticket.
    "opened": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, OK, TICKET, TICKET, TICKET, TICKET),
    ),
    "incident": ({"incident": "incident"}, FOR_EVERYBODY),
    "tickets": ({}, FOR_EVERYBODY),
    "ticket": ({"number": "ticket"}, ABOUT_A_TICKET),
    "file": ({"number": "ticket", "file_id": "file", "name": "x"}, ABOUT_A_TICKET),
    "action": (
        {"number": "ticket", "action": "release"},
        (LOGIN, NONE, NONE, NONE, NO, NO, OK, NO, NO),
    ),
    "notified": (
        {"number": "ticket", "event": "event"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, OK, OK, OK),
    ),
    "answers": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, OK, OK, OK),
    ),
    "mentions": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, OK, OK, OK),
    ),
    # Pings are sent as forms: who opens the address is led to the ticket.
    "presence": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, TICKET, TICKET, TICKET),
    ),
    "surroundings": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, OK, OK, OK),
    ),
    # Offered where the site names a page model.
    "answer_page": ({"number": "ticket"}, (LOGIN, *[NONE] * 8)),
    "recipients": (
        {"number": "ticket"},
        (LOGIN, NONE, NONE, NONE, NONE, NONE, OK, OK, OK),
    ),
    "desk": ({}, FOR_MANAGERS),
    # Marks are sent as forms: who opens the URL is led to the desk.
    "desk_marks": ({}, tuple(TICKET if answer == OK else answer for answer in FOR_MANAGERS)),
    # Empty when there is none.
    "desk_news": ({}, tuple(EMPTY if answer == OK else answer for answer in FOR_MANAGERS)),
    "desk_display": ({}, FOR_MANAGERS),
    "desk_views": ({}, FOR_MANAGERS),
    "bulk": ({"action": "take"}, FOR_MANAGERS),
    # Accepts a form and shows nothing: it leads to the desk.
    "undo": ({}, (LOGIN, NO, NO, LIST, NO, NO, LIST, LIST, LIST)),
    "notifications": ({}, FOR_EVERYBODY),
    "preferences": ({}, FOR_EVERYBODY),
    "manager_preferences": ({}, FOR_MANAGERS),
    "absences": ({}, FOR_MANAGERS),
    "own_answers": ({}, FOR_MANAGERS),
    "search": ({}, FOR_EVERYBODY),
}


def make_incident(service):
    """Announce an incident of a service, which everybody who can see the service may read."""
    texts = {"en": {"title": "No heating in building A"}}
    return configuration.create_incident(by=None, texts=texts, services=[service])


def routes():
    return {route.name for route in HelpdeskPage.get_subpage_urls()}


def test_access_matrix_has_every_route():
    assert routes() == set(MATRIX)


@pytest.fixture
def world(helpdesk, people, taken, dsi):
    """Léa's ticket with a file; Inès is invited, Karim in charge, Sophie and Hugo manage too."""
    actions.invite(taken, by=people.lea, users=[people.ines])
    event = actions.comment(taken, by=people.lea, text="x", files=[ContentFile(b"x", name="x.txt")])
    return {
        "ticket": taken.pk,
        "category": taken.category_id,
        "incident": make_incident(taken.service).pk,
        "file": event.attachments.get().pk,
        "event": event.pk,
    }


def build_url(helpdesk, world, route, arguments):
    kwargs = {name: world.get(value, value) for name, value in arguments.items()}
    return helpdesk.reverse_subpage(route, kwargs=kwargs)


@pytest.mark.parametrize("who", WHO)
def test_each_route_answers_each_user_as_the_access_matrix_says(
    visit, helpdesk, people, world, who
):
    visitor = visit(getattr(people, who, None))
    given = {
        route: visitor.get(build_url(helpdesk, world, route, arguments)).status_code
        for route, (arguments, _answers) in MATRIX.items()
    }
    assert given == {route: answers[WHO.index(who)] for route, (_, answers) in MATRIX.items()}


PARAMETERS = (
    "q",
    "service",
    "category",
    "page",
    "after",
    "before",
    "seen",
    "user",
    "queue",
    "show",
)


@pytest.mark.parametrize(
    "crafted", ["9" * 5000, "abcd\x00efgh", "²"], ids=["long", "nul", "no digit"]
)
def test_crafted_query_strings_get_the_usual_answer(visit, helpdesk, people, world, crafted):
    karim = visit(people.karim)
    query = dict.fromkeys(PARAMETERS, crafted)
    given, usual = {}, {}
    for route, (arguments, answers) in MATRIX.items():
        path = build_url(helpdesk, world, route, arguments)
        given[route] = karim.get(path, **query).status_code
        usual[route] = answers[WHO.index("karim")]
    assert given == usual


def test_number_too_large_for_a_key_is_not_found(visit, helpdesk, people, world):
    karim = visit(people.karim)
    for route, (arguments, _answers) in MATRIX.items():
        for name in (name for name, value in arguments.items() if value in world):
            path = build_url(helpdesk, world, route, arguments | {name: "9" * 20})
            assert karim.get(path).status_code == 404, path


@pytest.mark.parametrize("route", MATRIX)
def test_no_page_may_be_cached(visit, helpdesk, people, world, route):
    arguments, _answers = MATRIX[route]
    path = build_url(helpdesk, world, route, arguments)
    for user in (None, people.victor, people.karim):
        response = visit(user).get(path)
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Referrer-Policy"] == "same-origin"


TAKES_FORMS = {
    "absences",
    "action",
    "answer_page",
    "bulk",
    "desk_marks",
    "desk_display",
    "desk_views",
    "incident",
    "manager_preferences",
    "new_in",
    "notifications",
    "own_answers",
    "presence",
    "preferences",
    "undo",
}


@pytest.mark.parametrize("route", sorted(set(MATRIX) - TAKES_FORMS))
def test_read_only_routes_do_not_accept_post(visit, helpdesk, people, world, route):
    arguments, _answers = MATRIX[route]
    path = build_url(helpdesk, world, route, arguments)
    assert visit(people.karim).post(path, x="y").status_code == 405
