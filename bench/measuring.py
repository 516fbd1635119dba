"""Counts the SQL statements of a page, in this process and without HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.portal.budget import counted

#: What the base template of the host site reads: the locale of its menus, and permissions.
_OF_THE_HOST = ('FROM "wagtailcore_locale"', 'FROM "auth_permission"')


@dataclass(frozen=True, slots=True)
class Statements:
    """Statements of the package, all statements, and their time in ms."""

    own: int
    all: int
    ms: float


def statements_of(user: Any, ask: Callable[[Client], Any]) -> Statements:
    """Count the statements of one request, when it is made a second time."""
    client = _logged_in(user, ask)
    with CaptureQueriesContext(connection) as captured, counted() as cost:
        ask(client)
    own = [sql for sql in cost.statements if not any(part in sql for part in _OF_THE_HOST)]
    return Statements(len(own), len(captured), _milliseconds(captured))


def statements_in_the_admin(user: Any, address: str) -> Statements:
    """Count the statements of an admin page; own statements are those on tables of the package."""
    client = _logged_in(user, lambda client: client.get(address))
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    own = [query for query in captured if '"wagtail_helpdesk_' in query["sql"]]
    return Statements(len(own), len(captured), _milliseconds(captured))


def _logged_in(user: Any, ask: Callable[[Client], Any]) -> Client:
    client = Client()
    client.force_login(user)
    ask(client)
    return client


def _milliseconds(captured: CaptureQueriesContext) -> float:
    return 1000 * sum(float(query["time"]) for query in captured)
