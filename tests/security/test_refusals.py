"""What refusals and errors say, where forms lead, and rights that end while a form is open."""

import re
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError

from tests.fixtures import privileged
from tests.hostile_requests import read_text
from tests.portal.conftest import hidden
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import ServiceManager, Ticket

from .conftest import SECRETS

#: What an error may carry that no page may show.
INTERNALS = (
    'FATAL: role "helpdesk" at db.internal:5432, cn=reader,dc=example, /srv/portal/secrets.py'
)
ELSEWHERE = ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)")


@pytest.fixture
def manager(visit, attackers):
    return visit(attackers["manager"])


def test_an_error_of_the_server_shows_nothing_of_its_cause(
    manager, monkeypatch, url_paths, settings
):
    def fail(*args, **kwargs):
        raise OperationalError(INTERNALS)

    manager.client.raise_request_exception = False
    monkeypatch.setattr("wagtail_helpdesk.models.tickets.TicketQuerySet.visible_to", fail)
    for place in ("page ticket", "page tickets", "page desk", "form comment", "url block_requests"):
        answer = manager.client.get(url_paths[place])
        assert answer.status_code == 500, place
        said = read_text(answer)
        assert [word for word in INTERNALS.split() if word in said] == [], place
        assert "Traceback" not in said


@pytest.mark.parametrize("who", ["external", "stranger", "other_manager", "administrator"])
def test_a_refusal_names_no_person_ticket_model_path_or_statement(visit, attackers, url_paths, who):
    client = visit(attackers[who]).client
    for place, path in url_paths.items():
        answer = client.get(path)
        if answer.status_code not in (403, 404):
            continue
        said = read_text(answer)
        assert [word for word in SECRETS if word in said] == [], place
        assert not re.search(r"Traceback|SELECT |matches the given query|\.py\b|Karim", said), place


@pytest.mark.parametrize("name", ["next", "return_url", "redirect", "back", "page", "url"])
def test_no_parameter_field_or_referer_leads_to_another_site(
    manager, attackers, visit, url_paths, secret_ticket, name
):
    for url in ELSEWHERE:
        headers = {"referer": url}
        answers = [
            manager.client.get(url_paths["url go"], {name: url}, headers=headers),
            manager.client.get(url_paths["page new"], {name: url}, headers=headers),
            manager.client.post(url_paths["page preferences"], {name: url}, headers=headers),
            manager.submit_action(secret_ticket.object, "comment", text="Bonjour", **{name: url}),
            visit().client.get(url_paths["page ticket"], {name: url}, headers=headers),
        ]
        for answer in answers:
            target = urlsplit(answer.headers.get("Location", ""))
            assert target.netloc in ("", "testserver", "localhost"), answer.headers["Location"]
            assert target.scheme in ("", "http", "https")
            assert not target.path.startswith(("//", "/\\"))


def test_a_privilege_taken_away_while_a_form_is_open_is_missing_when_it_is_sent(
    manager, people, secret_ticket, heating
):
    path = f"tickets/{secret_ticket.ticket}/refuse/"
    form = hidden(manager.get(path)) | {"text": "Non."}
    privileged(heating.service, people.karim, can_refuse=False)
    assert manager.post(path, **form).status_code == 403
    assert Ticket.objects.get(pk=secret_ticket.ticket).is_open


def test_a_manager_removed_while_a_form_is_open_is_a_stranger_when_it_is_sent(
    manager, people, secret_ticket, heating
):
    path = f"tickets/{secret_ticket.ticket}/comment/"
    form = hidden(manager.get(path)) | {"text": "Encore moi."}
    ServiceManager.objects.filter(user=people.karim).delete()
    answer = manager.post(path, **form)
    assert answer.status_code == 404
    said = read_text(answer)
    assert "Encore moi." in said
    assert [word for word in SECRETS if word in said] == []
    assert not secret_ticket.object.events.filter(text="Encore moi.").exists()


def test_a_ticket_made_private_while_a_form_is_open_is_missing_when_it_is_sent(
    visit, people, secret_ticket
):
    actions.change_visibility(secret_ticket.object, by=people.lea, to="public")
    victor = visit(people.victor)
    path = f"tickets/{secret_ticket.ticket}/follow/"
    form = hidden(victor.get(path))
    actions.change_visibility(secret_ticket.object, by=people.lea, to="private")
    assert victor.post(path, **form).status_code == 404
    assert not secret_ticket.object.subscriptions.filter(user=people.victor).exists()
