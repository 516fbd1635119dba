"""The database of a test run, its servers, and the marks that select tests."""

import contextlib
import gc
import hashlib
import math
import shutil
import sqlite3
from collections.abc import Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction

from wagtail_helpdesk.conf import HelpdeskSettings

#: Kinds of site on which only the tests with their mark run.
VARIANTS = {"custom_page", "own_users"}

pytest_plugins = ["tests.fixtures", "tests.mails", "tests.servers.fixtures"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give this run, and each of its parallel workers, a database of its own."""
    database = settings.DATABASES["default"]
    if "postgresql" in database["ENGINE"]:
        database.update(request.getfixturevalue("postgresql").connection)
        return
    file = tmp_path_factory.mktemp("database") / "test.sqlite3"
    database["TEST"]["NAME"] = str(file)
    if (migrated := _migrated(request.config)).exists():
        shutil.copy(migrated, file)


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """Let Django complete the copy of a migrated database instead of creating one."""
    return django_db_keepdb or "sqlite" in settings.DATABASES["default"]["ENGINE"]


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> None:
    """Keep the migrated SQLite database, from a copy of which the next run starts."""
    file = Path(settings.DATABASES["default"]["NAME"])
    migrated = _migrated(request.config)
    if "sqlite" in settings.DATABASES["default"]["ENGINE"] and not migrated.exists():
        migrated.parent.mkdir(parents=True, exist_ok=True)
        # Written under another name first: parallel workers do this at the same moment.
        part = migrated.with_suffix(f".{file.parent.name}-{id(file)}")
        with contextlib.closing(sqlite3.connect(part)) as copy, django_db_blocker.unblock():
            connection.ensure_connection()
            connection.connection.backup(copy)
        part.replace(migrated)
    with django_db_blocker.unblock():
        _keep_rows_of_migrations()


def _keep_rows_of_migrations() -> None:
    """Copy the rows of the migrated tables, from which tests that commit restore them.

    Django saves each object alone, which takes half a second.
    """
    quote = connection.ops.quote_name
    kept = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(f"SELECT EXISTS (SELECT * FROM {quote(table)})")
            if cursor.fetchone()[0]:
                kept[table] = f"kept_{table}"
                cursor.execute(f"DROP TABLE IF EXISTS {quote(kept[table])}")
                cursor.execute(f"CREATE TABLE {quote(kept[table])} AS SELECT * FROM {quote(table)}")

    def restore(data: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for table, copy in kept.items():
                # The first such test finds the rows in their place.
                cursor.execute(
                    f"INSERT INTO {quote(table)} SELECT * FROM {quote(copy)} WHERE true"
                    " ON CONFLICT DO NOTHING"
                )

    connection.creation.deserialize_db_from_string = restore


def _migrated(config: pytest.Config) -> Path:
    """Return the path of the migrated database for these settings and versions."""
    known = hashlib.sha256(f"{settings.SETTINGS_MODULE} {sorted(settings.INSTALLED_APPS)}".encode())
    for package in ("django", "wagtail", "django-q2", "django-taggit"):
        known.update(version(package).encode())
    for migration in sorted(config.rootpath.glob("*/**/migrations/*.py")):
        known.update(migration.read_bytes())
    return config.rootpath / ".pytest_cache" / "databases" / f"{known.hexdigest()[:20]}.sqlite3"


@pytest.fixture(autouse=True)
def _private_media(settings: Any, tmp_path: Path) -> None:
    """Store uploads of a test in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(autouse=True)
def _alerts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send each alert at once, unless a test sets how long it waits for others about its ticket."""
    original = HelpdeskSettings._get

    def get(self: HelpdeskSettings, name: str, default: Any) -> Any:
        return original(self, name, 0 if name == "ALERT_MERGE_SECONDS" else default)

    monkeypatch.setattr(HelpdeskSettings, "_get", get)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Forget the rate limits that other tests counted."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_admin_values() -> None:
    """Let nothing be chosen in the admin: what another test saved has been rolled back."""
    from wagtail_helpdesk.models.site_settings import admin_values

    admin_values.remember({})
    # Some versions of time_machine move the monotonic clock as well.
    admin_values.read_until = math.inf


def pytest_itemcollected(item: pytest.Item) -> None:
    """Restore what the migrations created before every test that commits.

    Django empties all tables after such a test, including Wagtail's root page and the search tables.
    """
    fixtures = getattr(item, "fixturenames", None)
    if fixtures is None:
        return
    marker = item.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if commits or {"transactional_db", "live_server"} & set(fixtures):
        fixtures.append("django_db_serialized_rollback")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what was loaded: it lives until the end."""
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that are about another kind of site than the one of this run."""
    present = _get_kinds_of_site()
    absent = {"sqlite", "postgresql", *VARIANTS} - present
    if variant := present & VARIANTS:
        chosen = [item for item in items if all(map(item.get_closest_marker, variant))]
    else:
        chosen = [item for item in items if not any(map(item.get_closest_marker, absent))]
    kept = set(chosen)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = chosen


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail tests that would be skipped: a missing program is an error."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which is not allowed: {report.longrepr}"
    return report


def _get_kinds_of_site() -> set[str]:
    vendor = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    kinds = {"postgresql"} if vendor == "postgresql" else {"sqlite"}
    if getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page") != "wagtailcore.Page":
        kinds.add("custom_page")
    if settings.AUTH_USER_MODEL != "auth.User":
        kinds.add("own_users")
    return kinds
