"""Everything fails at once: processes are killed, the database is cut, the mail server misbehaves.

Afterwards no mail is lost without a trace, none is about a rolled-back action, none was sent more
than twice, and every uncertain mail is marked as such.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction

from bench.world import World
from tests import cast
from tests.fixtures import service_of
from tests.servers.processes import children, private_folder, running
from tests.servers.smtp import _Conversation
from tests.servers.workers import PROJECT, environment, qcluster
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, MailState, Notification, OutgoingMail, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.notifications.recipient_data import load_changes, load_recipient_data
from wagtail_helpdesk.notifications.recipient_rules import decide

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.servers,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True),
]

ALERTS, KILLS, CUTS, FAULTS = 350, 30, 5, 0.20
CLUSTERS, DELIVERERS = 2, 3
#: How many other tickets there are: `make chaos TICKETS=200000`.
TICKETS = int(os.environ.get("HELPDESK_CHAOS_TICKETS", "0"))
AT_RCPT = ("r4", "r421")
AFTER_DATA = ("d4", "dropafter")


class Impossible(Exception):
    """Rolls a transaction back."""


@dataclass
class Run:
    """One run: the actions, and the failures that were injected."""

    seed: int
    smtp: object
    categories: list
    supervisor: subprocess.Popen
    clusters: Sequence[subprocess.Popen]
    tickets: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)

    def __post_init__(self):
        self.random = random.Random(self.seed)

    def step(self):
        """Perform a random action, and now and then inject a failure."""
        self.act()
        if self.random.random() < 0.35:
            self.kill()
        if self.random.random() < 0.05:
            self.cut()
        time.sleep(self.random.uniform(0, 0.15))

    def act(self):
        """Open a ticket or write on one; one time in ten the transaction is rolled back."""
        doomed = self.random.random() < 0.1
        try:
            with transaction.atomic():
                self._write("GHOST" if doomed else "real")
                if doomed:
                    raise Impossible
        except Impossible:
            self.counts["rolled back"] += 1
        except DatabaseError:
            connection.close()
            self.counts["acts cut"] += 1
        else:
            self.counts["acts"] += 1
            ours = Ticket.objects.filter(category__in=self.categories)
            self.tickets = list(ours.values_list("pk", flat=True))

    def _write(self, word):
        lea = get_user_model().objects.get(username="lea")
        karim = get_user_model().objects.get(username="karim")
        if len(self.tickets) < 20 or self.random.random() < 0.3:
            category = self.random.choice(self.categories)
            actions.open_ticket(category, by=lea, subject=f"Froid {word}", text=word)
            return
        ticket = Ticket.objects.get(pk=self.random.choice(self.tickets))
        if ticket.assignee_id is None and ticket.is_open:
            actions.take(ticket, by=karim, text=word)
        else:
            actions.comment(ticket, by=self.random.choice([lea, karim]), text=word)

    def kill(self):
        """Kill one of the deliverers, or a process of a cluster below its two guards."""
        guards = [guard for cluster in self.clusters for guard in children(cluster.pid)]
        pids = [pid for parent in (self.supervisor.pid, *guards) for pid in children(parent)]
        if pids:
            os.kill(self.random.choice(pids), signal.SIGKILL)
            self.counts["kill -9"] += 1

    def cut(self):
        """Cut all connections to the database except this one."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        self.counts["database cuts"] += 1

    def settle(self):
        """Wait until no mail is waiting."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            waiting = OutgoingMail.objects.filter(state__in=[MailState.PENDING, MailState.SENDING])
            if not waiting.exists() and not Event.objects.not_dispatched().exists():
                return
            # Floods wait for minutes; here they need not.
            waiting.filter(state=MailState.PENDING).update(next_at="2000-01-01T00:00Z")
            time.sleep(0.5)


@pytest.fixture
def unreliable_server(smtp, monkeypatch):
    """A mail server that fails one message in four, one way or another."""
    chance = random.Random(7)
    counts = Counter()

    def mode_for(conversation, address):
        at_data = bool(conversation.mail.recipients)
        if chance.random() >= 0.14:
            return "ok"
        mode = chance.choice(AFTER_DATA if at_data else AT_RCPT)
        counts[mode] += 1
        return mode

    monkeypatch.setattr(_Conversation, "mode_for", mode_for)
    smtp.faults = counts
    return smtp


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_mail_is_lost_without_being_reported(
    seed, unreliable_server, open_database, record_property
):
    where = {
        "smtp_port": unreliable_server.port,
        "HELPDESK_TEST_LEASE": "4",
        "HELPDESK_TEST_SMTP_TIMEOUT": "2",
    }
    with ExitStack() as stack:
        folder = stack.enter_context(private_folder())
        supervisor = stack.enter_context(
            running(
                [sys.executable, "-m", "tests.chaos.deliverers", str(DELIVERERS)],
                log=folder / "log",
                ready=lambda: "delivering" in (folder / "log").read_text(errors="replace"),
                env=environment(**where),
                cwd=PROJECT,
            )
        )
        clusters = [stack.enter_context(qcluster(**where)) for _n in range(CLUSTERS)]
        run = Run(seed, unreliable_server, open_database, supervisor, clusters)
        while (
            Notification.objects.count() < ALERTS
            or run.counts["kill -9"] < KILLS
            or run.counts["database cuts"] < CUTS
        ):
            run.step()
        run.settle()
    dispatch_waiting_events()
    deliver()
    record_property("chaos", row(run))
    check_invariants(run)


@pytest.fixture
def open_database(transactional_db):
    """Categories of a small service with four managers, among as many tickets of others as wanted."""
    if TICKETS:
        World(TICKETS).load()
    people = cast.people()
    general = service_of(
        "Services Généraux",
        ["Chauffage", "Plomberie"],
        *(people[name] for name in ("karim", "sophie", "julien", "hugo")),
    )
    return list(general.categories.all())


def copies(run):
    return Counter(mail.message_id for mail in run.smtp.messages)


def row(run):
    """Return the row of the table that `make chaos` prints (quality.md, "Reliability")."""
    accepted = copies(run)
    uncertain = OutgoingMail.objects.filter(state=MailState.UNCERTAIN)
    return {
        "seed": run.seed,
        "tickets": Ticket.objects.count(),
        "alerts": Notification.objects.filter(mail__isnull=False).count(),
        "mails": OutgoingMail.objects.count(),
        **{name: run.counts[name] for name in ("rolled back", "kill -9", "database cuts")},
        "SMTP faults": f"{faults(run):.0%}",
        "lost": lost(run),
        "ghosts": ghosts(run),
        "most copies": max(accepted.values()),
        "sent twice": sum(number > 1 for number in accepted.values()),
        "uncertain": uncertain.count(),
        "of these not there": sum(mail.message_id not in accepted for mail in uncertain),
    }


def faults(run):
    attempts = sum(run.smtp.faults.values()) + len(run.smtp.messages)
    return sum(run.smtp.faults.values()) / attempts


def lost(run):
    """Return mails stored as sent that never arrived, and mails that will never be sent."""
    accepted = copies(run)
    sent = OutgoingMail.objects.filter(state=MailState.SENT).values_list("message_id", flat=True)
    unsent = OutgoingMail.objects.filter(
        state__in=[MailState.PENDING, MailState.SENDING, MailState.DEAD]
    )
    return sum(message_id not in accepted for message_id in sent) + unsent.count()


def ghosts(run):
    """Return mails that were not stored, and mails about rolled-back actions."""
    known = set(OutgoingMail.objects.values_list("message_id", flat=True))
    return sum(mail.message_id not in known or b"GHOST" in mail.raw for mail in run.smtp.messages)


def check_invariants(run):
    accepted = copies(run)
    assert faults(run) >= FAULTS
    assert lost(run) == 0
    assert ghosts(run) == 0
    assert max(accepted.values()) <= 2
    assert not Event.objects.not_dispatched().exists()
    for event in Event.objects.filter(ticket__in=run.tickets).select_related("ticket"):
        assert set(event.notifications.values_list("user", flat=True)) == required(event)
    for mail in OutgoingMail.objects.filter(state=MailState.SENT, ambiguous=0):
        # More than one copy only where the row admits a doubt, or a process was killed while it
        # wrote down the answer.
        assert accepted[mail.message_id] <= 1 or mail.attempts > 1
    states = Counter(OutgoingMail.objects.values_list("state", flat=True))
    assert sum(states.values()) == OutgoingMail.objects.count()


def required(event):
    """Whom the rules name for an event, read again from nothing."""
    batch = list(Event.objects.filter(batch=event.batch).order_by("pk"))
    acts = dict(zip(batch, load_changes(event.ticket, batch), strict=True))
    around = load_recipient_data(event.ticket, list(acts.values()))
    act = acts[event]
    return {person.user for person in around.find_people(act) if decide(act, person)}
