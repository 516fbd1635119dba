"""Every address outside the admin, every parameter and field it reads, every hostile value.

The admin is in tests/snippets/test_every_url.py.
"""

import pytest
from django.db import transaction

from tests.hostile_requests import (
    HOSTILE,
    SCRIPT,
    each_attack,
    encode,
    find_fields,
    find_parameters,
    get,
    post,
    read_text,
)
from tests.portal.test_access import MATRIX as ROUTES
from wagtail_helpdesk import urls
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

from .conftest import OUTSIDERS, SECRETS

PLACES = [
    *(f"page {route}" for route in ROUTES),
    *(f"form {action}" for action in get_form_classes()),
    *(f"url {name}" for name in sorted({pattern.name for pattern in urls.urlpatterns})),
]
#: That the views answer at all, not with a page about an error.
EXPECTED = {200, 204, 302, 303, 403, 404, 405, 409, 413, 422, 429}


@pytest.fixture
def attack(visit, attackers):
    """A function: somebody's browser, which lets errors of the server arrive as answers."""

    def browser(who):
        client = visit(attackers[who]).client
        client.raise_request_exception = False
        return client

    return browser


@pytest.fixture
def undone():
    """A function: call another one, and undo what it wrote."""

    def call(function, *args):
        with transaction.atomic():
            result = function(*args)
            transaction.set_rollback(True)
        return result

    return call


def test_all_places_are_attacked(places):
    assert set(places) == set(PLACES)


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


def find_fault(place, answer):
    """Return what is wrong with the answer to an attack, None when nothing is."""
    # Mails wait for nobody in this world; and what is no draft is refused.
    also = {"url health": 503, "url drafts": 400}.get(place)
    if answer.status_code not in EXPECTED and answer.status_code != also:
        return answer.status_code
    return "repeated" if SCRIPT in read_text(answer) else None


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_parameter_is_answered_and_never_repeated_as_markup(attack, undone, places, kind):
    client, faults = attack("manager"), []
    for place in (place for place in PLACES if place.startswith(kind)):
        path = places[place]
        for label, data in each_attack(find_parameters(client, path)):
            fault = find_fault(place, undone(get, client, path, data))
            faults += [(place, label, fault)] if fault else []
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_field_is_answered_and_never_repeated_as_markup(
    attack, undone, places, kind, secret
):
    client, faults = attack("manager"), []
    for place in (place for place in WITH_FIELDS if place.startswith(kind)):
        path = places[place]
        known = {"category": secret.category} if place == "url block_ask" else {}
        url = f"{path}?{encode(known)}" if known else path
        names = undone(find_fields, client, path, known)
        assert names, f"no field was found: {place}"
        for label, data in each_attack(names):
            for sent in (data, data | known) if known else (data,):
                fault = find_fault(place, undone(post, client, url, sent))
                faults += [(place, label, fault)] if fault else []
    assert faults == []


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_hostile_parameter_shows_a_word_of_a_ticket_to_an_outsider(
    attack, undone, places, secret, who
):
    client = attack(who)
    ids = {"a ticket": str(secret.ticket), "a category": str(secret.category)}
    for place, path in places.items():
        names = find_parameters(client, path)
        for value in (*ids.values(), "Vannefroide", "%", "", HOSTILE["SQL"]):
            answer = undone(get, client, path, dict.fromkeys(names, value))
            said = read_text(answer)
            shown = [word for word in SECRETS if word in said and word != value]
            assert shown == [], (place, value)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_no_form_of_an_outsider_changes_a_ticket_or_shows_a_word_of_it(
    attack, undone, places, secret, who
):
    client = attack(who)
    before = secret.object.events.count()
    for action in get_form_classes():
        path = places[f"form {action}"]
        names = {"text", "to", "users", "user", "subject", "visibility", "audience", "submission"}
        for value in (str(secret.ticket), "victor", ""):
            answer = undone(post, client, path, dict.fromkeys(names, value))
            assert answer.status_code in (302, 404), (action, value)
            assert [word for word in SECRETS if word in read_text(answer)] == [], (action, value)
    assert secret.object.events.count() == before


@pytest.mark.parametrize("header", [
    "referer", "accept-language", "user-agent", "hx-target", "hx-current-url", "if-none-match",
    "if-modified-since", "range", "cookie", "x-forwarded-for", "accept",
])  # fmt: skip
def test_a_hostile_header_is_answered_and_never_repeated(attack, places, header):
    client = attack("manager")
    session = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    for value in (SCRIPT, "9" * 5000, "../../etc/passwd", "é\x80".encode().decode("latin-1")):
        sent = f"{session}; helpdesk_sent={value}; django_language={value}"
        for place in ("page home", "page search", "page ticket", "url block_requests", "url go"):
            headers = {header: sent if header == "cookie" else value}
            answer = client.get(places[place], headers=headers)
            assert answer.status_code in EXPECTED, (place, value[:20])
            assert SCRIPT not in read_text(answer)
