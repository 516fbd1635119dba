"""The ways in: a pipe of the mail server and a Maildir; `test_imap.py` has the third."""

import io
import os
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from tests.mail_in.mails import reply
from tests.portal.conftest import visit
from wagtail_helpdesk.contrib.mail_in import receive
from wagtail_helpdesk.contrib.mail_in.checks import check_imap
from wagtail_helpdesk.contrib.mail_in.models import IncomingAttempt, IncomingMail
from wagtail_helpdesk.contrib.mail_in.receive import MAX_ATTEMPTS
from wagtail_helpdesk.contrib.mail_in.tokens import ReplyToken, make_reply_address
from wagtail_helpdesk.models import Event

__all__ = ["visit"]


@pytest.fixture
def raw(ticket, people):
    """A reply of Léa."""
    address = make_reply_address(ReplyToken(ticket.pk, people.lea.pk, 1))
    return reply(people.lea, address, "Au deuxième.")


@pytest.fixture
def pipe(monkeypatch):
    """Return a function that gives a mail to the command, and returns its exit status."""

    def pipe(raw, *options):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
        try:
            call_command("helpdesk_receive_mail", *options)
        except SystemExit as ended:
            return ended.code
        return 0

    return pipe


@pytest.fixture
def maildir(tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def comments():
    return list(Event.objects.filter(action="comment").values_list("text", flat=True))


def test_the_pipe_records_a_mail_once(pipe, raw, settings):
    assert pipe(raw) == pipe(raw) == 0
    assert comments() == ["Au deuxième."]
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_MAX_SIZE": 50}
    assert pipe(raw) == 0
    assert IncomingMail.objects.first().reason == "too_large"


def test_the_pipe_takes_the_address_of_the_envelope(pipe, raw):
    import email

    message = email.message_from_bytes(raw)
    address = message["To"]
    message.replace_header("To", "undisclosed-recipients:;")
    assert pipe(message.as_bytes(), "--recipient", address) == 0
    assert comments() == ["Au deuxième."]


def test_the_mail_server_keeps_a_mail_that_could_not_be_recorded(
    pipe, raw, settings, monkeypatch, caplog
):
    def fail(*args, **options):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(receive, "perform", fail)
        assert pipe(raw) == os.EX_TEMPFAIL
    settings.WAGTAIL_HELPDESK = {}
    assert pipe(raw) == os.EX_TEMPFAIL, "no address is configured"
    assert comments() == []


def test_a_maildir_is_emptied_and_a_poison_mail_is_not_in_the_way(
    maildir, raw, people, visit, django_user_model
):
    (maildir / "new" / "1.a").write_bytes(b"\0poison")
    (maildir / "cur" / "2.b:2,S").write_bytes(raw)
    (maildir / "new" / "3.c").write_bytes(raw)
    call_command("helpdesk_fetch_mail", "--maildir", str(maildir), stdout=io.StringIO())
    assert comments() == ["Au deuxième."]
    assert [path for path in maildir.rglob("*") if path.is_file()] == []
    admin = django_user_model.objects.create_superuser("admin", "admin@arvelle.example", "x")
    page = visit(admin).client.get("/admin/helpdesk/incoming/").content.decode()
    assert "set aside" in page
    assert "no headers" in page
    assert visit(people.karim).client.get("/admin/helpdesk/incoming/").status_code == 302


def test_a_mail_for_later_stays_in_the_maildir_and_the_others_do_not_wait(
    maildir, raw, people, ticket, monkeypatch
):
    later = raw.replace(b"Au deuxi", b"Plus tard, au deuxi")
    (maildir / "new" / "1.a").write_bytes(later)
    (maildir / "new" / "2.b").write_bytes(b"Subject: x\n\nHello")
    true_perform = receive.perform

    def fail(*args, **options):
        raise OSError("full")

    monkeypatch.setattr(receive, "perform", fail)
    call_command("helpdesk_fetch_mail", "--maildir", str(maildir), stdout=io.StringIO())
    assert [path.name for path in (maildir / "new").iterdir()] == ["1.a"]
    monkeypatch.setattr(receive, "perform", true_perform)
    call_command("helpdesk_fetch_mail", "--maildir", str(maildir), stdout=io.StringIO())
    assert len(comments()) == 1


def test_mails_of_a_sender_who_reached_a_limit_do_not_stop_those_of_others(
    maildir, people, ticket, settings, a_new_hour
):
    settings.WAGTAIL_HELPDESK |= {"ACTIONS_PER_MINUTE": 1}
    address = {
        who: make_reply_address(ReplyToken(ticket.pk, who.pk, 1))
        for who in (people.lea, people.karim)
    }
    for n in range(8):
        (maildir / "new" / f"{n}.a").write_bytes(
            reply(people.lea, address[people.lea], f"mail {n}")
        )
    (maildir / "new" / "9.b").write_bytes(reply(people.karim, address[people.karim], "Oui."))
    call_command("helpdesk_fetch_mail", "--maildir", str(maildir), stdout=io.StringIO())
    assert sorted(comments()) == ["Oui.", "mail 0"]
    assert len(list((maildir / "new").iterdir())) == 7


def test_a_mail_that_kills_its_process_each_time_is_set_aside(pipe, raw, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*args):
        raise Killed

    def keep(self):
        return 0, {}

    with monkeypatch.context() as patch:
        # As if the process had not lived to delete the row.
        patch.setattr("django.db.models.query.QuerySet.delete", keep)
        patch.setattr(receive, "parse_mail", kill)
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(Killed):
                pipe(raw)
    assert pipe(raw) == 0
    assert IncomingMail.objects.get().detail == "Its process was killed each time."
    assert not IncomingAttempt.objects.exists()


def test_fetching_without_a_mailbox_or_from_one_that_is_none_says_so(db, tmp_path, settings):
    with pytest.raises(CommandError, match="set MAIL_IN_IMAP"):
        call_command("helpdesk_fetch_mail")
    with pytest.raises(CommandError, match="is not a Maildir"):
        call_command("helpdesk_fetch_mail", "--maildir", str(tmp_path))


@pytest.mark.parametrize(
    ("options", "problems"),
    [
        ({}, []),
        ({"HOST": "imap", "USER": "u", "PASSWORD": "p"}, []),
        ({"HOST": "imap", "PASSWORD": "p"}, ["E014"]),
        ({"HOST": "imap", "USER": "u", "PASSWORD": "p", "SECURITY": "tls", "SSL": 1}, ["E014"]),
    ],
)
def test_the_description_of_the_mailbox_is_checked(settings, options, problems):
    settings.WAGTAIL_HELPDESK = {"MAIL_IN_IMAP": options}
    assert [message.id.rpartition(".")[2] for message in check_imap(None)] == problems
