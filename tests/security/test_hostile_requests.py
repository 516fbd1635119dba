"""Every URL outside the admin, every parameter and field it reads, every hostile value.

The admin is in tests/snippets/test_every_url.py.
"""

from contextlib import contextmanager

import pytest
from django.db import transaction

from tests.hostile_requests import (
    HOSTILE,
    SCRIPT,
    attack_address,
    attack_form,
    encode,
    find_form,
    find_parameters,
    get,
    post,
    read_text,
)
from tests.portal.test_access import MATRIX as ROUTES
from wagtail_helpdesk import actions, urls
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

from .conftest import OUTSIDERS, SECRETS

# PostgreSQL refuses more values than SQLite does.
pytestmark = pytest.mark.postgresql

PLACES = [
    *(f"page {route}" for route in ROUTES),
    *(f"form {action}" for action in get_form_classes()),
    *(f"url {name}" for name in sorted({pattern.name for pattern in urls.urlpatterns})),
]
#: That the views answer at all, not with a page about an error.
EXPECTED = {200, 204, 302, 303, 403, 404, 405, 409, 413, 422, 429}


@pytest.fixture
def open_browser(visit, attackers):
    """A function: somebody's browser, which lets errors of the server arrive as answers."""

    def browser(who):
        client = visit(attackers[who]).client
        client.raise_request_exception = False
        return client

    return browser


@pytest.fixture
def undo_writes():
    """A function: call another one, and undo what it wrote."""

    def call(function, *args):
        with undoing():
            return function(*args)

    return call


@contextmanager
def undoing():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_all_places_are_attacked(url_paths):
    assert set(url_paths) == set(PLACES)


WITH_FIELDS = [
    *(place for place in PLACES if place.startswith("form")),
    "page new_in",
    "page preferences",
    "page manager_preferences",
    "page absences",
    "page desk_marks",
    "page desk_views",
    "url block_ask",
    "url drafts",
    "url mute",
    "url stop_reports",
]
KINDS = ["page", "form", "url"]


def release(ticket, people):
    actions.release(ticket, by=people.karim)


def close(ticket, people):
    actions.close(ticket, by=people.karim, text="Vanne remplacée.")


def postpone(ticket, people):
    actions.postpone(ticket, by=people.karim)


#: Forms that the manager in charge does not have: who has them, and after which action.
AVAILABLE = {
    "form take": ("manager", release),
    "form take_and_close": ("manager", release),
    "form take_and_ask": ("manager", release),
    "form resume": ("manager", postpone),
    "form reopen": ("manager", close),
    "form approve_closure": ("requester", close),
    "form reject_closure": ("requester", close),
    "form cancel": ("requester", None),
}


def find_fault(place, answer):
    """Return what is wrong with the answer to an attack, None when nothing is."""
    # Mails wait for nobody in this world; and what is no draft is refused.
    also = {"url health": 503, "url drafts": 400}.get(place)
    if answer.status_code not in EXPECTED and answer.status_code != also:
        return answer.status_code
    return "repeated" if SCRIPT in read_text(answer) else None


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_parameter_is_answered_and_never_repeated_as_markup(
    open_browser, undo_writes, url_paths, kind
):
    client, faults, tried = open_browser("manager"), [], set()
    for turn, place in enumerate(place for place in PLACES if place.startswith(kind)):
        path = url_paths[place]
        names = find_parameters(client, path)
        # The forms of all actions have one view.
        few = kind == "form" and names <= tried
        tried |= names
        for label, data in attack_address(names, turn, few=few):
            fault = find_fault(place, undo_writes(get, client, path, data))
            faults += [(place, label, fault)] if fault else []
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_field_is_answered_and_never_repeated_as_markup(
    open_browser, undo_writes, url_paths, people, kind, secret_ticket
):
    faults, tried = [], set()
    known = {
        "url block_ask": {"category": secret_ticket.category},
        "form remove_guest": {"user": people.thomas.pk},
    }
    for turn, place in enumerate(place for place in WITH_FIELDS if place.startswith(kind)):
        who, prepare = AVAILABLE.get(place, ("manager", None))
        client, path, query = open_browser(who), url_paths[place], known.get(place, {})
        with undoing():
            if prepare:
                prepare(Ticket.objects.get(pk=secret_ticket.ticket), people)
            form = undo_writes(find_form, client, path, query)
            assert form.names, f"no field was found: {place}"
            assert kind != "form" or "version" in form.given, f"there is no form: {place}"
            url = f"{path}?{encode(query)}" if query else path
            for label, data in attack_form(form, turn, tried):
                fault = find_fault(place, undo_writes(post, client, url, data))
                faults += [(place, label, fault)] if fault else []
        tried |= form.names if kind == "form" else set()
    assert faults == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_hostile_parameter_shows_a_word_of_a_ticket_to_an_outsider(
    open_browser, undo_writes, url_paths, secret_ticket, who
):
    client = open_browser(who)
    ids = str(secret_ticket.ticket), str(secret_ticket.category)
    searched = {"q", "query", "find"}
    for place, path in url_paths.items():
        # Where nothing is read, no value makes a difference.
        names = find_parameters(client, path)
        for key, words in zip(
            (*ids, "Vannefroide"), ("Vannefroide", "%", HOSTILE["SQL"]), strict=True
        ):
            if not names:
                break
            sent = {name: words if name in searched else key for name in names}
            said = read_text(undo_writes(get, client, path, sent))
            shown = [word for word in SECRETS if word in said and word not in sent.values()]
            assert shown == [], (place, sent)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_form_of_an_outsider_changes_a_ticket_or_shows_a_word_of_it(
    open_browser, undo_writes, url_paths, secret_ticket, who
):
    client = open_browser(who)
    before = secret_ticket.object.events.count()
    for action in get_form_classes():
        path = url_paths[f"form {action}"]
        names = {"text", "to", "users", "user", "subject", "visibility", "audience", "submission"}
        for value in (str(secret_ticket.ticket), "victor", ""):
            answer = undo_writes(post, client, path, dict.fromkeys(names, value))
            assert answer.status_code in (302, 404), (action, value)
            assert [word for word in SECRETS if word in read_text(answer)] == [], (action, value)
    assert secret_ticket.object.events.count() == before


HEADERS = (
    "referer", "accept-language", "user-agent", "hx-target", "hx-current-url", "if-none-match",
    "if-modified-since", "range", "cookie", "x-forwarded-for", "accept",
)  # fmt: skip


@pytest.mark.parametrize("header", [*HEADERS, "all"])
def test_a_hostile_header_is_answered_and_never_repeated(open_browser, url_paths, header):
    client = open_browser("manager")
    session = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    hostile = (SCRIPT, "9" * 5000, "../../etc/passwd", "é\x80".encode().decode("latin-1"))
    attacked = ("page home", "page search", "page ticket", "url block_requests", "url go")
    for place in attacked if header == "all" else attacked[2:4]:
        for value in hostile:
            headers = dict.fromkeys(HEADERS if header == "all" else [header], value)
            if "cookie" in headers:
                headers["cookie"] = f"{session}; helpdesk_sent={value}; django_language={value}"
            answer = client.get(url_paths[place], headers=headers)
            assert answer.status_code in EXPECTED, (place, value[:20])
            assert SCRIPT not in read_text(answer)
