"""Query plans on PostgreSQL: the top of the plan of each page's slowest statement.

    python -m bench.plans TICKETS

Load the tickets with ``python -m bench`` first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import django

from . import servers

#: How many lines of a plan are printed, and their maximum length.
LINES, LENGTH = 9, 118


def main() -> None:
    """Explain the pages of one size."""
    with servers.database_server("postgresql") as server:
        os.environ.update(servers.environment(server.database(int(sys.argv[1]))))
        django.setup()
        show()


def show() -> None:
    """Print a plan for each page, as Markdown."""
    from .organisation import person
    from .pages import PAGES
    from .places import Places

    places = Places()
    for page in PAGES:
        statement = _slowest(person(page.person), places.address(page))
        print(f"\n**{page.name}**\n\n```")
        print(*_plan(statement), sep="\n")
        print("```", flush=True)


def _slowest(user: Any, address: str) -> str:
    """Return the slowest statement on tables of the package when a page is opened a second time."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    ours = [query for query in captured if '"wagtail_helpdesk_' in query["sql"]]
    return str(max(ours, key=lambda query: float(query["time"]))["sql"])


def _plan(statement: str) -> Iterator[str]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement.replace('%', '%%')}", []
        )
        lines = [line for (line,) in cursor.fetchall()]
    yield from (line[:LENGTH] for line in lines[:LINES])
    yield from (line for line in lines if line.startswith(("Planning Time", "Execution Time")))


if __name__ == "__main__":
    main()
