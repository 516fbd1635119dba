"""What people and directories write, wherever it is shown: never markup, a template or a request."""

import re
import socket

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile

from tests.hostile_requests import read_text
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Alias, CannedAnswer, CategoryText, ServiceText
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports import due
from wagtail_helpdesk.search.indexing import index_missed_events

#: Live if any of it arrives as markup: elements, attributes, addresses that run something.
MARKUP = (
    '"><img src=x onerror=alert(1)><svg/onload=alert(1)>',
    "</textarea></title></script><script>alert(1)</script>",
    '<b data-controller="w-x" class="w-dialog" id="csrfmiddlewaretoken">x</b>',
    "<a href=javascript:alert(1)>x</a>",
    "[x](javascript:alert(1)) [y](data:text/html,x) [z](//evil.example)",
    "<iframe srcdoc=x></iframe><base href=//evil.example><form action=//evil.example>",
)
#: What template languages and string formatting would replace.
TEMPLATES = (
    "{{ settings.SECRET_KEY }} {{ user.password }} {% debug %}",
    "%(password)s %s %d {0.__class__.__mro__} {user.password}",
    "${7*7} #{7*7} {{7*7}} <%= 7*7 %>",
)
#: Where a message, a subject or a name might lead a server that follows it.
ADDRESSES = (
    "http://169.254.169.254/ file:///etc/passwd smb://evil.example/x \\\\evil.example\\x",
    "<img src=http://evil.example/x.png> <link rel=stylesheet href=http://evil.example/x.css>",
    "![x](http://evil.example/x.png) @import url(http://evil.example/x.css);",
)
PAGES = (
    "/assistance/",
    "/assistance/new/",
    "/assistance/new/{category}/",
    "/assistance/tickets/",
    "/assistance/tickets/{ticket}/",
    "/assistance/tickets/{ticket}/comment/",
    "/assistance/tickets/{ticket}/move/",
    "/assistance/tickets/{ticket}/assign/",
    "/assistance/tickets/{ticket}/notified/{event}/",
    "/assistance/tickets/{ticket}/answers/",
    "/assistance/tickets/{ticket}/?answer={answer}",
    "/assistance/tickets/{ticket}/recipients/?action=comment",
    "/assistance/desk/?queue=all",
    "/assistance/preferences/manager/",
    "/assistance/preferences/absences/",
    "/assistance/preferences/answers/",
    "/assistance/search/?q=attaque",
    "/helpdesk-mail/blocks/requests/",
    "/helpdesk-mail/blocks/queue/?queue=all",
    "/helpdesk-mail/blocks/panel/",
    "/helpdesk-mail/blocks/services/",
    "/helpdesk-mail/blocks/card/?service={service}",
    "/helpdesk-mail/blocks/ask/?category={category}",
    "/admin/",
    "/admin/helpdesk/services/",
    "/admin/helpdesk/answers/",
    "/admin/helpdesk/answers/edit/{answer}/",
    "/admin/reports/site-history/",
)


@pytest.fixture
def write_everywhere(people, heating, helpdesk, settings):
    """A function: write a text into everything that anybody can name; return what it is about."""
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    people.sophie.groups.add(Group.objects.get(name="Editors"))

    def write(text):
        for person in (people.lea, people.sophie, people.ines):
            person.first_name, person.last_name = text[:60], f"attaque {text}"[:120]
            person.save()
        service = heating.service
        service.name = f"attaque {text}"[:100]
        service.save()
        heating.name, heating.default_message = f"attaque {text}"[:80], text
        heating.save()
        Alias.objects.create(name=f"attaque {text}"[:80], service=service, to_category=heating)
        locale = helpdesk.locale
        for model, about in ((ServiceText, "service"), (CategoryText, "category")):
            made = model(locale=locale, **{about: service if about == "service" else heating})
            made.title, made.summary, made.description = text[:80], text[:150], text
            if about == "service":
                made.contact = text[:100]
            made.save()
        words = {"title": f"attaque {text}"[:90], "text": f"{text} {{requester}} {{subject}}"}
        CannedAnswer.objects.create(owner=people.sophie, **words)
        answer = CannedAnswer.objects.create(service=service, **words)
        file = ContentFile(b"x", name=f"{text}.svg")
        ticket = actions.open_ticket(
            heating, by=people.lea, subject=f"attaque {text}", text=f"attaque {text}", files=[file]
        )
        actions.invite(ticket, by=people.lea, users=[people.ines])
        actions.take(ticket, by=people.sophie, text=f"attaque {text}")
        event = actions.note(ticket, by=people.sophie, text=f"attaque {text}")
        index_missed_events()
        return {
            "ticket": ticket.pk, "category": heating.pk, "service": service.pk, "event": event.pk,
            "answer": answer.pk,
        }  # fmt: skip

    return write


@pytest.fixture
def read_everywhere(visit, people, write_everywhere, mailoutbox):
    """A function: every page and mail in which a text is shown after it was written everywhere."""

    def collect(text):
        facts = write_everywhere(text)
        found = {}
        for who in (people.sophie, people.lea):
            client = visit(who).client
            for page in PAGES:
                answer = client.get(page.format(**facts))
                assert answer.status_code < 500, page
                found[f"{page} for {who.username}"] = read_text(answer)
        dispatch_waiting_events()
        due.send_report_now(people.sophie, people.sophie.helpdesk_manager_rows.get().service)
        deliver()
        assert len(mailoutbox) > 1
        for number, mail in enumerate(mailoutbox):
            [alternative] = mail.alternatives
            found[f"mail {number}"] = str(alternative.content)
        return found

    return collect


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_names_subjects_texts_and_files_is_live_on_no_page_and_in_no_mail(
    read_everywhere, text
):
    pages = read_everywhere(text)
    assert any("attaque" in page for page in pages.values())
    for place, html in pages.items():
        _assert_inert(place, BeautifulSoup(html, "html.parser"))


def _assert_inert(place, page):
    for element in page.find_all(True):
        attributes = " ".join(element.attrs)
        assert not re.search(r"(^|\s)on[a-z]+", attributes), (place, element)
        address = str(element.get("href") or element.get("src") or element.get("action") or "")
        assert not re.match(r"\s*(javascript|data:text|vbscript)", address, re.I), (place, address)
        assert "evil.example" not in address, (place, element)
    # Elements that none of our pages has, and an attribute that only the attacker writes.
    assert page.select("iframe[srcdoc], base, svg[onload], b[data-controller]") == [], place
    scripts = page.select("script:not([src]):not([type='application/json'])")
    assert [script for script in scripts if "alert(1)" in script.text] == [], place


@pytest.mark.parametrize("text", TEMPLATES)
def test_a_template_in_names_subjects_and_texts_is_text_on_every_page_and_in_every_mail(
    read_everywhere, text, settings
):
    pages = read_everywhere(text)
    for place, html in pages.items():
        assert settings.SECRET_KEY not in html, place
        assert "md5$" not in html, place
        assert "&lt;class" not in html, place
    ticket = next(page for place, page in pages.items() if place.startswith(PAGES[4]))
    assert f"attaque {text}" in BeautifulSoup(ticket, "html.parser").get_text()


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_url_in_names_subjects_and_texts_is_never_fetched(read_everywhere, text, monkeypatch):
    attempts = []

    def refuse(self, address, *args):
        host = address[0] if isinstance(address, tuple) else address
        if host not in ("127.0.0.1", "localhost") and not str(host).startswith("/"):
            attempts.append(address)
            raise OSError("No request leaves this test.")
        return connect(self, address, *args)

    def resolve(host, *args, **kwargs):
        if host not in ("127.0.0.1", "localhost", None):
            attempts.append(host)
        return lookup(host, *args, **kwargs)

    connect, lookup = socket.socket.connect, socket.getaddrinfo
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    for place, html in read_everywhere(text).items():
        page = BeautifulSoup(html, "html.parser")
        loaded = [e for e in page.select("img, link, source, object, embed, video, audio, image")
                  if "evil.example" in str(e.attrs) or "169.254" in str(e.attrs)]  # fmt: skip
        assert loaded == [], place
        assert not re.search(r"url\([^)]*evil", " ".join(s.text for s in page("style"))), place
    assert attempts == []
