"""What PostgreSQL does for each page and job among twenty thousand tickets: never a walk through all."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from bench.loading import Table, settle
from bench.world import World
from tests.portal.budget import counted
from tests.portal.conftest import hidden
from wagtail_helpdesk import actions, statistics
from wagtail_helpdesk.dashboard import mail_health
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.maintenance import housekeeping
from wagtail_helpdesk.models import OutgoingMail, Service, Ticket
from wagtail_helpdesk.notifications import dispatch
from wagtail_helpdesk.pages.models import HelpdeskPage
from wagtail_helpdesk.reports import data, due
from wagtail_helpdesk.search import indexing

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql, pytest.mark.servers]

FEW, MANY = 400, 20_000
#: The tables that grow with every ticket: nothing reads one of them from end to end.
GROWING = {f"wagtail_helpdesk_{name}" for name in ("ticket", "event", "searchrow", "guest", "mail")}
#: Rows that one step of a plan may read for a manager or a job: the open tickets, which PostgreSQL
#: sorts when they are so few, and never an ended one. Everybody else reads a page, or their own.
MOST_READ = 3300
MOST_READ_BY_OTHERS = 1500
#: A question of common words reads recent messages until it has a page of those one may read.
MOST_SEARCHED = 8000

PAGES = [
    (person, path)
    for path, people in {
        "": ("manager-of-20", "manager-of-1", "requester-of-many", "stranger"),
        "tickets/": ("requester", "requester-of-many", "stranger"),
        "tickets/?show=all": ("requester-of-many",),
        "tickets/?show=ended": ("requester", "requester-of-many"),
        "tickets/?list=invited": ("guest-of-many", "requester"),
        "tickets/?list=invited&show=all": ("guest-of-many",),
        "tickets/?list=followed": ("requester", "manager-of-20"),
        "desk/": ("manager-of-20", "manager-of-10", "manager-of-1"),
        "desk/?queue=mine": ("manager-of-20", "manager-of-1"),
        "desk/?queue=waiting": ("manager-of-20", "manager-of-1"),
        "desk/?queue=requester": ("manager-of-20", "manager-of-1"),
        "desk/?queue=replacing": ("manager-of-20", "manager-of-1"),
        "desk/?queue=postponed": ("manager-of-20", "manager-of-1"),
        "desk/?queue=categories": ("manager-of-20", "manager-of-10", "manager-of-1"),
        "desk/?queue=all": ("manager-of-20", "manager-of-10", "manager-of-1"),
        "desk/?queue=all&order=oldest": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&order=urgent": ("manager-of-20", "manager-of-10", "manager-of-1"),
        "desk/?queue=all&status=all": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&status=ended": ("manager-of-20", "manager-of-10", "manager-of-1"),
        "desk/?queue=all&status=all&order=urgent": ("manager-of-20", "manager-of-1"),
        "desk/?queue=free&status=ended": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&status=incomplete": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&priority=5": ("manager-of-20", "manager-of-1"),
        "desk/?queue=categories&status=free&order=oldest&age=old": (
            "manager-of-20",
            "manager-of-1",
        ),
        "desk/?queue=all&status=all&order=oldest&age=young": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&q=is:unread": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&q=older:2d&order=oldest": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&q=from:me": ("manager-of-20",),
        "desk/?queue=all&assignee=none&q=newer:9w": ("manager-of-20", "manager-of-1"),
        "desk/?queue=all&q=is:bookmarked": ("manager-of-20",),
        "desk/?queue=mine&status=all": ("manager-of-10",),
        "desk/?queue=categories&status=all": ("manager-of-10",),
        "search/?q=repere03": ("manager-of-20", "manager-of-1", "requester", "guest-of-many"),
        "search/?q=imprimante+bureau": ("manager-of-20", "manager-of-1", "requester"),
        "tickets/{managed}/": ("manager-of-20", "manager-of-10"),
        "tickets/{own}/": ("requester-of-many",),
        "tickets/{invited}/": ("guest-of-many",),
        "tickets/{managed}/assign/": ("manager-of-20",),
        "new/": ("stranger",),
    }.items()
    for person in people
]


class Helpdesk:
    """A helpdesk of some size, with a page, and a browser for each of its people of note."""

    def __init__(self, tickets):
        self.world = World(tickets)
        self.world.load()
        root = Site.objects.get(is_default_site=True).root_page
        self.page = root.add_child(instance=HelpdeskPage(title="Assistance", slug="assistance"))
        note = self.world.organisation.note
        self.numbers = {
            "managed": self._ticket(service__managers__user=note["manager-of-10"]),
            "own": self._ticket(requester=note["requester-of-many"]),
            "invited": self._ticket(guests__user=note["guest-of-many"]),
        }

    def remove(self):
        """Leave nothing behind for other tests."""
        self.page.delete()
        self.world.unload()

    @staticmethod
    def _ticket(**which):
        return Ticket.objects.filter(status=Status.IN_PROGRESS, **which).latest("pk").pk

    def send_mails(self, count=20_000):
        """Write mails that were sent, and a few that wait."""
        tickets, users = self.numbers["own"], self.world.organisation.note["manager-of-1"]
        table = Table(
            OutgoingMail, "user_id", "ticket_id", "message_id", "state", "sealed", "sent_at"
        )
        now = timezone.now()
        table.write((users, tickets, f"<s{n}@x>", "sent", True, now) for n in range(count))
        table.write((users, tickets, f"<p{n}@x>", "pending", True, None) for n in range(30))
        settle(OutgoingMail)

    def browser(self, person):
        """Return the browser of a person who is logged in."""
        client = Client()
        client.force_login(self.world.person(person))
        return client

    def statements_of(self, person, path):
        """Open a page as a person, and return the statements that the helpdesk made for it."""
        client = self.browser(person)
        with counted() as cost:
            response = client.get("/assistance/" + path.format(**self.numbers))
        assert response.status_code == 200
        return cost.statements


@contextmanager
def undone():
    """Leave nothing of what the block does."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def counted_among_few(django_db_setup, django_db_blocker):
    """How many statements each page makes in a small helpdesk."""
    with django_db_blocker.unblock(), undone():
        few = Helpdesk(FEW)
        counts = {page: len(few.statements_of(*page)) for page in PAGES}
    Site.clear_site_root_paths_cache()
    return counts


@pytest.fixture(scope="module")
def helpdesk(counted_among_few, django_db_blocker):
    """The large one, the same for all the tests here."""
    with django_db_blocker.unblock():
        many = Helpdesk(MANY)
        many.send_mails()
        yield many
        many.remove()


def walks(sql, most):
    """Run a statement as EXPLAIN ANALYZE, and return each node that read far more than a page holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql.replace('%', '%%')}", [])
        (plan,) = cursor.fetchone()[0]
    return [
        f"{node['Node Type']} on {table}: {_read_by(node)} rows"
        for node in _nodes(plan["Plan"])
        if (table := node.get("Relation Name")) in GROWING
        and (node["Node Type"] == "Seq Scan" or _read_by(node) > most)
    ]


def _nodes(node):
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def _read_by(node):
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    rows = node["Actual Rows"] + sum(node.get(name, 0) for name in removed)
    return round(rows * node["Actual Loops"])


def offenders(statements, most=MOST_READ):
    """Return the statements that walk through a table, each with where it does."""
    readable = [sql for sql in statements if sql.startswith(("SELECT", "UPDATE", "DELETE", "WITH"))]
    return {sql: found for sql in readable if (found := walks(sql, most))}


@pytest.mark.parametrize(("person", "path"), PAGES)
def test_a_page_scans_no_table(helpdesk, person, path):
    most = MOST_READ if person.startswith("manager") else MOST_READ_BY_OTHERS
    most = MOST_SEARCHED if path.startswith("search/") else most
    assert not offenders(helpdesk.statements_of(person, path), most)


@pytest.mark.parametrize(("person", "path"), PAGES)
def test_a_page_makes_no_more_statements_among_many_tickets(
    helpdesk, counted_among_few, person, path
):
    statements = helpdesk.statements_of(person, path)
    # One more names the people of a list that was empty before.
    assert len(statements) <= counted_among_few[person, path] + 1, statements


@pytest.mark.parametrize("person", ["manager-of-20", "manager-of-10", "manager-of-1"])
def test_the_day_of_a_manager_scans_no_table(helpdesk, person):
    browser = helpdesk.browser(person)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(reverse("wagtail_helpdesk:block_panel")).content
    own = [query["sql"] for query in captured if "wagtail_helpdesk" in query["sql"]]
    assert not offenders(own)


JOBS = {
    "dispatching nothing": lambda: dispatch.dispatch_waiting_events(),
    "claiming mails": lambda: queue.claim_mails(),
    "seeing how mails are doing": lambda: mail_health.build_health_summary(),
    "looking for reports": lambda: due.plan_reports(),
    "gathering a report": lambda: data.OpenTickets.read(Service.objects.first().pk),
    "catching up with the search": lambda: indexing.index_missed_events(),
    "resuming": lambda: list(housekeeping.find_due_resumptions()),
    "expiring": lambda: list(housekeeping.find_due_expiries()),
    "finding what was left behind": lambda: list(housekeeping.find_tickets_left_behind()),
    "a usual first answer": lambda: statistics.get_usual_first_answer(Service.objects.first()),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_scans_no_table(helpdesk, job):
    with CaptureQueriesContext(connection) as captured:
        JOBS[job]()
    assert not offenders([query["sql"] for query in captured])


def test_dispatching_a_comment_scans_no_table(helpdesk):
    ticket = Ticket.objects.get(pk=helpdesk.numbers["own"])
    actions.comment(ticket, by=ticket.requester, text="Toujours rien.")
    with CaptureQueriesContext(connection) as captured:
        assert dispatch.dispatch_waiting_events()
    assert not offenders([query["sql"] for query in captured])


@pytest.mark.parametrize("action", ["comment", "note"])
def test_answering_scans_no_table(helpdesk, action):
    client, path = helpdesk.browser("manager-of-20"), helpdesk.numbers["managed"]
    url = f"/assistance/tickets/{path}/{action}/"
    form = hidden(client.get(url)) | {"text": "C’est en cours."}
    with counted() as cost:
        assert client.post(url, form).status_code == 303
    assert not offenders(cost.statements)
