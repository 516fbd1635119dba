"""Counts what a page of the helpdesk costs: its own statements, and its bytes."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from wagtail_helpdesk.portal import page

#: What the session and Wagtail's page tree do is not ours.
_NOT_OURS = ("django_session", "SAVEPOINT", "BEGIN", "COMMIT", "wagtailcore_page")


@dataclass
class Cost:
    """The statements a request made between the route's entry and the end of its template."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self):
        return len(self.statements)


@contextmanager
def counted():
    """Count the statements of the requests made inside."""
    cost, original, entries = Cost(), page.handle_request, []

    def measured(helpdesk, request, view, **kwargs):
        bool(request.user.is_authenticated)
        entries.append(len(connection.queries_log))
        return original(helpdesk, request, view, **kwargs)

    with CaptureQueriesContext(connection), mock.patch.object(page, "handle_request", measured):
        yield cost
        own = [entry["sql"] for entry in list(connection.queries_log)[entries[-1] :]]
        cost.statements = [sql for sql in own if not any(word in sql for word in _NOT_OURS)]
