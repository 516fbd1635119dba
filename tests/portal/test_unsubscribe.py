"""Unsubscribing from a mail without logging in."""

import re
from datetime import timedelta

import pytest
from django.core import signing
from django.http import Http404
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from wagtail_helpdesk.mailqueue import unsubscribe
from wagtail_helpdesk.models import HelpdeskPreferences, Subscription


@pytest.fixture
def csrf_checking_client():
    """A client that is asked for its CSRF token."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def mute_url(ticket, people):
    return reverse(
        "wagtail_helpdesk:mute", args=[unsubscribe.make_mute_token(people.lea.pk, ticket.pk)]
    )


ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def muted():
    return Subscription.objects.filter(muted=True).exists()


def test_a_mail_program_mutes_with_one_post(csrf_checking_client, mute_url):
    assert csrf_checking_client.post(mute_url, ONE_CLICK).status_code == 200
    assert muted()


def test_muting_twice_is_the_same_as_once(csrf_checking_client, mute_url):
    csrf_checking_client.post(mute_url, ONE_CLICK)
    assert csrf_checking_client.post(mute_url, ONE_CLICK).status_code == 200
    assert Subscription.objects.count() == 1


def test_a_get_only_asks_for_confirmation(client, mute_url):
    page = client.get(mute_url)
    assert page.status_code == 200
    assert "Mute ticket #" in page.text
    assert not muted()


def test_the_form_of_the_page_needs_a_csrf_token(csrf_checking_client, mute_url):
    assert csrf_checking_client.post(mute_url).status_code == 403
    token = re.search(
        r'csrfmiddlewaretoken" value="(\w+)"', csrf_checking_client.get(mute_url).text
    )[1]
    assert csrf_checking_client.post(mute_url, {"csrfmiddlewaretoken": token}).status_code == 200
    assert muted()


def test_muting_can_be_undone(client, mute_url):
    client.post(mute_url)
    page = client.post(mute_url, {"undo": "1"})
    assert "again" in page.text
    assert not muted()


def test_the_page_names_no_subject(client, mute_url):
    assert "Radiateur" not in client.get(mute_url).text


def test_the_page_is_in_the_language_of_the_mail(client, mute_url, people):
    HelpdeskPreferences.objects.create(user=people.lea, language="fr")
    assert '<html lang="fr">' in client.get(mute_url).text


def test_an_invalid_token_gets_404(client, ticket, people):
    other = signing.dumps([people.lea.pk, ticket.pk], salt="something else")
    for token in ("x", "::", other, other[:-1]):
        assert client.get(reverse("wagtail_helpdesk:mute", args=[token])).status_code == 404


def test_a_token_for_reports_does_not_mute(client, people):
    token = unsubscribe.make_reports_token(people.lea.pk)
    assert client.post(reverse("wagtail_helpdesk:mute", args=[token])).status_code == 404


def test_an_expired_token_gets_404(client, mute_url, time_machine):
    time_machine.move_to(timezone.now() + unsubscribe.VALID_FOR + timedelta(minutes=1))
    assert client.get(mute_url).status_code == 404


def test_a_token_is_invalid_without_access_to_the_ticket(client, ticket, people):
    token = unsubscribe.make_mute_token(people.victor.pk, ticket.pk)
    assert client.post(reverse("wagtail_helpdesk:mute", args=[token])).status_code == 404
    assert not muted()


def test_a_token_is_invalid_for_an_inactive_account(client, mute_url, people):
    people.lea.is_active = False
    people.lea.save()
    assert client.post(mute_url).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(client, mute_url, method):
    assert getattr(client, method)(mute_url).status_code == 405


def test_reports_are_suspended_with_one_post(csrf_checking_client, people):
    token = unsubscribe.make_reports_token(people.karim.pk)
    csrf_checking_client.post(reverse("wagtail_helpdesk:stop_reports", args=[token]), ONE_CLICK)
    assert HelpdeskPreferences.of(people.karim).reports_suspended


def test_an_invalid_token_does_not_suspend_reports(csrf_checking_client, people, ticket):
    for token in ("x", unsubscribe.make_mute_token(people.karim.pk, ticket.pk)):
        answer = csrf_checking_client.post(
            reverse("wagtail_helpdesk:stop_reports", args=[token]), ONE_CLICK
        )
        assert answer.status_code == 404
    assert not HelpdeskPreferences.of(people.karim).reports_suspended


class Unread:
    """What a client sends, which nobody may read."""

    def read(self, *size):
        raise AssertionError("the body was read")

    readline = read


def sent_by_a_client(rf, path, length):
    request = rf.post(path, content_type="application/x-www-form-urlencoded")
    request.META["CONTENT_LENGTH"] = str(length)
    request._stream = request.META["wsgi.input"] = Unread()
    return request


@pytest.mark.parametrize("view", ["mute", "stop_reports"])
def test_nothing_sent_to_a_false_url_is_read(rf, db, view):
    path = reverse(f"wagtail_helpdesk:{view}", args=["anything"])
    with pytest.raises(Http404):
        resolve(path).func(sent_by_a_client(rf, path, 100), token="anything")


@pytest.mark.parametrize("length", [100_000_000, "9" * 5000, "abc", "-1"])
def test_a_large_body_or_one_of_unknown_length_is_refused_unread(rf, mute_url, length):
    function, _, arguments = resolve(mute_url)
    answer = function(sent_by_a_client(rf, mute_url, length), **arguments)
    assert answer.status_code == 413
    assert not muted()
