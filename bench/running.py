"""One run: load a world, serve it, measure every page, give the figures as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.test.utils import CaptureQueriesContext

from . import servers
from .measuring import (
    Answer,
    Browser,
    Times,
    statements_in_the_admin,
    statements_of,
    timed,
    timed_at_once,
)
from .pages import ADMIN_HOME, FORMS, PAGES, Form, Page, Places, send_in_process, sending
from .world import World

AT_ONCE = 8


def measure(tickets: int, rounds: int, folder: Path) -> str:
    """Measure everything at one size."""
    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    world = World(tickets)
    world.load()
    places = Places(world)
    print(f"{tickets} tickets loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    with servers.gunicorn(folder) as server:
        run = _Run(world, places, server.port, rounds)
        figures = {page.name: run.page(page) for page in (*PAGES, ADMIN_HOME)}
        figures |= {form.name: run.form(form) for form in FORMS}
        figures["memory"] = server.memory()
    figures |= jobs(world)
    return json.dumps(figures)


class _Run:
    def __init__(self, world: World, places: Places, port: int, rounds: int) -> None:
        self.world, self.places, self.port, self.rounds = world, places, port, rounds

    def page(self, page: Page) -> dict[str, Any]:
        """Measure a page: alone, eight at once, its floor, its statements."""
        user = self.world.person(page.person)
        address = page.path if page.path.startswith("/") else self.places.address(page.path)
        browsers = [Browser(self.port, user) for _n in range(AT_ONCE)]
        ask = _asking(address)
        size = len(self._warm(browsers[0], ask))
        made = (
            statements_in_the_admin(user, address)
            if page.path.startswith("/")
            else statements_of(user, lambda client: client.get(address))
        )
        return {
            "bytes": size,
            "alone": asdict(timed(lambda: ask(browsers[0]), self.rounds)),
            "at once": asdict(timed_at_once([_by(ask, b) for b in browsers], self.rounds)),
            "floor": asdict(self._floor(page, browsers[0]))
            if not page.path.startswith("/")
            else None,
            **asdict(made),
            "most": (page.statements, page.octets),
        }

    def _floor(self, page: Page, browser: Browser) -> Times:
        ask = _asking(f"/floor/{page.person}/{page.path.format(**self.places.names)}")
        self._warm(browser, ask)
        return timed(lambda: ask(browser), self.rounds)

    def _warm(self, browser: Browser, ask: Callable[[Browser], Answer]) -> bytes:
        for _n in range(2 * servers.WORKERS):
            status, body = ask(browser)
            if status != 200:
                raise RuntimeError(f"{status}: {body[:500]!r}")
        return body

    def form(self, form: Form) -> dict[str, Any]:
        """Measure sending a form; the page that has it was opened before."""
        user = self.world.person(form.person)
        browser = Browser(self.port, user)
        filled = sending(browser, form, self.places)
        each = [timed(next(filled), 1).p50 for _n in range(self.rounds)]
        each.sort()
        bare = f"/floor-post/{self.places.names['long']}"
        made = statements_of(user, lambda client: send_in_process(client, form, self.places))
        p50, p95 = each[len(each) // 2], each[int(0.95 * (len(each) - 1))]
        return {
            "bytes": 0,
            "alone": asdict(Times(p50, p95, 1000 / p50)),
            "at once": None,
            "floor": asdict(timed(lambda: browser.post(bare, {}), self.rounds)),
            **asdict(made),
            "most": (form.statements, 0),
        }


def _asking(address: str) -> Callable[[Browser], Answer]:
    return lambda browser: browser.get(address)


def _by(ask: Callable[[Browser], Answer], browser: Browser) -> Callable[[], Answer]:
    return lambda: ask(browser)


def jobs(world: World) -> dict[str, Any]:
    """Measure what workers do: gathering all reports, and telling of one act."""
    from django.db import connection

    from wagtail_helpdesk.models import Service
    from wagtail_helpdesk.notify.gathering import OpenTickets

    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        for service in Service.objects.values_list("pk", flat=True):
            tickets = OpenTickets.read(service)
            for user in world.organisation.managers[service]:
                tickets.listing(user, ("managed", "member", "free"))
    spent = time.perf_counter() - began
    return {"reports": {"seconds": spent, "statements": len(captured)}}
