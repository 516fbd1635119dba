"""Fixtures of tests about notifications and mails: a helpdesk page to link to, recipients, a mailbox."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest

from wagtail_helpdesk import links
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, Notification, OutgoingMail
from wagtail_helpdesk.notifications.acknowledgement import ACKNOWLEDGEMENT
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


def is_acknowledgement(mail) -> bool:
    """Return whether a mail acknowledges a ticket to the person who opened it."""
    return mail.extra_headers.get("X-Helpdesk-Reason") == ACKNOWLEDGEMENT


@pytest.fixture
def recipients(db) -> Callable[..., dict[str, str]]:
    """Dispatch all events; return the recipients of an action with their reason: `recipients("release")`."""

    def recipients(action: str | None = None) -> dict[str, str]:
        dispatch_waiting_events()
        notifications = Notification.objects.select_related("user", "event").order_by("pk")
        if action is not None:
            notifications = notifications.filter(event=Event.objects.filter(action=action).last())
        return {
            n.user.username if n.user else n.email: (n.skipped or n.reason) for n in notifications
        }

    return recipients


@pytest.fixture
def forget_notifications(db) -> Callable[[], None]:
    """Dispatch all events and delete the result: the test is about what comes next."""

    def forget_notifications() -> None:
        dispatch_waiting_events()
        Notification.objects.all().delete()
        OutgoingMail.objects.all().delete()

    return forget_notifications


@pytest.fixture
def send_mails(mailoutbox) -> Callable[[], dict]:
    """Dispatch and send everything; return the mails by the first name of their reader.

    Acknowledgements are left out: almost every test opens a ticket.
    """

    def send_mails() -> dict:
        mailoutbox.clear()
        dispatch_waiting_events()
        deliver()
        mails = [mail for mail in mailoutbox if not is_acknowledgement(mail)]
        return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mails}

    return send_mails


class FakePage:
    """As much of a helpdesk page as links in mails need."""

    def __init__(self, language: str = "en") -> None:
        self.full_url = f"https://intranet.arvelle.example/{language}/help/"

    def reverse_subpage(self, name: str, args: tuple = ()) -> str:
        """Return the same paths as the real page (wagtail_helpdesk.portal)."""
        routes = {"ticket": "tickets/{}/", "action": "tickets/{}/{}/"}
        return routes.get(name, f"{name.replace('_', '/')}/").format(*args)

    def get_view_restrictions(self) -> list:
        """Return no restrictions: anybody may open the page."""
        return []

    def get_site(self) -> SimpleNamespace:
        """Return a site with a URL."""
        return SimpleNamespace(root_url="https://intranet.arvelle.example")


@pytest.fixture
def fake_helpdesk_page(monkeypatch) -> None:
    """Let links lead to a helpdesk page in each language, without creating pages."""
    # First imported while the function is replaced, a view would keep the replacement.
    import_module("wagtail_helpdesk.urls")
    monkeypatch.setattr(
        links,
        "find_location",
        lambda service, language: links.HelpdeskLocation(FakePage(language)),
    )
