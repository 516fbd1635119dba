"""A host site adds a verb without touching the package and without a migration."""

import datetime
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from tests.actions.refusals import refused
from tests.host_app.verbs import CONFIRM_VISIT, confirm_visit
from wagtail_helpdesk.actions import VERBS, NotPossible, NotYours, SentBefore, perform
from wagtail_helpdesk.actions.registry import get_verb_of
from wagtail_helpdesk.lifecycle import ACTIONS

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _registered():
    """Register the verb as the hook does, for this test alone."""
    with VERBS.added(get_verb_of(confirm_visit)):
        yield


@pytest.fixture
def tomorrow():
    return timezone.localdate() + datetime.timedelta(days=1)


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


CHECK = """
from django.core.management import call_command
from wagtail_helpdesk.actions import VERBS
from wagtail_helpdesk.lifecycle import ACTIONS
assert "confirm_visit" in ACTIONS and "confirm_visit" in VERBS
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
"""


def test_the_hook_of_an_installed_app_adds_its_verb_without_a_migration():
    subprocess.run(
        [sys.executable, "-m", "django", "shell", "--no-imports", "-c", CHECK],
        check=True,
        cwd=PROJECT,
        env={
            "DJANGO_SETTINGS_MODULE": "tests.settings.host_app",
            "PYTHONPATH": str(PROJECT),
        },
    )
