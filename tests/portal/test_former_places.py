"""After a transfer out of a service that not everybody sees, readers of the ticket do not learn of it."""

import pytest
from django.contrib.auth.models import Group

from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Category, Notification, OutgoingMail, ServiceManager
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def social_service(people):
    """Service social: for one group, with Inès in it; Karim and Sophie manage it, and Services Généraux."""
    service = service_of("Service social", ["Aides d’urgence"], people.karim, people.sophie)
    group = Group.objects.create(name="Permanents")
    people.ines.groups.add(group)
    service.everyone = False
    service.save()
    service.groups.add(group)
    return service


@pytest.fixture
def moved_ticket(social_service, heating, people, helpdesk):
    """A public ticket that began in Service social and is in Services Généraux now; Victor follows it."""
    ticket = actions.open_ticket(
        social_service.categories.get(),
        by=people.karim,
        requester=people.lea,
        subject="Froid",
        text="Froid.",
    )
    actions.move(ticket, by=people.karim, to=heating)
    actions.take(ticket, by=people.karim)
    actions.change_visibility(ticket, by=people.karim, to=Visibility.PUBLIC)
    actions.follow(ticket, by=people.victor)
    return ticket


def history(visit, user, ticket):
    return visit(user).page(f"tickets/{ticket.pk}/").select_one(".hd-history, main").get_text(" ")


@pytest.mark.parametrize("who", ["victor", "lea"])
def test_the_history_names_no_service_that_its_reader_does_not_see(
    visit, people, moved_ticket, who
):
    shown = history(visit, getattr(people, who), moved_ticket)
    what = "your request" if who == "lea" else "the ticket"
    assert f"transferred {what} to Services Généraux › Chauffage" in shown
    assert "Service social" not in shown
    assert "Aides d’urgence" not in shown


@pytest.mark.parametrize("who", ["karim", "ines"])
def test_the_history_names_it_to_who_sees_it(visit, people, moved_ticket, who):
    assert "(previously Service social › Aides d’urgence)" in history(
        visit, getattr(people, who), moved_ticket
    )


def test_a_service_in_between_is_another_service(
    visit, people, moved_ticket, social_service, plumbing
):
    actions.move(
        moved_ticket, by=people.karim, to=social_service.categories.get(), become_guest=False
    )
    actions.move(moved_ticket, by=people.karim, to=plumbing)
    shown = history(visit, people.victor, moved_ticket)
    assert "transferred the ticket to another service (previously Services Généraux" in shown
    assert "Service social" not in shown


def test_a_hidden_category_is_not_named_after_a_transfer(
    visit, people, moved_ticket, plumbing, heating
):
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    actions.move(moved_ticket, by=people.karim, to=plumbing)
    assert "(previously Services Généraux)" in history(visit, people.victor, moved_ticket)
    assert "(previously Services Généraux › Chauffage)" in history(
        visit, people.karim, moved_ticket
    )


def mails(mailoutbox):
    mailoutbox.clear()
    dispatch_waiting_events()
    deliver()
    return {mail.to[0].partition("<")[2].partition(".")[0]: mail for mail in mailoutbox}


def test_later_mails_carry_the_place_where_the_ticket_is(people, moved_ticket, mailoutbox):
    dispatch_waiting_events()
    Notification.objects.all().delete()
    OutgoingMail.objects.all().delete()
    actions.comment(moved_ticket, by=people.lea, text="Toujours froid.")
    sent = mails(mailoutbox)
    assert sent["victor"].subject == f"[Chauffage #{moved_ticket.pk}] Froid"
    for mail in sent.values():
        assert "Aides" not in mail.subject


def test_a_mail_that_waited_names_no_service_that_its_reader_does_not_see(
    people, moved_ticket, mailoutbox
):
    assert "Karim Benali opened a ticket in another service." in mails(mailoutbox)["victor"].body
    read = [m for m in mailoutbox if m.to[0].startswith(("Léa Fournier", "Victor Blanc"))]
    bodies = " ".join(mail.body for mail in read)
    assert "Karim Benali wrote this request for you." in bodies
    assert "Karim Benali transferred the ticket to Services Généraux › Chauffage." in bodies
    for mail in read:
        assert "Service social" not in str(mail.message())
        assert "Aides" not in mail.body


def test_a_person_who_loses_a_ticket_to_a_hidden_service_does_not_learn_its_name(
    people, moved_ticket, social_service, mailoutbox
):
    mails(mailoutbox)
    actions.assign(moved_ticket, by=people.karim, to=people.julien)
    mails(mailoutbox)
    actions.change_visibility(moved_ticket, by=people.julien, to=Visibility.PRIVATE)
    actions.move(moved_ticket, by=people.karim, to=social_service.categories.get(), release=True)
    assert not ServiceManager.objects.filter(service=social_service, user=people.julien).exists()
    mail = mails(mailoutbox)["julien"]
    assert mail.subject == f"[Chauffage #{moved_ticket.pk}] Froid"
    assert "to another service, so you no longer have access." in mail.body
    assert "social" not in str(mail.message())
