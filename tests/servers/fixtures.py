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
    """A PostgreSQL, the same for the whole run."""
    with postgresql() as server:
        yield server


@pytest.fixture(scope="session", name="redis_server")
def redis_server_fixture() -> Iterator[Redis]:
    """A Redis, the same for the whole run."""
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def _smtp() -> Iterator[FaultySMTPServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def smtp(_smtp: FaultySMTPServer, settings: Any) -> FaultySMTPServer:
    """A mail server that fails on command, to which this site sends; empty at the start of each test."""
    _smtp.reset()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _smtp.port
    settings.EMAIL_TIMEOUT = 2
    return _smtp


@pytest.fixture(scope="session")
def ldap_server() -> Iterator[Any]:
    """An LDAP server, the same for the whole run, for tests that make settings of their own."""
    # python-ldap is compiled: imported by the tests that need it only.
    from tests.servers.ldap import slapd

    with slapd() as server:
        yield server


@pytest.fixture
def ldap_directory(ldap_server: Any, settings: Any) -> Iterator[Any]:
    """The LDAP server with a site that uses it; each test finds it as it was filled."""
    from tests.servers.ldap import ldap_settings

    for name, value in ldap_settings(ldap_server.ldap_uri).items():
        setattr(settings, name, value)
    yield ldap_server
    ldap_server.restore()


@pytest.fixture
def dies_after_one(ldap_directory: Any, monkeypatch: Any) -> Iterator[None]:
    """Let the LDAP server answer who one person is, and then die."""
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
    """A server that accepts every connection and never says a word."""
    server = DeafServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, the same for the whole run."""
    # Playwright is imported by the tests that need it only.
    from tests.servers.chromium import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture
def page_as(browser: Any, live_server: Any) -> Iterator[Any]:
    """A function that opens a page of the live site as a user: `page_as(alice).goto("/")`."""
    from tests.servers.chromium import Visitors

    visitors = Visitors(browser, live_server.url)
    yield visitors.page_as
    visitors.close()
    assert visitors.complaints == []
