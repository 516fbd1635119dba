"""Requests in another encoding than the pages: browsers send UTF-8, attackers choose.

A URL in an encoding that makes no text fails in Django, before any code of a site.
"""

import pytest
from django.urls import reverse

from wagtail_helpdesk.models import Event

#: In these, a few harmless bytes stand for half of a surrogate pair.
WITH_SURROGATES = {"unicode_escape": b"abc\\ud800", "utf-7": b"abc+2AA-"}
#: Python knows them, and cannot make text of bytes with them.
NO_TEXT = ("hex", "rot13", "zlib", "idna", "punycode", "undefined")


def multipart(text):
    """Return the body of a form with one field, as it stands."""
    head = b'--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    return head + text + b"\r\n--xyz--\r\n"


def send(client, path, charset, text):
    kind = f"multipart/form-data; boundary=xyz; charset={charset}"
    return client.generic("POST", path, multipart(text), content_type=kind)


@pytest.fixture
def lea(visit, people):
    client = visit(people.lea).client
    client.raise_request_exception = False
    return client


def paths(ticket):
    return (
        f"/assistance/tickets/{ticket.pk}/comment/",
        f"/assistance/new/{ticket.category_id}/",
        "/assistance/preferences/",
        "/helpdesk-mail/blocks/ask/",
    )


@pytest.mark.parametrize("charset", WITH_SURROGATES)
def test_a_form_in_an_encoding_with_half_characters_is_answered(lea, ticket, charset):
    for path in paths(ticket):
        assert send(lea, path, charset, WITH_SURROGATES[charset]).status_code < 500, path
    for event in Event.objects.all():
        event.text.encode()


@pytest.mark.parametrize("charset", NO_TEXT)
def test_a_form_in_an_encoding_that_is_none_is_refused(lea, ticket, charset):
    for path in paths(ticket):
        assert send(lea, path, charset, b"abc").status_code < 500, path


@pytest.mark.parametrize("charset", [*WITH_SURROGATES, *NO_TEXT])
def test_a_form_of_the_admin_in_another_encoding_is_answered(visit, people, general, charset):
    client = visit(people.gilles).client
    client.raise_request_exception = False
    for name in ("manager_add", "edit", "alias_add"):
        path = reverse(f"helpdesk_services:{name}", args=[general.pk])
        answer = send(client, path, charset, WITH_SURROGATES.get(charset, b"abc"))
        assert answer.status_code == 200, name


@pytest.mark.parametrize("charset", WITH_SURROGATES)
def test_a_url_in_another_encoding_is_answered(lea, ticket, charset):
    for path in ("/assistance/search/", "/assistance/new/", "/helpdesk-mail/blocks/requests/"):
        answer = lea.get(
            f"{path}?q=%5Cud800%2B2AA-&service=%5Cud800",
            headers={"content-type": f"text/plain; charset={charset}"},
        )
        assert answer.status_code < 500, path


@pytest.mark.parametrize("charset", WITH_SURROGATES)
def test_a_ticket_url_in_another_encoding_is_answered(lea, ticket, charset):
    answer = lea.get(
        f"/helpdesk-mail/go/tickets/{ticket.pk}/?q=%5Cud800",
        headers={"content-type": f"text/plain; charset={charset}"},
    )
    assert answer.status_code < 500


@pytest.mark.parametrize("name", ["unicode_escape''%5Cud800.txt", "utf-7''%2B2AA-.txt", "hex''41"])
def test_a_file_name_in_another_encoding_is_answered(lea, ticket, name):
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="text"\r\n\r\nVoici.\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="files"; filename*='
        + name.encode()
        + b"\r\n\r\nabc\r\n--xyz--\r\n"
    )
    path = f"/assistance/tickets/{ticket.pk}/comment/"
    answer = lea.generic("POST", path, body, content_type="multipart/form-data; boundary=xyz")
    assert answer.status_code < 500
