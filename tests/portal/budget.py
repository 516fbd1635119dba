"""Counts the SQL queries of a page of the helpdesk."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from wagtail_helpdesk.portal import page

#: Reads pages of the site too, in a statement of ours.
_OURS = "wagtail_helpdesk_incident"
#: Queries of the session and of Wagtail's page tree, and statements that read and write nothing.
_NOT_OURS = ("django_session", "SAVEPOINT", "BEGIN", "COMMIT", "SET LOCAL", "wagtailcore_page")


@dataclass
class Cost:
    """The queries of a request, from the route to the end of the template."""

    statements: list[str] = field(default_factory=list)

    @property
    def count(self):
        return len(self.statements)


@contextmanager
def counted():
    """Count the queries of the requests made inside."""
    cost, original, entries = Cost(), page.handle_request, []

    def measured(helpdesk, request, view, **kwargs):
        bool(request.user.is_authenticated)
        entries.append(len(connection.queries_log))
        return original(helpdesk, request, view, **kwargs)

    with CaptureQueriesContext(connection), mock.patch.object(page, "handle_request", measured):
        yield cost
        own = [entry["sql"] for entry in list(connection.queries_log)[entries[-1] :]]
        cost.statements = [
            sql for sql in own if _OURS in sql or not any(word in sql for word in _NOT_OURS)
        ]
