"""The example site with production settings, on a database of the benchmark."""

import json
import os
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "example_site"))

from example.settings.base import *  # noqa: E402, F403
from example.settings.base import INSTALLED_APPS, TEMPLATES  # noqa: E402

DEBUG = False
# The same key in peer_settings.py, so that sessions are valid in both.
SECRET_KEY = "only-for-the-tests"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
WAGTAILADMIN_BASE_URL = "http://localhost"
MEDIA_ROOT = PROJECT / ".state" / "bench" / "media"

DATABASES = {
    "default": {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": False,
        **json.loads(os.environ["HELPDESK_BENCH_DATABASE"]),
    }
}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

# The template of the bare page.
TEMPLATES[0]["DIRS"] = [PROJECT / "bench" / "templates"]

# One visitor sends the requests of thousands.
WAGTAIL_HELPDESK = {
    "ACTIONS_PER_MINUTE": 10**9,
    "TICKETS_PER_HOUR": 10**9,
    # Each alert is measured.
    "ALERT_MERGE_SECONDS": 0,
    "FILE_ROOT": PROJECT / ".state" / "bench" / "files",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"null": {"class": "logging.NullHandler"}},
    "root": {"handlers": ["null"], "level": "CRITICAL"},
}
