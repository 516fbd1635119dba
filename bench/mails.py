"""Mails per second, against a bare smtplib loop over one connection that sends the same bytes.

    python -m bench.mails [mails]

The database is a temporary SQLite file; the mail server is a process of its own on loopback. It
answers each message at once, then after 10 and 20 ms, because real servers write the message to
disk before they answer. Also prints how long an event takes to reach the mail server with an idle loop, and how
long it takes to dispatch one to ten thousand people.
"""

import logging
import multiprocessing
import os
import resource
import smtplib
import statistics
import sys
import tempfile
import time
from pathlib import Path

import django

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings.fast"


def serve(delay, port_of):
    """Run a mail server in its own process, so that it does not share this interpreter."""
    from tests.servers.smtp import smtp_server

    with smtp_server() as server:
        server.delay = delay
        server.accept = lambda received: None
        port_of.put(server.port)
        time.sleep(3600)


def mail_server(delay):
    """Start the mail server, and return the process and the port."""
    port_of = multiprocessing.Queue()
    process = multiprocessing.Process(target=serve, args=(delay, port_of), daemon=True)
    process.start()
    return process, port_of.get()


def bare_loop(port, raw, count):
    """Send the same bytes ``count`` times; return mails per second."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for number in range(count):
            smtp.sendmail("helpdesk@example.org", [f"guest{number}@example.org"], raw)
    return count / (time.perf_counter() - started)


def world():
    """A service with a manager, a requester, and a ticket."""
    from django.contrib.auth import get_user_model
    from wagtail.models import Site

    from wagtail_helpdesk import actions
    from wagtail_helpdesk.models import Category, Service, ServiceManager
    from wagtail_helpdesk.pages.models import HelpdeskPage

    root = Site.objects.get(is_default_site=True).root_page
    root.add_child(instance=HelpdeskPage(title="Assistance en ligne", slug="assistance"))
    make = get_user_model().objects.create
    lea, karim = make(username="lea", email="lea@example.org"), make(username="karim")
    service = Service.objects.create(name="Services Généraux")
    ServiceManager.objects.create(service=service, user=karim)
    category = Category.objects.create(service=service, name="Chauffage")
    return actions.open_ticket(category, by=lea, subject="Radiateur froid", text="Il fait froid.")


def crowd(ticket, size):
    """Invite ``size`` people."""
    from django.contrib.auth import get_user_model

    from wagtail_helpdesk.models import Guest

    model = get_user_model()
    users = model.objects.bulk_create(
        model(username=f"guest{n}", email=f"guest{n}@example.org") for n in range(size)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)


def comment(ticket, text):
    """Comment on the ticket, and dispatch the event."""
    from wagtail_helpdesk import actions
    from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

    actions.comment(ticket, by=ticket.requester, text=text)
    return dispatch_waiting_events()


def throughput(ticket, delay, count):
    """Return mails per second of the package, of the bare loop, and the ratio."""
    from django.conf import settings

    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.models import OutgoingMail

    process, port = mail_server(delay)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 20
    raw = one_mail(ticket)
    OutgoingMail.objects.all().delete()
    comment(ticket, "Bonjour à toutes et à tous, le chauffage revient demain. " * 8)
    OutgoingMail.objects.filter(pk__gt=OutgoingMail.objects.order_by("pk")[count - 1].pk).delete()
    started = time.perf_counter()
    done = deliver()
    ours = done["sent"] / (time.perf_counter() - started)
    bare = bare_loop(port, raw, count)
    process.terminate()
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    return ours, bare, ours / bare


def one_mail(ticket):
    """Return a mail as sent over SMTP."""
    from django.core import mail

    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.models import OutgoingMail
    from wagtail_helpdesk.notifications import alert_mail

    found, compose = [], alert_mail.compose_alert

    def keep(*words):
        message = compose(*words)
        found.append(message.message().as_bytes().replace(b"\n", b"\r\n"))
        return message

    alert_mail.compose_alert = keep
    OutgoingMail.objects.all().delete()
    comment(ticket, "Bonjour à toutes et à tous, le chauffage revient demain. " * 8)
    OutgoingMail.objects.filter(pk__gt=OutgoingMail.objects.order_by("pk").first().pk).delete()
    mail.outbox = []
    deliver()
    alert_mail.compose_alert = compose
    return found[0]


def latency(ticket, rounds=20):
    """Return the median time from an action to the mail server, with a loop that sleeps 1 s."""
    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.models import Guest, OutgoingMail

    Guest.objects.filter(ticket=ticket).exclude(user__username="guest0").delete()
    times = []
    for number in range(rounds):
        OutgoingMail.objects.all().delete()
        started = time.perf_counter()
        comment(ticket, f"n° {number}")
        deliver()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main():
    """Measure, and print the results."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    django.setup()
    logging.disable(logging.INFO)
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        settings.DATABASES["default"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        call_command("migrate", verbosity=0)
        ticket = world()
        crowd(ticket, 10_000)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        notified = comment(ticket, "À tous.")
        print(
            f"notifying {notified} people: {time.perf_counter() - started:.1f} s,"
            f" {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MiB more"
        )
        for delay in (0, 0.01, 0.02):
            ours, bare, ratio = throughput(ticket, delay, count)
            print(
                f"server answers after {delay * 1000:.0f} ms: {ours:.0f} mails/s,"
                f" bare loop {bare:.0f}, ratio {ratio:.2f}"
            )
        print(
            f"action to mail server, median: {latency(ticket) * 1000:.0f} ms (and the worker's poll)"
        )


if __name__ == "__main__":
    main()
