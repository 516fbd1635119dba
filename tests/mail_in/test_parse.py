"""Incoming mails in the shape that each mail program sends, and mails that are to break the parser."""

import base64
import gzip
from pathlib import Path

import pytest

from wagtail_helpdesk.contrib.mail_in.html_text import convert_to_text
from wagtail_helpdesk.contrib.mail_in.parse import UnreadableMail, parse_mail
from wagtail_helpdesk.contrib.mail_in.quoting import split_reply

MESSAGES = Path(__file__).with_name("messages")
HEAD = b"From: lea@arvelle.example\nSubject: x\n"


def read_expected(path: Path) -> tuple[dict[str, str], str]:
    """Return the facts that are expected of a message, and its text."""
    facts, _, text = path.read_text().partition("\n\n" if path.read_text()[0] != "\n" else "\n")
    return dict(line.split(": ", 1) for line in facts.splitlines()), text.rstrip("\n")


@pytest.mark.parametrize("path", sorted(MESSAGES.glob("*.eml")), ids=lambda path: path.stem)
def test_a_message_is_read_as_its_author_meant_it(path):
    facts, text = read_expected(path.with_suffix(".txt"))
    mail = parse_mail(path.read_bytes())
    assert mail.text == text
    assert ", ".join(file.name for file in mail.files) == facts.get("Files", "")
    assert mail.automatic == facts.get("Automatic", "")
    assert facts.get("Cut", "") in mail.cut
    assert bool(mail.cut) == ("Cut" in facts)
    bounce = mail.bounce
    said = (
        f"{bounce.recipient} {bounce.action} {bounce.status} {bounce.message_id}" if bounce else ""
    )
    assert said == facts.get("Bounce", "")
    assert "\n" not in f"{mail.subject}{mail.sender}{mail.sender_name}{mail.message_id}"


def nested(depth: int) -> bytes:
    """Return multiparts inside each other."""
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
        for level in range(depth)
    )
    return HEAD + opened + b"Content-Type: text/plain\n\nx\n"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(nested(60), id="nested"),
        pytest.param(nested(20_000), id="nested very deeply"),
        pytest.param(
            HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 1000,
            id="1,000 parts",
        ),
        pytest.param(
            nested(50).replace(b"text/plain", b"text/plain" + b";" * 5_000), id="long parameters"
        ),
        pytest.param(nested(20) + b"\n" * 1_100_000, id="many lines and boundaries"),
        pytest.param(HEAD + b"\r" * 2_100_000, id="many lines"),
        pytest.param(b"Subject: " + b"x " * 100_000 + b"\n\nx", id="long header"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\0\xff" * 100, id="no mail"),
    ],
)
def test_a_mail_that_cannot_be_read_is_refused(raw):
    with pytest.raises(UnreadableMail):
        parse_mail(raw)


def test_a_header_or_text_that_cannot_be_decoded_as_it_says_is_read_all_the_same():
    raw = (
        b"From: =?utf-8?b?a?= <lea@arvelle.example>\nSubject: =?punycode?q?x?= =?utf-8?b?a?=\n"
        b"Content-Type: text/plain; charset=punycode\n\nxn-caf"
    )
    mail = parse_mail(raw)
    assert mail.text == "xn-caf"
    assert mail.sender == "lea@arvelle.example"
    assert mail.subject == "=?punycode?q?x?= =?utf-8?b?a?="


def test_the_same_mail_has_the_same_fingerprint_on_each_way_and_another_mail_has_not():
    body = b"Message-ID: <a@b>\nDate: Thu, 1 Jan 1970 00:00:00 +0000\n\nHello"
    first = parse_mail(b"Received: by mx1\n" + HEAD + body)
    assert (
        parse_mail(b"Received: by mx2\nDelivered-To: h@x\n" + HEAD + body).fingerprint
        == first.fingerprint
    )
    assert parse_mail(HEAD + body + b"!").fingerprint != first.fingerprint


def test_an_archive_is_attached_without_being_opened():
    bomb = gzip.compress(bytes(10_000_000))

    raw = HEAD + b"Content-Type: application/gzip\nContent-Transfer-Encoding: base64\n\n"
    (file,) = parse_mail(raw + base64.encodebytes(bomb)).files
    assert file.content == bomb


@pytest.mark.parametrize(
    "text",
    ["\n" * 200_000, "Le 1 " * 40_000, "On 1\n" * 40_000, "> " * 100_000, "From: a\n" * 20_000, "--\n" * 60_000,
     "-" * 200_000, "_" * 200_000, "a écrit :\n" * 20_000],
    ids=lambda text: text[:10],
)  # fmt: skip
def test_long_texts_are_cut_in_proportion_to_their_length(text):
    kept, cut = split_reply(text)
    assert len(kept) + len(cut) <= len(text) + 1


@pytest.mark.parametrize(
    "opened", ["<div><blockquote>", "<p><span>", "<table><tr><td>", "<div></x>", "<o:p>"]
)
def test_deeply_nested_html_is_read(opened):
    assert convert_to_text(opened * 20_000 + "word").strip("> \n") in ("word", "")
