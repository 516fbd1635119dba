"""What alerts contain: sentences, links and headers."""

import email
import email.policy
import re
import textwrap
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.fixtures import service_of
from wagtail_helpdesk import actions, links
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.mailqueue.mail import strip_to_one_line
from wagtail_helpdesk.models import HelpdeskPreferences, MailState, OutgoingMail, PermanentGuest
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.notifications.alert_quotes import quote_text
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

PROJECT = Path(__file__).resolve().parents[2]


def raw(mail):
    """The mail as a mail program reads it."""
    return email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)


def text_of(mail):
    return raw(mail).get_body(("plain",)).get_content()


def html_of(mail):
    return raw(mail).get_body(("html",)).get_content()


def shown_in(mail):
    """The HTML part as its reader sees it."""
    return BeautifulSoup(html_of(mail), "html.parser").get_text()


def delete(service):
    service.categories.all().delete()
    service.delete()


class TestCreation:
    def test_a_creation_mail_has_author_subject_content_and_link(self, ticket, send_mails):
        mail = send_mails()["karim"]
        for part in (text_of(mail), shown_in(mail)):
            assert "Léa Fournier opened a ticket in Services Généraux › Chauffage." in part
            assert "Radiateur froid en salle A12" in part
            assert "Il fait 14 degrés." in part
        for part in (text_of(mail), html_of(mail)):
            assert f"/tickets/{ticket.pk}/" in part

    def test_a_creation_mail_names_the_requester_and_who_opened_it(
        self, heating, people, send_mails
    ):
        actions.open_ticket(
            heating, by=people.karim, requester=people.lea, subject="Froid", text="Elle a froid."
        )
        assert "Requester: Léa Fournier (opened by Karim Benali)" in text_of(send_mails()["sophie"])

    def test_a_permanent_guest_reads_the_reason(self, general, heating, people, send_mails):
        PermanentGuest.objects.create(service=general, user=people.ines)
        actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
        assert "permanent guest of the service Services Généraux" in text_of(send_mails()["ines"])

    def test_a_permanent_guest_of_the_former_service_is_called_a_guest(
        self, general, ticket, network, people, send_mails, forget_notifications
    ):
        PermanentGuest.objects.create(service=general, user=people.ines)
        actions.invite(ticket, by=people.karim, users=[people.ines])
        ticket.guests.update(permanent=True)
        actions.move(ticket, by=people.karim, to=network)
        forget_notifications()
        actions.comment(ticket, by=people.lea, text="Toujours froid.")
        assert "because you are a guest of the ticket" in text_of(send_mails()["ines"])

    def test_a_member_reads_the_category_they_are_a_member_of(
        self, ticket, plumbing, people, recipients, send_mails
    ):
        recipients()
        actions.move(ticket, by=people.karim, to=plumbing)
        assert "member of the category Chauffage" in text_of(send_mails()["sophie"])

    @pytest.mark.parametrize(
        ("who", "address"),
        [("sophie", "manager/preferences/#service-{}\n"), ("lea", "preferences/\n")],
    )
    def test_the_mail_links_to_the_preferences_of_its_reason(
        self, taken, general, send_mails, who, address
    ):
        text = text_of(send_mails()[who])
        assert f"/go/{address.format(general.pk)}" in text

    def test_a_mail_to_a_mailbox_has_no_link_to_preferences(
        self, general, people, heating, mailoutbox, send_mails
    ):
        type(general).objects.filter(pk=general.pk).update(alert_address="team@arvelle.example")
        actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
        send_mails()
        (mail,) = [mail for mail in mailoutbox if mail.to == ["team@arvelle.example"]]
        assert "preferences" not in text_of(mail)

    def test_a_guest_may_leave_the_ticket(self, taken, people, send_mails, forget_notifications):
        forget_notifications()
        actions.invite(taken, by=people.karim, users=[people.ines])
        text = text_of(send_mails()["ines"])
        assert "Leave this ticket" in text
        assert "Remove the guest" not in text

    def test_links_to_the_two_actions_a_manager_most_probably_takes(self, ticket, send_mails):
        mail = send_mails()["karim"]
        for part in (text_of(mail), html_of(mail)):
            assert re.findall(rf"/tickets/{ticket.pk}/([a-z-]+)/", part) == ["take", "comment"]

    def test_links_to_at_most_two_actions_for_each_reader(self, invited, people, send_mails):
        actions.comment(invited, by=people.sophie, text="Bonjour.")
        links = {
            who: re.findall(rf"/tickets/{invited.pk}/([a-z-]+)/", text_of(mail))
            for who, mail in send_mails().items()
        }
        assert links["lea"] == ["comment", "close"]
        assert links["karim"] == ["comment", "close"]
        assert links["thomas"] == ["comment", "remove-guest"]
        assert links["julien"] == ["take", "comment"]


class TestClosure:
    def test_a_closure_mail_asks_the_requester_to_approve_by_a_date(self, closed, send_mails):
        text = text_of(send_mails()["lea"])
        assert "Karim Benali closed your request. Is your problem solved?" in text
        assert f"/tickets/{closed.pk}/approve-closure/" in text
        assert f"/tickets/{closed.pk}/reject-closure/" in text
        assert "reopen" not in text
        assert re.search(r"If we don’t hear from you by .+, we’ll consider it solved", text)

    def test_a_closure_answered_before_the_mail_was_sent_asks_nothing(
        self, closed, people, recipients, send_mails
    ):
        recipients()
        actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
        text = text_of(send_mails()["lea"])
        assert "Karim Benali closed your request." in text
        assert "approve" not in text
        assert "hear from you" not in text

    def test_a_closure_mail_asks_guests_nothing(
        self, taken, people, send_mails, forget_notifications
    ):
        actions.invite(taken, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.close(taken, by=people.karim, text="Vanne remplacée.")
        text = text_of(send_mails()["ines"])
        assert "Karim Benali closed the ticket." in text
        assert "approve" not in text


def test_a_request_for_information_has_a_reply_button(taken, people, send_mails):
    actions.ask_information(taken, by=people.karim, text="Quelle salle ?")
    text = text_of(send_mails()["lea"])
    assert "Karim Benali has a question for you. Please reply below." in text
    assert (
        f"Reply\nhttps://intranet.arvelle.example/helpdesk-mail/go/tickets/{taken.pk}/comment/"
        in text
    )


def test_an_invitation_quotes_the_message(taken, people, send_mails, forget_notifications):
    forget_notifications()
    actions.invite(taken, by=people.karim, users=[people.ines], text="Pour information.")
    text = text_of(send_mails()["ines"])
    assert f"Karim Benali invites you to follow ticket #{taken.pk}." in text
    assert "> Pour information." in text


def test_a_new_requester_reads_the_unanswered_question(
    taken, people, send_mails, forget_notifications
):
    actions.ask_information(taken, by=people.karim, text="Quelle salle ?")
    forget_notifications()
    actions.change_requester(taken, by=people.karim, to=people.thomas)
    text = text_of(send_mails()["thomas"])
    assert "Karim Benali transferred this ticket to you." in text
    assert "Quelle salle ?" in text
    assert "Reply\n" in text


class TestRequest:
    """The request is quoted where the reader of a mail needs it."""

    WORDS = "Il fait 14 degrés."

    def assert_quoted(self, mail):
        html = BeautifulSoup(html_of(mail), "html.parser")
        for part in (text_of(mail), html.select_one(".sheet").get_text()):
            assert part.count(self.WORDS) == 1

    def test_an_invitation_quotes_the_request(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.invite(taken, by=people.karim, users=[people.ines], text="Pour information.")
        mail = send_mails()["ines"]
        self.assert_quoted(mail)
        assert "The request (Léa Fournier, " in text_of(mail)

    def test_a_question_quotes_the_request_of_its_reader(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.ask_information(taken, by=people.karim, text="Quelle salle ?")
        mail = send_mails()["lea"]
        self.assert_quoted(mail)
        assert "Your request of " in text_of(mail)

    def test_a_closure_quotes_the_request_to_the_requester_alone(
        self, closed, people, send_mails, forget_notifications
    ):
        actions.reject_closure(closed, by=people.lea, text="Non.")
        actions.invite(closed, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.close(closed, by=people.karim, text="Vanne remplacée.")
        mails = send_mails()
        self.assert_quoted(mails["lea"])
        assert self.WORDS not in text_of(mails["ines"])

    def test_an_assignment_quotes_the_request_and_names_the_requester(
        self, ticket, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.assign(ticket, by=people.sophie, to=people.karim)
        mail = send_mails()["karim"]
        self.assert_quoted(mail)
        assert "Requester: Léa Fournier\nManager: Karim Benali\nPriority: normal" in text_of(mail)

    def test_a_transfer_quotes_the_request_to_the_managers_of_the_target(
        self, taken, people, network, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.move(taken, by=people.karim, to=network)
        self.assert_quoted(send_mails()["nadia"])

    def test_a_new_requester_reads_the_request(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.change_requester(taken, by=people.karim, to=people.thomas)
        self.assert_quoted(send_mails()["thomas"])

    def test_a_comment_does_not_quote_the_request(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        assert self.WORDS not in text_of(send_mails()["karim"])

    def test_a_creation_mail_has_the_request_once(self, ticket, people, send_mails):
        self.assert_quoted(send_mails()["karim"])

    def test_a_long_request_is_cut(self, heating, people, send_mails, forget_notifications):
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="é " * 9_000)
        forget_notifications()
        actions.assign(ticket, by=people.sophie, to=people.karim)
        mail = send_mails()["karim"]
        assert len(mail.message().as_bytes()) < 100_000
        assert "The message continues on the ticket’s page" in text_of(mail)

    def test_priority_and_manager_are_not_shown_to_requesters_and_guests(
        self, heating, people, general, send_mails
    ):
        PermanentGuest.objects.create(service=general, user=people.ines)
        actions.open_ticket(heating, by=people.karim, requester=people.lea, subject="Froid",
                            text="Froid.", priority=5)  # fmt: skip
        text = text_of(send_mails()["ines"])
        assert "Priority" not in text
        assert "Manager:" not in text
        assert "Requester: Léa Fournier" in text


def test_lists_of_mails_show_the_beginning_of_the_message(ticket, people, send_mails):
    html = BeautifulSoup(html_of(send_mails()["karim"]), "html.parser")
    assert html.body.find().get_text() == "Il fait 14 degrés."
    assert "display: none" in html.body.find()["style"]


class TestAccessLost:
    def test_a_manager_who_lost_access_reads_where_the_ticket_went_only(
        self, taken, network, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.move(taken, by=people.sophie, to=network, text="Secret de la DSI.")
        mail = send_mails()["karim"]
        assert (
            f"Sophie Lambert transferred ticket #{taken.pk} “Radiateur froid en salle A12” to the"
            " service DSI, so you no longer have access."
        ) in text_of(mail)
        for part in (text_of(mail), html_of(mail)):
            assert "Secret" not in part
            assert f"/tickets/{taken.pk}/" not in part
        assert not raw(mail)["List-Archive"]

    def test_the_former_requester_reads_who_has_the_ticket(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.change_requester(taken, by=people.karim, to=people.thomas)
        assert "to Thomas Girard, so you no longer have access." in text_of(send_mails()["lea"])

    def test_a_mail_about_lost_access_shows_only_what_its_reader_could_see(
        self, taken, network, people, send_mails, forget_notifications
    ):
        payroll = service_of("Ressources humaines", ["Paie"], people.julien).categories.get()
        forget_notifications()
        actions.move(taken, by=people.sophie, to=network)
        actions.take(taken, by=people.julien)
        actions.change_subject(taken, by=people.julien, to="Licenciement")
        actions.move(taken, by=people.julien, to=payroll)
        mail = send_mails()["karim"]
        assert mail.subject == f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"
        assert raw(mail)["From"].startswith("DSI ")
        for part in (text_of(mail), html_of(mail)):
            assert "“Radiateur froid en salle A12” to the service DSI, so" in part
            assert "Licenciement" not in part
            assert "Ressources humaines" not in part

    def test_a_mail_about_lost_access_hides_a_confidential_subject(
        self, taken, network, people, general, send_mails, forget_notifications
    ):
        forget_notifications()
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.move(taken, by=people.sophie, to=network)
        mail = send_mails()["karim"]
        assert mail.subject == f"[Services Généraux #{taken.pk}] Confidential ticket"
        assert f"transferred ticket #{taken.pk} to the service DSI, so" in text_of(mail)

    def test_a_mail_about_lost_access_hides_later_confidential_services(
        self, taken, network, plumbing, people, dsi, general, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.take(taken, by=people.julien)
        actions.change_requester(taken, by=people.julien, to=people.thomas)
        type(dsi).objects.filter(pk=dsi.pk).update(confidential=True)
        actions.move(taken, by=people.julien, to=network)
        mail = send_mails()["lea"]
        assert mail.subject == f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"
        assert raw(mail)["From"].startswith("Services Généraux ")

    def test_a_former_manager_who_is_a_guest_gets_no_mail_about_lost_access(
        self, taken, network, people, send_mails, forget_notifications
    ):
        actions.invite(taken, by=people.sophie, users=[people.karim])
        forget_notifications()
        actions.move(taken, by=people.sophie, to=network)
        assert "no longer have access" not in text_of(send_mails()["karim"])

    def test_a_removed_guest_gets_no_mail(self, taken, people, send_mails, forget_notifications):
        actions.invite(taken, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.remove_guest(taken, by=people.karim, user=people.ines)
        assert "ines" not in send_mails()


class TestDeletedPlaces:
    """Categories and services may be deleted while a mail waits for the mail server."""

    def test_a_mail_does_not_name_a_category_deleted_since(
        self, ticket, heating, plumbing, people, recipients, send_mails
    ):
        recipients()
        actions.move(ticket, by=people.sophie, to=plumbing)
        heating.delete()
        assert "Léa Fournier opened a ticket in Services Généraux." in text_of(
            send_mails()["karim"]
        )

    def test_a_mail_does_not_name_a_service_deleted_since(
        self, ticket, general, network, people, recipients, send_mails
    ):
        recipients()
        actions.move(ticket, by=people.karim, to=network)
        delete(general)
        text = text_of(send_mails()["lea"])
        assert "Karim Benali transferred your request to DSI › Réseau." in text

    def test_no_mail_about_lost_access_to_a_service_deleted_since(
        self, taken, dsi, network, people, send_mails, forget_notifications
    ):
        payroll = service_of("Ressources humaines", ["Paie"], people.julien).categories.get()
        forget_notifications()
        actions.move(taken, by=people.sophie, to=network)
        actions.move(taken, by=people.julien, to=payroll)
        delete(dsi)
        assert "karim" not in send_mails()


class TestRights:
    def test_a_guest_removed_before_the_mail_is_sent_gets_nothing(
        self, ticket, network, people, send_mails, forget_notifications
    ):
        actions.invite(ticket, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.comment(ticket, by=people.lea, text="Mon numéro est le 06.")
        actions.remove_guest(ticket, by=people.karim, user=people.ines)
        assert "ines" not in send_mails()

    def test_a_note_is_sent_to_managers_only(self, taken, people, send_mails, forget_notifications):
        actions.invite(taken, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.note(taken, by=people.sophie, text="Le budget est épuisé.")
        assert set(send_mails()) == {"karim"}

    def test_a_comment_to_the_requester_is_not_sent_to_guests(
        self, taken, people, send_mails, forget_notifications
    ):
        actions.invite(taken, by=people.karim, users=[people.ines])
        forget_notifications()
        actions.comment(taken, by=people.karim, text="Entre nous.", audience=Audience.REQUESTER)
        assert set(send_mails()) == {"lea"}

    def test_mails_of_a_confidential_service_have_no_content(self, closed, general, send_mails):
        general.confidential = True
        general.save()
        for mail in send_mails().values():
            assert mail.subject == f"[Services Généraux #{closed.pk}] Confidential ticket"
            for part in (text_of(mail), html_of(mail)):
                assert "Vanne" not in part
                assert "Radiateur" not in part
                assert "Chauffage" not in part.replace("category Chauffage", "")
                assert "is confidential: read it online" in part

    def test_text_written_in_a_confidential_service_is_not_in_mails_after_a_move(
        self, taken, people, general, network, send_mails
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.ask_information(taken, by=people.karim, text="Quelle vanne ?")
        actions.move(taken, by=people.karim, to=network, text="La vanne est à vous.")
        actions.comment(taken, by=people.nadia, text="Je regarde.")
        mails = send_mails()
        assert mails["lea"].subject == f"[Réseau #{taken.pk}] Confidential ticket"
        for mail in mails.values():
            for part in (text_of(mail), html_of(mail)):
                for secret in ("14 degrés", "vanne", "Radiateur", "Chauffage"):
                    assert secret not in part
        assert "Je regarde." in text_of(mails["lea"])
        assert "is confidential: read it online" in text_of(mails["lea"])

    def test_a_confidential_subject_is_not_in_mails_after_a_move(
        self, taken, people, general, network, send_mails, forget_notifications
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.move(taken, by=people.karim, to=network)
        forget_notifications()
        actions.take(taken, by=people.nadia)
        actions.change_subject(taken, by=people.nadia, to="Vanne", notifies_everyone=True)
        mail = send_mails()["lea"]
        for part in (text_of(mail), html_of(mail)):
            assert "Radiateur" not in part
            assert "Vanne" not in part
            assert "read it online" not in part

    def test_a_confidential_question_is_not_quoted_to_a_new_requester(
        self, taken, people, general, network, send_mails, forget_notifications
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.take(taken, by=people.julien)
        actions.ask_information(taken, by=people.julien, text="Quelle vanne ?")
        actions.move(taken, by=people.julien, to=network)
        forget_notifications()
        actions.change_requester(taken, by=people.julien, to=people.thomas)
        assert taken.status == "incomplete"
        assert "vanne" not in text_of(send_mails()["thomas"])

    def test_a_mail_has_one_recipient_and_shows_no_other_email(self, closed, send_mails):
        for who, mail in send_mails().items():
            assert len(mail.recipients()) == 1
            addresses = set(re.findall(r"[\w.]+@arvelle\.example", mail.message().as_string()))
            assert {address.partition(".")[0] for address in addresses} == {who}


class TestLanguage:
    def test_text_and_html_are_in_the_readers_language_and_time_zone(
        self, taken, people, send_mails, forget_notifications
    ):
        HelpdeskPreferences.objects.create(
            user=people.lea, language="fr", time_zone="America/Guadeloupe"
        )
        forget_notifications()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        mail = send_mails()["lea"]
        said_at = taken.events.last().created_at
        hour = timezone.localtime(said_at, ZoneInfo("America/Guadeloupe"))
        assert raw(mail)["Content-Language"] == "fr"
        assert '<html lang="fr">' in html_of(mail)
        for part in (text_of(mail), shown_in(mail)):
            assert f"{hour:%Y}, {hour.hour}\N{NO-BREAK SPACE}h" in part
        for part in (text_of(mail), html_of(mail)):
            assert "/go/tickets/" in part

    def test_the_language_of_the_wagtail_account_is_used_without_a_preference(
        self, taken, people, send_mails, forget_notifications
    ):
        from wagtail.users.models import UserProfile

        UserProfile.objects.create(user=people.lea, preferred_language="fr")
        forget_notifications()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        assert raw(send_mails()["lea"])["Content-Language"] == "fr"

    def test_an_unknown_language_or_time_zone_falls_back_to_the_site(
        self, taken, people, send_mails, forget_notifications
    ):
        HelpdeskPreferences.objects.create(user=people.lea, language="tlh", time_zone="Mars/Base")
        forget_notifications()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        assert raw(send_mails()["lea"])["Content-Language"] == "en"


class TestHeaders:
    @pytest.fixture
    def mail(self, ticket, send_mails):
        return raw(send_mails()["karim"])

    def test_the_message_id_is_the_stored_one(self, mail, people):
        assert mail["Message-ID"] == OutgoingMail.objects.get(user=people.karim).message_id

    def test_the_subject_names_category_and_number(self, mail, ticket):
        assert mail["Subject"] == f"[Chauffage #{ticket.pk}] Radiateur froid en salle A12"

    def test_after_a_transfer_the_subject_names_the_new_place(
        self, taken, people, network, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.move(taken, by=people.karim, to=network)
        subject = f"[Réseau #{taken.pk}] Radiateur froid en salle A12"
        assert {mail.subject for mail in send_mails().values()} == {subject}

    def test_people_who_lose_access_get_the_subject_that_the_ticket_had(
        self, taken, people, network, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.move(taken, by=people.sophie, to=network)
        subject = f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"
        assert send_mails()["karim"].subject == subject

    def test_the_subject_names_no_category_of_a_confidential_service(
        self, taken, people, general, network, send_mails, forget_notifications
    ):
        forget_notifications()
        general.confidential = True
        general.save()
        actions.move(taken, by=people.karim, to=network)
        assert all(mail.subject.startswith("[Réseau #") for mail in send_mails().values())

    def test_the_sender_is_the_service_with_the_email_of_the_site(self, mail):
        assert mail["From"] == "Services Généraux <helpdesk@example.org>"
        assert mail["Reply-To"] is None

    def test_headers_prevent_automatic_replies(self, mail):
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"

    def test_an_alert_has_no_precedence_header(self, mail):
        # RFC 3834 advises against Precedence: Auto-Submitted and List-Id are enough.
        assert mail["Precedence"] is None

    def test_a_mail_has_list_id_and_archive(self, mail, ticket):
        assert re.fullmatch(r"Services Généraux <s\d+\.helpdesk\.example\.org>", mail["List-Id"])
        assert mail["List-Archive"].endswith(f"/tickets/{ticket.pk}/>")

    def test_a_mail_has_a_one_click_unsubscribe_header(self, mail):
        assert re.fullmatch(r"<https://\S+/mute/\S+/>", mail["List-Unsubscribe"].strip())
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_a_question_has_no_unsubscribe_header(self, closed, send_mails):
        assert raw(send_mails()["lea"])["List-Unsubscribe"] is None

    def test_a_mail_has_headers_for_filters(self, mail, ticket):
        assert mail["X-Helpdesk-Ticket"] == str(ticket.pk)
        assert mail["X-Helpdesk-Reason"] == "member"
        assert mail["X-Helpdesk-Instance"] == "example.org"

    def test_a_mail_has_text_and_html_without_remote_content(self, mail):
        parts = [part.get_content_type() for part in mail.iter_parts()]
        assert mail.get_content_type() == "multipart/alternative"
        assert parts == ["text/plain", "text/html"]
        html = mail.get_body(("html",)).get_content()
        assert not re.search(r"<img|<link|<script|url\(|@import|src=", html)
        assert len(mail.as_bytes()) < 100_000

    def test_a_mail_has_date_and_language(self, mail):
        assert mail["Date"]
        assert mail["MIME-Version"] == "1.0"
        assert mail["Content-Language"] == "en"

    @pytest.mark.parametrize(
        ("first_name", "last_name"), [('"a@b.c" <x@y.z>,', ";é\\"), ("Fournier,", "Léa")]
    )
    def test_special_characters_in_a_name_make_one_recipient(
        self, ticket, people, send_mails, forget_notifications, first_name, last_name
    ):
        people.lea.first_name, people.lea.last_name = first_name, last_name
        people.lea.save()
        forget_notifications()
        actions.take(ticket, by=people.karim)
        (mail,) = send_mails().values()
        assert [a.addr_spec for a in raw(mail)["To"].addresses] == ["lea.fournier@arvelle.example"]


@pytest.mark.parametrize(
    "evil",
    [
        "a\r\nBcc: x@example.org",
        "a\nb",
        "a\rb",
        pytest.param("a\0b", marks=pytest.mark.sqlite),  # PostgreSQL cannot store it
        "a\u2028b",
        "a\x85b",
        "a\u202eb",
        "é" * 5000,
    ],
    ids=ascii,
)
class TestInjection:
    def test_control_characters_in_names_and_subjects_inject_no_header(
        self, ticket, general, heating, people, send_mails, evil
    ):
        type(general).objects.filter(pk=general.pk).update(name=evil[:100])
        type(heating).objects.filter(pk=heating.pk).update(name=evil[:100])
        with unguarded():
            type(ticket).objects.filter(pk=ticket.pk).update(subject=evil[:255])
        type(people.karim).objects.filter(pk=people.karim.pk).update(first_name=evil[:150])
        mails = list(send_mails().values())
        assert len(mails) == 4
        for mail in mails:
            parsed = raw(mail)
            assert parsed["Bcc"] is None
            assert len(parsed["To"].addresses) == len(parsed["From"].addresses) == 1
            assert parsed["Subject"].strip().startswith("[")
            for name in ("Subject", "From", "To", "List-Id"):
                assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202e]", parsed[name])

    def test_strip_to_one_line_returns_one_line(self, evil):
        assert len(strip_to_one_line(evil).splitlines()) <= 1


def test_a_subject_keeps_joiners_and_drops_soft_hyphens():
    assert strip_to_one_line("👩\u200d💻 im\u00adprimante") == "👩\u200d💻 imprimante"


class TestText:
    def test_single_dots_and_long_lines_are_transmitted(
        self, taken, people, smtp, forget_notifications
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text=".\n" + "é" * 3000 + "\nfin")
        dispatch_waiting_events()
        deliver()
        (received,) = smtp.messages
        assert max(map(len, received.raw.split(b"\r\n"))) <= 998
        assert b"\n" not in received.raw.replace(b"\r\n", b"")
        body = received.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert "> .\n" in body
        assert "é" * 3000 in body

    def test_an_international_domain_is_encoded(
        self, ticket, people, send_mails, forget_notifications
    ):
        people.lea.email = "lea@université.example"
        people.lea.save()
        forget_notifications()
        actions.take(ticket, by=people.karim)
        (mail,) = send_mails().values()
        assert raw(mail)["To"].addresses[0].domain == "xn--universit-j4a.example"
        assert raw(mail)["To"].addresses[0].display_name == "Léa Fournier"

    def test_html_in_a_message_is_escaped(self, taken, people, send_mails, forget_notifications):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="<script>alert(1)</script> [x](javascript:a)")
        html = html_of(send_mails()["karim"])
        assert "<script" not in html
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
        assert "&lt;script&gt;" in html

    def test_links_in_messages_are_nofollow(self, taken, people, send_mails, forget_notifications):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Voir https://example.org/x")
        assert 'rel="noopener noreferrer nofollow ugc"' in html_of(send_mails()["karim"])

    def test_a_long_message_is_cut_with_a_hint(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="é " * 9_000)
        mail = send_mails()["karim"]
        assert len(mail.message().as_bytes()) < 100_000
        assert "The message continues on the ticket’s page" in text_of(mail)

    @pytest.mark.parametrize("text", ["**Froid**", "xn--a." * 3000 + "x"])
    def test_a_message_is_not_rendered_again_for_a_mail(
        self, taken, people, send_mails, forget_notifications, text, monkeypatch
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text=text)
        monkeypatch.delattr("wagtail_helpdesk.markdown.render_message")
        assert text[:12].strip("*") in html_of(send_mails()["karim"])

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("> " * 30 + "a\n\n" + "- é\n\n" * 3000, id="far more markup than text"),
            pytest.param("😀" * 20_000, id="letters that take many bytes"),
            pytest.param(
                f"[a](https://x{'😀' * 1900}) " * 10, id="addresses longer than their words"
            ),
        ],
    )
    def test_a_mail_with_long_messages_stays_small(
        self, taken, people, send_mails, forget_notifications, text
    ):
        forget_notifications()
        for _ in range(2):
            actions.comment(taken, by=people.lea, text=text)
        mail = send_mails()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert "The message continues on the ticket’s page" in text_of(mail)

    def test_a_mail_with_many_files_stays_small(
        self, taken, people, send_mails, forget_notifications
    ):
        forget_notifications()
        for _ in range(20):
            actions.note(taken, by=people.sophie, text="Voici.", files=[
                ContentFile(b"x", name="😀" * 130 + str(number)) for number in range(10)
            ])  # fmt: skip
        mail = send_mails()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert "earlier actions are on the ticket’s page." in text_of(mail)

    def test_the_oldest_of_many_events_are_counted(
        self, taken, people, send_mails, forget_notifications, settings
    ):
        settings.WAGTAIL_HELPDESK = {"ALERT_DELAY": 0}
        forget_notifications()
        for number in range(25):
            actions.comment(taken, by=people.lea, text=f"Allô {number} ?")
        text = text_of(send_mails()["karim"])
        assert "5 earlier actions are on the ticket’s page." in text
        assert "Allô 24" in text

    def test_attached_files_are_named(self, taken, people, send_mails, forget_notifications):
        forget_notifications()
        actions.comment(
            taken, by=people.lea, text="Voici.", files=[ContentFile(b"hello", name="photo.txt")]
        )
        assert "Attached: photo.txt" in text_of(send_mails()["karim"])


class TestThreads:
    """Mails are one thread per ticket and reader, even if one is lost."""

    @pytest.fixture
    def mails_of_a_whole_life(self, heating, network, people, send_mails, mailoutbox):
        mails = []
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")

        def collect():
            send_mails()
            mails.extend(raw(mail) for mail in mailoutbox if "lea.fournier" in mail.to[0])

        collect()
        for step in (
            lambda: actions.take(ticket, by=people.karim),
            lambda: actions.ask_information(ticket, by=people.karim, text="Où ?"),
            lambda: actions.comment(ticket, by=people.karim, text="Alors ?"),
            lambda: actions.postpone(ticket, by=people.karim, text="La pièce manque."),
            lambda: actions.resume(ticket, by=people.karim),
            lambda: actions.invite(ticket, by=people.karim, users=[people.ines]),
            lambda: actions.comment(ticket, by=people.ines, text="Bonjour."),
            lambda: actions.move(ticket, by=people.sophie, to=network),
            lambda: actions.take(ticket, by=people.nadia),
            lambda: actions.comment(ticket, by=people.nadia, text="C’est le réseau."),
            lambda: actions.close(ticket, by=people.nadia),
        ):
            step()
            collect()
        return mails

    def test_mails_form_one_thread_even_if_one_is_missing(self, mails_of_a_whole_life):
        assert len(mails_of_a_whole_life) == 12
        for missing in range(len(mails_of_a_whole_life) + 1):
            kept = [mail for number, mail in enumerate(mails_of_a_whole_life) if number != missing]
            assert len(_trees(kept)) == 1

    def test_references_are_at_most_ten(self, mails_of_a_whole_life):
        for mail in mails_of_a_whole_life:
            assert 1 <= len(mail["References"].split()) <= 10
            assert mail["In-Reply-To"] == mail["References"].split()[-1]


def _trees(mails):
    """The roots of the threads, as Zawinski’s algorithm finds them."""
    parents = {}
    for mail in mails:
        chain = [*mail["References"].split(), mail["Message-ID"]]
        parents.update(zip(chain[1:], chain, strict=False))
    return {_root(mail["Message-ID"], parents) for mail in mails}


def _root(name, parents):
    while name in parents:
        name = parents[name]
    return name


def test_without_a_helpdesk_page_mails_have_no_links(ticket, people, send_mails, monkeypatch, rf):
    monkeypatch.setattr(links, "find_location", lambda service, language: None)
    text = text_of(send_mails()["karim"])
    assert "http" not in text
    assert "Il fait 14 degrés." in text


def test_each_reader_gets_one_mail(ticket, send_mails):
    assert len(send_mails()) == 4
    assert send_mails() == {}
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {MailState.SENT}


def test_the_deadline_follows_the_setting(closed, send_mails, settings):
    settings.WAGTAIL_HELPDESK = {"EXPIRY_DAYS": 3}
    day = format_date(timezone.localdate(closed.awaiting_since + timedelta(days=3)))
    assert f"by {day}" in text_of(send_mails()["lea"])


def test_a_host_changes_the_look_as_documented(ticket, send_mails, settings, tmp_path):
    how_to = (PROJECT / "docs" / "how-to" / "alerts.md").read_text()
    example = textwrap.dedent(re.search(r"```html\n(.*?)```", how_to, re.DOTALL)[1])
    template = tmp_path / "wagtail_helpdesk" / "mail" / "frame.html"
    template.parent.mkdir(parents=True)
    template.write_text(example)
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert "background-color: #7a1f3d" in html_of(send_mails()["karim"])


def test_quoting_keeps_indentation():
    text = "    code\n" + "mot " * 30
    first, second, third = quote_text(text).splitlines()
    assert first == ">     code"
    assert second.startswith("> mot")
    assert third.startswith("> mot")


def test_a_mail_that_cannot_be_shortened_enough_is_sent(ticket, send_mails, monkeypatch):
    monkeypatch.setattr("wagtail_helpdesk.mailqueue.mail.MAX_MAIL_SIZE", 1)
    assert "karim" in send_mails()
