"""A user model that has neither ``get_full_name`` nor the fields of Django's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site_answers():
    """Return what the site of ``tests.settings.custom_user`` answered."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.own_user_model.walk"],
        cwd=PROJECT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings.custom_user"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1])


def test_every_page_opens_and_names_people_without_get_full_name(site_answers):
    assert {path: [200, True] for path in site_answers["pages"]} == site_answers["pages"]


def test_a_person_is_called_by_the_full_name_or_else_the_identifier(site_answers):
    assert site_answers["names"] == ["Léa Fournier", "p-001"]


def test_people_are_found_by_their_full_name(site_answers):
    assert site_answers["found"] == ["lea"]


def test_tickets_are_indexed_with_the_full_name_of_their_requester(site_answers):
    assert site_answers["indexed"]
