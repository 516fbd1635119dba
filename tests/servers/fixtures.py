"""The servers as pytest fixtures: each starts when a test first asks for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers.deaf import DeafServer
from tests.servers.postgresql import PostgreSQL, postgresql
from tests.servers.redis import Redis, redis_server
from tests.servers.smtp import FaultySMTPServer, smtp_server


@pytest.fixture(scope="session", name="postgresql")
def postgresql_fixture() -> Iterator[PostgreSQL]:
    """A PostgreSQL server for the whole run."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session", name="redis_server")
def redis_server_fixture() -> Iterator[Redis]:
    """A Redis server for the whole run."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def _smtp() -> Iterator[FaultySMTPServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def smtp(_smtp: FaultySMTPServer, settings: Any) -> FaultySMTPServer:
    """The mail server of the site, which fails on command; empty at the start of each test."""
    _smtp.reset()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _smtp.port
    settings.EMAIL_TIMEOUT = 2
    return _smtp


@pytest.fixture(scope="session")
def ldap_server() -> Iterator[Any]:
    """An LDAP server for the whole run, for tests with settings of their own."""
    # python-ldap is compiled: only tests that need it import it.
    from tests.servers.ldap import slapd

    with slapd() as server:
        yield server


@pytest.fixture
def ldap_directory(ldap_server: Any, settings: Any) -> Iterator[Any]:
    """The LDAP server, and a site that uses it; restored after each test."""
    from tests.servers.ldap import ldap_settings

    for name, value in ldap_settings(ldap_server.ldap_uri).items():
        setattr(settings, name, value)
    yield ldap_server
    ldap_server.restore()


@pytest.fixture
def dies_after_one(ldap_directory: Any, monkeypatch: Any) -> Iterator[None]:
    """Stop the LDAP server after it has found one person."""
    from wagtail_helpdesk.directory.ldap import LdapDirectory

    true_find = LdapDirectory.find

    def find_and_die(self: Any, typed: str) -> Any:
        user = true_find(self, typed)
        ldap_directory.terminate()
        ldap_directory.wait()
        return user

    monkeypatch.setattr(LdapDirectory, "find", find_and_die)
    yield
    ldap_directory.resume()


@pytest.fixture
def deaf_server() -> Iterator[DeafServer]:
    """A server that accepts connections and never answers."""
    server = DeafServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium for the whole run."""
    # Only tests that need Playwright import it.
    from tests.servers.chromium import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def _open_connections(live_server: Any) -> Any:
    from tests.servers.chromium import OpenConnections

    return OpenConnections(live_server.thread.httpd)


@pytest.fixture
def page_as(browser: Any, live_server: Any, _open_connections: Any) -> Iterator[Any]:
    """Return a function that opens a page of the live site as a user: `page_as(alice).goto("/")`."""
    from tests.servers.chromium import Visitors

    visitors = Visitors(browser, live_server.url)
    yield visitors.page_as
    visitors.close()
    _open_connections.wait_for_none()
    assert visitors.complaints == []


@pytest.fixture(scope="session")
def imap_server() -> Iterator[Any]:
    """An IMAP server for the whole run; each test uses a mailbox of its own."""
    from tests.servers.dovecot import dovecot

    with dovecot() as server:
        yield server
