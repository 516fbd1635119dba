"""The same tasks with django-helpdesk, on the same database, in the same run.

Its pages load their rows with a second request; both are measured, as in a browser.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import servers
from .browsing import Answer, Ask, Browser, Work, interleaved
from .pages import FORMS, PAGES, TEXT
from .running import Site

VENV = servers.STATE / "django-helpdesk"
_FILLED = {"queue": "1", "title": "Radiateur froid", "priority": "3"}
_ROWS = re.compile(rb'"url": "(/datatables_ticket_list/[^"]+)"')


@dataclass(frozen=True, slots=True)
class _Same:
    """A task: its page here, its page there, and how many times faster it must be here."""

    name: str
    ours: str
    least: int
    theirs: Callable[[_Peer], Work]


class _Peer:
    """A running django-helpdesk, and its users."""

    def __init__(self, site: Site, server: servers.Gunicorn) -> None:
        self.site, self.server = site, server

    def browser(self, person: str) -> Browser:
        return Browser(self.server.port, self.site.known["sessions"][person])

    def page(self, person: str, address: str) -> Work:
        browser = self.browser(person)
        return lambda: lambda: browser.get(address)

    def listing(self, asked: str = "") -> Work:
        browser = self.browser("manager-of-10")
        return lambda: (
            lambda: _with_rows(
                browser, f"/tickets/{asked}", lambda body: _ROWS.findall(body)[0].decode()
            )
        )

    def my_tickets(self, person: str) -> Work:
        browser = self.browser(person)
        return lambda: (
            lambda: _with_rows(
                browser, "/tickets/my-tickets/", lambda _body: "/api/user_tickets/?page=1"
            )
        )

    def ticket(self) -> Work:
        return self.page("manager-of-10", f"/tickets/{self._number('ticket, its manager')}/")

    def create(self) -> Work:
        data = _FILLED | {"body": TEXT, "submitter_email": "requester@example.org"}
        return self._sending("/tickets/submit/", "/tickets/submit/", data)

    def comment(self) -> Work:
        number = self._number("comment, manager")
        data = _FILLED | {"comment": TEXT, "public": "1"}
        return self._sending(f"/tickets/{number}/", f"/tickets/{number}/update/", data)

    def _number(self, name: str) -> str:
        return re.findall(r"\d+", self.site.known["addresses"][name])[0]

    def _sending(self, page: str, address: str, data: dict[str, str]) -> Work:
        browser = self.browser("manager-of-10")

        def ready() -> Ask:
            token = browser.form(page)["csrfmiddlewaretoken"]
            return lambda: _accepted(browser.post(address, data | {"csrfmiddlewaretoken": token}))

        return ready


WORKS = (
    _Same("list of tickets", "desk, manager of 10", 8, lambda peer: peer.listing()),
    _Same("ticket with 30 entries", "ticket, its manager", 4, lambda peer: peer.ticket()),
    _Same("my requests, few", "my requests, few", 5, lambda peer: peer.my_tickets("requester")),
    _Same(
        "my requests, thousands",
        "my requests, thousands",
        5,
        lambda peer: peer.my_tickets("requester-of-many"),
    ),
    _Same(
        "dashboard, home",
        "home, manager of 10",
        15,
        lambda peer: peer.page("manager-of-10", "/dashboard/"),
    ),
    _Same("open a ticket", "open a ticket", 1, lambda peer: peer.create()),
    _Same("comment", "comment, manager", 2, lambda peer: peer.comment()),
    _Same(
        "search", "search, manager of 20", 15, lambda peer: peer.listing("?q=repere03&sort=created")
    ),
)


def measure(site: Site, rounds: int) -> list[dict[str, Any]]:
    """Return the figures of both for each task."""
    python = _installed()
    environment = site.environment | {"DJANGO_SETTINGS_MODULE": "bench.peer_settings"}
    subprocess.run(
        [python, "-m", "bench.peer_loading"], env=environment, cwd=servers.PROJECT, check=True
    )
    with servers.gunicorn(environment, python) as server:
        peer = _Peer(site, server)
        return [_both(work, peer, rounds) for work in WORKS]


def _both(work: _Same, peer: _Peer, rounds: int) -> dict[str, Any]:
    both = {"ours": _ours(peer.site, work.ours), "peer": work.theirs(peer)}
    return {"name": work.name, "least": work.least, **interleaved(both, rounds)}


def _ours(site: Site, name: str) -> Work:
    for form in FORMS:
        if form.name == name:
            return site.sending(form)
    ask = next(site.opening(page) for page in PAGES if page.name == name)
    return lambda: ask


def _accepted(answer: Answer) -> Answer:
    """Return the response to a form; raise unless it redirects."""
    return answer if answer.status == 302 else answer._replace(status=400)


def _with_rows(browser: Browser, address: str, rows: Callable[[bytes], str]) -> Answer:
    """Open a page, and fetch the rows that its script requests."""
    page = browser.get(address)
    if page.status != 200:
        return page
    more = browser.get(rows(page.body))
    return Answer(more.status, page.body + more.body, page.processor + more.processor)


def _installed() -> str:
    """Return the interpreter of its own virtual environment."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        packages = ("django-helpdesk", "psycopg[binary]", "gunicorn")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return str(python)
