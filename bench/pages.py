"""The pages and acts that are measured, for whom, and what each may cost (spec: 10 k to 1 M tickets)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from wagtail.models import Site

from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.pages.models import HelpdeskPage

from .measuring import Browser
from .world import World

TEXT = "Bonjour, le radiateur de la salle A12 est froid depuis hier matin. " * 6


@dataclass(frozen=True, slots=True)
class Page:
    """A page, who opens it, and what it may cost: own statements, bytes of HTML."""

    name: str
    person: str
    path: str
    statements: int
    octets: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form, who sends it, and how many statements of its own it may make."""

    name: str
    person: str
    path: str
    statements: int
    data: tuple[tuple[str, str], ...]


PAGES = (
    Page("desk, manager of 20", "manager-of-20", "desk/?queue=all", 12, 60_000),
    Page("desk, manager of 10", "manager-of-10", "desk/?queue=all", 12, 60_000),
    Page("desk, manager of 1", "manager-of-1", "desk/?queue=all", 12, 60_000),
    Page("desk, by priority", "manager-of-10", "desk/?queue=all&order=urgent", 12, 60_000),
    Page("ticket, its manager", "manager-of-20", "tickets/{long}/", 14, 60_000),
    Page("ticket, its requester", "requester-of-many", "tickets/{own}/", 14, 60_000),
    Page("my tickets, few", "requester", "tickets/?show=all", 10, 40_000),
    Page("my tickets, thousands", "requester-of-many", "tickets/?show=all", 10, 40_000),
    Page("invited to thousands", "guest-of-many", "tickets/?list=invited&show=all", 10, 40_000),
    Page("home, requester", "requester", "", 12, 50_000),
    Page("home, manager of 10", "manager-of-10", "", 12, 50_000),
    Page("search, manager of 20", "manager-of-20", "search/?q=repere03", 10, 60_000),
    Page("search, manager of 1", "manager-of-1", "search/?q=repere03", 10, 60_000),
    Page("search, requester", "requester-of-many", "search/?q=repere03", 10, 60_000),
    Page("search, common words", "manager-of-10", "search/?q=imprimante+bureau", 10, 60_000),
)
FORMS = (
    Form(
        "open a ticket",
        "requester",
        "new/{category}/",
        20,
        (("category", "{category}"), ("subject", "Radiateur froid"), ("text", TEXT)),
    ),
    Form("comment, manager", "manager-of-20", "tickets/{long}/comment/", 18, (("text", TEXT),)),
    Form(
        "comment, requester", "requester-of-many", "tickets/{own}/comment/", 18, (("text", TEXT),)
    ),
)
ADMIN_HOME = Page("admin home", "manager-of-10", "/admin/", 6, 0)


class Places:
    """What the addresses of a world name: one helpdesk page, a category, a few tickets."""

    base = "/assistance/"

    def __init__(self, world: World) -> None:
        root = Site.objects.get(is_default_site=True).root_page
        if not HelpdeskPage.objects.exists():
            root.add_child(instance=HelpdeskPage(title="Assistance", slug="assistance"))
        admin = Permission.objects.get(codename="access_admin")
        world.person("manager-of-10").user_permissions.add(admin)
        note = world.organisation.note
        in_hand = Ticket.objects.filter(status=Status.IN_PROGRESS)
        ten = in_hand.filter(service__managers__user=note["manager-of-10"])
        self.names = {
            "long": _with_thirty_entries(ten.latest("pk")),
            "own": in_hand.filter(requester=note["requester-of-many"]).latest("pk").pk,
            "category": Category.objects.filter(service__everyone=True).first().pk,  # type: ignore[union-attr]
        }

    def address(self, path: str) -> str:
        """Return where a page is."""
        return self.base + path.format(**self.names)

    def data(self, form: Form) -> dict[str, str]:
        """Return what is typed into a form."""
        return {name: value.format(**self.names) for name, value in form.data}


def _with_thirty_entries(ticket: Ticket) -> int:
    """Let requester and manager talk until the history of a ticket has thirty entries."""
    from wagtail_helpdesk import actions

    for turn in range(30 - ticket.events.count()):
        by = ticket.assignee if turn % 2 else ticket.requester
        actions.comment(ticket, by=by, text=TEXT)  # type: ignore[arg-type]
    return ticket.pk


def sending(browser: Browser, form: Form, places: Places) -> Iterator[Any]:
    """Yield, each time, a function that sends a form which was opened before: only that is timed."""
    while True:
        address = places.address(form.path)
        filled = browser.form(address) | places.data(form)
        yield lambda filled=filled, address=address: browser.post(address, filled)


def send_in_process(client: Client, form: Form, places: Places) -> Any:
    """Send a form with the test client, as a browser that was given its page."""
    import uuid

    address = places.address(form.path)
    return client.post(address, places.data(form) | {"submission": str(uuid.uuid4())})
