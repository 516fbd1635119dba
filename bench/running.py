"""Runs sites of several sizes side by side, and requests their pages in turn."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import bare_page, servers
from .browsing import Ask, Browser, Times, Work, at_once, interleaved
from .pages import ADMIN_HOME, FORMS, PAGES, Form, Page

AT_ONCE = 8


@dataclass(frozen=True)
class Site:
    """A running helpdesk of one size, and the output of ``preparing``."""

    tickets: int
    environment: dict[str, str]
    server: servers.Gunicorn
    known: dict[str, Any]

    def browser(self, person: str) -> Browser:
        """Return an HTTP client of a person with a fixed role."""
        return Browser(self.server.port, self.known["sessions"][person])

    def opening(self, page: Page) -> Ask:
        """Return the request of a page."""
        browser, address = self.browser(page.person), self.known["addresses"][page.name]
        return lambda: browser.get(address)

    def sending(self, form: Form) -> Work:
        """Return the request that submits a form, after loading it."""
        browser, address = self.browser(form.person), self.known["addresses"][form.name]

        def ready() -> Ask:
            filled = browser.form(address) | self.known["typed"][form.name]
            return lambda: browser.post(address, filled)

        return ready

    def opening_bare_page(self, person: str) -> Ask:
        """Return the request of the bare page."""
        browser = self.browser(person)
        return lambda: browser.get(bare_page.URL)


@contextlib.contextmanager
def served(database: dict[str, Any], tickets: int) -> Iterator[Site]:
    """Load a world unless it is loaded, and serve it until the block ends."""
    environment = servers.environment(database)
    command = [sys.executable, "-m", "bench.preparing", str(tickets)]
    done = subprocess.run(
        command, env=environment, cwd=servers.PROJECT, check=True, stdout=subprocess.PIPE
    )
    with servers.gunicorn(environment) as server:
        yield Site(tickets, environment, server, json.loads(done.stdout))


def measure(sites: dict[int, Site], rounds: int) -> dict[int, dict[str, Any]]:
    """Return the figures of each page for each size, and the memory of the workers and the figures of reports."""
    figures: dict[int, dict[str, Any]] = {tickets: {} for tickets in sites}
    for page in (*PAGES, ADMIN_HOME):
        for tickets, found in _page(sites, page, rounds).items():
            figures[tickets][page.name] = found
    fresh = {tickets: site.server.memory() for tickets, site in sites.items()}
    for form in FORMS:
        for tickets, found in _form(sites, form, rounds).items():
            figures[tickets][form.name] = found
    for tickets, site in sites.items():
        figures[tickets]["memory"] = (fresh[tickets], site.server.memory())
        figures[tickets]["reports"] = site.known["reports"]
    return figures


def _page(sites: dict[int, Site], page: Page, rounds: int) -> dict[int, dict[str, Any]]:
    works = {(tickets, "page"): _ready(site.opening(page)) for tickets, site in sites.items()}
    times = interleaved(works | _bare_pages(sites, page), rounds)
    eight = {
        tickets: at_once([site.opening(page) for _n in range(AT_ONCE)], rounds)
        for tickets, site in sites.items()
    }
    return {tickets: _figures(site, page, times, eight[tickets]) for tickets, site in sites.items()}


def _form(sites: dict[int, Site], form: Form, rounds: int) -> dict[int, dict[str, Any]]:
    works = {(tickets, "page"): site.sending(form) for tickets, site in sites.items()}
    times = interleaved(works | _bare_pages(sites, form), rounds)
    return {tickets: _figures(site, form, times, None) for tickets, site in sites.items()}


def _bare_pages(sites: dict[int, Site], page: Page | Form) -> dict[tuple[int, str], Work]:
    """Return the request of each site's bare page by the person of a page."""
    return {
        (tickets, "bare page"): _ready(site.opening_bare_page(page.person))
        for tickets, site in sites.items()
    }


def _ready(ask: Ask) -> Work:
    return lambda: ask


def _figures(
    site: Site, page: Page | Form, times: dict[tuple[int, str], Times], eight: Times | None
) -> dict[str, Any]:
    return {
        "limits": page,
        "statements": site.known["statements"][page.name],
        "alone": times[site.tickets, "page"],
        "at once": eight,
        "bare page": times[site.tickets, "bare page"],
    }
