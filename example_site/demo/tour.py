"""The guided tour: the main job in six steps, then the steps of a service owner and of an editor.

What is done is read from the events of tickets and from Wagtail's log; nothing is stored for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import ModelLogEntry, Page, PageLogEntry

from demo.loading import find_helpdesk_page
from demo.mailbox import Mailbox
from demo.people import by_username
from demo.words import english, french
from tests.cast import Person
from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.models import Category, Event, OutgoingMail, Service, ServiceManager, Ticket
from wagtail_helpdesk.snippets.routing import ROUTE

REQUESTER, MANAGER, NEXT_MANAGER = "lea", "karim", "nadia"
OWNER, EDITOR, READER = "sophie", "alice", "thomas"
CAST = (REQUESTER, MANAGER, NEXT_MANAGER, OWNER, EDITOR, READER)
PAGES = {"fr": french.PAGES, "en": english.PAGES}
FACILITIES = "Services Généraux"


@dataclass
class Step:
    """One card: who does what on which page, what to look at, and the mail that follows."""

    person: Person
    title: str
    look: str
    url: str
    mail_reader: Person | None = None
    mail_url: str = ""
    is_done: bool = False
    is_next: bool = False


@dataclass(frozen=True)
class Part:
    """The steps of one role."""

    key: str
    title: Any
    introduction: Any
    steps: Sequence[Step]

    @property
    def done(self) -> int:
        """The number of steps that are done."""
        return sum(step.is_done for step in self.steps)


def build_tour(request: HttpRequest, language: str, mailbox: Mailbox) -> list[Part]:
    """Return the three parts, with the links and the progress of this moment."""
    places = Places(request, language, mailbox)
    parts = [
        Part(
            "ticket",
            gettext_lazy("A request in six steps"),
            gettext_lazy("From the question of a requester to “Yes, it’s solved”."),
            list_ticket_steps(places),
        ),
        Part(
            "owner",
            gettext_lazy("For a service owner"),
            gettext_lazy("A service is configured in the Wagtail admin, by the people who run it."),
            list_owner_steps(places),
        ),
        Part(
            "editor",
            gettext_lazy("For an editor"),
            gettext_lazy("The helpdesk comes to the pages where the questions arise."),
            list_editor_steps(places),
        ),
    ]
    _mark_next_step(parts)
    return parts


def _mark_next_step(parts: list[Part]) -> None:
    """Mark the step after the last that is done, in the first part whose last step is not done."""
    for part in parts:
        if not part.steps[-1].is_done:
            done = [place for place, step in enumerate(part.steps) if step.is_done]
            part.steps[max(done, default=-1) + 1].is_next = True
            return


class Places:
    """Where the pages and the mails of the tour are, in one language."""

    def __init__(self, request: HttpRequest, language: str, mailbox: Mailbox) -> None:
        self.request, self.language, self.mailbox = request, language, mailbox
        self.page = find_helpdesk_page(language)

    def helpdesk(self, path: str = "") -> str:
        """Return the URL of a page of the helpdesk."""
        return f"{self.page.get_url(self.request) if self.page else '/'}{path}"

    def ticket(self, ticket: Ticket | None, path: str = "", *, without: str = "") -> str:
        """Return the URL of a ticket, or of another page of the helpdesk while there is none."""
        return self.helpdesk(f"tickets/{ticket.pk}/{path}" if ticket else without)

    def portal(self, key: str) -> Page | None:
        """Return a page of the tree in the language; None if an editor has removed it."""
        slug = PAGES[self.language][key].slug
        return Page.objects.filter(slug=slug, locale__language_code=self.language).first()

    def mail(
        self,
        reader: Person,
        since: datetime | None,
        ticket: Ticket | None = None,
        words: str = "",
    ) -> dict[str, Any]:
        """Return the link to the first mail to a person since an event; to all before there is one.

        ``words`` are in the mail: one about an earlier event may arrive later.
        """
        found = [
            mail
            for mail in self.mailbox.to(reader.email)
            if since
            and mail.received_at >= since
            and (ticket is None or f"#{ticket.pk}]" in mail.subject)
            and words in mail.text
        ]
        # The newest is the first.
        path = reverse("mail", args=[found[-1].key]) if found else ""
        return {
            "mail_reader": reader,
            "mail_url": path or f"{reverse('mails')}?to={reader.email}",
        }


# -- the main job ----------------------------------------------------------------------------------


def find_opening(username: str) -> Event | None:
    """Return the event that opened the newest ticket of a person on a page, if there is one.

    The history of the demonstration has tickets too, opened by code.
    """
    opened = Event.objects.filter(
        action="open_ticket", source=Source.PAGE, ticket__requester__username=username
    )
    return opened.select_related("ticket__service", "ticket__assignee").order_by("-pk").first()


class Progress:
    """The first event of each action on a ticket."""

    def __init__(self, ticket: Ticket | None) -> None:
        self.events: list[Event] = []
        if ticket:
            self.events = list(ticket.events.select_related("actor").order_by("pk"))

    def find(self, *actions: str, after: Event | None = None, by: str = "") -> Event | None:
        """Return the first event of one of the actions, after another event and by a person."""
        start = after.pk if after else 0
        for event in self.events:
            wrote = not by or (event.actor is not None and event.actor.get_username() == by)
            if event.action in actions and event.pk > start and wrote:
                return event
        return None


def list_ticket_steps(places: Places) -> list[Step]:
    """Return the six steps, about the newest ticket that the requester opened on a page."""
    opened = find_opening(REQUESTER)
    ticket = opened.ticket if opened else None
    progress = Progress(ticket)
    asked = progress.find("ask_information")
    answered = progress.find("comment", after=asked, by=REQUESTER) if asked else None
    moved = progress.find("move")
    closed = progress.find("close", "take_and_close")
    approved = progress.find("approve_closure")
    lea = _get_person(REQUESTER)
    first = _choose_manager(ticket, asked or moved, MANAGER, NEXT_MANAGER)
    second = _choose_manager(
        ticket if moved else None, closed, *_get_assignee(moved), NEXT_MANAGER, MANAGER
    )
    return [
        _make_step(
            places,
            lea,
            _("%(name)s asks"),
            _(
                "Type “cold” in the search box: categories and pages answer while you type. Open the "
                "form of Heating, which begins with the template of its category: complete it, and send. "
                "The page says what happens next; an e-mail confirms it."
            ),
            places.helpdesk(),
            done=opened,
            mail_to=lea,
        ),
        _make_step(
            places,
            first,
            _("%(name)s takes it and asks"),
            _(
                "The frame names the requester and, beneath, the manager: nobody yet. “… and ask for "
                "information” opens its form beside the conversation: one action takes the ticket "
                "and asks."
            ),
            places.ticket(ticket, without="desk/"),
            done=asked,
            mail_to=lea,
            words=asked.text.partition("\n")[0] if asked else "",
        ),
        _make_step(
            places,
            lea,
            _("%(name)s answers"),
            _(
                "One sentence says what is awaited, and from whom. The question and the box to reply "
                "come first, on a phone too."
            ),
            places.ticket(ticket),
            done=answered,
            mail_to=first,
        ),
        _make_step(
            places,
            first,
            _("%(name)s transfers it"),
            _(
                "The valve is driven over the network: choose Computing, then Network and Wi-Fi, and "
                "“Stay on this ticket as a guest”. The form says who will read the ticket from now on."
            ),
            places.ticket(ticket, "move/", without="desk/"),
            done=moved,
            mail_to=second,
        ),
        _make_step(
            places,
            second,
            _("%(name)s closes it"),
            _(
                "The whole conversation came along. “… and close” takes and closes in one action; the "
                "e-mail asks the requester whether it is solved, with two buttons."
            ),
            places.ticket(ticket, without="desk/"),
            done=closed,
            mail_to=lea,
        ),
        _make_step(
            places,
            lea,
            _("%(name)s approves"),
            _(
                "“Yes, it’s solved” ends the request, “No, it isn’t” reopens it. Without an answer it "
                "ends by itself after some days."
            ),
            places.ticket(ticket),
            done=approved,
            mail_to=second,
        ),
    ]


def _make_step(
    places: Places,
    person: Person,
    title: str,
    look: str,
    url: str,
    *,
    done: Event | None,
    mail_to: Person,
    words: str = "",
) -> Step:
    """Return a step that an event completes, with the mail about it; ``words`` are in that mail."""
    ticket = done.ticket if done else None
    mail = places.mail(mail_to, _at(done), ticket, words)
    return Step(person, title % _name(person), look, url, is_done=done is not None, **mail)


def _choose_manager(ticket: Ticket | None, event: Event | None, *preferred: str) -> Person:
    """Return who did a step, else the first of these people who manages the service of the ticket."""
    if event and event.actor and (person := by_username(event.actor.get_username())):
        return person
    if ticket is None:
        return _get_person(preferred[0])
    managers = ServiceManager.objects.filter(service=ticket.service, user__is_active=True)
    names = list(managers.values_list("user__username", flat=True))
    return _get_person(next((name for name in (*preferred, *names) if name in names), preferred[0]))


def _get_assignee(moved: Event | None) -> list[str]:
    """Return who is in charge of a ticket that was transferred, if anybody is."""
    assignee = moved.ticket.assignee if moved else None
    return [assignee.get_username()] if assignee else []


def _get_person(username: str) -> Person:
    person = by_username(username)
    if person is None:
        raise LookupError(username)
    return person


def _name(person: Person) -> dict[str, str]:
    return {"name": person.first_name}


def _at(event: Event | None) -> datetime | None:
    return event.created_at if event else None


# -- a service owner -------------------------------------------------------------------------------


def list_owner_steps(places: Places) -> list[Step]:
    """Return the steps of the owner of a service, who sees only that service in the admin."""
    sophie = _get_person(OWNER)
    service = Service.objects.filter(name=FACILITIES).values_list("pk", flat=True).first()
    report = OutgoingMail.objects.filter(
        kind="report", slot=None, user__username=OWNER, sent_at__isnull=False
    ).first()
    category = ContentType.objects.get_for_model(Category)
    return [
        Step(
            sophie,
            _("%(name)s adds a category") % _name(sophie),
            _(
                "She sees only her service. Add “Cleaning”: every setting left blank inherits, and the "
                "form shows the inherited value and where it comes from."
            ),
            reverse("helpdesk_services:tree", args=[service]),
            is_done=_has_logged(OWNER, "create_category", content_type=category),
        ),
        Step(
            sophie,
            _("%(name)s adds a manager") % _name(sophie),
            _(
                "Search the directory for Hugo. The next page shows his privileges, already at their "
                "defaults."
            ),
            reverse("helpdesk_services:manager_add", args=[service]),
            is_done=_has_logged(OWNER, "add_manager"),
        ),
        Step(
            sophie,
            _("%(name)s sends herself a report") % _name(sophie),
            _(
                "Back on the portal: alerts and reports are chosen for each service. “Send me the "
                "report now” sends what would come at eight."
            ),
            places.helpdesk("preferences/manager/"),
            is_done=report is not None,
            **places.mail(sophie, report.created_at if report else None),
        ),
    ]


def _has_logged(username: str, action: str, **conditions: Any) -> bool:
    """Return whether Wagtail's log has a change of the configuration by a person."""
    entries = ModelLogEntry.objects.filter(
        user__username=username, action=f"wagtail_helpdesk.{action}", **conditions
    )
    return bool(entries.exists())


# -- an editor -------------------------------------------------------------------------------------


def list_editor_steps(places: Places) -> list[Step]:
    """Return the steps of an editor of pages, who sees no tickets."""
    alice, thomas = _get_person(EDITOR), _get_person(READER)
    news, section, office = (places.portal(key) for key in ("heating", "digital", "office"))
    opened = find_opening(READER)
    return [
        Step(
            alice,
            _("%(name)s adds a block") % _name(alice),
            _(
                "At the end of the body of this page, add the block “Ask a service” as a short form, "
                "and publish. Nothing in the page’s own code changes."
            ),
            _admin(news, "wagtailadmin_pages:edit"),
            is_done=_has_changed_a_page(EDITOR, "wagtail.publish"),
        ),
        Step(
            alice,
            _("%(name)s routes a section") % _name(alice),
            _(
                "Choose the service, and a category if you like, that this page and those below it "
                "ask. “Report a problem with this page” goes there too."
            ),
            _admin(section, "wagtail_helpdesk_routing"),
            is_done=_has_changed_a_page(EDITOR, ROUTE),
        ),
        _make_step(
            places,
            thomas,
            _("%(name)s asks without leaving the page"),
            _(
                "A page of the portal with four blocks: his requests, a short form, the catalogue, the "
                "card of a service. What depends on the reader is loaded beside the page."
            ),
            office.get_url(places.request) if office else "/",
            done=opened,
            mail_to=thomas,
        ),
    ]


def _admin(page: Page | None, name: str) -> str:
    return reverse(name, args=[page.pk]) if page else reverse("wagtailadmin_home")


def _has_changed_a_page(username: str, action: str) -> bool:
    """Return whether Wagtail's log has an action on a page by a person."""
    entries = PageLogEntry.objects.filter(user__username=username, action=action)
    return bool(entries.exists())
