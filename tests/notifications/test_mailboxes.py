"""The extra address to alert: where it may be, what it gets, and who is notified when it changes."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.actions.configuration.alert_address import ADDRESS
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import MailState, Notification, OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

TEAM, OUTSIDE = "team@arvelle.example", "somebody@elsewhere.example"


@pytest.fixture
def owner(people, general):
    """Sophie may edit the service, Julien manage its managers; Karim may do neither."""
    general.managers.filter(user=people.sophie).update(can_edit_service=True)
    general.managers.filter(user=people.julien).update(can_manage_managers=True)
    general.managers.filter(user=people.karim).update(can_manage_categories=True)
    return people.sophie


def test_an_address_of_another_domain_is_refused_for_a_service(general, owner):
    with pytest.raises(actions.NotPossible) as refused:
        configuration.change_service(general, by=owner, alert_address=OUTSIDE)
    assert refused.value.field == "alert_address"
    assert "arvelle.example, example.org" in str(refused.value)
    general.refresh_from_db()
    assert general.alert_address == ""


def test_an_address_of_another_domain_is_refused_for_a_category(heating, general, people, owner):
    with pytest.raises(actions.NotPossible):
        configuration.change_category(heating, by=people.karim, alert_address=OUTSIDE)
    with pytest.raises(actions.NotPossible):
        configuration.create_category(
            general, by=people.karim, name="Ascenseurs", alert_address=OUTSIDE
        )
    with pytest.raises(actions.NotPossible):
        configuration.create_service(by=None, name="Poste", alert_address=OUTSIDE)


@pytest.mark.parametrize("domains", [["elsewhere.example"], ["*"]])
def test_the_settings_allow_other_domains(general, owner, settings, domains):
    settings.WAGTAIL_HELPDESK = {"ALERT_ADDRESS_DOMAINS": domains}
    configuration.change_service(general, by=owner, alert_address=OUTSIDE)
    general.refresh_from_db()
    assert general.alert_address == OUTSIDE


def test_an_old_address_outside_does_not_stop_other_changes(general, owner):
    type(general).objects.filter(pk=general.pk).update(alert_address=OUTSIDE)
    general.refresh_from_db()
    configuration.change_service(general, by=owner, name="Maison")


@pytest.fixture
def get_mails(general, heating, people, mailoutbox):
    """Let a ticket arrive where an address is alerted; return the mails to it."""

    def get_mails(address):
        type(general).objects.filter(pk=general.pk).update(alert_address=address)
        actions.open_ticket(heating, by=people.lea, subject="Harassment", text="He said it again.")
        dispatch_waiting_events()
        deliver()
        return [mail for mail in mailoutbox if mail.to == [address]]

    return get_mails


def test_a_former_address_outside_the_allowed_domains_receives_nothing(get_mails):
    assert get_mails(OUTSIDE) == []
    assert Notification.objects.get(email=OUTSIDE).skipped == "no_access"


def test_an_address_of_no_account_gets_the_link_and_not_the_content(get_mails, helpdesk):
    [mail] = get_mails(TEAM)
    whole = f"{mail.subject} {mail.body} {mail.alternatives[0][0]}"
    assert "Harassment" not in whole
    assert "He said it again." not in whole
    assert "/tickets/" in mail.body
    assert "This address belongs to no account" in mail.body
    assert "Chauffage" in mail.subject


def test_a_manager_receives_the_content_that_the_extra_address_does_not(
    get_mails, mailoutbox, people
):
    get_mails(TEAM)
    [mail] = [mail for mail in mailoutbox if mail.to[0].endswith(f"<{people.karim.email}>")]
    assert "He said it again." in mail.body


def test_the_address_of_an_account_that_may_read_the_ticket_gets_the_content(get_mails, people):
    people.sophie.email = OUTSIDE
    people.sophie.save()
    assert "He said it again." in get_mails(OUTSIDE)[-1].body


@pytest.mark.parametrize("what", ["service", "category"])
def test_people_responsible_for_the_service_are_notified_of_a_new_address(
    general, heating, people, owner, mailoutbox, what
):
    if what == "service":
        configuration.change_service(general, by=owner, alert_address=TEAM)
        expected = {people.julien.email}
    else:
        configuration.change_category(heating, by=people.karim, alert_address=TEAM)
        expected = {people.julien.email, people.sophie.email}
    deliver()
    assert {mail.to[0].partition("<")[2].strip(">") for mail in mailoutbox} == expected
    assert all(TEAM in mail.body for mail in mailoutbox)


def test_a_removed_address_is_named_with_who_removed_it(general, people, owner, mailoutbox):
    type(general).objects.filter(pk=general.pk).update(alert_address=TEAM)
    configuration.change_service(general, by=owner, alert_address="")
    deliver()
    [mail] = mailoutbox
    assert f"{owner.get_full_name()} removed the extra address {TEAM}." in mail.body


def test_other_changes_of_a_service_are_notified_to_nobody(general, owner):
    configuration.change_service(general, by=owner, name="Maison")
    assert not OutgoingMail.objects.exists()


def test_a_person_no_longer_responsible_is_not_notified(general, people, owner, mailoutbox):
    configuration.change_service(general, by=owner, alert_address=TEAM)
    general.managers.filter(user=people.julien).update(can_manage_managers=False)
    deliver()
    assert mailoutbox == []
    assert OutgoingMail.objects.get(kind=ADDRESS).state == MailState.SKIPPED
