"""The site of the tests as it would run in production, on the database the bench gives it."""

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

# As the README sets it: without it two statements more ask whether a service owner gets into the admin.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "wagtail_helpdesk.auth.ConfigurationBackend",
]

# One visitor does here what thousands do.
WAGTAIL_HELPDESK = {"ACTS_PER_MINUTE": 10**9, "TICKETS_PER_HOUR": 10**9}

# Mails are written down in the request and sent by a worker, which does not run here: bench/mails.py
# measures that one.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"null": {"class": "logging.NullHandler"}},
    "root": {"handlers": ["null"], "level": "CRITICAL"},
}
