"""What is in a mail: the words, the links, the headers (rows E-01 to E-18, S-HDR-01, S-HDR-02)."""

import email
import email.policy
import re
import textwrap
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from tests.fixtures import service_of
from wagtail_helpdesk import actions, links
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.mailqueue.mail import strip_to_one_line
from wagtail_helpdesk.models import HelpdeskPreferences, OutgoingMail, PermanentGuest, State
from wagtail_helpdesk.notifications.alert_mail import quote_text
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

PROJECT = Path(__file__).resolve().parents[2]


def raw(mail):
    """The mail as a mail program reads it."""
    return email.message_from_bytes(mail.message().as_bytes(), policy=email.policy.default)


def text_of(mail):
    return raw(mail).get_body(("plain",)).get_content()


def html_of(mail):
    return raw(mail).get_body(("html",)).get_content()


def delete(service):
    service.categories.all().delete()
    service.delete()


class TestCreation:
    def test_carries_author_subject_content_and_link(self, ticket, sent):
        mail = sent()["karim"]
        for part in (text_of(mail), html_of(mail)):
            assert "Léa Fournier opened a ticket in Services Généraux › Chauffage." in part
            assert "Radiateur froid en salle A12" in part
            assert "Il fait 14 degrés." in part
            assert f"/tickets/{ticket.pk}/" in part

    def test_says_for_whom_when_somebody_else_opened_it(self, heating, people, sent):
        actions.open_ticket(
            heating, by=people.karim, requester=people.lea, subject="Froid", text="Elle a froid."
        )
        assert "Requester: Léa Fournier (opened by Karim Benali)" in text_of(sent()["sophie"])

    def test_tells_a_permanent_guest_why(self, general, heating, people, sent):
        PermanentGuest.objects.create(service=general, user=people.ines)
        actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
        assert "permanent guest of the service Services Généraux" in text_of(sent()["ines"])

    def test_whoever_came_with_another_service_has_stayed_as_a_guest(
        self, general, ticket, network, people, sent, quiet
    ):
        PermanentGuest.objects.create(service=general, user=people.ines)
        actions.invite(ticket, by=people.karim, users=[people.ines])
        ticket.guests.update(permanent=True)
        actions.move(ticket, by=people.karim, to=network)
        quiet()
        actions.comment(ticket, by=people.lea, text="Toujours froid.")
        assert "because you are a guest of the ticket" in text_of(sent()["ines"])

    def test_a_member_is_told_where_he_is_one(self, ticket, plumbing, people, told, sent):
        told()
        actions.move(ticket, by=people.karim, to=plumbing)
        assert "member of the category Chauffage" in text_of(sent()["sophie"])

    @pytest.mark.parametrize(
        ("who", "address"),
        [("sophie", "manager/preferences/#service-{}\n"), ("lea", "preferences/\n")],
    )
    def test_leads_to_where_one_changes_that(self, taken, general, sent, who, address):
        text = text_of(sent()[who])
        assert f"/go/{address.format(general.pk)}" in text

    def test_nobody_has_preferences_for_a_mailbox(self, general, people, heating, mailoutbox, sent):
        type(general).objects.filter(pk=general.pk).update(alert_address="team@arvelle.example")
        actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
        sent()
        (mail,) = [mail for mail in mailoutbox if mail.to == ["team@arvelle.example"]]
        assert "preferences" not in text_of(mail)

    def test_a_guest_may_stop_being_one(self, taken, people, sent, quiet):
        quiet()
        actions.invite(taken, by=people.karim, users=[people.ines])
        text = text_of(sent()["ines"])
        assert "Stop being a guest" in text
        assert "Remove the guest" not in text

    def test_links_to_what_a_manager_may_do(self, ticket, sent):
        text = text_of(sent()["karim"])
        for act in ("take", "take-and-close", "take-and-ask", "assign", "move"):
            assert f"/tickets/{ticket.pk}/{act}/" in text
        assert "release" not in text


class TestClosure:
    def test_asks_the_requester_to_approve_and_says_by_when(self, closed, sent):
        text = text_of(sent()["lea"])
        assert "Karim Benali closed your ticket. Do you approve this closure?" in text
        assert f"/tickets/{closed.pk}/approve-closure/" in text
        assert f"/tickets/{closed.pk}/reject-closure/" in text
        assert "reopen" not in text
        assert re.search(r"If you do not answer before .+, the ticket will expire", text)

    def test_asks_nothing_that_was_answered_before_it_left(self, closed, people, told, sent):
        told()
        actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
        text = text_of(sent()["lea"])
        assert "Karim Benali closed the ticket." in text
        assert "approve" not in text
        assert "If you do not answer" not in text

    def test_asks_nothing_of_others(self, taken, people, sent, quiet):
        actions.invite(taken, by=people.karim, users=[people.ines])
        quiet()
        actions.close(taken, by=people.karim, text="Vanne remplacée.")
        text = text_of(sent()["ines"])
        assert "Karim Benali closed the ticket." in text
        assert "approve" not in text


def test_a_request_for_information_has_an_answer_button(taken, people, sent):
    actions.ask_information(taken, by=people.karim, text="Quelle salle ?")
    text = text_of(sent()["lea"])
    assert "Karim Benali asks you for more information." in text
    assert (
        f"Answer\nhttps://intranet.arvelle.example/helpdesk-mail/go/tickets/{taken.pk}/comment/"
        in text
    )


def test_an_invitation_carries_the_message(taken, people, sent, quiet):
    quiet()
    actions.invite(taken, by=people.karim, users=[people.ines], text="Pour information.")
    text = text_of(sent()["ines"])
    assert f"Karim Benali invites you to follow ticket no. {taken.pk}." in text
    assert "> Pour information." in text


def test_a_new_requester_reads_the_question_that_waits(taken, people, sent, quiet):
    actions.ask_information(taken, by=people.karim, text="Quelle salle ?")
    quiet()
    actions.change_requester(taken, by=people.karim, to=people.thomas)
    text = text_of(sent()["thomas"])
    assert "made you the requester" in text
    assert "Quelle salle ?" in text
    assert "Answer\n" in text


class TestFarewell:
    def test_tells_a_manager_where_the_ticket_went_and_nothing_more(
        self, taken, network, people, sent, quiet
    ):
        quiet()
        actions.move(taken, by=people.sophie, to=network, text="Secret de la DSI.")
        mail = sent()["karim"]
        assert (
            f"Sophie Lambert transferred ticket no. {taken.pk} “Radiateur froid en salle A12” to the"
            " service DSI. You can no longer read it."
        ) in text_of(mail)
        for part in (text_of(mail), html_of(mail)):
            assert "Secret" not in part
            assert f"/tickets/{taken.pk}/" not in part
        assert not raw(mail)["List-Archive"]

    def test_tells_the_former_requester(self, taken, people, sent, quiet):
        quiet()
        actions.change_requester(taken, by=people.karim, to=people.thomas)
        assert "made Thomas Girard the requester of ticket no." in text_of(sent()["lea"])

    def test_shows_only_what_its_reader_could_see(self, taken, network, people, sent, quiet):
        payroll = service_of("Ressources humaines", ["Paie"], people.julien).categories.get()
        quiet()
        actions.move(taken, by=people.sophie, to=network)
        actions.take(taken, by=people.julien)
        actions.change_subject(taken, by=people.julien, to="Licenciement")
        actions.move(taken, by=people.julien, to=payroll)
        mail = sent()["karim"]
        assert mail.subject == f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"
        assert raw(mail)["From"].startswith("DSI ")
        for part in (text_of(mail), html_of(mail)):
            assert "“Radiateur froid en salle A12” to the service DSI." in part
            assert "Licenciement" not in part
            assert "Ressources humaines" not in part

    def test_names_no_subject_written_in_a_confidential_service(
        self, taken, network, people, general, sent, quiet
    ):
        quiet()
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.move(taken, by=people.sophie, to=network)
        mail = sent()["karim"]
        assert mail.subject == f"[Services Généraux #{taken.pk}] Confidential ticket"
        assert f"transferred ticket no. {taken.pk} to the service DSI." in text_of(mail)

    def test_says_nothing_of_a_confidential_service_it_went_to_later(
        self, taken, network, plumbing, people, dsi, general, sent, quiet
    ):
        quiet()
        actions.take(taken, by=people.julien)
        actions.change_requester(taken, by=people.julien, to=people.thomas)
        type(dsi).objects.filter(pk=dsi.pk).update(confidential=True)
        actions.move(taken, by=people.julien, to=network)
        mail = sent()["lea"]
        assert mail.subject == f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"
        assert raw(mail)["From"].startswith("Services Généraux ")

    def test_none_for_somebody_who_stays_as_guest(self, taken, network, people, sent, quiet):
        actions.invite(taken, by=people.sophie, users=[people.karim])
        quiet()
        actions.move(taken, by=people.sophie, to=network)
        assert "no longer read" not in text_of(sent()["karim"])

    def test_none_for_a_removed_guest(self, taken, people, sent, quiet):
        actions.invite(taken, by=people.karim, users=[people.ines])
        quiet()
        actions.remove_guest(taken, by=people.karim, user=people.ines)
        assert "ines" not in sent()


class TestGone:
    """A mail outlives the places it speaks of: it may wait for the mail server for days."""

    def test_a_category_deleted_since_is_not_named(
        self, ticket, heating, plumbing, people, told, sent
    ):
        told()
        actions.move(ticket, by=people.sophie, to=plumbing)
        heating.delete()
        assert "Léa Fournier opened a ticket in Services Généraux." in text_of(sent()["karim"])

    def test_nor_is_a_service(self, ticket, general, network, people, told, sent):
        told()
        actions.move(ticket, by=people.karim, to=network)
        delete(general)
        text = text_of(sent()["lea"])
        assert "Karim Benali transferred the ticket to DSI › Réseau." in text

    def test_nobody_says_farewell_for_a_service_deleted_since(
        self, taken, dsi, network, people, sent, quiet
    ):
        payroll = service_of("Ressources humaines", ["Paie"], people.julien).categories.get()
        quiet()
        actions.move(taken, by=people.sophie, to=network)
        actions.move(taken, by=people.julien, to=payroll)
        delete(dsi)
        assert "karim" not in sent()


class TestRights:
    def test_s_not_02_who_lost_the_ticket_meanwhile_gets_nothing(
        self, ticket, network, people, sent, quiet
    ):
        actions.invite(ticket, by=people.karim, users=[people.ines])
        quiet()
        actions.comment(ticket, by=people.lea, text="Mon numéro est le 06.")
        actions.remove_guest(ticket, by=people.karim, user=people.ines)
        assert "ines" not in sent()

    def test_a_note_is_read_by_managers_only(self, taken, people, sent, quiet):
        actions.invite(taken, by=people.karim, users=[people.ines])
        quiet()
        actions.note(taken, by=people.sophie, text="Le budget est épuisé.")
        assert set(sent()) == {"karim"}

    def test_a_narrowed_comment_is_not_read_by_guests(self, taken, people, sent, quiet):
        actions.invite(taken, by=people.karim, users=[people.ines])
        quiet()
        actions.comment(taken, by=people.karim, text="Entre nous.", audience=Audience.REQUESTER)
        assert set(sent()) == {"lea"}

    def test_s_not_05_a_confidential_service_sends_no_content(self, closed, general, sent):
        general.confidential = True
        general.save()
        for mail in sent().values():
            assert mail.subject == f"[Services Généraux #{closed.pk}] Confidential ticket"
            for part in (text_of(mail), html_of(mail)):
                assert "Vanne" not in part
                assert "Radiateur" not in part
                assert "Chauffage" not in part.replace("category Chauffage", "")
                assert "is confidential: read it online" in part

    def test_s_not_05_what_was_written_in_a_confidential_service_stays_there(
        self, taken, people, general, network, sent
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.ask_information(taken, by=people.karim, text="Quelle vanne ?")
        actions.move(taken, by=people.karim, to=network, text="La vanne est à vous.")
        actions.comment(taken, by=people.nadia, text="Je regarde.")
        mails = sent()
        assert mails["lea"].subject == f"[Réseau #{taken.pk}] Confidential ticket"
        for mail in mails.values():
            for part in (text_of(mail), html_of(mail)):
                for secret in ("14 degrés", "vanne", "Radiateur", "Chauffage"):
                    assert secret not in part
        assert "Je regarde." in text_of(mails["lea"])
        assert "is confidential: read it online" in text_of(mails["lea"])

    def test_s_not_05_nor_does_a_later_mail_carry_out_the_subject(
        self, taken, people, general, network, sent, quiet
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.move(taken, by=people.karim, to=network)
        quiet()
        actions.take(taken, by=people.nadia)
        actions.change_subject(taken, by=people.nadia, to="Vanne", notifies_everyone=True)
        mail = sent()["lea"]
        for part in (text_of(mail), html_of(mail)):
            assert "Radiateur" not in part
            assert "Vanne" not in part
            assert "read it online" not in part

    def test_s_not_05_nor_a_question_that_waited_there(
        self, taken, people, general, network, sent, quiet
    ):
        type(general).objects.filter(pk=general.pk).update(confidential=True)
        actions.take(taken, by=people.julien)
        actions.ask_information(taken, by=people.julien, text="Quelle vanne ?")
        actions.move(taken, by=people.julien, to=network)
        quiet()
        actions.change_requester(taken, by=people.julien, to=people.thomas)
        assert taken.status == "incomplete"
        assert "vanne" not in text_of(sent()["thomas"])

    def test_s_vis_10_one_recipient_and_no_other_address(self, closed, sent):
        for who, mail in sent().items():
            assert len(mail.recipients()) == 1
            addresses = set(re.findall(r"[\w.]+@arvelle\.example", mail.message().as_string()))
            assert {address.partition(".")[0] for address in addresses} == {who}


class TestLanguage:
    def test_both_parts_are_in_the_readers_language_and_time(self, taken, people, sent, quiet):
        HelpdeskPreferences.objects.create(
            user=people.lea, language="fr", time_zone="America/Guadeloupe"
        )
        quiet()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        mail = sent()["lea"]
        said_at = taken.events.last().created_at
        hour = timezone.localtime(said_at, ZoneInfo("America/Guadeloupe"))
        assert raw(mail)["Content-Language"] == "fr"
        assert '<html lang="fr">' in html_of(mail)
        for part in (text_of(mail), html_of(mail)):
            assert f"{hour:%d/%m/%Y %H:}" in part
            assert "/go/tickets/" in part

    def test_wagtails_account_is_asked_next(self, taken, people, sent, quiet):
        from wagtail.users.models import UserProfile

        UserProfile.objects.create(user=people.lea, preferred_language="fr")
        quiet()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        assert raw(sent()["lea"])["Content-Language"] == "fr"

    def test_an_unknown_language_or_zone_is_that_of_the_site(self, taken, people, sent, quiet):
        HelpdeskPreferences.objects.create(user=people.lea, language="tlh", time_zone="Mars/Base")
        quiet()
        actions.comment(taken, by=people.karim, text="Je passe demain.")
        assert raw(sent()["lea"])["Content-Language"] == "en"


class TestHeaders:
    @pytest.fixture
    def mail(self, ticket, sent):
        return raw(sent()["karim"])

    def test_e01_message_id_is_the_stored_one(self, mail, people):
        assert mail["Message-ID"] == OutgoingMail.objects.get(user=people.karim).message_id

    def test_e04_subject_names_category_and_number(self, mail, ticket):
        assert mail["Subject"] == f"[Chauffage #{ticket.pk}] Radiateur froid en salle A12"

    def test_e04_a_transfer_shows_in_the_subject_where_the_ticket_is(
        self, taken, people, network, sent, quiet
    ):
        quiet()
        actions.move(taken, by=people.karim, to=network)
        assert sent()["lea"].subject == f"[Réseau #{taken.pk}] Radiateur froid en salle A12"

    def test_e04_who_lost_the_ticket_finds_it_under_the_subject_it_had(
        self, taken, people, network, sent, quiet
    ):
        quiet()
        actions.move(taken, by=people.sophie, to=network)
        assert sent()["karim"].subject == f"[Chauffage #{taken.pk}] Radiateur froid en salle A12"

    def test_e04_the_category_of_a_confidential_service_is_not_carried_out(
        self, taken, people, general, network, sent, quiet
    ):
        quiet()
        general.confidential = True
        general.save()
        actions.move(taken, by=people.karim, to=network)
        assert all(mail.subject.startswith("[Réseau #") for mail in sent().values())

    def test_e05_from_the_service_at_the_sites_address(self, mail):
        assert mail["From"] == "Services Généraux <helpdesk@example.org>"
        assert mail["Reply-To"] is None

    def test_e07_e08_no_robot_is_to_answer(self, mail):
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["X-Auto-Response-Suppress"] == "All"

    def test_e09_nothing_that_no_standard_knows(self, mail):
        # RFC 3834 says of Precedence that it is none: Auto-Submitted and List-Id say it all.
        assert mail["Precedence"] is None

    def test_e10_list_id_and_archive(self, mail, ticket):
        assert re.fullmatch(r"Services Généraux <s\d+\.helpdesk\.example\.org>", mail["List-Id"])
        assert mail["List-Archive"].endswith(f"/tickets/{ticket.pk}/>")

    def test_e11_one_click_to_hear_no_more(self, mail):
        assert re.fullmatch(r"<https://\S+/mute/\S+/>", mail["List-Unsubscribe"].strip())
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_e11_never_on_a_question(self, closed, sent):
        assert raw(sent()["lea"])["List-Unsubscribe"] is None

    def test_e12_own_headers(self, mail, ticket):
        assert mail["X-Helpdesk-Ticket"] == str(ticket.pk)
        assert mail["X-Helpdesk-Reason"] == "member"
        assert mail["X-Helpdesk-Instance"] == "example.org"

    def test_e13_text_before_html_nothing_remote_and_small(self, mail):
        parts = [part.get_content_type() for part in mail.iter_parts()]
        assert mail.get_content_type() == "multipart/alternative"
        assert parts == ["text/plain", "text/html"]
        html = mail.get_body(("html",)).get_content()
        assert not re.search(r"<img|<link|<script|url\(|@import|src=", html)
        assert len(mail.as_bytes()) < 100_000

    def test_e14_date_and_language(self, mail):
        assert mail["Date"]
        assert mail["MIME-Version"] == "1.0"
        assert mail["Content-Language"] == "en"

    @pytest.mark.parametrize(
        ("first_name", "last_name"), [('"a@b.c" <x@y.z>,', ";é\\"), ("Fournier,", "Léa")]
    )
    def test_s_hdr_02_strange_names_make_one_recipient(
        self, ticket, people, sent, quiet, first_name, last_name
    ):
        people.lea.first_name, people.lea.last_name = first_name, last_name
        people.lea.save()
        quiet()
        actions.take(ticket, by=people.karim)
        (mail,) = sent().values()
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
    def test_s_hdr_01_names_and_subjects_make_one_clean_header(
        self, ticket, general, heating, people, sent, evil
    ):
        type(general).objects.filter(pk=general.pk).update(name=evil[:100])
        type(heating).objects.filter(pk=heating.pk).update(name=evil[:100])
        type(ticket).objects.filter(pk=ticket.pk).update(subject=evil[:255])
        type(people.karim).objects.filter(pk=people.karim.pk).update(first_name=evil[:150])
        mails = list(sent().values())
        assert len(mails) == 4
        for mail in mails:
            parsed = raw(mail)
            assert parsed["Bcc"] is None
            assert len(parsed["To"].addresses) == len(parsed["From"].addresses) == 1
            assert parsed["Subject"].strip().startswith("[")
            for name in ("Subject", "From", "To", "List-Id"):
                assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u202e]", parsed[name])

    def test_one_line_is_one_line(self, evil):
        assert len(strip_to_one_line(evil).splitlines()) <= 1


def test_a_subject_keeps_joiners_and_drops_soft_hyphens():
    assert strip_to_one_line("👩\u200d💻 im\u00adprimante") == "👩\u200d💻 imprimante"


class TestText:
    def test_e15_a_lonely_dot_and_long_lines_survive(self, taken, people, smtp, quiet):
        quiet()
        actions.comment(taken, by=people.lea, text=".\n" + "é" * 3000 + "\nfin")
        dispatch_waiting_events()
        deliver()
        (received,) = smtp.messages
        assert max(map(len, received.raw.split(b"\r\n"))) <= 998
        assert b"\n" not in received.raw.replace(b"\r\n", b"")
        body = received.message.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert "> .\n" in body
        assert "é" * 3000 in body

    def test_e16_other_letters_and_domains(self, ticket, people, sent, quiet):
        people.lea.email = "lea@université.example"
        people.lea.save()
        quiet()
        actions.take(ticket, by=people.karim)
        (mail,) = sent().values()
        assert raw(mail)["To"].addresses[0].domain == "xn--universit-j4a.example"
        assert raw(mail)["To"].addresses[0].display_name == "Léa Fournier"

    def test_e18_html_in_a_message_stays_text(self, taken, people, sent, quiet):
        quiet()
        actions.comment(taken, by=people.lea, text="<script>alert(1)</script> [x](javascript:a)")
        html = html_of(sent()["karim"])
        assert "<script" not in html
        assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
        assert "&lt;script&gt;" in html

    def test_links_in_messages_are_marked(self, taken, people, sent, quiet):
        quiet()
        actions.comment(taken, by=people.lea, text="Voir https://example.org/x")
        assert 'rel="noopener noreferrer nofollow ugc"' in html_of(sent()["karim"])

    def test_a_long_message_is_cut_and_says_so(self, taken, people, sent, quiet):
        quiet()
        actions.comment(taken, by=people.lea, text="é " * 9_000)
        mail = sent()["karim"]
        assert len(mail.message().as_bytes()) < 100_000
        assert "The message continues on the ticket’s page" in text_of(mail)

    @pytest.mark.parametrize("text", ["**Froid**", "xn--a." * 3000 + "x"])
    def test_a_message_is_not_rendered_again_for_a_mail(
        self, taken, people, sent, quiet, text, monkeypatch
    ):
        quiet()
        actions.comment(taken, by=people.lea, text=text)
        monkeypatch.delattr("wagtail_helpdesk.markdown.render")
        assert text[:12].strip("*") in html_of(sent()["karim"])

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
    def test_e13_a_mail_is_small_whatever_it_quotes(self, taken, people, sent, quiet, text):
        quiet()
        for _ in range(2):
            actions.comment(taken, by=people.lea, text=text)
        mail = sent()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert "The message continues on the ticket’s page" in text_of(mail)

    def test_e13_and_whatever_came_with_it(self, taken, people, sent, quiet):
        quiet()
        for _ in range(20):
            actions.note(taken, by=people.sophie, text="Voici.", files=[
                ContentFile(b"x", name="😀" * 130 + str(number)) for number in range(10)
            ])  # fmt: skip
        mail = sent()["karim"]
        assert len(mail.message().as_bytes()) <= 100_000
        assert "earlier actions are on the ticket’s page." in text_of(mail)

    def test_a_flood_is_counted(self, taken, people, sent, quiet, settings):
        settings.WAGTAIL_HELPDESK = {"ALERT_DELAY": 0}
        quiet()
        for number in range(25):
            actions.comment(taken, by=people.lea, text=f"Allô {number} ?")
        text = text_of(sent()["karim"])
        assert "5 earlier actions are on the ticket’s page." in text
        assert "Allô 24" in text

    def test_files_are_named(self, taken, people, sent, quiet):
        quiet()
        actions.comment(
            taken, by=people.lea, text="Voici.", files=[ContentFile(b"hello", name="photo.txt")]
        )
        assert "Attached: photo.txt" in text_of(sent()["karim"])


class TestThreads:
    """One thread for each ticket and reader, whichever mail was lost (E-02, E-03)."""

    @pytest.fixture
    def life(self, heating, network, people, sent):
        mails = []
        ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")

        def collect():
            for who, mail in sent().items():
                if who == "lea":
                    mails.append(raw(mail))

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

    def test_e02_one_tree_even_with_any_one_mail_missing(self, life):
        assert len(life) == 11
        for missing in range(len(life) + 1):
            kept = [mail for number, mail in enumerate(life) if number != missing]
            assert len(_trees(kept)) == 1

    def test_e03_references_stay_short(self, life):
        for mail in life:
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


def test_e17_without_a_helpdesk_page_mails_go_out_without_links(
    ticket, people, sent, monkeypatch, rf
):
    monkeypatch.setattr(links, "find_location", lambda service, language: None)
    text = text_of(sent()["karim"])
    assert "http" not in text
    assert "Il fait 14 degrés." in text


def test_each_readers_mail_is_sent_once(ticket, sent):
    assert len(sent()) == 4
    assert sent() == {}
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {State.SENT}


def test_deadline_is_that_of_the_site(closed, sent, settings):
    settings.WAGTAIL_HELPDESK = {"EXPIRY_DAYS": 3}
    from django.utils.formats import date_format

    day = date_format(timezone.localdate(closed.awaiting_since + timedelta(days=3)))
    assert f"before {day}" in text_of(sent()["lea"])


def test_a_host_changes_the_look_as_the_how_to_says(ticket, sent, settings, tmp_path):
    how_to = (PROJECT / "docs" / "how-to" / "alerts.md").read_text()
    example = textwrap.dedent(re.search(r"```html\n(.*?)```", how_to, re.DOTALL)[1])
    template = tmp_path / "wagtail_helpdesk" / "mail" / "frame.html"
    template.parent.mkdir(parents=True)
    template.write_text(example)
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert "background-color: #7a1f3d" in html_of(sent()["karim"])


def test_a_quoted_message_keeps_its_indentation_and_gains_none():
    text = "    code\n" + "mot " * 30
    first, second, third = quote_text(text).splitlines()
    assert first == ">     code"
    assert second.startswith("> mot")
    assert third.startswith("> mot")


def test_a_mail_that_no_shortening_makes_small_enough_leaves_all_the_same(
    ticket, sent, monkeypatch
):
    monkeypatch.setattr("wagtail_helpdesk.mailqueue.mail.LARGEST", 1)
    assert "karim" in sent()
