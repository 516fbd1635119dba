"""``helpdesk_uninstall`` leaves nothing in tables of other apps."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django_q.models import Schedule
from wagtail.models import Page, Revision, Site

from wagtail_helpdesk.models import Ticket

OURS = ("wagtail_helpdesk", "wagtail_helpdesk_pages")


@pytest.fixture
def installed(helpdesk, ticket):
    """A site with schedules, a helpdesk page, a revision of it and a group with a permission of ours."""
    call_command("helpdesk_schedules", verbosity=0)
    Schedule.objects.create(name="ours", func="of.the.host")
    helpdesk.save_revision()
    group = Group.objects.create(name="Editors of services")
    group.permissions.add(Permission.objects.filter(content_type__app_label__in=OURS).first())
    return helpdesk


def left():
    return {
        "schedules": Schedule.objects.exclude(name="ours").count(),
        "pages": Page.objects.filter(slug="assistance").count(),
        "revisions": Revision.objects.filter(content_type__app_label__in=OURS).count(),
        "types": ContentType.objects.filter(app_label__in=OURS).count(),
        "permissions": Permission.objects.filter(content_type__app_label__in=OURS).count(),
    }


def test_without_yes_it_only_shows_what_it_would_remove(installed, capsys):
    before = left()
    call_command("helpdesk_uninstall")
    shown = capsys.readouterr().out
    for name in (
        "wagtail_helpdesk: deliver e-mails",
        "Assistance en ligne",
        "wagtail_helpdesk.ticket",
    ):
        assert name in shown
    assert "Nothing was removed" in shown
    assert left() == before


def test_with_yes_nothing_is_left_in_tables_of_other_apps(installed, capsys):
    call_command("helpdesk_uninstall", "--yes")
    assert left() == dict.fromkeys(left(), 0)
    assert Schedule.objects.get().name == "ours"
    assert "migrate wagtail_helpdesk zero" in capsys.readouterr().out


def test_tickets_stay_until_the_tables_are_removed(installed):
    call_command("helpdesk_uninstall", "--yes")
    assert Ticket.objects.count() == 1


def test_uninstalling_twice_is_harmless(installed):
    call_command("helpdesk_uninstall", "--yes")
    call_command("helpdesk_uninstall", "--yes")
    assert left() == dict.fromkeys(left(), 0)


def test_uninstalling_works_after_the_tables_are_gone(installed, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", lambda *args: [])
    call_command("helpdesk_uninstall", "--yes")
    assert left()["types"] == 0


def test_a_root_page_of_a_site_is_not_removed_with_its_site(installed):
    Site.objects.update(root_page=installed)
    before = left()
    with pytest.raises(CommandError, match="root page of a site"):
        call_command("helpdesk_uninstall", "--yes")
    assert left() == before


def test_pages_below_the_helpdesk_are_not_removed_with_it(installed):
    installed.add_child(instance=Page(title="Horaires", slug="horaires"))
    with pytest.raises(CommandError, match="has pages below it"):
        call_command("helpdesk_uninstall", "--yes")
    assert Page.objects.filter(slug="horaires").exists()
