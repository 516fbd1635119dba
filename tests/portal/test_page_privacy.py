"""The privacy of the helpdesk page in Wagtail holds for everything that stands for the page."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from wagtail.models import PageViewRestriction

from wagtail_helpdesk import actions, checks
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token, make_reports_token
from wagtail_helpdesk.models import Event, Notification, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

BLOCKS = ("requests", "queue", "panel", "services", "ask", "card")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def restrict_page(helpdesk):
    """A function: restrict the helpdesk page, or the page above it, as an editor does."""

    def restrict(kind, *groups, page=helpdesk, **options):
        made = PageViewRestriction.objects.create(page=page, restriction_type=kind, **options)
        made.groups.add(*groups)
        return made

    return restrict


@pytest.fixture
def staff(db, people):
    """A group with Karim in it, and not Léa."""
    group = Group.objects.create(name="Staff")
    people.karim.groups.add(group)
    return group


@pytest.fixture
def restricted_page(restrict_page, staff):
    return restrict_page(PageViewRestriction.GROUPS, staff)


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_empty_for_who_may_not_open_the_page(
    restricted_page, people, ticket, heating, name
):
    answer = browser(people.lea).get(
        f"/helpdesk-mail/blocks/{name}/", {"category": heating.pk, "service": heating.service_id}
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_block_shows_its_content_to_who_may_open_the_page(restricted_page, people, ticket):
    answer = browser(people.karim).get("/helpdesk-mail/blocks/queue/")
    assert ticket.subject in answer.content.decode()


def test_privacy_of_a_page_above_counts_too(restrict_page, helpdesk, staff, people, ticket):
    restrict_page(PageViewRestriction.GROUPS, staff, page=helpdesk.get_parent())
    assert browser(people.lea).get("/helpdesk-mail/blocks/requests/").content == b""


def test_the_short_form_opens_no_ticket_past_the_page(restricted_page, people, heating):
    data = {"category": heating.pk, "subject": "Froid", "text": "Il fait froid."}
    answer = browser(people.lea).post("/helpdesk-mail/blocks/ask/", data)
    assert answer.status_code == 403
    assert not Ticket.objects.exists()


def test_a_shared_password_is_asked_for_on_the_page_and_not_in_a_block(
    restrict_page, helpdesk, people, ticket
):
    made = restrict_page(PageViewRestriction.PASSWORD, password="sesame")
    client = browser(people.lea)
    assert client.get("/helpdesk-mail/blocks/requests/").status_code == 204
    url = reverse("wagtailcore_authenticate_with_password", args=[made.pk, helpdesk.pk])
    client.post(url, {"password": "sesame", "return_url": "/assistance/"})
    answer = client.get("/helpdesk-mail/blocks/requests/")
    assert ticket.subject in answer.content.decode()


def test_a_page_for_everyone_logged_in_keeps_nobody_out_who_is(restrict_page, people, ticket):
    restrict_page(PageViewRestriction.LOGIN)
    answer = browser(people.lea).get("/helpdesk-mail/blocks/requests/")
    assert ticket.subject in answer.content.decode()


def test_a_file_is_not_sent_past_the_page(restricted_page, people, ticket):
    actions.attach(ticket, by=people.lea, files=[_file()])
    attachment = Event.objects.filter(ticket=ticket).last().attachments.get()
    url = f"/assistance/tickets/{ticket.pk}/files/{attachment.pk}/a/"
    assert browser(people.lea).get(url).status_code == 302
    assert browser(people.karim).get(url).status_code == 200


def _file():
    return ContentFile(b"a", name="a.txt")


def test_one_click_unsubscription_fails_without_access_to_the_page(restricted_page, people, ticket):
    for name, token in (
        ("mute", make_mute_token(people.lea.pk, ticket.pk)),
        ("stop_reports", make_reports_token(people.lea.pk)),
    ):
        url = reverse(f"wagtail_helpdesk:{name}", args=[token])
        assert Client().get(url).status_code == 404
        answer = Client().post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 404


def test_one_click_unsubscription_works_with_access_to_the_page(restricted_page, people, ticket):
    url = reverse("wagtail_helpdesk:mute", args=[make_mute_token(people.karim.pk, ticket.pk)])
    assert Client().get(url).status_code == 200


def test_no_mail_leads_to_a_page_that_its_reader_may_not_open(
    restricted_page, people, ticket, mailoutbox
):
    dispatch_waiting_events()
    deliver()
    assert {mail.to[0].partition("<")[2].partition(".")[0] for mail in mailoutbox} == {"karim"}
    skipped = Notification.objects.filter(user=people.sophie).values_list("skipped", flat=True)
    assert set(skipped) == {"no_access"}


def test_the_panel_of_the_admin_is_only_for_who_may_open_the_page(restricted_page, people, ticket):
    editors = Group.objects.get(name="Editors")
    for who in (people.karim, people.sophie):
        who.groups.add(editors)
    assert ticket.subject in browser(people.karim).get("/admin/").content.decode()
    assert ticket.subject not in browser(people.sophie).get("/admin/").content.decode()


def test_the_check_names_managers_who_may_not_open_the_page(restricted_page, people, general):
    warnings = checks.check_privacy(None, databases=["default"])
    assert {warning.id for warning in warnings} == {"wagtail_helpdesk.W020"}
    named = {warning.obj.partition(": ")[2] for warning in warnings}
    assert "sophie" in named
    assert "karim" not in named


def test_the_check_is_silent_where_all_managers_may_open_the_page(helpdesk, general):
    assert checks.check_privacy(None, databases=["default"]) == []
