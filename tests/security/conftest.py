"""Attackers, and what they attack: a private ticket that some of them may not know of."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.base import ContentFile
from django.urls import reverse

from tests.portal.conftest import Visitor
from tests.portal.test_access import MATRIX as ROUTES
from tests.portal.test_access import make_incident
from wagtail_helpdesk import actions, urls
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token, make_reports_token
from wagtail_helpdesk.portal.tickets.forms import get_form_classes

#: Words of the ticket, its note and its file, which no stranger may read anywhere.
SECRETS = ("Vannefroide", "Quatorzedegres", "Entrenous", "plansecret", "Thomas Girard")
OUTSIDERS = ("anonymous", "external", "stranger", "editor", "administrator", "other_manager")


@pytest.fixture
def visit(helpdesk):
    """The class of visitors; without a user they are anonymous."""
    return Visitor


@pytest.fixture(autouse=True)
def _no_limits(settings):
    """Let attackers try as often as they like."""
    names = (
        "ACTIONS_PER_MINUTE", "TICKETS_PER_HOUR", "INVITATIONS_PER_HOUR", "SEARCHES_PER_MINUTE",
        "DIRECTORY_LOOKUPS_PER_HOUR", "DIRECTORY_SEARCHES_PER_MINUTE", "REPORTS_PER_HOUR",
    )  # fmt: skip
    settings.WAGTAIL_HELPDESK = dict.fromkeys(names, 10**6)


@pytest.fixture
def secret_ticket(people, heating, dsi, helpdesk):
    """A private ticket of Léa with a guest, a note and a file: number, ids, and the ticket itself."""
    ticket = actions.open_ticket(
        heating, by=people.lea, subject="Vannefroide", text="Quatorzedegres"
    )
    file = ContentFile(b"plansecret", name="plansecret.txt")
    event = actions.comment(ticket, by=people.lea, text="Voici.", files=[file])
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    actions.take(ticket, by=people.karim)
    note = actions.note(ticket, by=people.karim, text="Entrenous")
    return SimpleNamespace(
        ticket=ticket.pk,
        object=ticket,
        category=ticket.category_id,
        incident=make_incident(ticket.service).pk,
        file=event.attachments.get().pk,
        event=note.pk,
    )


@pytest.fixture
def attackers(people):
    """The users who attack, by what they are; None is anonymous."""
    external = User.objects.create(username="external", email="guest@elsewhere.example")
    external.groups.add(Group.objects.get_or_create(name="External guests")[0])
    return {
        "anonymous": None,
        "external": external,
        "requester": people.lea,
        "guest": people.thomas,
        "manager": people.karim,
        "manager_without_privileges": people.hugo,
        "owner": people.sophie,
        "other_manager": people.nadia,
        "stranger": people.victor,
        "editor": people.alice,
        "administrator": people.gilles,
    }


@pytest.fixture
def url_paths(helpdesk, people, secret_ticket):
    """The path of every route of the page, every form of an action and every URL of the package."""
    found = {}
    for route, (arguments, _answers) in ROUTES.items():
        known = {
            name: getattr(secret_ticket, str(value), value) for name, value in arguments.items()
        }
        found[f"page {route}"] = f"/assistance/{helpdesk.reverse_subpage(route, kwargs=known)}"
    for action in get_form_classes():
        slug = action.replace("_", "-")
        found[f"form {action}"] = f"/assistance/tickets/{secret_ticket.ticket}/{slug}/"
    arguments = {
        "mute": [make_mute_token(people.lea.pk, secret_ticket.ticket)],
        "held_mail": [1, "publish"],
        "stop_reports": [make_reports_token(people.karim.pk)],
    }
    for pattern in urls.urlpatterns:
        given = arguments.get(pattern.name, [])
        found[f"url {pattern.name}"] = reverse(f"wagtail_helpdesk:{pattern.name}", args=given)
    found["url go"] += f"tickets/{secret_ticket.ticket}/"
    return found
