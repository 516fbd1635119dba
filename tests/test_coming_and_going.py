"""People move tickets, leave, are away and come back, in any order: nothing is dropped in silence.

No ticket stays in the hands of nobody without saying so, and no mail goes to who may not read it.
"""

from contextlib import suppress
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, HelpdeskError, configuration
from wagtail_helpdesk.lifecycle import Algorithm
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.maintenance import directory_sync as directory
from wagtail_helpdesk.models import (
    Absence,
    Category,
    Event,
    Notification,
    OutgoingMail,
    Reason,
    Service,
    ServiceManager,
    Ticket,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.notifications.recipient_data import load_changes

pytestmark = pytest.mark.usefixtures("fake_helpdesk_page")

WORKERS = ("karim", "sophie", "julien", "nadia")
ASKERS = ("lea", "thomas", "emily")

#: Whom or what an action is about: the first, second… of those for whom it is possible.
one = st.integers(0, 3)
yes = st.booleans()

#: What may happen, and what has to be drawn for it.
HAPPENINGS = {
    "open": (one,),
    "take": (one, one),
    "assign": (one, one, one),
    "release": (one,),
    "close": (one,),
    "reopen": (one,),
    "comment": (one, one),
    "note": (one, one),
    "move": (one, one, one, yes),
    "invite": (one, one, one),
    "remove_guest": (one,),
    "change_requester": (one, one),
    "make_public": (one, yes),
    "follow": (one, one),
    "leave_service": (one, one, st.sampled_from(list(HandOverPolicy))),
    "be_deactivated": (one,),
    "leave_directory": (one,),
    "come_back": (one,),
    "go_away": (one, one, yes),
    "be_there_again": (one,),
    "be_available": (one, yes),
    "assign_by": (one, st.sampled_from(list(Algorithm))),
    "notify": (),
    "send": (),
}
happenings = st.one_of(*(st.tuples(st.just(name), *drawn) for name, drawn in HAPPENINGS.items()))


class Impossible(Exception):
    """There is nobody for whom it is possible."""


def pick(rows, number):
    """Return one of some rows, whatever the number."""
    found = list(rows)
    if not found:
        raise Impossible
    return found[number % len(found)]


class House:
    """Two services, three categories and a few tickets, and what happens to them."""

    def __init__(self, outbox):
        self.outbox, self.words, self.checked = outbox, 0, 0
        outbox.clear()
        self.open(0)
        self.open(2)
        self.check_hands()

    def live(self, story):
        """Let all of it happen; what is refused does not. Then dispatch and send the rest."""
        for name, *drawn in [*story, ("notify",), ("send",)]:
            with suppress(HelpdeskError, Impossible):
                getattr(self, name)(*drawn)
            self.check_hands()

    # -- who and what --

    def workers(self):
        return get_user_model().objects.filter(username__in=WORKERS).order_by("username")

    def askers(self):
        return get_user_model().objects.filter(username__in=ASKERS).order_by("username")

    def ticket(self, number):
        return pick(Ticket.objects.order_by("pk"), number)

    def in_charge_of(self, ticket):
        return pick([ticket.assignee] if ticket.assignee else [], 0)

    def manager(self, ticket, number, **more):
        rows = ticket.service.managers.filter(user__is_active=True, **more)
        return pick(rows.exclude(user=ticket.assignee).select_related("user"), number).user

    def word(self):
        """A text that is found again wherever it goes."""
        self.words += 1
        return f"mot{self.words:04}."

    # -- actions --

    def open(self, where):
        actions.open_ticket(
            pick(Category.objects.order_by("pk"), where), by=self.askers()[0], subject="Panne",
            text=self.word(),
        )  # fmt: skip

    def take(self, number, who):
        ticket = self.ticket(number)
        actions.take(ticket, by=self.manager(ticket, who), text=self.word())

    def assign(self, number, who, to):
        ticket = self.ticket(number)
        actions.assign(
            ticket, by=self.manager(ticket, who), to=self.manager(ticket, to, available=True)
        )

    def release(self, number):
        ticket = self.ticket(number)
        actions.release(ticket, by=self.in_charge_of(ticket), text=self.word())

    def close(self, number):
        ticket = self.ticket(number)
        actions.close(ticket, by=self.in_charge_of(ticket), text=self.word())

    def reopen(self, number):
        ticket = self.ticket(number)
        actions.reopen(ticket, by=ticket.requester, text=self.word())

    def comment(self, number, who):
        ticket = self.ticket(number)
        guests = [row.user for row in ticket.guests.select_related("user")]
        by = pick([ticket.requester, self.manager(ticket, who), *guests], who)
        actions.comment(ticket, by=by, text=self.word())

    def note(self, number, who):
        ticket = self.ticket(number)
        actions.note(ticket, by=self.manager(ticket, who), text=self.word())

    def move(self, number, who, to, become_guest):
        ticket = self.ticket(number)
        by = ticket.assignee if ticket.assignee and who % 2 else self.manager(ticket, who)
        elsewhere = Category.objects.exclude(pk=ticket.category_id).order_by("pk")
        actions.move(
            ticket, by=by, to=pick(elsewhere, to), become_guest=become_guest, text=self.word()
        )

    def invite(self, number, who, guest):
        ticket = self.ticket(number)
        guests = [pick([*self.askers(), *self.workers()], guest)]
        actions.invite(ticket, by=self.manager(ticket, who), users=guests)

    def remove_guest(self, number):
        ticket = self.ticket(number)
        guest = pick(ticket.guests.all(), number)
        actions.remove_guest(ticket, by=ticket.requester, user=guest.user)

    def change_requester(self, number, to):
        ticket = self.ticket(number)
        everybody = [*self.askers(), *self.workers()]
        actions.change_requester(ticket, by=self.in_charge_of(ticket), to=pick(everybody, to))

    def make_public(self, number, public):
        ticket = self.ticket(number)
        to = "public" if public else "private"
        actions.change_visibility(ticket, by=ticket.requester, to=to)

    def follow(self, number, who):
        ticket = self.ticket(number)
        actions.follow(ticket, by=pick([*self.askers(), *self.workers()], who))

    # -- coming and going --

    def leave_service(self, who, colleague, then):
        row = pick(ServiceManager.objects.order_by("pk"), who)
        configuration.remove_manager(row, by=None, then=then, colleague=self.workers()[colleague])

    def be_deactivated(self, who):
        self.workers().filter(pk=pick(self.workers(), who).pk).update(is_active=False)
        call_command("helpdesk_housekeeping", verbosity=0)

    def leave_directory(self, who):
        leaver = pick(self.workers().filter(is_active=True), who)
        list(directory.apply_plan(directory.Plan(leavers=[leaver])))

    def come_back(self, who):
        self.workers().update(is_active=True)
        user = pick(self.workers(), who)
        gone = Service.objects.exclude(managers__user=user).order_by("pk")
        configuration.add_manager(pick(gone, who), user, by=None)

    def go_away(self, who, replacement, alerts_follow):
        today = timezone.localdate()
        user = pick(self.workers(), who)
        others = self.workers().exclude(pk=user.pk)
        configuration.add_absence(
            user, by=None, starts_on=today, ends_on=today,
            replacement=pick(others, replacement), alerts_follow=alerts_follow,
        )  # fmt: skip

    def be_there_again(self, who):
        configuration.remove_absence(pick(Absence.objects.order_by("pk"), who), by=None)

    def be_available(self, who, available):
        row = pick(ServiceManager.objects.order_by("pk"), who)
        configuration.set_availability(row, available, by=None)

    def assign_by(self, where, algorithm):
        service = pick(Service.objects.order_by("pk"), where)
        configuration.change_service(service, by=None, algorithm=algorithm)

    # -- notifying --

    def notify(self):
        """Dispatch; everyone who could take a ticket that has become free is notified."""
        freed = [
            (event, self._list_expected_recipients(event))
            for event in Event.objects.not_dispatched().select_related("ticket")
            if event.after.get("status") == "free"
        ]
        dispatch_waiting_events()
        for event, expected in freed:
            notified = set(event.notifications.values_list("user", flat=True))
            assert expected <= notified, f"{event.action} left the ticket to nobody in silence"

    def _list_expected_recipients(self, event):
        (act,) = load_changes(event.ticket, [event])
        managers = ServiceManager.objects.filter(service=act.after.service, user__is_active=True)
        everybody = {*managers.values_list("user", flat=True), act.after.requester}
        authors = Event.objects.filter(batch=event.batch).values_list("actor", flat=True)
        return everybody - set(authors)

    def send(self):
        self.outbox.clear()
        OutgoingMail.objects.update(next_at=timezone.now())
        deliver()
        for mail in self.outbox:
            self._check_mail(mail)

    def _check_mail(self, mail):
        reader = get_user_model().objects.get(email=mail.to[0].partition("<")[2].rstrip(">"))
        ticket = Ticket.objects.get(pk=mail.extra_headers["X-Helpdesk-Ticket"])
        assert reader.is_active
        texts = ticket.events.exclude(text="").values_list("pk", "text")
        quoted = {number for number, text in texts if text in mail.body}
        if Ticket.objects.visible_to(reader).filter(pk=ticket.pk).exists():
            if quoted:
                readable = ticket.events.visible_to(reader, own=False)
                assert readable.filter(pk__in=quoted).count() == len(quoted)
            return
        # The one exception: the action itself removed their access; one mail, without content.
        assert not quoted
        assert "/tickets/" not in mail.body
        [notification] = Notification.objects.filter(
            mail__message_id=mail.extra_headers["Message-ID"], skipped=""
        )
        assert notification.event.action in ("move", "change_requester")
        assert notification.reason in (Reason.WAS_IN_CHARGE, Reason.WAS_REQUESTER)

    # -- what holds after each of them --

    def check_hands(self):
        for ticket in Ticket.objects.select_related("assignee"):
            self._check_record(ticket)
            if not ticket.is_open:
                continue
            assert (ticket.assignee is None) == (ticket.status == "free")
            if ticket.assignee is not None:
                assert ticket.assignee.is_active
                assert ServiceManager.objects.filter(
                    service=ticket.service_id, user=ticket.assignee
                ).exists()
        for event in Event.objects.filter(pk__gt=self.checked, actor=None, action="assign"):
            # By an algorithm or at a departure: to a manager who works today.
            rows = ServiceManager.objects.filter(user=event.after["assignee"])
            assert rows.available_on(timezone.localdate()).exists()
        self.checked = Event.objects.order_by("pk").last().pk

    def _check_record(self, ticket):
        """The events, applied from the first, give the present state of the ticket."""
        state = {}
        for after in ticket.events.order_by("pk").values_list("after", flat=True):
            state |= after
        for name in ("status", "assignee", "requester", "category"):
            now = getattr(ticket, Ticket._meta.get_field(name).attname)
            assert state.get(name) == now, f"the history does not say why {name} is {now}"


@pytest.fixture
def services(db):
    """Julien works in both; tickets of the first find their manager by themselves."""
    people = SimpleNamespace(**cast.people())
    general = ["Chauffage", "Plomberie"], people.karim, people.sophie, people.julien
    service_of("Services Généraux", *general)
    service_of("DSI", ["Réseau"], people.nadia, people.julien)
    Service.objects.filter(name="Services Généraux").update(algorithm=Algorithm.FIRST)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(happenings, min_size=8, max_size=20))
def test_in_any_story_no_ticket_is_dropped_and_no_mail_goes_astray(services, mailoutbox, story):
    """S-NOT-01, S-VIS-06, S-VIS-07"""
    with transaction.atomic():
        House(mailoutbox).live(story)
        transaction.set_rollback(True)
