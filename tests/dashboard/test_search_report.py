"""The report about searches, for service owners and editors."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page

from wagtail_helpdesk.maintenance import housekeeping
from wagtail_helpdesk.models import CountedOutcome, OutcomeCount

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _configuring_lets_in(settings):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]


def report(user):
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("helpdesk_searches"))


@pytest.fixture
def page(helpdesk, heating):
    page = helpdesk.get_parent().add_child(instance=Page(title="The valve", slug="valve"))
    for outcome in (CountedOutcome.SUGGESTED, CountedOutcome.SUGGESTED, CountedOutcome.SOLVED):
        OutcomeCount.objects.add(outcome, category=heating.pk, page=page.pk)
    return page


def test_words_that_two_people_searched_for_are_listed(people, general):
    for words in ("teleski", "teleski", "seul"):
        OutcomeCount.objects.add(CountedOutcome.NOTHING, words=words)
    text = report(people.sophie).text
    assert "teleski" in text
    assert "seul<" not in text


def test_owners_see_the_pages_suggested_in_their_services(people, general, page, dsi):
    assert "The valve" in report(people.sophie).text
    assert "The valve" not in report(people.nadia).text


def test_editors_see_the_pages_they_edit(people, general, page):
    editors = Group.objects.create(name="Rédaction")
    people.alice.groups.set([editors])
    editors.permissions.add(Permission.objects.get(codename="access_admin"))
    assert report(people.alice).status_code in (302, 403)
    GroupPagePermission.objects.create(
        group=editors, page=page, permission=Permission.objects.get(codename="change_page")
    )
    assert "The valve" in report(people.alice).text


def test_requesters_do_not_see_the_report(people, general, page):
    assert report(people.lea).status_code == 302


def test_counts_are_deleted_when_they_are_old(settings, page):
    settings.WAGTAIL_HELPDESK = {"SEARCH_OUTCOME_DAYS": 30}
    old = timezone.localdate() - datetime.timedelta(days=31)
    OutcomeCount.objects.filter(outcome=CountedOutcome.SOLVED).update(day=old)
    [job] = [job for job in housekeeping.JOBS if job.name == "delete counts of searches"]
    assert housekeeping.run_job(job) == (1, 0)
    assert set(OutcomeCount.objects.values_list("outcome", flat=True)) == {"suggested"}
