"""What every test may use: the run's own database, the servers, and the marks that choose tests."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

pytest_plugins = ["tests.servers.fixtures"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give this run, and each of its parallel workers, a database nobody else uses."""
    database = settings.DATABASES["default"]
    if "postgresql" in database["ENGINE"]:
        database.update(request.getfixturevalue("postgresql").connection)
    else:
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(autouse=True)
def _private_media(settings: Any, tmp_path: Path) -> None:
    """Let uploads of a test land in its own folder."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Start every test that commits from what the migrations left.

    Django empties all tables after such a test, Wagtail's root page and the search tables included.
    """
    fixtures = getattr(item, "fixturenames", None)
    if fixtures is None:
        return
    marker = item.get_closest_marker("django_db")
    commits = bool(marker and marker.kwargs.get("transaction"))
    if commits or {"transactional_db", "live_server"} & set(fixtures):
        fixtures.append("django_db_serialized_rollback")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that are about another kind of site than the one of this run."""
    here = _kind_of_site()
    elsewhere = {"sqlite", "postgresql", "custom_page"} - here
    if "custom_page" in here:
        chosen = [item for item in items if item.get_closest_marker("custom_page")]
    else:
        chosen = [item for item in items if not any(map(item.get_closest_marker, elsewhere))]
    left_out = [item for item in items if item not in set(chosen)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = chosen


def _kind_of_site() -> set[str]:
    vendor = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    kinds = {"postgresql"} if vendor == "postgresql" else {"sqlite"}
    if getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page") != "wagtailcore.Page":
        kinds.add("custom_page")
    return kinds
