"""Who gets what from each URL of the package; forms need their token, and no page can be framed.

The routes of the helpdesk page are in tests/portal/test_access.py, the admin in
tests/snippets/test_every_url.py.
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.hostile_requests import read_text
from wagtail_helpdesk import urls
from wagtail_helpdesk.models import Subscription
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

from .conftest import SECRETS

#: Name → the answer to anonymous visitors, to external guests, and to everybody else.
URLS = {
    "mute": (200, 200, 200),
    "stop_reports": (200, 200, 200),
    "block_ask": (204, 200, 200),
    "block_requests": (204, 200, 200),
    "block_notifications": (204, 200, 200),
    "block_queue": (204, 200, 200),
    "block_panel": (204, 200, 200),
    "block_catalogue": (204, 200, 200),
    "block_card": (204, 200, 200),
    "block_incidents": (204, 200, 200),
    "unread_count": (204, 200, 200),
    # Accepts a form and shows nothing.
    "drafts": (405, 405, 405),
    # Of the optional app that receives mails: accepts a decision and shows nothing.
    "held_mail": (405, 405, 405),
    "go": (302, 302, 302),
    # No mails are delivered in this world, and nothing else is said about it.
    "health": (503, 503, 503),
}
#: They accept a form.
WITH_FORMS = [
    "page action",
    "page bulk",
    "page undo",
    "page new_in",
    "page incident",
    "page notifications",
    "page preferences",
    "page manager_preferences",
    "page absences",
    "page own_answers",
    "page desk_marks",
    "page presence",
    "page answer_page",
    "page desk_display",
    "page desk_views",
]
WITH_FORMS += [f"form {action}" for action in get_form_classes()]
WITH_FORMS += ["url block_ask", "url drafts", "url held_mail", "url mute", "url stop_reports"]


def test_every_url_of_the_package_is_in_the_matrix():
    assert {pattern.name for pattern in urls.urlpatterns} == set(URLS)


def test_each_url_answers_each_user_as_the_matrix_says(visit, attackers, url_paths):
    clients = {who: visit(user).client for who, user in attackers.items()}
    for name, (anonymous, external, others) in URLS.items():
        path = url_paths[f"url {name}"]
        answers = {who: client.get(path).status_code for who, client in clients.items()}
        expected = dict.fromkeys(attackers, others) | {"anonymous": anonymous, "external": external}
        assert answers == expected, name


def test_those_who_may_read_the_ticket_find_its_words(visit, attackers, url_paths):
    """The words that outsiders must not find are there to be found."""
    page = visit(attackers["manager"]).client.get(url_paths["page ticket"])
    assert [word for word in SECRETS if word not in read_text(page)] == []
    file = visit(attackers["requester"]).client.get(url_paths["page file"])
    assert read_text(file) == "plansecret"


def test_a_form_without_its_token_is_refused(attackers, url_paths):
    client = Client(enforce_csrf_checks=True)
    client.force_login(attackers["manager"])
    sent = {"text": "x", "List-Unsubscribe": ""}
    for place in WITH_FORMS:
        assert client.post(url_paths[place], sent).status_code == 403, place
        foreign = client.post(url_paths[place], sent, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403, place
        assert not Subscription.objects.filter(muted=True).exists(), place


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_urls_that_only_read_accept_no_other_method(attackers, url_paths, method):
    client = Client()
    client.force_login(attackers["manager"])
    for place, path in url_paths.items():
        if method == "post" and place in WITH_FORMS:
            continue
        answer = getattr(client, method)(path)
        assert answer.status_code == 405, place


@pytest.mark.parametrize("who", ["anonymous", "manager"])
def test_no_answer_can_be_framed_by_another_site(visit, attackers, url_paths, who):
    client = visit(attackers[who]).client
    for place, path in url_paths.items():
        answer = client.get(path)
        assert answer.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN"), place


@pytest.mark.parametrize("who", ["anonymous", "external", "manager"])
def test_no_cache_keeps_what_a_person_sees(visit, attackers, url_paths, who):
    client = visit(attackers[who]).client
    for place, path in url_paths.items():
        if place == "url health":
            continue
        kept = client.get(path).headers["Cache-Control"]
        assert {"private", "no-store"} <= {word.strip() for word in kept.split(",")}, place


def hidden_and_missing(places, secret):
    """Yield each URL about the ticket, and the same about one that does not exist."""
    for place, path in places.items():
        if f"/{secret.ticket}/" in path and not place.startswith("url"):
            yield place, path, path.replace(f"/{secret.ticket}/", "/480700/")
    path = places["page new_in"]
    yield "page new_in", path, path.replace(f"/{secret.category}/", "/480700/")


@pytest.mark.parametrize("who", ["external", "stranger", "other_manager", "administrator"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_hidden_ticket_is_answered_like_a_missing_one_with_as_many_statements(
    visit, attackers, url_paths, secret_ticket, heating, who, method
):
    heating.service.everyone = False
    heating.service.save()
    visitor = visit(attackers[who])

    def send(path):
        with CaptureQueriesContext(connection) as captured:
            answer = getattr(visitor.client, method)(path)
        said = read_text(answer).replace(str(secret_ticket.ticket), "").replace("480700", "")
        return answer.status_code, dict(answer.headers), said, len(captured)

    for place, hidden, missing in hidden_and_missing(url_paths, secret_ticket):
        # The second time when the first one filled a cache of the process.
        same = send(hidden) == send(missing) or send(hidden) == send(missing)
        assert same, place


@pytest.mark.parametrize("token", ["x", "a:b:c", "eyJ:1:" + "x" * 5000, "é", "%00", "..%2f..%2f"])
def test_a_false_token_is_answered_without_a_statement(client, db, token):
    for name in ("mute", "stop_reports"):
        path = reverse(f"wagtail_helpdesk:{name}", args=["x"]).replace("/x/", f"/{token}/")
        with CaptureQueriesContext(connection) as captured:
            for method in (client.get, client.post):
                assert method(path).status_code == 404
        # Wagtail looks for a page where no URL of the site matches.
        assert [q["sql"] for q in captured if "helpdesk" in q["sql"] or "auth" in q["sql"]] == []


def test_a_logged_out_browser_reads_nothing_that_it_read_before(visit, attackers, url_paths):
    client = visit(attackers["manager"]).client
    before = {place: client.get(path).status_code for place, path in url_paths.items()}
    assert before["page ticket"] == 200
    client.logout()
    for place, path in url_paths.items():
        if not place.startswith("url"):
            assert client.get(path).status_code == 302, place
        said = read_text(client.get(path))
        assert [word for word in SECRETS if word in said] == [], place


def test_the_session_of_a_deactivated_account_ends_at_once(visit, attackers, url_paths):
    user = attackers["manager"]
    client = visit(user).client
    user.is_active = False
    user.save()
    assert client.get(url_paths["page ticket"]).status_code == 302
    assert client.get(url_paths["url block_queue"]).status_code == 204
    assert client.post(url_paths["form comment"], {"text": "x"}).status_code == 302
