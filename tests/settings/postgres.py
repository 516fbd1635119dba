"""The same site on a real PostgreSQL, started for the run by tests/servers/postgresql.py."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

# Host, port and user are given by tests/conftest.py when the server runs.
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "helpdesk", "TEST": {}},
}
