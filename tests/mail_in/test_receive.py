"""What becomes of replies by e-mail."""

import pytest
from django.db import OperationalError

from tests.mail_in.mails import reply
from tests.portal.conftest import visit
from wagtail_helpdesk import actions
from wagtail_helpdesk.contrib.mail_in import receive
from wagtail_helpdesk.contrib.mail_in.answers import ANSWER
from wagtail_helpdesk.contrib.mail_in.checks import check_mail_in_categories
from wagtail_helpdesk.contrib.mail_in.models import IncomingMail
from wagtail_helpdesk.contrib.mail_in.receive import TryLater, receive_mail
from wagtail_helpdesk.models import Event, HelpdeskPreferences, OutgoingMail, Service

__all__ = ["visit"]


@pytest.fixture
def address(incomplete, people, send_mails):
    """Return the reply address of a person for the ticket on which Karim has asked a question."""
    from wagtail_helpdesk.contrib.mail_in.tokens import ReplyToken, make_reply_address

    def address(user, audience="everyone"):
        return make_reply_address(ReplyToken(incomplete.pk, user.pk, 9_000, audience))

    return address


def told(mail):
    """Return state and reason of a received mail."""
    return mail.state, mail.reason


def comments():
    """Return the texts of all comments."""
    return list(Event.objects.filter(action="comment").values_list("text", flat=True))


def answers():
    """Return who is answered, and why."""
    mails = OutgoingMail.objects.filter(kind=ANSWER)
    return [(mail.user.username.partition(".")[0], mail.about["reason"]) for mail in mails]


def test_the_reply_to_a_question_is_a_comment_and_the_ticket_goes_on(
    incomplete, people, send_mails
):
    asked = send_mails()["lea"]
    raw = reply(
        people.lea,
        asked.extra_headers["Reply-To"],
        "Au deuxième.\n\nLe 30/11/2026 à 9:00, S a écrit :\n> Quel étage ?",
    )
    mail = receive_mail(raw)
    assert told(mail) == ("done", "")
    assert mail.event.text == "Au deuxième."
    assert (mail.event.actor, mail.event.source) == (people.lea, "mail")
    assert "Quel étage" in mail.cut
    incomplete.refresh_from_db()
    assert incomplete.status == "in_progress"
    assert receive_mail(b"Received: again\n" + raw) == mail
    IncomingMail.objects.all().delete()
    assert told(receive_mail(raw)) == ("done", ""), "the submission knows it"
    assert comments() == ["Au deuxième."]


def test_files_are_attached_within_the_limits_of_the_form_and_the_others_are_named(
    address, people, settings
):
    settings.WAGTAIL_HELPDESK |= {"FILE_MAX_SIZE": 10, "FILES_MAX_COUNT": 1}
    files = {"a.txt": b"small", "b.txt": b"large" * 10, "c.txt": b"third"}
    mail = receive_mail(reply(people.lea, address(people.lea), "Voici.", files=files))
    assert [file.name for file in mail.event.attachments.all()] == ["a.txt"]
    assert mail.event.text == "Voici.\n\nNot attached, too large or too many: b.txt, c.txt"
    only_files = receive_mail(reply(people.lea, address(people.lea), "", files={"a.txt": b"x"}))
    assert only_files.event.action == "attach"


def test_a_text_that_is_too_long_is_attached_whole(address, people, settings):
    settings.WAGTAIL_HELPDESK |= {"MESSAGE_MAX_LENGTH": 1_000}
    mail = receive_mail(reply(people.lea, address(people.lea), "mot " * 1_000))
    (file,) = mail.event.attachments.all()
    assert (len(mail.event.text), file.name) == (501, "message.txt")


def test_the_reply_to_what_guests_cannot_read_is_for_requester_and_managers(address, people):
    raw = reply(people.lea, address(people.lea, "requester"), "Entre nous.")
    assert receive_mail(raw).event.audience == "requester"


def test_the_reply_of_a_manager_is_a_comment_for_everyone(address, people):
    event = receive_mail(reply(people.sophie, address(people.sophie), "Je passe.")).event
    assert (event.action, event.audience) == ("comment", "everyone")


def test_a_reply_from_another_address_is_held_and_managers_see_whose_address_it_used(
    address, people, visit
):
    raw = reply(
        people.mallory if hasattr(people, "mallory") else people.thomas,
        address(people.lea),
        "C’est réglé, fermez.",
    )
    assert told(receive_mail(raw)) == ("held", "other_sender")
    assert comments() == []
    ticket = IncomingMail.objects.get().ticket
    page = visit(people.karim).page(f"tickets/{ticket.pk}/").get_text(" ", strip=True)
    assert f"E-mail of {people.thomas.email}, held" in page
    assert "C’est réglé, fermez." in page
    assert "The address that it was sent to is the one of" in page
    assert "C’est réglé" not in visit(people.lea).page(f"tickets/{ticket.pk}/").get_text()


def test_what_was_cut_stays_readable_for_managers_until_housekeeping_deletes_it(
    address, people, visit, travel
):
    from django.core.management import call_command

    raw = reply(people.lea, address(people.lea), "Oui.\n-- \nLéa, laboratoire de chimie")
    ticket = receive_mail(raw).ticket
    page = visit(people.karim).page(f"tickets/{ticket.pk}/").get_text()
    assert "laboratoire de chimie" in page
    travel(days=29)
    call_command("helpdesk_housekeeping", verbosity=0)
    assert IncomingMail.objects.count() == 1
    travel(days=31)
    call_command("helpdesk_housekeeping", verbosity=0)
    assert IncomingMail.objects.count() == 0


def test_a_number_in_the_subject_alone_is_held_even_from_a_manager(incomplete, people):
    subject = f"Re: [Chauffage #{incomplete.pk}] Radiateur"
    for person in (people.lea, people.karim):
        raw = reply(person, "helpdesk@arvelle.example", "Au deuxième.", subject=subject)
        assert told(receive_mail(raw)) == ("held", "no_token")
    raw = reply(people.thomas, "helpdesk@arvelle.example", "Au deuxième.", subject=subject)
    assert told(receive_mail(raw)) == ("refused", "no_ticket"), "he does not see the ticket"
    assert comments() == []


def test_the_address_in_the_quoted_text_serves_mail_programs_that_drop_the_header(
    incomplete, people, send_mails
):
    body = send_mails()["lea"].body
    quoted = "\n".join(f"> {line}" for line in body.splitlines())
    raw = reply(
        people.lea, "helpdesk@arvelle.example", f"Au deuxième.\n\nOn 1 Dec 2026, S wrote:\n{quoted}"
    )
    assert told(receive_mail(raw)) == ("done", "")


def test_a_token_ends_with_the_right_and_some_time_after_the_ticket(
    address, people, incomplete, travel, settings
):
    guest = address(people.thomas)
    assert told(receive_mail(reply(people.thomas, guest, "a"))) == ("refused", "no_access")
    actions.invite(incomplete, by=people.karim, users=[people.thomas])
    assert told(receive_mail(reply(people.thomas, guest, "b"))) == ("done", "")
    actions.remove_guest(incomplete, by=people.karim, user=people.thomas)
    assert told(receive_mail(reply(people.thomas, guest, "c"))) == ("refused", "no_access")
    actions.close(incomplete, by=people.karim, text="Fait.")
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_DAYS": 3}
    travel(days=4)
    assert told(receive_mail(reply(people.lea, address(people.lea), "d"))) == ("refused", "ended")
    people.lea.is_active = False
    people.lea.save()
    assert told(receive_mail(reply(people.lea, address(people.lea), "e"))) == (
        "refused",
        "no_access",
    )
    assert answers() == [("thomas", "no_access"), ("lea", "ended")], "once per sender and day"


def test_a_manager_cannot_reply_any_more_after_the_transfer_to_another_service(
    address, people, incomplete, network
):
    actions.move(incomplete, by=people.karim, to=network)
    assert told(receive_mail(reply(people.sophie, address(people.sophie), "a"))) == (
        "refused",
        "no_access",
    )


def test_a_confidential_service_accepts_nothing_and_its_answer_says_so(address, people, send_mails):
    Service.objects.update(confidential=True)
    assert told(receive_mail(reply(people.lea, address(people.lea), "secret"))) == (
        "refused",
        "confidential",
    )
    assert "secret" not in str(list(IncomingMail.objects.values()))
    from django.core import mail as outbox

    send_mails()
    (answer,) = [one for one in outbox.outbox if "Your e-mail to the helpdesk" in one.subject]
    assert "accepts nothing by e-mail" in answer.body
    assert answer.extra_headers["Auto-Submitted"] == "auto-replied"
    assert "Reply-To" not in answer.extra_headers


def test_a_reply_to_a_closed_ticket_is_added_and_the_answer_leads_to_refusing_the_closure(
    address, people, incomplete, send_mails
):
    from django.core import mail as outbox

    actions.close(incomplete, by=people.karim, text="Fait.")
    for text in ("Toujours froid.", "Vraiment."):
        assert told(receive_mail(reply(people.lea, address(people.lea), text))) == ("done", "")
    incomplete.refresh_from_db()
    assert incomplete.status == "closed"
    send_mails()
    (answer,) = [one for one in outbox.outbox if "Your e-mail to the helpdesk" in one.subject]
    assert f"tickets/{incomplete.pk}/reject-closure/" in answer.body
    assert f"tickets/{incomplete.pk}/reject-closure/" in answer.alternatives[0][0]


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "List-Id: <staff.arvelle.example>",
        "Return-Path: <>",
        "X-Helpdesk-Instance: arvelle.example",
    ],
)
def test_nothing_is_written_or_answered_for_a_mail_of_a_program(address, people, headers):
    raw = reply(people.lea, address(people.lea), "Je suis absente.", headers=headers)
    assert told(receive_mail(raw)) == ("ignored", "automatic")
    assert (comments(), answers()) == ([], [])


def test_strangers_are_never_answered(address, people):
    raw = reply("eve@elsewhere.example", "helpdesk@arvelle.example", "Hello")
    assert told(receive_mail(raw)) == ("refused", "no_ticket")
    known = reply(people.thomas, "helpdesk@arvelle.example", "Hello")
    assert told(receive_mail(known)) == ("refused", "no_ticket")
    assert answers() == [("thomas", "no_ticket")]


def test_a_mail_that_came_back_marks_the_address_of_its_reader(
    incomplete, people, send_mails, visit
):
    send_mails()
    sent = OutgoingMail.objects.filter(user=people.lea, kind="alert").last()
    for status, marked in (("4.4.1", ""), ("5.1.1", people.lea.email)):
        action = "failed" if marked else "delayed"
        raw = BOUNCE.format(
            address=people.lea.email, action=action, status=status, id=sent.message_id
        )
        assert receive_mail(raw.encode()).state == "bounce"
        assert (
            getattr(
                HelpdeskPreferences.objects.filter(user=people.lea).first(), "refused_email", ""
            )
            == marked
        )
    page = visit(people.karim).page(f"tickets/{incomplete.pk}/").get_text()
    assert f"{people.lea.email} failed 5.1.1" in page
    assert (
        f"E-mails to {people.lea.email} could not be delivered"
        in visit(people.lea).page("").get_text()
    )
    assert "could not be delivered" not in visit(people.karim).page("").get_text()
    forged = BOUNCE.format(
        address=people.karim.email, action="failed", status="5.1.1", id="<made@up>"
    )
    receive_mail(forged.encode())
    assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()


BOUNCE = """\
From: MAILER-DAEMON@mx.arvelle.example
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.arvelle.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}

--b
Content-Type: message/rfc822

Message-ID: {id}
Subject: x

--b--
"""


def test_a_bounce_marks_only_the_address_that_was_written_to_and_not_because_of_the_content(
    people, incomplete, send_mails
):
    send_mails()
    sent = OutgoingMail.objects.filter(user=people.lea, kind="alert").last()
    for address, status in (("lea@private.example", "5.1.1"), (people.lea.email, "5.7.1")):
        raw = BOUNCE.format(address=address, action="failed", status=status, id=sent.message_id)
        row = receive_mail(raw.encode())
        assert (row.state, row.ticket) == ("bounce", incomplete), "managers see it"
    assert not HelpdeskPreferences.objects.filter(user=people.lea).exclude(refused_email="")
    forwarded = BOUNCE.replace("Final", "Original-Recipient: rfc822; {own}\nFinal")
    given = {"action": "failed", "status": "5.1.1", "id": sent.message_id}
    raw = forwarded.format(own=people.lea.email, address="lea@imap.internal.example", **given)
    receive_mail(raw.encode())
    assert HelpdeskPreferences.objects.get(user=people.lea).refused_email == people.lea.email


def test_a_reply_address_ends_when_another_person_uses_it_and_its_owner_gets_a_new_one(
    address, people, incomplete, send_mails
):
    from django.core import mail as outbox

    old = address(people.lea)
    assert told(receive_mail(reply(people.thomas, old, "a"))) == ("held", "other_sender")
    assert told(receive_mail(reply(people.thomas, old, "b"))) == ("refused", "token_ended")
    # Her own address proves nothing together with a token that somebody else has.
    assert told(receive_mail(reply(people.lea, old, "c"))) == ("held", "token_ended")
    assert answers() == [("lea", "foreign_use")], "once for each reply address"
    send_mails()
    (answer,) = [one for one in outbox.outbox if "Your e-mail to the helpdesk" in one.subject]
    assert "no longer valid" in answer.body
    new = answer.extra_headers["Reply-To"]
    assert new != old
    assert told(receive_mail(reply(people.lea, new, "d"))) == ("done", "")
    assert comments() == ["d"]


def test_no_text_that_others_read_contains_a_reply_address(address, people):
    own = address(people.lea)
    text = (
        f"On 1 Dec 2026, S wrote:\n> Which floor?\n\nSecond.\n> {own.upper()}\n\nBye.\n-- \n{own}"
    )
    row = receive_mail(reply(people.lea, own, text))
    assert told(row) == ("done", "")
    held = receive_mail(reply(people.thomas, own, f"me: {own}"))
    assert told(held) == ("held", "other_sender")
    token = own.partition("+")[2].partition("@")[0]
    for shown in (row.event.text, row.cut, held.text):
        assert token not in shown.lower()
    assert "helpdesk@arvelle.example" in held.text


def test_of_several_reply_addresses_the_one_of_the_sender_counts(address, people):
    to_all = f"{address(people.sophie)}, {address(people.lea)}"
    assert receive_mail(reply(people.lea, to_all, "Un.")).event.actor == people.lea


def test_held_mails_of_a_ticket_are_not_without_number(address, people, incomplete, monkeypatch):
    monkeypatch.setattr(receive, "MAX_HELD", 2)
    subject = f"Re: [Chauffage #{incomplete.pk}] Radiateur"
    found = [
        told(receive_mail(reply(people.lea, "helpdesk@arvelle.example", f"{n}", subject=subject)))
        for n in range(3)
    ]
    assert found == [("held", "no_token")] * 2 + [("refused", "too_many")]
    assert answers() == [("lea", "too_many")]


@pytest.fixture
def decide(incomplete, people, address, visit):
    """Return a function that posts a manager's decision about a held mail of another sender."""
    receive_mail(reply(people.thomas, address(people.lea, "requester"), "Réglé,\nfermez."))
    held = IncomingMail.objects.get()
    path = "/helpdesk-mail/mail-in/{}/{}/"

    def decide(decision, by):
        return visit(by).client.post(path.format(held.pk, decision))

    return decide


def test_a_manager_publishes_a_held_mail_once_as_a_comment_that_quotes_it(
    decide, people, incomplete, visit
):
    path = f"tickets/{incomplete.pk}/"
    assert "Publish as comment" in visit(people.karim).page(path).get_text()
    for _ in range(2):
        assert decide("publish", by=people.karim).status_code == 303
    assert "Publish as comment" not in visit(people.karim).page(path).get_text()
    event = Event.objects.get(action="comment")
    assert (event.actor, event.source, event.audience) == (people.karim, "page", "requester")
    assert f"`{people.thomas.email}`" in event.text
    assert event.text.endswith("> Réglé,\n> fermez.")
    held = IncomingMail.objects.get()
    assert (held.state, held.decided_by, held.event) == ("published", people.karim, event)
    later = decide("dismiss", by=people.sophie).client.get(f"/assistance/{path}")
    assert "Another decision was made" in later.content.decode()
    assert not Event.objects.filter(action="note").exists()


def test_only_managers_of_the_ticket_decide_and_a_dismissal_is_a_note(
    decide, people, incomplete, network
):
    for person in (people.lea, people.thomas):
        assert decide("publish", by=person).status_code == 404
    for _ in range(2):
        assert decide("dismiss", by=people.karim).status_code == 303
    note = Event.objects.get(action="note")
    assert (note.actor, note.audience) == (people.karim, "managers")
    assert people.thomas.email in note.text
    assert decide("erase", by=people.karim).status_code == 404
    actions.move(incomplete, by=people.karim, to=network)
    assert decide("publish", by=people.sophie).status_code == 404, "she manages the old service"


def test_two_mails_with_the_same_id_do_not_hide_each_other(address, people):
    first = receive_mail(reply(people.lea, address(people.lea), "Un.", message_id="<same@x>"))
    second = receive_mail(reply(people.lea, address(people.lea), "Deux.", message_id="<same@x>"))
    assert (told(first), told(second)) == (("done", ""), ("set_aside", "same_id"))
    for text in ("Trois.", "Quatre."):
        assert told(receive_mail(reply(people.lea, address(people.lea), text, message_id=""))) == (
            "done",
            "",
        )


def test_very_many_mails_of_one_sender_are_held(address, people, settings, a_new_hour):
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_PER_HOUR": 2}
    found = [told(receive_mail(reply(people.lea, address(people.lea), f"{n}"))) for n in range(3)]
    assert found == [("done", "")] * 2 + [("held", "too_many")]


def test_a_mail_that_breaks_processing_is_set_aside_and_writes_nothing(
    address, people, monkeypatch, caplog
):
    def fail(*args):
        raise ZeroDivisionError("poison")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "get_reader", fail)
        raw = reply(people.lea, address(people.lea), "Au deuxième.")
        mail = receive_mail(raw)
    assert told(mail) == ("set_aside", "failed")
    assert "poison" in mail.detail
    assert bytes(IncomingMail.objects.get().raw) == raw
    assert comments() == []


def test_a_mail_is_received_again_when_the_database_or_the_storage_fails(
    address, people, monkeypatch
):
    raw = reply(people.lea, address(people.lea), "Au deuxième.")

    def fail(*args, **options):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "perform", fail)
        with pytest.raises(TryLater):
            receive_mail(raw)
    assert not IncomingMail.objects.exists()
    assert told(receive_mail(raw)) == ("done", "")


def test_a_mail_to_the_address_of_a_category_opens_a_ticket_and_is_acknowledged(
    people, heating, settings, send_mails
):
    raw = reply(
        people.lea, "Heating <chauffage@arvelle.example>", "Il fait froid.", subject="Froid"
    )
    assert told(receive_mail(raw)) == ("refused", "no_ticket"), "off by default"
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_CATEGORIES": {"Chauffage@arvelle.example": heating.pk}}
    IncomingMail.objects.all().delete()
    row = receive_mail(raw)
    ticket = receive_mail(b"Received: again\n" + raw).ticket
    assert (told(row), row.ticket) == (("done", ""), ticket)
    assert (ticket.category, ticket.requester, ticket.subject) == (heating, people.lea, "Froid")
    assert Event.objects.get(action="open_ticket").source == "mail"
    send_mails()
    assert OutgoingMail.objects.filter(kind="acknowledgement", user=people.lea).exists()


def test_strangers_programs_and_confidential_services_open_no_tickets(
    people, heating, settings, send_mails
):
    settings.WAGTAIL_HELPDESK |= {
        "MAIL_IN_CATEGORIES": {"chauffage@arvelle.example": ("Services Généraux", "Chauffage")}
    }
    to = "chauffage@arvelle.example"
    eve = reply("eve@elsewhere.example", to, "x", subject="x")
    away = reply(people.lea, to, "x", subject="x", headers="Auto-Submitted: auto-replied")
    assert told(receive_mail(eve)) == ("refused", "no_ticket")
    assert told(receive_mail(away)) == ("ignored", "automatic")
    settings.WAGTAIL_HELPDESK |= {"TRUST_ACCOUNT_ADDRESSES": False}
    assert told(receive_mail(reply(people.lea, to, "y"))) == ("refused", "no_ticket")
    settings.WAGTAIL_HELPDESK |= {"TRUST_ACCOUNT_ADDRESSES": True}
    without = reply(people.lea, to, "x", subject="")
    assert told(receive_mail(without)) == ("refused", "not_opened")
    Service.objects.update(confidential=True)
    assert told(receive_mail(reply(people.lea, to, "z"))) == ("refused", "confidential")
    assert not Event.objects.exists()


def test_an_address_without_a_category_is_reported_by_the_checks(heating, settings):
    good, bad = heating.pk, ("Services Généraux", "Piscine")
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_CATEGORIES": {"a@x.example": good, "b@x.example": bad}}
    (warning,) = check_mail_in_categories(None, databases=["default"])
    assert "b@x.example" in warning.msg
    assert "a@x.example" not in warning.msg


def test_large_unreadable_and_empty_mails_are_set_aside_or_ignored(address, people, settings):
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_MAX_SIZE": 100_000}
    assert told(receive_mail(b"x" * 200_000)) == ("set_aside", "too_large")
    assert told(receive_mail(b"")) == ("set_aside", "unreadable")
    assert told(receive_mail(reply(people.lea, address(people.lea), ""))) == ("ignored", "empty")
    quoted = reply(people.lea, address(people.lea), "> Quel étage ?")
    assert told(receive_mail(quoted)) == ("held", "only_quoted")
