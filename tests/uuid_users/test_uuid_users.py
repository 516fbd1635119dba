"""The helpdesk on a site whose users have UUIDs as keys and e-mail addresses as identifiers."""

import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from tests.portal.conftest import Visitor, hidden_of, soup
from wagtail_helpdesk import actions, tasks
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.directory import find_people, search_people
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    Category,
    Event,
    HelpdeskPreferences,
    MailState,
    Notification,
    OutgoingMail,
    PermanentGuest,
    ReportPreference,
    Service,
    ServiceManager,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.notifications import delivery_log
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.due import send_report_now
from wagtail_helpdesk.search.indexing import index_missed_events
from wagtail_helpdesk.search.results import SearchFilters, search

pytestmark = [pytest.mark.own_users, pytest.mark.django_db]

NAMES = {
    "lea": "Léa Fournier",
    "thomas": "Thomas Girard",
    "ines": "Inès Robert",
    "karim": "Karim Benali",
    "sophie": "Sophie Martin",
    "nadia": "Nadia Haddad",
}


def email_of(name):
    return f"{name}@arvelle.example"


@pytest.fixture
def people():
    create = get_user_model().objects.create
    return SimpleNamespace(
        **{name: create(email=email_of(name), full_name=full) for name, full in NAMES.items()},
        admin=create(email=email_of("admin"), full_name="Ada Admin", is_superuser=True),
    )


@pytest.fixture
def heating(people):
    service = Service.objects.create(name="Services Généraux")
    for manager in (people.karim, people.sophie):
        ServiceManager.objects.create(service=service, user=manager)
    return Category.objects.create(service=service, name="Chauffage")


@pytest.fixture
def network(people):
    service = Service.objects.create(name="DSI")
    ServiceManager.objects.create(service=service, user=people.nadia)
    return Category.objects.create(service=service, name="Réseau")


@pytest.fixture
def helpdesk():
    from wagtail_helpdesk.pages.models import HelpdeskPage

    root = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=HelpdeskPage(title="Assistance", slug="assistance"))


@pytest.fixture
def ticket(people, heating, helpdesk):
    return actions.open_ticket(heating, by=people.lea, subject="Radiateur froid", text="Il gèle.")


@pytest.fixture
def lea(people, helpdesk):
    return Visitor(people.lea)


@pytest.fixture
def karim(people, helpdesk):
    return Visitor(people.karim)


def act(visitor, ticket, action, **data):
    """Send the form of an action; it must be accepted and leave its event."""
    answer = visitor.submit_action(ticket, action, **data)
    assert answer.status_code == 303, soup(answer).get_text(" ", strip=True)
    assert ticket.events.last().action == action
    ticket.refresh_from_db()


def send_everything(mailoutbox):
    """Send all mails; return them by the address of their reader. None may be left or fail."""
    mailoutbox.clear()
    dispatch_waiting_events()
    deliver()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) <= {MailState.SENT}
    return {mail.to[0].rpartition("<")[2].strip(">"): mail for mail in mailoutbox}


def history_of(visitor, ticket):
    return visitor.page(f"tickets/{ticket.pk}/").get_text(" ", strip=True)


def test_the_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run")


def test_the_site_passes_every_check(helpdesk):
    call_command("check", fail_level="WARNING", databases=["default"])


def test_a_ticket_is_opened_by_its_form(people, heating, lea):
    page = lea.page(f"new/{heating.pk}/")
    typed = {"subject": "Radiateur froid", "text": "Il gèle."}
    form = page.find("form", class_="hd-form")
    answer = lea.client.post(
        form.get("action") or f"/assistance/new/{heating.pk}/",
        hidden_of(page) | {"category": heating.pk} | typed,
    )
    assert answer.status_code == 303
    assert Ticket.objects.get().requester == people.lea


def test_a_ticket_goes_through_its_life_by_its_forms(people, network, ticket, lea, karim):
    act(karim, ticket, "take")
    assert ticket.assignee == people.karim
    act(karim, ticket, "ask_information", text="Quel étage ?")
    act(lea, ticket, "comment", text="Le troisième.")
    act(karim, ticket, "note", text="Vanne ?")
    act(karim, ticket, "assign", to=str(people.sophie.pk))
    assert ticket.assignee == people.sophie
    sophie = Visitor(people.sophie)
    act(sophie, ticket, "change_requester", to=people.thomas.email)
    assert ticket.requester == people.thomas
    act(sophie, ticket, "change_requester", to=people.lea.email)
    act(sophie, ticket, "close", text="Vanne remplacée.")
    act(lea, ticket, "approve_closure")
    act(lea, ticket, "reopen", text="Encore froid.")
    act(karim, ticket, "move", to=str(network.pk), text="Pour la DSI.")
    assert ticket.category == network


def test_guests_are_invited_and_removed_by_their_forms(people, ticket, karim):
    act(karim, ticket, "invite", users=f"{people.thomas.email}, {people.ines.email}")
    assert {guest.user for guest in ticket.guests.all()} == {people.thomas, people.ines}
    page = karim.page(f"tickets/{ticket.pk}/")
    (link,) = [a for a in page.find_all("a") if f"user={people.ines.pk}" in a.get("href", "")]
    assert people.ines.full_name in karim.client.get(link["href"]).text
    act(karim, ticket, "remove_guest", user=str(people.ines.pk))
    assert [guest.user for guest in ticket.guests.all()] == [people.thomas]


def test_guests_leave_by_their_own_link(people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    thomas = Visitor(people.thomas)
    answer = thomas.submit_action(ticket, "remove_guest", user=str(people.thomas.pk))
    assert answer.status_code == 303
    text = thomas.client.get(answer.url, follow=True).text
    assert f"You have left ticket #{ticket.pk}." in text
    assert not ticket.guests.exists()


@pytest.mark.parametrize("user", ["", "1", "x", str(uuid.uuid4()), "\0", "9" * 5000])
def test_a_wrong_key_of_a_guest_is_not_found(ticket, karim, user):
    assert karim.get(f"tickets/{ticket.pk}/remove-guest/", user=user).status_code == 404


@pytest.mark.parametrize("user", ["", "1", "x", str(uuid.uuid4()), "9" * 5000])
def test_a_wrong_key_of_a_manager_is_refused(people, ticket, karim, user):
    assert karim.get(f"tickets/{ticket.pk}/assign/", to=user).status_code == 200
    assert karim.submit_action(ticket, "assign", to=user).status_code == 422
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_the_history_names_everybody(people, network, ticket, karim):
    actions.take(ticket, by=people.karim)
    actions.assign(ticket, by=people.karim, to=people.sophie)
    actions.invite(ticket, by=people.karim, users=[people.thomas, people.ines])
    actions.remove_guest(ticket, by=people.karim, user=people.ines)
    actions.remove_guest(ticket, by=people.thomas, user=people.thomas)
    actions.change_requester(ticket, by=people.sophie, to=people.nadia)
    shown = history_of(karim, ticket)
    for sentence in (
        "You took the ticket",
        "You assigned the ticket to Sophie Martin",
        "You invited Thomas Girard, Inès Robert to follow the ticket",
        "You removed Inès Robert from the list of guests",
        "Thomas Girard left the ticket",
        "Sophie Martin made Nadia Haddad the requester of the ticket (previously Léa Fournier)",
    ):
        assert sentence in shown


def test_a_guest_removed_in_a_transfer_loses_access(people, network, ticket, karim):
    actions.invite(ticket, by=people.lea, users=[people.thomas, people.ines])
    act(karim, ticket, "move", to=str(network.pk), without=str(people.thomas.pk))
    assert [guest.user for guest in ticket.guests.all()] == [people.ines]


def test_permanent_guests_who_were_removed_do_not_come_back(people, heating, network, ticket):
    PermanentGuest.objects.create(service=network.service, user=people.ines)
    actions.move(ticket, by=people.karim, to=network)
    assert ticket.guests.filter(user=people.ines).exists()
    actions.remove_guest(ticket, by=people.nadia, user=people.ines)
    actions.move(ticket, by=people.nadia, to=heating)
    actions.move(ticket, by=people.karim, to=network)
    assert not ticket.guests.exists()


def test_mails_reach_everybody_concerned(people, ticket, mailoutbox):
    assert set(send_everything(mailoutbox)) >= {email_of("karim"), email_of("sophie")}
    actions.invite(ticket, by=people.karim, users=[people.thomas])
    mails = send_everything(mailoutbox)
    assert email_of("thomas") in mails
    assert "Karim Benali invites you to follow" in mails[email_of("thomas")].body
    actions.take(ticket, by=people.karim)
    actions.assign(ticket, by=people.karim, to=people.sophie)
    mails = send_everything(mailoutbox)
    assert "assigned this ticket to you" in mails[email_of("sophie")].body
    assert "Sophie Martin is now working on your request" in mails[email_of("lea")].body
    actions.release(ticket, by=people.sophie)
    assert email_of("karim") in send_everything(mailoutbox)


def test_the_link_of_a_mail_mutes_the_ticket_for_its_reader(people, ticket, mailoutbox, client):
    header = send_everything(mailoutbox)[email_of("karim")].message()["List-Unsubscribe"]
    url = header.strip("<>")
    assert client.get(url).status_code == 200
    assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Subscription.objects.get(ticket=ticket, user=people.karim).muted


def test_the_link_of_a_report_suspends_the_reports_of_its_reader(
    people, heating, ticket, mailoutbox, client
):
    send_everything(mailoutbox)
    send_report_now(people.karim, heating.service)
    mail = send_everything(mailoutbox)[email_of("karim")]
    assert "Radiateur froid" in mail.body
    url = mail.message()["List-Unsubscribe"].strip("<>")
    assert client.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert HelpdeskPreferences.objects.get(user=people.karim).reports_suspended


def test_daily_reports_are_planned_for_every_manager(people, heating, ticket, mailoutbox):
    from wagtail_helpdesk.reports import due

    send_everything(mailoutbox)
    for manager in (people.karim, people.sophie):
        ReportPreference.objects.create(
            user=manager, service=heating.service, first_hour=8, weekends=True
        )
    # Noon: reports that are very late are not sent.
    now = timezone.localtime().replace(hour=12)
    assert {one.user for one in due.find_due_between(now - timedelta(days=1), now)} == {
        people.karim.pk,
        people.sophie.pk,
    }
    assert due._create_mails(now - timedelta(days=1), now) == 2
    mails = send_everything(mailoutbox)
    assert {email_of("karim"), email_of("sophie")} == set(mails)


def test_the_delivery_log_is_shown_page_by_page(people, ticket, karim, monkeypatch):
    dispatch_waiting_events()
    monkeypatch.setattr(delivery_log, "PAGE_SIZE", 1)
    event = ticket.events.get()
    names, path, parameters = set(), f"tickets/{ticket.pk}/notified/{event.pk}/", {}
    for _turn in range(Notification.objects.count()):
        page = karim.page(path, **parameters)
        names |= {name for name in NAMES.values() if name in page.find("main").get_text()}
        more = [a["href"] for a in page.find_all("a") if "after=" in a.get("href", "")]
        parameters = {"after": more[-1].partition("after=")[2]} if more else {}
    assert {"Karim Benali", "Sophie Martin"} <= names
    assert not parameters


def test_tickets_are_found_by_the_name_of_their_requester(people, ticket):
    index_missed_events()
    found = search(people.karim, "fournier", SearchFilters(), length=25)
    assert [hit.event.ticket_id for hit in found.hits] == [ticket.pk]
    assert not search(people.nadia, "fournier", SearchFilters(), length=25).hits


def test_people_are_found_by_name_and_by_email(people):
    assert [found.user_pk for found in search_people("girard")] == [people.thomas.pk]


def test_every_page_of_the_helpdesk_opens(people, ticket, karim):
    actions.take(ticket, by=people.karim)
    for path in (
        "", "new/", "tickets/", "desk/", "desk/?queue=mine", "search/", "search/?query=radiateur",
        "preferences/", "preferences/manager/", f"tickets/{ticket.pk}/",
        *(f"tickets/{ticket.pk}/{slug}/" for slug in (
            "assign", "invite", "move", "close", "comment", "change-requester",
        )),
    ):  # fmt: skip
        answer = karim.client.get(f"/assistance/{path}", follow=True)
        assert answer.status_code == 200, path


def test_every_page_of_the_admin_opens(people, heating, ticket):
    admin = Visitor(people.admin)
    service = heating.service
    rows = {
        "helpdesk_services:managers": [service.pk],
        "helpdesk_services:guests": [service.pk],
        "helpdesk_services:why": [service.pk],
        "helpdesk_services:history": [service.pk],
        "helpdesk_services:edit": [service.pk],
        "helpdesk_categories:members": [heating.pk],
        "helpdesk_mails:list": [],
        "wagtailadmin_home": [],
        "wagtailadmin_account": [],
    }
    for name, args in rows.items():
        assert admin.client.get(reverse(name, args=args)).status_code == 200, name
    why = reverse("helpdesk_services:why", args=[service.pk])
    assert "Karim Benali" in admin.client.get(why, {"person": people.karim.email}).text


def test_the_admin_logs_and_explains_who_became_a_manager(people, heating):
    from wagtail_helpdesk.snippets.history import find_last_change

    configuration.add_manager(heating.service, people.nadia, by=people.admin)
    change = find_last_change(heating.service, people.nadia.pk)
    assert change is not None
    assert change.user == people.admin
    assert find_last_change(heating.service, people.lea.pk) is None


def test_a_manager_who_left_frees_the_tickets(people, ticket, mailoutbox):
    actions.take(ticket, by=people.karim)
    get_user_model().objects.filter(pk=people.karim.pk).update(is_active=False)
    tasks.run_housekeeping()
    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert email_of("sophie") in send_everything(mailoutbox)


def test_the_fragments_of_blocks_answer(people, heating, ticket, karim):
    for name in ("requests", "queue", "panel", "catalogue", "ask", "card"):
        url = reverse(f"wagtail_helpdesk:block_{name}")
        answer = karim.client.get(url, {"service": heating.service.pk})
        assert answer.status_code == 200, name


def test_a_person_is_found_by_email_once(people):
    found = find_people(
        f"{people.lea.email}, {people.lea.email.upper()}", confirmed=[people.lea.email]
    )
    assert found == [people.lea]


def test_events_hold_keys_that_the_users_compare_equal_to(people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    event = Event.objects.get(action="invite")
    assert event.value_after("guests") == [people.thomas.pk]
