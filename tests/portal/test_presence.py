"""Which managers have a ticket open: recorded by pings, shown to the other managers."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.portal.budget import counted
from tests.portal.conftest import soup


@pytest.fixture(autouse=True)
def nobody_yet():
    cache.clear()


def ping(visitor, ticket, **signs):
    """Return what a ping shows."""
    response = visitor.post(f"tickets/{ticket.pk}/presence/", **signs)
    assert response.status_code in (200, 204)
    return soup(response).text.split("  ")[0].strip() if response.status_code == 200 else ""


def test_managers_see_who_reads_and_who_writes_until_they_leave(visit, people, taken, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    karim, sophie = visit(people.karim), visit(people.sophie)
    assert ping(karim, taken) == ""
    assert f"{people.karim.get_full_name()} is reading" in ping(sophie, taken, writes="1")
    assert "is writing" in ping(karim, taken)
    assert "is reading" in ping(sophie, taken)
    ping(sophie, taken, left="1")
    assert ping(karim, taken) == ""
    ping(sophie, taken)
    time_machine.move_to(now + timedelta(seconds=80))
    assert ping(karim, taken) == ""


def test_a_name_is_shown_as_plain_text(visit, people, taken):
    people.sophie.first_name = "<b>Sophie</b>"
    people.sophie.save()
    ping(visit(people.sophie), taken)
    response = visit(people.karim).post(f"tickets/{taken.pk}/presence/")
    assert "&lt;b&gt;Sophie" in response.text


@pytest.mark.parametrize("who", ["lea", "thomas", "victor", "nadia"])
def test_presence_is_for_managers_alone(visit, people, invited, who):
    visitor = visit(getattr(people, who))
    assert visitor.post(f"tickets/{invited.pk}/presence/").status_code == 404
    if who in ("lea", "thomas"):
        assert not visitor.page(f"tickets/{invited.pk}/").select("[data-hd-presence]")


def test_a_ping_is_one_statement_and_writes_no_session(visit, people, taken):
    karim = visit(people.karim)
    assert karim.page(f"tickets/{taken.pk}/").select_one("form[data-hd-presence] [role=status]")
    ping(visit(people.sophie), taken)
    with CaptureQueriesContext(connection) as everything, counted() as cost:
        ping(karim, taken)
    assert cost.count == 1, cost.statements
    written = [q["sql"] for q in everything if not q["sql"].startswith(("SELECT", "BEGIN"))]
    assert [sql for sql in written if "session" in sql] == []
