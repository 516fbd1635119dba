"""Links of e-mails lead to the helpdesk page wherever it is when they are followed."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Locale, Page, PageViewRestriction, Site

from wagtail_helpdesk import links
from wagtail_helpdesk.models import HelpdeskPreferences

GO = "/helpdesk-mail/go/"


def follow(user, path, **query):
    client = Client()
    if user is not None:
        client.force_login(user)
    return client.get(f"{GO}{path}", query)


def path_of(url):
    return "/" + url.split("/", 3)[3]


def test_a_link_leads_to_the_ticket(helpdesk, people, ticket):
    answer = follow(people.lea, f"tickets/{ticket.pk}/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{helpdesk.full_url}tickets/{ticket.pk}/"
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path", ["", "tickets/{}/take/", "desk/", "preferences/", "preferences/manager/"]
)
def test_a_link_leads_to_each_place_that_mails_name(helpdesk, people, ticket, path):
    path = path.format(ticket.pk)
    answer = follow(people.karim, path, queue="free", service="3")
    assert answer.headers["Location"] == f"{helpdesk.full_url}{path}?queue=free&service=3"


def test_a_link_of_a_mail_works_after_the_page_was_renamed(helpdesk, people, ticket):
    url = links.find_location(None, "en").get_ticket_url(ticket.pk)
    helpdesk.slug = "aide"
    helpdesk.save_revision().publish()
    client = Client()
    client.force_login(people.lea)
    answer = client.get(path_of(url), follow=True)
    assert answer.redirect_chain[-1][0].endswith(f"/aide/tickets/{ticket.pk}/")
    assert ticket.subject in answer.content.decode()


def test_a_link_of_a_mail_works_after_the_page_was_moved(helpdesk, people, ticket):
    url = links.find_location(None, "en").get_action_url(ticket.pk, "comment")
    section = helpdesk.get_parent().add_child(instance=Page(title="Services", slug="services"))
    helpdesk.move(section, pos="last-child")
    client = Client()
    client.force_login(people.lea)
    answer = client.get(path_of(url), follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0].endswith(
        f"/services/assistance/tickets/{ticket.pk}/comment/"
    )


def test_a_link_of_a_mail_works_after_a_page_above_was_renamed(helpdesk, people, ticket):
    section = helpdesk.get_parent().add_child(instance=Page(title="Services", slug="services"))
    helpdesk.move(section, pos="last-child")
    url = links.find_location(None, "en").get_ticket_url(ticket.pk)
    section = Page.objects.get(pk=section.pk)
    section.slug = "vie-pratique"
    section.save_revision().publish()
    client = Client()
    client.force_login(people.lea)
    assert client.get(path_of(url), follow=True).status_code == 200


def test_a_mail_link_asks_for_login_and_returns_to_its_target(helpdesk, people, ticket):
    answer = follow(None, f"tickets/{ticket.pk}/", a="b")
    assert answer.status_code == 302
    assert f"next={GO}tickets/{ticket.pk}/%3Fa%3Db" in answer.headers["Location"]


def test_without_a_login_every_url_is_answered_alike(helpdesk, ticket):
    answers = [
        follow(None, path) for path in (f"tickets/{ticket.pk}/", "tickets/999999/", "nothing/")
    ]
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["Location"].partition("?")[0] for answer in answers} == {
        answers[0].headers["Location"].partition("?")[0]
    }


def test_a_ticket_one_may_not_read_is_answered_as_one_that_does_not_exist(helpdesk, people, ticket):
    locations = [
        follow(people.victor, f"tickets/{number}/").headers["Location"].replace(str(number), "N")
        for number in (ticket.pk, 999_999)
    ]
    assert locations[0] == locations[1]


@pytest.mark.parametrize(
    "path", ["nothing/", "/evil.example/", "tickets/x/", "tickets/1/a b/", "%0d%0aX: y/"]
)
def test_a_url_that_the_page_does_not_have_is_not_found(helpdesk, people, path):
    assert follow(people.lea, path).status_code == 404


def test_a_mail_link_redirects_to_the_page_in_the_readers_language(helpdesk, people, ticket):
    french = Locale.objects.get_or_create(language_code="fr")[0]
    helpdesk.get_parent().copy_for_translation(french).save_revision().publish()
    translated = helpdesk.copy_for_translation(french)
    translated.save_revision().publish()
    HelpdeskPreferences.objects.create(user=people.lea, language="fr")
    translated.refresh_from_db()
    location = follow(people.lea, f"tickets/{ticket.pk}/").headers["Location"]
    assert location == f"{translated.full_url}tickets/{ticket.pk}/"


def test_a_mail_link_redirects_a_reader_of_the_ticket_to_the_site_of_the_service(
    helpdesk, people, ticket, general
):
    other = Page.objects.get(depth=1).add_child(instance=Page(title="Autre", slug="autre"))
    site = Site.objects.create(hostname="autre.example", port=443, root_page=other)
    there = other.add_child(instance=type(helpdesk)(title="Assistance", slug="ici"))
    general.site = site
    general.save()
    path = f"tickets/{ticket.pk}/"
    assert follow(people.lea, path).headers["Location"] == f"https://autre.example/ici/{path}"
    assert follow(people.victor, path).headers["Location"] == f"{helpdesk.full_url}{path}"
    assert there.full_url == "https://autre.example/ici/"


def test_who_may_not_open_the_page_is_not_led_to_it(helpdesk, people, ticket):
    made = PageViewRestriction.objects.create(page=helpdesk, restriction_type="groups")
    made.groups.add(Group.objects.create(name="Staff"))
    assert follow(people.lea, f"tickets/{ticket.pk}/").status_code == 404


def test_without_a_helpdesk_page_it_leads_nowhere(helpdesk, people):
    helpdesk.unpublish()
    assert follow(people.lea, "desk/").status_code == 404


def test_a_mail_link_refuses_post(helpdesk, people):
    client = Client()
    client.force_login(people.lea)
    assert client.post(f"{GO}desk/").status_code == 405
