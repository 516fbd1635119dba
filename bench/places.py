"""The URLs of a loaded world: one helpdesk page, a category, a few tickets."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import Site

from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.pages.models import HelpdeskPage

from .bare_page import create_bare_page
from .organisation import person
from .pages import TEXT, Form, Page

BASE = "/assistance/"
ENTRIES = 30


class Places:
    """The URLs of pages and forms, and the data of the forms."""

    def __init__(self) -> None:
        home = _home_page()
        create_bare_page(home)
        if not HelpdeskPage.objects.exists():
            page = HelpdeskPage(title="Assistance", slug="assistance", show_in_menus=True)
            home.add_child(instance=page)
        admin = Permission.objects.get(codename="access_admin")
        person("manager-of-10").user_permissions.add(admin)
        in_hand = Ticket.objects.filter(status=Status.IN_PROGRESS).order_by("-pk")
        long, talk = in_hand.filter(service__managers__user=person("manager-of-10"))[:2]
        own, own_talk = in_hand.filter(requester=person("requester-of-many"))[:2]
        _fill(long)
        self.names = {
            "long": long.pk,
            "talk": talk.pk,
            "own": own.pk,
            "own_talk": own_talk.pk,
            "category": Category.objects.filter(service__everyone=True).first().pk,  # type: ignore[union-attr]
        }

    def address(self, page: Page | Form) -> str:
        """Return the URL of a page, below the helpdesk page or in the Wagtail admin."""
        return page.path if page.path.startswith("/") else BASE + page.path.format(**self.names)

    def data(self, form: Form) -> dict[str, str]:
        """Return the data of a form."""
        return {name: value.format(**self.names) for name, value in form.data}

    def send(self, client: Client, form: Form) -> Any:
        """Submit a form after loading its page, as a browser does."""
        data = self.data(form) | {"submission": str(uuid.uuid4())}
        return client.post(self.address(form), data)


def _home_page() -> Any:
    """Return the home page of the site, which is created the first time."""
    from portal.models import HomePage

    site = Site.objects.get(is_default_site=True)
    if not HomePage.objects.exists():
        home = HomePage(title="Accueil", slug="accueil")
        site.root_page.get_root().add_child(instance=home)
        site.root_page = home
        site.save()
    return HomePage.objects.get()


def _fill(ticket: Ticket) -> None:
    """Add comments until the history of a ticket has thirty entries."""
    for turn in range(ENTRIES - ticket.events.count()):
        by = ticket.assignee if turn % 2 else ticket.requester
        actions.comment(ticket, by=by, text=TEXT)  # type: ignore[arg-type]
