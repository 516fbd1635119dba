"""Measuring a page: its time over HTTP, and its statements in this process."""

from __future__ import annotations

import http.client
import re
import statistics
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.portal.budget import counted

Answer = tuple[int, bytes]
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_HIDDEN = re.compile(rb'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


class Browser:
    """Somebody with a browser, logged in by a session made directly; keeps its connection."""

    def __init__(self, port: int, user: Any) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = {settings.SESSION_COOKIE_NAME: _session(user)}

    def get(self, address: str) -> Answer:
        """Open a page."""
        return self._ask("GET", address)

    def post(self, address: str, data: Mapping[str, str]) -> Answer:
        """Send a form."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(data), headers)

    def form(self, address: str) -> dict[str, str]:
        """Return the hidden fields of the form on a page."""
        _status, body = self.get(address)
        main = body[body.find(b'class="hd-form') :]
        fields = {name.decode(): value.decode() for name, value in _HIDDEN.findall(main)}
        return fields | {"csrfmiddlewaretoken": _TOKEN.findall(body)[0].decode()}

    def _ask(self, method: str, address: str, body: str = "", headers: Any = None) -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, address, body, {"Cookie": cookies, **(headers or {})})
        response = self.connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read()


def _session(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one request, and how many a second were answered."""

    p50: float
    p95: float
    rate: float


def timed(work: Callable[[], Answer], rounds: int) -> Times:
    """Do something so many times, one after another."""
    return _times(*_run(work, rounds))


def timed_at_once(works: list[Callable[[], Answer]], rounds: int) -> Times:
    """Let several do something at the same time, so many times in all."""
    started = time.perf_counter()
    with ThreadPoolExecutor(len(works)) as pool:
        runs = [pool.submit(_run, work, max(1, rounds // len(works))) for work in works]
        each = [took for run in runs for took in run.result()[0]]
    return _times(each, time.perf_counter() - started)


def _run(work: Callable[[], Answer], rounds: int) -> tuple[list[float], float]:
    each, started = [], time.perf_counter()
    for _round in range(rounds):
        began = time.perf_counter()
        status, body = work()
        each.append(1000 * (time.perf_counter() - began))
        if status not in (200, 204, 303):
            raise RuntimeError(f"{status}: {body[:500]!r}")
    return each, time.perf_counter() - started


def _times(each: list[float], seconds: float) -> Times:
    ordered = sorted(each)
    return Times(
        statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], len(each) / seconds
    )


@dataclass(frozen=True, slots=True)
class Statements:
    """What a page asks the database: the package's own statements, all of them, their time in ms."""

    own: int
    all: int
    ms: float


def statements_of(user: Any, ask: Callable[[Client], Any]) -> Statements:
    """Count what one request makes, in this process and without HTTP, the second time it is made."""
    client = Client()
    client.force_login(user)
    ask(client)
    with CaptureQueriesContext(connection) as captured, counted() as cost:
        ask(client)
    spent = 1000 * sum(float(query["time"]) for query in captured)
    return Statements(cost.count, len(captured), spent)


def statements_in_the_admin(user: Any, address: str) -> Statements:
    """Count what a page of the Wagtail admin makes; ours are those that read our tables."""
    client = Client()
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    spent = 1000 * sum(float(query["time"]) for query in captured)
    own = [query for query in captured if '"wagtail_helpdesk_' in query["sql"]]
    return Statements(len(own), len(captured), spent)
