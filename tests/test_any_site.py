"""Pages of the helpdesk on sites that are configured in other ways than the test site."""

import asyncio
import os
import re
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django
import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.asgi import ASGIHandler
from django.urls import clear_url_caches, get_script_prefix, set_script_prefix
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from tests.blocks.host import rendered
from tests.portal.conftest import Visitor, hidden_of, soup
from tests.portal.test_templates import with_template
from wagtail_helpdesk import actions, links
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token
from wagtail_helpdesk.models import Ticket

PATHS = ("", "new/", "tickets/", "desk/", "search/?query=radiateur", "preferences/manager/")


@pytest.fixture
def karim(people, helpdesk):
    return Visitor(people.karim)


def open_by_form(visitor, url, **typed):
    """Open a ticket by the form of a category; return the answer."""
    page = BeautifulSoup(visitor.client.get(url).content, "html.parser")
    named = {"subject": "Radiateur froid", "text": "Il gèle."}
    return visitor.client.post(url, hidden_of(page) | named | typed)


# -- a content security policy with nonces ---------------------------------------------------------


def nonce_middleware(get_response):
    """Set the nonce where django-csp does."""

    def middleware(request):
        request.csp_nonce = SimpleLazyObject(lambda: "from-django-csp")
        response = get_response(request)
        response.headers["Content-Security-Policy"] = f"script-src 'nonce-{request.csp_nonce}'"
        return response

    return middleware


NONCE_MIDDLEWARE = ["tests.test_any_site.nonce_middleware"]
if django.VERSION >= (6, 0):
    NONCE_MIDDLEWARE.append("django.middleware.csp.ContentSecurityPolicyMiddleware")


@pytest.fixture
def nonces(settings):
    """A function that gives the site a middleware with nonces, which every script and style needs."""

    def install(middleware):
        strict = "tests.strict_csp.StrictContentSecurityPolicy"
        settings.MIDDLEWARE = [middleware, *(m for m in settings.MIDDLEWARE if m != strict)]
        if middleware.startswith("django."):
            from django.utils.csp import CSP

            policy = {"default-src": ["'none'"], "img-src": ["'self'"], "connect-src": ["'self'"]}
            only = {"script-src": [CSP.NONCE], "style-src": [CSP.NONCE]}
            settings.SECURE_CSP = policy | only | {"form-action": ["'self'"]}

    return install


@pytest.mark.parametrize("middleware", NONCE_MIDDLEWARE)
@pytest.mark.parametrize("path", ["/assistance/{}", "/office/", "/helpdesk-mail/mute/{}/"])
def test_scripts_and_styles_carry_the_nonce_of_the_policy(
    karim, taken, nonces, settings, middleware, path
):
    nonces(middleware)
    settings.ROOT_URLCONF = "tests.blocks.host"
    token = make_mute_token(karim.user.pk, taken.pk)
    paths = PATHS if path.startswith("/assistance") else [token]
    for answer in (karim.client.get(path.format(each), follow=True) for each in paths):
        assert answer.status_code == 200
        tags = soup(answer).select(
            'script[src*="wagtail_helpdesk"], link[href*="wagtail_helpdesk"]'
        )
        assert tags
        assert len({tag.get("nonce") for tag in tags}) == 1
        assert f"'nonce-{tags[0]['nonce']}'" in answer.headers["Content-Security-Policy"]


def test_without_nonces_no_tag_has_one(karim):
    assert not soup(karim.get()).select("[nonce]")


# -- addresses -------------------------------------------------------------------------------------


@pytest.fixture
def under_prefix(settings):
    """Put the site below a path of its host, as a web server with FORCE_SCRIPT_NAME does."""
    before = get_script_prefix()
    settings.FORCE_SCRIPT_NAME = "/intranet"
    set_script_prefix("/intranet/")
    yield
    set_script_prefix(before)


def test_every_link_stays_below_the_prefix_of_the_site(karim, taken, under_prefix):
    for path in ("", "new/?service=0", "tickets/", "desk/", f"tickets/{taken.pk}/", "preferences/"):
        page = karim.page(path).find("div", class_="hd")
        urls = [
            tag.get("href") or tag.get("action") for tag in page.select("a[href], form[action]")
        ]
        leading = [url for url in urls if url.startswith("/")]
        assert leading
        assert [url for url in leading if not url.startswith("/intranet/")] == [], path


def test_a_form_leads_on_below_the_prefix_of_the_site(karim, ticket, under_prefix):
    answer = karim.submit_action(ticket, "take")
    assert answer.url == f"/intranet/assistance/tickets/{ticket.pk}/"


def test_links_of_mails_have_the_prefix_of_the_site(helpdesk, under_prefix):
    place = links.find_location(None, "en")
    assert place is not None
    assert place.get_url("desk") == "http://localhost/intranet/helpdesk-mail/go/desk/"
    assert place.home == "http://localhost/intranet/assistance/"


@pytest.fixture
def language_prefixes(settings):
    settings.ROOT_URLCONF = "tests.urls_with_languages"
    clear_url_caches()
    yield
    clear_url_caches()


def test_pages_and_forms_work_below_a_language(people, helpdesk, heating, language_prefixes):
    karim = Visitor(people.karim)
    for path in PATHS:
        answer = karim.client.get(f"/en/assistance/{path}", follow=True)
        assert answer.status_code == 200
        assert soup(answer).html["lang"] == "en"
    answer = open_by_form(karim, f"/en/assistance/new/{heating.pk}/", category=heating.pk)
    assert answer.url == f"/en/assistance/new/opened/{Ticket.objects.get().pk}/"
    assert karim.client.get(answer.url).status_code == 200


def test_permanent_links_lead_to_the_page_below_a_language(
    people, helpdesk, taken, language_prefixes
):
    place = links.find_location(None, "en")
    assert place is not None
    lea = Visitor(people.lea)
    answer = lea.client.get(place.get_ticket_url(taken.pk), follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == f"/en/assistance/tickets/{taken.pk}/"


# -- the web server ----------------------------------------------------------------------------------


def ask_asgi(path, cookie):
    """Ask the site through ASGI; return the status and the body."""
    # In a thread of its own: a browser of other tests leaves a loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, _ask_asgi(path, cookie)).result()


async def _ask_asgi(path, cookie):
    sent = []
    headers = [(b"host", b"testserver"), (b"cookie", cookie.encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "query_string": b"", "headers": headers,
    }  # fmt: skip

    async def send(message):
        sent.append(message)

    waiting = asyncio.Event()
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if asked:
            return asked.pop()
        await waiting.wait()

    await ASGIHandler()(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.django_db(transaction=True)
def test_pages_and_files_are_served_by_asgi_without_a_warning(people, helpdesk, ticket):
    actions.attach(ticket, by=people.lea, files=[SimpleUploadedFile("a.txt", b"14 degrees")])
    lea = Visitor(people.lea)
    cookie = f"sessionid={lea.client.cookies['sessionid'].value}"
    page = lea.page(f"tickets/{ticket.pk}/")
    file = page.find("a", href=lambda href: href and "/files/" in href)["href"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module="django.core.mail")
        status, body = ask_asgi(f"/assistance/tickets/{ticket.pk}/", cookie)
        assert status == 200
        assert b"Radiateur froid" in body
        assert ask_asgi(file, cookie) == (200, b"14 degrees")


# -- base templates ------------------------------------------------------------------------------------

BASE = """<!doctype html><html><head><title>{% block title %}{% endblock %}</title>
{% block extra_css %}{% endblock %}</head><body><main>{% block content %}{% endblock %}</main>
{% block extra_js %}{% endblock %}</body></html>"""
SHOWING = """{% if messages %}<ul>{% for message in messages %}<li>{{ message }}</li>{% endfor %}</ul>
{% endif %}"""


@pytest.mark.parametrize(
    "base",
    [
        BASE,
        BASE.replace("<main>", f"{SHOWING}<main>"),
        BASE.replace("</main>", f"</main>{SHOWING}"),
    ],
    ids=["no messages", "messages above the content", "messages below the content"],
)
def test_each_message_is_shown_once(karim, ticket, settings, tmp_path, base):
    with_template(settings, tmp_path, "base.html", base)
    answer = karim.submit_action(ticket, "take")
    shown = karim.client.get(answer.url).text
    assert shown.count("You are now the manager of this ticket.") == 1


def test_pages_work_without_the_context_processor_of_messages(karim, ticket, settings):
    (templates,) = settings.TEMPLATES
    kept = [p for p in templates["OPTIONS"]["context_processors"] if "messages" not in p]
    settings.TEMPLATES = [templates | {"OPTIONS": {"context_processors": kept}}]
    answer = karim.submit_action(ticket, "take")
    assert "You are now the manager of this ticket." in karim.client.get(answer.url).text


# -- several sites ---------------------------------------------------------------------------------------


@pytest.fixture
def library(helpdesk, settings):
    """A second site on another host, without a helpdesk page."""
    root = Site.objects.get(is_default_site=True).root_page
    home = root.get_parent().add_child(instance=type(root)(title="Library", slug="library"))
    Site.objects.update(hostname="intranet.example")
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "intranet.example", "library.example"]
    return Site.objects.create(hostname="library.example", root_page=home)


def test_the_short_form_becomes_the_button_where_the_helpdesk_is_on_another_host(
    people, heating, library
):
    lea = Visitor(people.lea)
    url = f"/helpdesk-mail/blocks/ask/?category={heating.pk}"
    here = lea.client.get(url, headers={"host": "intranet.example"})
    assert here.status_code == 200
    assert soup(here).find("form")["action"].startswith("/assistance/")
    # Empty: the button that stands in the page stays.
    assert lea.client.get(url, headers={"host": "library.example"}).status_code == 204


def test_the_button_leads_to_the_other_host(heating, library, rf):
    page = library.root_page
    body = [("helpdesk_ask", {"display": "form", "category": heating})]
    request = rf.get("/", headers={"host": "library.example"})
    link = BeautifulSoup(rendered(request, body, page), "html.parser").section.a["href"]
    assert link == f"http://intranet.example/assistance/new/{heating.pk}/?page={page.pk}"


def test_lists_in_blocks_lead_to_the_other_host(people, ticket, library):
    lea = Visitor(people.lea)
    answer = lea.client.get("/helpdesk-mail/blocks/requests/", headers={"host": "library.example"})
    links_of = [a["href"] for a in soup(answer).find_all("a")]
    assert f"http://intranet.example/assistance/tickets/{ticket.pk}/" in links_of


# -- mail settings ---------------------------------------------------------------------------------------

PROJECT = Path(__file__).resolve().parents[1]
MAIL_SETTINGS = re.findall(
    r"```python\n(# Django .*?)```",
    (PROJECT / "docs" / "how-to" / "sites.md").read_text(),
    re.DOTALL,
)
TRY_SETTINGS = """
import django
from django.conf import settings
documented = {}
exec(CODE, documented)
settings.configure(**{name: value for name, value in documented.items() if name.isupper()})
django.setup()
from wagtail_helpdesk.mailqueue.smtp import get_default_backend
print(get_default_backend().host, get_default_backend().timeout)
"""


@pytest.mark.parametrize(
    "code", MAIL_SETTINGS if django.VERSION >= (6, 1) else MAIL_SETTINGS[:1], ids=lambda c: c[:40]
)
def test_the_documented_mail_settings_reach_the_mail_server_with_a_timeout(code):
    assert len(MAIL_SETTINGS) == 2
    done = subprocess.run(
        [sys.executable, "-c", TRY_SETTINGS.replace("CODE", repr(code))],
        cwd=PROJECT, capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert done.stdout.split() == ["smtp.example.org", "20"], done.stderr
