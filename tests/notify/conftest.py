"""What telling needs beside a ticket."""

from types import SimpleNamespace

import pytest

from wagtail_helpdesk import links
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, Notification, OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def told(db):
    """Announce everything, and say who hears of an action and why: `told("release")`."""

    def told(action=None):
        dispatch_waiting_events()
        notifications = Notification.objects.select_related("user", "event").order_by("pk")
        if action is not None:
            notifications = notifications.filter(event=Event.objects.filter(action=action).last())
        return {
            n.user.username if n.user else n.address: (n.skipped or n.reason) for n in notifications
        }

    return told


@pytest.fixture
def quiet(db):
    """Forget what was to be told so far: the test is about what comes next."""

    def quiet():
        dispatch_waiting_events()
        Notification.objects.all().delete()
        OutgoingMail.objects.all().delete()

    return quiet


class Page:
    """A helpdesk page as far as mails need one."""

    def __init__(self, language="en"):
        self.full_url = f"https://intranet.arvelle.example/{language}/help/"

    def reverse_subpage(self, name, args=()):
        """The addresses of the real page (wagtail_helpdesk.portal)."""
        routes = {"ticket": "tickets/{}/", "act": "tickets/{}/{}/"}
        return routes.get(name, f"{name.replace('_', '/')}/").format(*args)

    def get_view_restrictions(self):
        """Everybody may open it."""
        return []

    def get_site(self):
        """A site with an address."""
        return SimpleNamespace(root_url="https://intranet.arvelle.example")


@pytest.fixture(autouse=True)
def place(monkeypatch):
    """There is a helpdesk page in each language."""
    monkeypatch.setattr(
        links, "find_location", lambda service, language: links.HelpdeskLocation(Page(language))
    )


@pytest.fixture
def sent(mailoutbox):
    """Tell and send everything; give the mails, by the reader’s first name."""

    def sent():
        mailoutbox.clear()
        dispatch_waiting_events()
        deliver()
        return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mailoutbox}

    return sent
