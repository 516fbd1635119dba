"""The system checks of what the package needs of a site, most of which stop ``migrate``."""

import copy
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path, PurePosixPath
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db import connections

from wagtail_helpdesk import installation_checks as checks

PROJECT = Path(__file__).resolve().parents[1]


def ids(messages):
    return [message.id for message in messages]


def test_the_site_of_the_tests_lacks_nothing(db):
    own = [m for m in run_checks() if str(m.id).startswith("wagtail_helpdesk.E")]
    assert own == []


# -- the distribution -------------------------------------------------------------------------------


@pytest.fixture
def installed(monkeypatch):
    """Pretend that a distribution of the other name has these files."""

    def install(*files):
        found = SimpleNamespace(files=[PurePosixPath(file) for file in files])
        monkeypatch.setattr(metadata, "distribution", {"wagtail-helpdesk": found}.__getitem__)

    return install


def test_the_other_project_of_the_same_import_name_is_an_error(installed):
    installed("wagtail_helpdesk/models.py", "wagtail_helpdesk-0.1.dist-info/METADATA")
    [error] = checks.check_distribution(None)
    assert error.id == "wagtail_helpdesk.E006"
    assert error.is_serious()


def test_a_checkout_under_the_former_name_is_accepted(installed):
    installed("__editable__.wagtail_helpdesk.pth", "wagtail_helpdesk-0.1.dist-info/METADATA")
    assert checks.check_distribution(None) == []


def test_a_site_with_our_distribution_alone_is_accepted(monkeypatch):
    def refuse(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", refuse)
    assert checks.check_distribution(None) == []


# -- settings, database, apps -----------------------------------------------------------------------


def test_times_without_zone_are_an_error(settings):
    settings.USE_TZ = False
    assert ids(checks.check_time_zones(None)) == ["wagtail_helpdesk.E001"]
    settings.USE_TZ = True
    assert checks.check_time_zones(None) == []


@pytest.mark.parametrize(
    ("vendor", "found"),
    [("mysql", ["wagtail_helpdesk.E002"]), ("oracle", ["wagtail_helpdesk.E002"]), ("sqlite", [])],
)
def test_a_database_of_another_kind_is_an_error(monkeypatch, vendor, found):
    monkeypatch.setattr(type(connections["default"]), "vendor", vendor)
    assert ids(checks.check_database(None)) == found


def test_the_kind_of_database_is_known_without_connecting(monkeypatch):
    monkeypatch.setattr(connections["default"], "connect", lambda: pytest.fail("connected"))
    assert checks.check_database(None) == []


@pytest.mark.parametrize("name", checks.REQUIRED_APPS)
def test_a_missing_app_is_an_error_that_names_it(monkeypatch, name):
    installed = apps.is_installed
    monkeypatch.setattr(apps, "is_installed", lambda app: app != name and installed(app))
    [error] = checks.check_apps(None)
    assert error.msg == f"INSTALLED_APPS lacks {name}."


@pytest.mark.parametrize("name", checks.CONTEXT_PROCESSORS)
def test_a_missing_context_processor_is_an_error_that_names_it(settings, name):
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["context_processors"].remove(name)
    settings.TEMPLATES = templates
    [error] = checks.check_context_processors(None)
    assert error.msg == f"TEMPLATES lacks the context processors {name}."


def test_one_engine_with_the_context_processors_is_enough(settings):
    second = copy.deepcopy(settings.TEMPLATES[0]) | {"NAME": "second", "OPTIONS": {}}
    settings.TEMPLATES = [*settings.TEMPLATES, second]
    assert checks.check_context_processors(None) == []


# -- the base template ------------------------------------------------------------------------------

WHOLE = "".join(f"{{% block {name} %}}{{% endblock %}}" for name in sorted(checks.BLOCKS))


@pytest.fixture
def templates(settings):
    """Let the site have these templates and no others."""

    def templates(**sources):
        named = {f"{name}.html": source for name, source in sources.items()}
        settings.TEMPLATES = [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"loaders": [("django.template.loaders.locmem.Loader", named)]},
            }
        ]

    return templates


@pytest.mark.parametrize("block", sorted(checks.BLOCKS))
def test_a_base_template_without_a_block_is_an_error_that_names_it(templates, block):
    templates(base=WHOLE.replace(f"block {block} ", "block other "))
    [error] = checks.check_base_template(None)
    assert error.id == "wagtail_helpdesk.E005"
    assert error.msg == f"The base template 'base.html' lacks the blocks {block}."


@pytest.mark.parametrize(
    "sources",
    [
        {"base": WHOLE},
        {"base": f"{{% if a %}}<head>{WHOLE}</head>{{% endif %}}"},
        {"base": "{% extends 'skeleton.html' %}", "skeleton": WHOLE},
        {
            "base": "{% extends 'skeleton.html' %}{% block body %}{% block content %}{% endblock %}{% endblock %}",
            "skeleton": WHOLE.replace("block content ", "block body "),
        },
    ],
    ids=["flat", "nested", "inherited", "in a block of its parent"],
)
def test_a_base_template_with_all_blocks_is_accepted(templates, sources):
    templates(**sources)
    assert checks.check_base_template(None) == []


def test_a_base_template_whose_parent_is_a_variable_is_not_judged(templates):
    templates(base="{% extends parent %}")
    assert checks.check_base_template(None) == []


def test_a_base_template_with_an_error_is_left_to_django(templates):
    templates(base="{% block %}")
    assert checks.check_base_template(None) == []


def test_a_base_template_that_does_not_exist_is_an_error(settings):
    settings.WAGTAIL_HELPDESK = {"BASE_TEMPLATE": "nowhere.html"}
    assert ids(checks.check_base_template(None)) == ["wagtail_helpdesk.E011"]


# -- middleware -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([checks.MIDDLEWARE, checks.CSRF_MIDDLEWARE], []),
        ([checks.MIDDLEWARE], []),
        ([checks.CSRF_MIDDLEWARE], ["wagtail_helpdesk.W004"]),
        ([checks.CSRF_MIDDLEWARE, checks.MIDDLEWARE], ["wagtail_helpdesk.W014"]),
    ],
)
def test_the_middleware_for_large_forms_is_missed_where_it_has_no_effect(settings, order, found):
    settings.MIDDLEWARE = order
    assert ids(checks.check_middleware(None)) == found


# -- mail in production -----------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("backend", "found"),
    [
        ("django.core.mail.backends.console.EmailBackend", ["wagtail_helpdesk.W016"]),
        ("django.core.mail.backends.dummy.EmailBackend", ["wagtail_helpdesk.W016"]),
        ("django.core.mail.backends.filebased.EmailBackend", ["wagtail_helpdesk.W016"]),
        ("django.core.mail.backends.smtp.EmailBackend", []),
        ("anymail.backends.mailjet.EmailBackend", []),
    ],
)
def test_a_mail_back_end_that_sends_nothing_is_reported(settings, backend, found):
    settings.EMAIL_BACKEND = backend
    assert ids(checks.check_mail_backend(None)) == found


def test_a_mailer_that_sends_nothing_is_reported(monkeypatch):
    mailers = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    monkeypatch.setattr(checks, "settings", SimpleNamespace(MAILERS=mailers))
    assert ids(checks.check_mail_backend(None)) == ["wagtail_helpdesk.W016"]


@pytest.mark.parametrize(
    ("default", "own", "found"),
    [
        ("webmaster@localhost", None, ["wagtail_helpdesk.W018"]),
        ("Portal <webmaster@localhost>", None, ["wagtail_helpdesk.W018"]),
        ("webmaster@localhost", "helpdesk@example.org", []),
        ("helpdesk@example.org", None, []),
    ],
)
def test_the_default_sender_of_django_is_reported(settings, default, own, found):
    settings.DEFAULT_FROM_EMAIL = default
    settings.WAGTAIL_HELPDESK = {"FROM_EMAIL": own} if own else {}
    assert ids(checks.check_sender(None)) == found


def test_mail_is_checked_in_production_only(settings, db):
    settings.DEFAULT_FROM_EMAIL = "webmaster@localhost"
    assert "wagtail_helpdesk.W018" not in ids(run_checks())
    assert "wagtail_helpdesk.W018" in ids(run_checks(include_deployment_checks=True))


# -- before a table is made -------------------------------------------------------------------------


def test_migrate_stops_at_an_error_before_it_makes_a_table(tmp_path):
    (tmp_path / "unfit.py").write_text(
        "from tests.settings.fast import *\n"
        "USE_TZ = False\n"
        f"DATABASES['default']['NAME'] = {str(tmp_path / 'db.sqlite3')!r}\n"
    )
    finished = subprocess.run(
        [sys.executable, "-m", "django", "migrate"],
        cwd=PROJECT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "unfit", "PYTHONPATH": f"{PROJECT}{os.pathsep}{tmp_path}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert "wagtail_helpdesk.E001" in finished.stderr
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []
