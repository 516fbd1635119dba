"""The same site on PostgreSQL, which tests/servers/postgresql.py starts for the run."""

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

# tests/conftest.py sets host, port and user when the server runs.
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "NAME": "helpdesk", "TEST": {}},
}
