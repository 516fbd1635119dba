"""The servers of the tests work as their fixtures document."""

import smtplib
import socket

import psycopg
import pytest
import redis
from django.core import mail

from tests.servers.processes import MissingProgramError, eventually, find_program

pytestmark = pytest.mark.servers


def send(to, *, subject="Radiateur"):
    return mail.send_mail(subject, ".\nText", "helpdesk@example.org", [to])


def test_a_missing_program_is_an_error_with_its_debian_package():
    with pytest.raises(MissingProgramError, match="no-such-package"):
        find_program("no-such-program", package="no-such-package")


def test_the_postgresql_fixture_answers_queries(postgresql):
    with psycopg.connect(
        host="127.0.0.1", port=postgresql.port, user="helpdesk", dbname="postgres"
    ) as db:
        assert db.execute("SELECT 1").fetchone() == (1,)


def test_the_redis_fixture_answers_a_ping(redis_server):
    assert redis.Redis.from_url(redis_server.url).ping()


def test_the_ldap_fixture_contains_the_cast_and_300_others(ldap_directory):
    with ldap_directory.as_root() as connection:
        assert len(connection.search_s("ou=people,dc=arvelle,dc=example", 2, "(uid=*)")) > 300


def test_the_deaf_server_accepts_connections_and_never_answers(deaf_server):
    host, port = deaf_server.address.split(":")
    with (
        socket.create_connection((host, int(port)), timeout=0.1) as connection,
        pytest.raises(TimeoutError),
    ):
        connection.recv(1)
    assert deaf_server.was_called()


def test_the_smtp_fixture_accepts_a_message_and_undoes_dot_stuffing(smtp):
    send("alice@example.org")
    (received,) = smtp.wait_for(1)
    assert received.recipient == "alice@example.org"
    assert received.message["Subject"] == "Radiateur"
    assert received.message.get_content().startswith(".\r\n")


@pytest.mark.parametrize(
    ("to", "error", "accepted"),
    [
        ("r4@example.org", smtplib.SMTPRecipientsRefused, 0),
        ("r5+x@example.org", smtplib.SMTPRecipientsRefused, 0),
        ("r421@example.org", smtplib.SMTPException, 0),
        ("d4@example.org", smtplib.SMTPDataError, 0),
        ("d5@example.org", smtplib.SMTPDataError, 0),
        ("dropafter@example.org", smtplib.SMTPServerDisconnected, 1),
    ],
)
def test_the_smtp_fixture_fails_as_the_local_part_of_the_recipient_names(smtp, to, error, accepted):
    with pytest.raises(error):
        send(to)
    assert len(smtp.messages) == accepted


@pytest.mark.parametrize(
    ("mode", "accepted"), [("hangbanner", 0), ("hangrcpt", 0), ("hangdata", 1)]
)
def test_the_smtp_fixture_stops_answering_in_a_hanging_mode(smtp, settings, mode, accepted):
    settings.EMAIL_TIMEOUT = 2
    smtp.mode = mode
    with pytest.raises(OSError, match="timed out"):
        send("alice@example.org")
    assert len(smtp.messages) == accepted


def test_the_smtp_fixture_rejects_passwords_in_mode_auth535(smtp):
    smtp.auth, smtp.mode = True, "auth535"
    client = smtplib.SMTP("127.0.0.1", smtp.port, timeout=2)
    with pytest.raises(smtplib.SMTPAuthenticationError):
        client.login("helpdesk", "wrong")
    client.close()


def test_the_smtp_fixture_calls_after_reply_for_each_message(smtp):
    answered = []
    smtp.after_reply = answered.append
    send("alice@example.org")
    assert answered == smtp.messages


@pytest.mark.browser
def test_page_as_opens_a_page_as_a_logged_in_user(page_as, django_user_model, live_server):
    admin = django_user_model.objects.create_superuser("ada", "ada@example.org", "secret")
    assert page_as(admin).goto("/admin/").ok
    stranger = page_as()
    stranger.goto("/admin/")
    assert "/admin/login/" in stranger.url


@pytest.mark.parametrize("broker", ["database", "redis"])
def test_a_cluster_works_on_the_database_of_the_test_with_either_broker(
    request, transactional_db, broker
):
    from django_q.models import OrmQ, Success
    from django_q.tasks import async_task

    from tests.servers.workers import qcluster, run_command

    where = {}
    if broker == "redis":
        where["redis_port"] = request.getfixturevalue("redis_server").port
        enqueued = run_command(
            "shell",
            "-c",
            "from django_q.tasks import async_task; async_task('math.floor', 1.5)",
            **where,
        )
        assert enqueued.returncode == 0, enqueued.stderr
    else:
        async_task("math.floor", 1.5)
        assert OrmQ.objects.count() == 1
    with qcluster(**where):
        eventually(lambda: Success.objects.exists())
    assert Success.objects.get().result == 1
