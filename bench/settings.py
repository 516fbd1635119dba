"""The test site with production settings, on a database of the benchmark."""

import json
import os

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS

DEBUG = False
ROOT_URLCONF = "bench.urls"

DATABASES = {
    "default": {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": False,
        **json.loads(os.environ["HELPDESK_BENCH_DATABASE"]),
    }
}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

# As in the README: without it, two more statements look for admin access of a service owner.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "wagtail_helpdesk.auth.ConfigurationBackend",
]

# One visitor sends the requests of thousands.
WAGTAIL_HELPDESK = {"ACTIONS_PER_MINUTE": 10**9, "TICKETS_PER_HOUR": 10**9}

# Mails are queued in the request and sent by a worker, which does not run here: bench/mails.py
# measures that one.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"null": {"class": "logging.NullHandler"}},
    "root": {"handlers": ["null"], "level": "CRITICAL"},
}
