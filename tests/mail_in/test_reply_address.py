"""Reply addresses in mails: who gets one, what its token allows, and what the footer says."""

import uuid

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.contrib.mail_in.checks import TOKEN_LENGTH_WITH_UUIDS, check_mail_in_address
from wagtail_helpdesk.contrib.mail_in.tokens import (
    ReplyToken,
    find_tokens,
    make_reply_address,
    make_token,
    read_token,
)
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import OutgoingMail

NOT_READ = "Replies to this e-mail are not read."


def token_of(mail):
    """Return what the reply address of a mail stands for."""
    (token,) = find_tokens(mail.extra_headers["Reply-To"])
    return token


def test_a_mail_has_a_reply_address_for_its_reader_and_its_footer_says_who_reads_replies(
    taken, people, send_mails, forget_notifications
):
    forget_notifications()
    actions.comment(taken, by=people.karim, text="Je passe demain.")
    mail = send_mails()["lea"]
    sent = OutgoingMail.objects.get(user=people.lea)
    assert token_of(mail) == ReplyToken(taken.pk, people.lea.pk, sent.pk)
    address = mail.extra_headers["Reply-To"]
    assert mail.message()["Reply-To"] == address
    for part in (mail.body, mail.alternatives[0][0]):
        assert NOT_READ not in part
        assert "Everyone who can see the ticket will read it." in part
        assert address in part, "for mail programs that drop the header"


def test_the_reply_to_what_guests_cannot_read_is_not_for_guests(taken, people, send_mails):
    actions.comment(taken, by=people.karim, text="Entre nous.", audience="requester")
    mail = send_mails()["lea"]
    assert token_of(mail).audience == Audience.REQUESTER
    assert "Only the requester and the managers will read it." in mail.body


def test_mails_with_a_note_and_mails_of_a_confidential_service_have_no_reply_address(
    taken, people, send_mails, forget_notifications
):
    forget_notifications()
    actions.note(taken, by=people.sophie, text="Attention, amiante.")
    with_note = send_mails()["karim"]
    taken.service.confidential = True
    taken.service.save()
    actions.comment(taken, by=people.karim, text="Je passe demain.")
    confidential = send_mails()["lea"]
    for mail in (with_note, confidential):
        assert "Reply-To" not in mail.extra_headers
        assert NOT_READ in mail.body


@pytest.mark.parametrize("user", [1, 7_000_000, uuid.UUID(int=2**128 - 1), "lea"])
def test_a_token_holds_a_key_of_any_type(user, monkeypatch, django_user_model):
    kinds = {int: "AutoField", uuid.UUID: "UUIDField", str: "CharField"}
    from django.db import models

    field = getattr(models, kinds[type(user)])(primary_key=True)
    field.name = "id"
    monkeypatch.setattr(django_user_model._meta, "pk", field)
    token = ReplyToken(9_999_999, user, 99_999_999, Audience.REQUESTER)
    text = make_token(token)
    assert len(text) <= TOKEN_LENGTH_WITH_UUIDS
    assert read_token(text) == token
    assert read_token(text.upper()) == token, "mail servers may change the case"


def test_a_changed_or_cut_token_is_not_read():
    text = make_token(ReplyToken(12, 3, 4))
    forged = [
        text[:place] + ("a" if c != "a" else "b") + text[place + 1 :]
        for place, c in enumerate(text[:-1])
    ]
    assert not any(map(read_token, [*forged, text[:-2], text + "aa", "", "é" * 30, "a" * 60]))


def test_a_token_signed_with_an_earlier_key_is_read_while_the_key_is_a_fallback(settings):
    text = make_token(ReplyToken(12, 3, 4))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert read_token(text) is not None
    settings.SECRET_KEY_FALLBACKS = []
    assert read_token(text) is None


def test_without_an_address_mails_say_that_replies_are_not_read(ticket, send_mails, settings):
    settings.WAGTAIL_HELPDESK = {}
    mail = send_mails()["karim"]
    assert "Reply-To" not in mail.extra_headers
    assert NOT_READ in mail.body


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("helpdesk", "E012"),
        ("Aide <helpdesk@example.org>", "E012"),
        (f"{'a' * 40}@example.org", "E013"),
        ("helpdesk@example.org", None),
    ],
)
def test_the_address_is_checked(settings, address, problem):
    settings.WAGTAIL_HELPDESK = {"MAIL_IN_ADDRESS": address}
    found = [message.id.rpartition(".")[2] for message in check_mail_in_address(None)]
    assert found == ([problem] if problem else [])


def test_a_reply_address_is_not_longer_than_mail_servers_accept(settings):
    address = make_reply_address(ReplyToken(9_999_999, 9_999_999, 99_999_999))
    assert len(address.partition("@")[0]) <= 64
