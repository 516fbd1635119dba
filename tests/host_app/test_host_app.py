"""A host site adds to the helpdesk without touching the package and without a migration."""

import datetime
import os
import re
import runpy
import subprocess
import sys
import uuid
from pathlib import Path
from unittest import mock

import pytest
from django.apps import AppConfig
from django.utils import timezone
from wagtail import hooks

from tests.actions.refusals import refused
from tests.host_app.verbs import CONFIRM_VISIT, confirm_visit
from wagtail_helpdesk import event_text
from wagtail_helpdesk.actions import (
    VERBS,
    NotPossible,
    NotYours,
    SentBefore,
    open_ticket,
    perform,
    take,
)
from wagtail_helpdesk.actions.registry import get_verb_of
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import ACTIONS
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import OutgoingMail
from wagtail_helpdesk.reports.due import send_report_now

APP = Path(__file__).parent
PROJECT = APP.parents[1]
PAGE = PROJECT / "docs" / "how-to" / "extend.md"
#: The name of a file on a line of its own, and its content.
FILE = re.compile(r"^`visits/(\S+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _registered():
    """Register the verb as the hook does, for this test alone."""
    with VERBS.added(get_verb_of(confirm_visit)):
        yield


@pytest.fixture
def tomorrow():
    return timezone.localdate() + datetime.timedelta(days=1)


def list_registered_hooks():
    """Execute the hooks of the app and return them; nothing is registered."""
    with mock.patch.object(hooks, "register") as register:
        runpy.run_module("tests.host_app.wagtail_hooks")
    return [call.args for call in register.call_args_list]


@pytest.fixture
def installed_app(monkeypatch, settings):
    """Install the app for one test: its templates, its ``ready`` and its hooks.

    Not by ``INSTALLED_APPS``, because Wagtail's apps cannot be made ready twice.
    """
    engine = settings.TEMPLATES[0]
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], APP / "templates"]}]
    monkeypatch.setattr(event_text, "_SENTENCES", dict(event_text._SENTENCES))
    AppConfig.create("tests.host_app").ready()
    with hooks.register_temporarily(list_registered_hooks()):
        yield


@pytest.fixture
def confirmed_visit(taken, people, tomorrow):
    """The ticket, with a visit tomorrow."""
    confirm_visit(taken, by=people.karim, on=tomorrow)
    return taken


def read_files():
    """Return the files that the page shows, by name."""
    return dict(
        FILE.findall(PAGE.read_text().replace('name = "visits"', 'name = "tests.host_app"'))
    )


def test_the_page_about_extending_shows_every_file_of_the_app_as_it_is():
    names = [*APP.glob("*.py"), *APP.glob("templates/**/*.html")]
    files = {str(path.relative_to(APP)): path.read_text() for path in names}
    shown = {
        name: text for name, text in files.items() if not re.match("test_|conftest|__init__", name)
    }
    assert read_files() == shown


def test_the_page_about_extending_has_no_code_outside_the_files():
    assert PAGE.read_text().count("\n```") == 2 * len(read_files())


def test_a_verb_of_the_site_is_performed_like_the_others(taken, people, tomorrow):
    result = perform("confirm_visit", taken, people.karim, {"on": tomorrow, "text": "À 9 h."})
    event = result.event
    assert (event.action, event.text) == ("confirm_visit", "À 9 h.")
    assert event.after == {"visit_on": tomorrow.isoformat()}


def test_the_row_of_the_site_is_in_the_table_and_offered_to_whom_it_allows(taken, people):
    assert ACTIONS["confirm_visit"] is CONFIRM_VISIT
    assert list(ACTIONS)[-1] == "confirm_visit"
    assert CONFIRM_VISIT in taken.actions_for(people.karim)
    assert CONFIRM_VISIT not in taken.actions_for(people.sophie)


def test_a_verb_of_the_site_is_refused_to_others(taken, people, tomorrow):
    with refused(taken, NotYours):
        confirm_visit(taken, by=people.sophie, on=tomorrow)


def test_a_verb_of_the_site_refuses_by_its_own_rules(taken, people):
    with refused(taken, NotPossible, "on"):
        confirm_visit(taken, by=people.karim, on=datetime.date(2020, 1, 1))


def test_a_form_of_the_site_sent_again_with_another_day_is_refused(taken, people, tomorrow):
    form = {"by": people.karim, "submission": uuid.uuid4()}
    event = confirm_visit(taken, on=tomorrow, **form)
    assert confirm_visit(taken, on=tomorrow, **form) == event
    with pytest.raises(SentBefore):
        confirm_visit(taken, on=tomorrow + datetime.timedelta(days=1), **form)


def test_another_action_of_the_same_name_is_refused():
    other = get_verb_of(confirm_visit)
    with pytest.raises(ValueError, match="confirm_visit"):
        VERBS.add(type(other)(type(CONFIRM_VISIT)(name="confirm_visit", label="?"), other.function))


@pytest.mark.usefixtures("installed_app")
def test_a_manager_performs_the_verb_by_its_button_and_form(visit, people, taken, tomorrow):
    karim = visit(people.karim)
    button = karim.page(f"tickets/{taken.pk}/").find("a", string=re.compile("Confirm a visit"))
    assert f"tickets/{taken.pk}/confirm-visit/" in button["href"]
    assert (
        karim.submit_action(taken, "confirm_visit", on=tomorrow, text="À 9 h.").status_code == 303
    )
    event = taken.events.last()
    assert (event.action, event.after) == ("confirm_visit", {"visit_on": tomorrow.isoformat()})


@pytest.mark.usefixtures("installed_app")
def test_the_form_shows_the_refusal_of_the_verb_at_its_field(visit, people, taken):
    response = visit(people.karim).submit_action(taken, "confirm_visit", on="2020-01-01")
    assert response.status_code == 422
    assert b"Choose a date in the future." in response.content


@pytest.mark.usefixtures("installed_app")
def test_the_sentence_of_the_verb_is_in_the_history_and_in_the_mail(
    visit, people, confirmed_visit, tomorrow, send_mails
):
    sentence = f"Karim Benali confirmed a visit on {format_date(tomorrow)}"
    assert sentence in visit(people.lea).page(f"tickets/{confirmed_visit.pk}/").text
    assert sentence in send_mails()["lea"].body


@pytest.mark.usefixtures("installed_app")
def test_the_panels_of_the_site_are_beside_the_ticket_and_at_home(
    visit, people, confirmed_visit, tomorrow
):
    lea = visit(people.lea)
    panel = lea.page(f"tickets/{confirmed_visit.pk}/").select_one(".hd-properties .visit")
    assert panel.p.text == format_date(tomorrow)
    visits = lea.page().find(class_="visits")
    assert visits.li.text == f"#{confirmed_visit.pk}: {format_date(tomorrow)}"
    assert visits.a["href"] == f"/assistance/tickets/{confirmed_visit.pk}/"


@pytest.mark.usefixtures("installed_app")
def test_the_menu_item_and_the_composer_tool_of_the_site_are_for_managers(visit, people, taken):
    path = f"tickets/{taken.pk}/comment/"
    page = visit(people.karim).page(path)
    items = [link.text for link in page.select(".hd-nav > ul a:not(.hd-nav-home)")]
    assert items == ["Requests", "Work queue", "Visit plan", "Search"]
    tool = page.find(class_="hd-toolbar").find_all(["a", "button"])[-1]
    assert tool["href"] == f"https://visits.example.org/?ticket={taken.pk}"
    assert "Visit plan" not in visit(people.lea).page(path).text


@pytest.mark.usefixtures("installed_app", "confirmed_visit")
def test_the_queue_of_the_site_counts_and_lists_with_its_column(
    visit, people, ticket, plumbing, tomorrow
):
    other = open_ticket(plumbing, by=people.thomas, subject="Fuite", text="x")
    page = visit(people.karim).page("desk/", queue="visits")
    tabs = [" ".join(tab.text.split()) for tab in page.select(".hd-rail nav a")]
    assert tabs[2] == "With a visit 1"
    assert [link["href"].split("/")[-2] for link in page.select(".hd-rows .hd-cover")] == [
        str(ticket.pk)
    ]
    everything = visit(people.karim).page("desk/", queue="all")
    rows = [row.text for row in everything.select(".hd-row")]
    assert [f"Visit: {format_date(tomorrow)}" in row for row in rows].count(True) == 1
    assert str(other.pk) in everything.text


@pytest.mark.usefixtures("installed_app", "confirmed_visit", "helpdesk")
def test_the_report_has_the_section_of_the_site_with_tickets_of_its_service_alone(
    people, general, dsi, network, tomorrow, mailoutbox
):
    elsewhere = open_ticket(network, by=people.lea, subject="Wi-Fi", text="x")
    take(elsewhere, by=people.nadia)
    confirm_visit(elsewhere, by=people.nadia, on=tomorrow)
    OutgoingMail.objects.all().delete()
    send_report_now(people.karim, general)
    deliver()
    section = mailoutbox[-1].body.partition("* Tickets with a visit (1)")[2]
    assert "Radiateur froid en salle A12" in section
    assert "Wi-Fi" not in section


def test_nothing_of_the_site_appears_without_its_app(
    helpdesk, visit, people, confirmed_visit, general, mailoutbox
):
    OutgoingMail.objects.all().delete()
    send_report_now(people.karim, general)
    deliver()
    karim, path = visit(people.karim), f"tickets/{confirmed_visit.pk}/"
    pages = [karim.page(), karim.page("desk/?queue=all"), karim.page(path)]
    pages += [karim.page(f"{path}comment/"), visit(people.lea).page()]
    texts = [page.text for page in pages]
    sentence = "Karim Benali: Confirm a visit"
    assert sentence in "".join(texts)
    assert "visit" not in "".join([*texts, mailoutbox[-1].body]).replace(sentence, "").lower()


CHECK = """
from django.core.management import call_command
from django.template.loader import get_template
from wagtail_helpdesk import event_text
from wagtail_helpdesk.actions import VERBS
from wagtail_helpdesk.lifecycle import ACTIONS
from wagtail_helpdesk.portal.desk.queues import get_queues
from wagtail_helpdesk.portal.tickets.forms import get_form_class
assert "confirm_visit" in ACTIONS and "confirm_visit" in VERBS
assert event_text.has_sentence("confirm_visit") and get_form_class("confirm_visit")
assert "visits" in get_queues() and get_template("visits/home_panel.html")
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
"""


def check_site(settings_module, *folders):
    """Run the check in a process of its own, where Django finds the hooks by itself."""
    path = os.pathsep.join(map(str, (PROJECT, *folders)))
    subprocess.run(
        [sys.executable, "-m", "django", "shell", "--no-imports", "-c", CHECK],
        check=True,
        cwd=PROJECT,
        env={"DJANGO_SETTINGS_MODULE": settings_module, "PYTHONPATH": path},
    )


def test_an_installed_app_needs_no_migration_for_what_it_adds():
    check_site("tests.settings.host_app")


def test_the_files_of_the_page_about_extending_are_an_app_that_can_be_installed(tmp_path):
    for name, text in FILE.findall(PAGE.read_text()):
        file = tmp_path / "visits" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (tmp_path / "visits" / "__init__.py").touch()
    (tmp_path / "site_settings.py").write_text(
        "from tests.settings.fast import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'visits']\n"
    )
    check_site("site_settings", tmp_path)
