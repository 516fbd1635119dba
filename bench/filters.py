"""The desk with each of its filters: statements, time of the SQL, time of the page, size.

    python -m bench.filters TICKETS [sqlite|postgresql]

Tickets that are not there are loaded first and stay in .state/bench. The page is requested in this
process, without HTTP. A line marked with “!” is above the limit of statements of the desk.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from typing import Any

import django

from . import servers

PERSON = "manager-of-10"
ROUNDS = 7
#: Statements of the desk, and with words: the search has its own limit beside.
MAX_STATEMENTS, MAX_WITH_WORDS = 12, 16

QUEUES = ("free", "mine", "waiting", "requester", "categories", "postponed", "all")
ORDERS = ("recent", "oldest", "urgent")
FILTERS = (
    *(f"queue={name}" for name in QUEUES),
    *(f"queue=all&order={name}" for name in ORDERS),
    *(f"queue=all&status={name}" for name in ("ended", "all", "incomplete", "closed", "refused")),
    "queue=all&service={service}",
    "queue=all&category={category_managed}",
    "queue=all&assignee=me",
    "queue=all&assignee=none",
    *(f"queue=all&priority={number}&order={order}" for number in (1, 5) for order in ORDERS[1:]),
    *(f"queue=all&age={name}" for name in ("young", "middle", "old")),
    "queue=all&q=is%3Aunread",
    "queue=all&q=is%3Abookmarked",
    "queue=all&q=is%3Amine",
    "queue=all&q=from%3A{name}",
    "queue=all&q=assignee%3Anone",
    "queue=all&q=older%3A2d",
    "queue=all&q=newer%3A2d&order=oldest",
    "queue=all&q=repere03",
    "queue=all&q=imprimante+bureau",
    "queue=all&status=all&q=from%3A{name}+older%3A1w+imprimante",
)


def main() -> None:
    """Load the tickets, and measure every filter."""
    tickets, kind = int(sys.argv[1]), (*sys.argv[2:], "sqlite")[0]
    with servers.database_server(kind) as server:
        os.environ.update(servers.environment(server.database(tickets)))
        django.setup()
        from .preparing import load_tickets

        load_tickets(tickets)
        show(kind, tickets)


def show(kind: str, tickets: int) -> None:
    """Print a line for each filter, as a Markdown table."""
    from .organisation import person
    from .pages import Page
    from .places import Places

    places = Places()
    user = person(PERSON)
    places.names |= _find_values(user)
    print(f"\n### {kind}, {tickets:,} tickets, {PERSON}\n")
    print("| filter | rows | statements | SQL ms | page ms | kB |")
    print("|---|---|---|---|---|---|")
    for query in FILTERS:
        address = places.address(Page("", PERSON, f"desk/?{query}", 0, 0, None))
        print(f"| {query} | {_measure(user, address, query)} |", flush=True)


def _find_values(user: Any) -> dict[str, Any]:
    """Return a service, a category and a requester of the tickets of a manager."""
    from wagtail_helpdesk.lifecycle import Role
    from wagtail_helpdesk.models import Ticket

    ticket = Ticket.objects.visible_to(user, through=(Role.MANAGER,)).filter(is_open=True).last()
    assert ticket is not None
    return {
        "service": ticket.service_id,
        "category_managed": ticket.category_id,
        "name": ticket.requester.get_username(),
    }


def _measure(user: Any, address: str, query: str) -> str:
    """Return the figures of a page as cells of a table."""
    from django.test import Client

    from .measuring import statements_of

    made = statements_of(user, lambda client: client.get(address))
    client = Client()
    client.force_login(user)
    times, response = [], client.get(address)
    assert response.status_code == 200, address
    for _round in range(ROUNDS):
        began = time.perf_counter()
        response = client.get(address)
        times.append(1000 * (time.perf_counter() - began))
    has_words = "repere" in query or "imprimante" in query
    above = made.own > (MAX_WITH_WORDS if has_words else MAX_STATEMENTS)
    rows = response.content.count(b'<li class="hd-row')
    return (
        f"{rows} | {made.own}{' !' if above else ''} | {made.ms:.1f} |"
        f" {statistics.median(times):.0f} | {len(response.content) / 1000:.0f}"
    )


if __name__ == "__main__":
    main()
