"""Load a world into one database, once, and print as JSON what a client needs.

    python -m bench.preparing TICKETS

Django uses one database, so each size has its own process.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict
from itertools import cycle
from typing import Any

import django

#: How many temporary managers are added for the measurement of reports.
MANAGERS = 10_000


def main() -> None:
    """Prepare the database named in HELPDESK_BENCH_DATABASE."""
    django.setup()
    tickets = int(sys.argv[1])
    load_tickets(tickets)
    json.dump(_known(), sys.stdout)


def load_tickets(tickets: int) -> None:
    """Load so many tickets unless there are some."""
    from django.core.management import call_command

    from wagtail_helpdesk.models import Ticket

    from .world import World

    call_command("migrate", verbosity=0)
    if Ticket.objects.exists():
        return
    began = time.perf_counter()
    World(tickets).load()
    print(f"{tickets:,} tickets loaded in {time.perf_counter() - began:.0f} s", file=sys.stderr)


def _known() -> dict[str, Any]:
    """Return URLs, sessions, and figures that are measured without HTTP."""
    from .measuring import statements_in_the_admin, statements_of
    from .organisation import OF_NOTE, person
    from .pages import ADMIN_HOME, FORMS, PAGES
    from .places import Places

    places = Places()
    made = {}
    for page in PAGES:
        address = places.address(page)
        made[page.name] = statements_of(person(page.person), lambda c, to=address: c.get(to))
    for form in FORMS:
        made[form.name] = statements_of(person(form.person), lambda c, f=form: places.send(c, f))
    made[ADMIN_HOME.name] = statements_in_the_admin(person(ADMIN_HOME.person), ADMIN_HOME.path)
    return {
        "addresses": {page.name: places.address(page) for page in (*PAGES, *FORMS, ADMIN_HOME)},
        "typed": {form.name: places.data(form) for form in FORMS},
        "sessions": {name: _session(person(name)) for name in OF_NOTE},
        "statements": {name: asdict(one) for name, one in made.items()},
        "reports": _reports(),
    }


def _session(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


def _reports() -> dict[str, float]:
    """Measure the data of reports for ten thousand managers, who are removed afterwards."""
    from django.db import transaction

    with transaction.atomic():
        _appoint(MANAGERS)
        figures = _gathered()
        transaction.set_rollback(True)
    return figures


def _appoint(managers: int) -> None:
    """Make other people managers of one service each, until there are so many managers."""
    from django.contrib.auth import get_user_model

    from wagtail_helpdesk.models import Service, ServiceManager

    services = cycle(Service.objects.values_list("pk", flat=True))
    people = get_user_model()._default_manager.filter(helpdesk_manager_rows=None).order_by("pk")
    ServiceManager.objects.bulk_create(
        ServiceManager(service_id=next(services), user_id=pk)
        for pk in people.values_list("pk", flat=True)[:managers]
    )


def _gathered() -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from wagtail_helpdesk.models import Service, ServiceManager
    from wagtail_helpdesk.reports.data import OpenTickets

    managers, before, began = 0, _peak(), time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        for service in Service.objects.values_list("pk", flat=True):
            tickets = OpenTickets.read(service)
            for row in ServiceManager.objects.filter(service=service).iterator():
                tickets.list_sections(row.user_id, ("managed", "member", "free"))
                managers += 1
    return {
        "managers": managers,
        "seconds": time.perf_counter() - began,
        "statements": len(captured),
        "megabytes": (_peak() - before) / 1024,
    }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
