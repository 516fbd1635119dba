"""Links in mails: following them, as scanners of mails do, changes nothing."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.test import Client

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Heartbeat, OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.due import plan_reports

IN_TEXT = re.compile(r"https?://[^\s<>\"]+")


@pytest.fixture
def mails(helpdesk, people, general, heating, network, mailoutbox):
    """One of each kind: openings, questions, answers, an invitation, a loss of access, reports."""

    def dispatch_and_deliver():
        dispatch_waiting_events()
        deliver()

    eight = datetime(2027, 3, 1, 8, tzinfo=ZoneInfo("Europe/Paris"))
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="14 degrés.")
    dispatch_and_deliver()
    actions.take_and_ask(ticket, by=people.karim, text="Quelle salle ?")
    actions.invite(ticket, by=people.lea, users=[people.ines])
    dispatch_and_deliver()
    actions.comment(ticket, by=people.lea, text="A12.")
    actions.close(ticket, by=people.karim, text="Vanne ouverte.")
    dispatch_and_deliver()
    other = actions.open_ticket(heating, by=people.lea, subject="Wifi", text="Rien.")
    actions.take(other, by=people.sophie)
    actions.move(other, by=people.karim, to=network)
    dispatch_and_deliver()
    Heartbeat.objects.create(name="reports", at=eight - timedelta(minutes=1))
    plan_reports(eight)
    OutgoingMail.objects.filter(state="pending").update(next_at="2000-01-01T00:00Z")
    deliver()
    return mailoutbox


def addresses(mails):
    """Every address that stands in the mails: in both parts and in the headers."""
    found = set()
    for mail in mails:
        found |= set(IN_TEXT.findall(mail.body))
        found |= {a["href"] for a in BeautifulSoup(mail.alternatives[0][0], "html.parser")("a")}
        for header in ("List-Unsubscribe", "List-Archive"):
            found |= {word.strip("<>") for word in mail.extra_headers.get(header, "").split()}
    return sorted(found)


def everything():
    """What the helpdesk knows, and who may log in."""
    models = [*apps.get_app_config("wagtail_helpdesk").get_models(), get_user_model()]
    return {
        model.__name__: [
            {name: value for name, value in row.items() if name != "last_login"}
            for row in model._default_manager.order_by("pk").values()
        ]
        for model in models
    }


def test_following_every_link_of_a_mail_twice_changes_nothing(mails, people):
    before, links = everything(), addresses(mails)
    for kind in ("/approve-closure/", "/comment/", "/mute/", "/stop-reports/", "/preferences/"):
        assert kind in " ".join(links)
    for who in (None, "lea", "karim", "ines", "victor"):
        client = Client()
        if who:
            client.force_login(getattr(people, who))
        for address in links:
            path = "/" + address.split("/", 3)[3]
            answers = [client.get(path).status_code for _ in range(2)]
            assert answers[0] == answers[1]
            assert answers[0] in (200, 302, 403, 404, 409)
        assert everything() == before


def test_every_link_of_a_mail_works_for_its_reader(mails, people):
    client = Client()
    client.force_login(people.lea)
    for address in addresses(mail for mail in mails if people.lea.email in mail.to[0]):
        # 409: the question was answered meanwhile.
        response = client.get("/" + address.split("/", 3)[3], follow=True)
        assert response.status_code in (200, 403, 409), address
