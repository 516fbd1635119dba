"""Debian's Chromium, driven by Playwright, with logged-in users."""

import contextlib
import os
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.servers.processes import find_program

# No sandbox: tests may run as root. The rest prevents background requests of the browser.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
#: Timeout of expectations, in milliseconds.
PATIENCE = 60_000


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    program = find_program("chromium", package="chromium")
    # Playwright's synchronous interface keeps an event loop in this thread, and Django then refuses
    # the ORM, although no test is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    _keep_connections()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


def _keep_connections() -> None:
    """Let this thread keep its connections to the database while an event loop runs in it.

    Django would open others for the loop, which do not see the restored data of tests that commit.
    """
    kept = threading.local()
    for alias in connections:
        setattr(kept, alias, connections[alias])
    connections._connections = kept


class OpenConnections:
    """Counts the connections that a web server with threads is serving."""

    def __init__(self, server: socketserver.ThreadingMixIn) -> None:
        self._number = 0
        self._changed = threading.Condition()
        self._serve = server.process_request_thread
        server.process_request_thread = self._count  # type: ignore[method-assign]

    def _count(self, *connection: Any) -> None:
        self._add(1)
        try:
            self._serve(*connection)
        finally:
            self._add(-1)

    def _add(self, more: int) -> None:
        with self._changed:
            self._number += more
            self._changed.notify_all()

    def wait_for_none(self) -> None:
        """Wait until every connection is closed, and with it every request answered.

        A test that empties the tables while a request still reads them ends in a deadlock.
        """
        with self._changed:
            closed = self._changed.wait_for(lambda: self._number == 0, timeout=PATIENCE / 1000)
        assert closed, f"{self._number} connections to the site are still open"


class Visitors:
    """Opens pages of a site as one person or another, each in a private window.

    Collects complaints: script errors, and violations of the content security policy.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.complaints: list[str] = []
        self.contexts: list[BrowserContext] = []

    def page_as(self, user: Any = None, **window: Any) -> Page:
        """Open a window as `user` (None: anonymous); other arguments go to Playwright's new_context."""
        window.setdefault("viewport", {"width": 1280, "height": 900})
        context = self.browser.new_context(base_url=self.url, **window)
        self.contexts.append(context)
        if user is not None:
            context.add_cookies([self._session_cookie(user)])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._listen(page, message.text))
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _listen(self, page: Page, text: str) -> None:
        if "Content Security Policy" in text:
            self.complaints.append(f"{page.url}: {text}")

    def _session_cookie(self, user: Any) -> Any:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.url}


PageAs = Callable[..., Page]
