"""What stands on the wire: headers that programs read are in clear, whatever the version of Django."""

import re

import pytest
from wagtail.models import Site

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.mailqueue.headers import encode_url, fold_in_clear
from wagtail_helpdesk.models import OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

#: Longer than a line together with what stands before it.
LONG_DOMAIN = "assistance-informatique.direction-des-systemes-d-information.universite.example"
FOR_PROGRAMS = (
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Archive",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Helpdesk-Instance",
)


def lines_of(raw, name):
    """Return the lines of a header as they were sent, without the ends of the lines."""
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    found = re.search(rb"^" + name.encode() + rb":.*(?:\n[ \t].*)*", head, re.M)
    assert found, f"{name} is missing"
    return found[0].decode("ascii").split("\n")


def value_of(raw, name):
    """Return the value of a header, unfolded as RFC 5322 defines it."""
    return "".join(lines_of(raw, name)).partition(": ")[2]


@pytest.fixture
def helpdesk_locations():
    """Let links lead to the real page."""


def name_site(settings, domain):
    """Give the site and the identifiers of its mails a domain."""
    settings.WAGTAIL_HELPDESK = {"MAIL_DOMAIN": domain}
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.port = f"intranet.{domain}", 443
    site.save()


@pytest.fixture
def long_names(settings, helpdesk):
    """A site whose mails have identifiers and addresses longer than a line."""
    name_site(settings, LONG_DOMAIN)


def send(smtp):
    dispatch_waiting_events()
    deliver()
    return [received.raw for received in smtp.messages]


class TestOnTheWire:
    """Asserted on the bytes that the mail server received, never on a message read again."""

    @pytest.fixture
    def raw_message(self, long_names, taken, people, smtp):
        send(smtp)
        smtp.messages.clear()
        for text in ("Un", "Deux", "Trois"):
            actions.comment(taken, by=people.lea, text=text)
            raw = send(smtp)
        return [mail for mail in raw if b"karim.benali@" in mail][-1]

    def test_a_header_for_programs_has_no_encoded_words(self, raw_message):
        # The name of a list is a text.
        encoded = {name for name in FOR_PROGRAMS if "=?" in value_of(raw_message, name)}
        assert encoded <= {"List-Id"}

    def test_a_header_starts_on_the_line_of_its_name(self, raw_message):
        for name in FOR_PROGRAMS:
            assert re.fullmatch(r"[\w-]+: \S.*", lines_of(raw_message, name)[0])
            assert all(line.startswith(" ") for line in lines_of(raw_message, name)[1:])

    def test_one_click_posts_to_an_address_that_can_be_read(self, raw_message):
        value = value_of(raw_message, "List-Unsubscribe")
        assert re.fullmatch(rf"<https?://intranet\.{LONG_DOMAIN}/\S+/mute/\S+/>", value)
        assert value_of(raw_message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"

    def test_a_thread_names_its_mails_by_their_ids(self, raw_message):
        ids = value_of(raw_message, "References").split()
        assert len(ids) > 2
        assert all(re.fullmatch(rf"<[\w.-]+@{LONG_DOMAIN}>", one) for one in ids)
        assert value_of(raw_message, "In-Reply-To") == ids[-1]
        assert OutgoingMail.objects.filter(message_id=value_of(raw_message, "Message-ID")).exists()

    def test_no_line_is_longer_than_smtp_takes(self, raw_message):
        assert max(map(len, raw_message.split(b"\r\n"))) <= 998


def test_a_long_name_of_a_service_makes_encoded_words_of_75_characters(
    helpdesk, ticket, general, people, send_mails
):
    type(general).objects.filter(pk=general.pk).update(name="Généralités " * 8)
    raw = send_mails()["karim"].message().as_bytes()
    assert all(len(word) <= 75 for word in re.findall(r"=\?\S+\?=", value_of(raw, "List-Id")))
    assert value_of(raw, "List-Id").endswith(f" <s{general.pk}.helpdesk.example.org>")


def test_a_host_in_other_letters_is_written_in_ascii(
    helpdesk, ticket, people, send_mails, settings
):
    name_site(settings, "université.example")
    raw = send_mails()["karim"].message().as_bytes()
    assert "//intranet.xn--universit-j4a.example/" in value_of(raw, "List-Unsubscribe")
    assert value_of(raw, "Message-ID").endswith("@xn--universit-j4a.example>")


def test_the_html_part_of_a_thread_is_not_touched(ticket, people, send_mails):
    raw = send_mails()["karim"].message().as_bytes()
    assert value_of(raw, "Content-Type").startswith("multipart/alternative;")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://université.example:8443/é?q=à",
            "https://xn--universit-j4a.example:8443/%C3%A9?q=%C3%A0",
        ),
        ("https://intranet.example/a%20b/", "https://intranet.example/a%20b/"),
    ],
)
def test_an_address_in_a_header_is_ascii(url, expected):
    assert encode_url(url) == expected


def test_a_word_that_fits_on_no_line_is_kept_whole():
    word = "x" * 200
    assert fold_in_clear("References", f"a {word} b", "\r\n") == (
        f"References: a\r\n {word}\r\n b\r\n"
    )
