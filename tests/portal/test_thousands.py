"""On a site that groups digits (USE_THOUSAND_SEPARATOR), numbers that name something stay whole."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Absence, Category, Event, Service, ServiceManager, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.search.indexing import index_missed_events

NUMBER = 1042
COUNTED = (Absence, Category, Event, Service, ServiceManager, Ticket, get_user_model())
#: As English and French group the digits of a number.
GROUPED = re.compile("\\d[,\u202f\xa0]\\d{3}")
NAMES_SOMETHING = ("href", "action", "formaction", "id", "for", "value")

MAIN = {
    "lea": ("", "tickets/", "new/", "new/?service={service}&page={page}", "tickets/{ticket}/"),
    "karim": (
        "desk/?queue=all",
        "search/?q=radiateur&service={service}",
        "tickets/{ticket}/",
        "tickets/{ticket}/assign/",
        "tickets/{ticket}/move/",
        "tickets/{ticket}/invite/",
        "tickets/{ticket}/notified/{event}/",
        "tickets/{ticket}/refuse/",
        "new/{category}/",
        "preferences/manager/",
        "preferences/absences/",
    ),
}
FRAMES = {
    "lea": ("requests", "services", "ask"),
    "karim": ("queue", "panel", "card"),
}


@pytest.fixture(autouse=True)
def _everything_was_counted_far(db, settings):
    """The site groups digits, and has had a thousand of everything."""
    settings.USE_THOUSAND_SEPARATOR = True
    with connection.cursor() as cursor:
        for model in COUNTED:
            _count_on(cursor, model._meta.db_table, model._meta.pk.column)


def _count_on(cursor, table, column):
    if connection.vendor == "postgresql":
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), {NUMBER})")
    else:
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [table, NUMBER])


@pytest.fixture
def world(_everything_was_counted_far, helpdesk, people, heating, network):
    """Léa's ticket waits for her; everything a URL can name."""
    ticket = actions.open_ticket(heating, by=people.lea, subject="Radiateur froid", text="14 °C")
    actions.take(ticket, by=people.karim)
    asked = actions.ask_information(ticket, by=people.karim, text="Quel radiateur ?")
    actions.invite(ticket, by=people.karim, users=[people.ines])
    Absence.objects.create(user=people.karim, starts_on="2100-07-01", ends_on="2100-07-14")
    index_missed_events()
    known = {"ticket": ticket.pk, "event": asked.pk, "page": helpdesk.get_parent().pk}
    known |= {"category": heating.pk, "service": heating.service_id}
    assert min(pk for name, pk in known.items() if name != "page") > 1000
    return known


def named(page):
    """Return the attributes of a page that name something, as they stand there."""
    for tag in page.find_all(True):
        for name, value in tag.attrs.items():
            if name in NAMES_SOMETHING or name.startswith("data-"):
                yield f"{name}={value}"


def grouped(page):
    return [attribute for attribute in named(page) if GROUPED.search(attribute)]


@pytest.mark.parametrize("who", MAIN)
def test_no_page_groups_the_digits_of_what_it_names(visit, people, world, who):
    visitor = visit(getattr(people, who))
    for path in MAIN[who]:
        answer = visitor.client.get(visitor.base + path.format(**world))
        assert grouped(BeautifulSoup(answer.content, "html.parser")) == [], path


@pytest.mark.parametrize("who", MAIN)
def test_every_link_of_a_page_leads_somewhere(visit, people, world, who):
    visitor, asked = visit(getattr(people, who)), set()
    for path in MAIN[who]:
        here = visitor.base + path.format(**world)
        page = BeautifulSoup(visitor.client.get(here).content, "html.parser")
        asked |= {urljoin(here, link["href"]) for link in page.select(".hd a[href]")}
    for url in {urlsplit(link)._replace(fragment="").geturl() for link in asked}:
        assert visitor.client.get(url, follow=True).status_code == 200, url


@pytest.mark.parametrize("who", FRAMES)
def test_a_block_groups_no_digits_of_numbers(visit, people, world, who):
    browser = visit(getattr(people, who)).client
    for frame in FRAMES[who]:
        asked = {"queue": "all", "service": world["service"], "page": world["page"]}
        answer = browser.get(f"/helpdesk-mail/blocks/{frame}/", asked)
        assert answer.content
        assert grouped(BeautifulSoup(answer.content, "html.parser")) == [], frame


def test_the_admin_groups_no_digits_of_numbers(client, people, world):
    client.force_login(people.gilles)
    url = reverse("helpdesk_categories:members", args=[world["category"]])
    page = BeautifulSoup(client.get(url).content, "html.parser")
    form = page.find("input", {"name": "chosen"}).find_parent("form")
    assert grouped(form) == []


def test_the_number_of_a_ticket_is_a_name_wherever_it_is_read(visit, people, world):
    number = str(world["ticket"])
    row = visit(people.karim).page("desk/", queue="mine").find(class_="hd-row-n")
    assert row.text.endswith(f"#{number}")
    assert f"Ticket #{number}" in visit(people.karim).page(f"tickets/{number}/").title.get_text()


def test_a_mail_groups_no_digits_of_numbers(world, mailoutbox):
    dispatch_waiting_events()
    deliver()
    parts = [part for mail in mailoutbox for part in (mail.body, mail.alternatives[0].content)]
    assert any(f"Ticket #{world['ticket']}" in part for part in parts)
    assert [part for part in parts if GROUPED.search(part)] == []
