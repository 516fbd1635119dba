"""The site in a process started by a test: with the database, mail server and queue of the test.

tests/servers/workers.py passes them in the environment.
"""

import json
import os

from tests.settings.fast import *  # noqa: F403
from tests.settings.fast import INSTALLED_APPS, Q_CLUSTER

DATABASES = {"default": json.loads(os.environ["HELPDESK_TEST_DATABASE"])}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Wagtail's own search index needs it; Django 6.1 checks that it is there.
    INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("HELPDESK_TEST_SMTP_PORT", "9"))
EMAIL_TIMEOUT = float(os.environ.get("HELPDESK_TEST_SMTP_TIMEOUT", "20"))

if redis_port := os.environ.get("HELPDESK_TEST_REDIS_PORT"):
    Q_CLUSTER = {key: value for key, value in Q_CLUSTER.items() if key != "orm"}
    Q_CLUSTER["redis"] = {"host": "127.0.0.1", "port": int(redis_port), "db": 0}

WAGTAIL_HELPDESK = {
    "ALERT_MERGE_SECONDS": 0,
    **json.loads(os.environ.get("HELPDESK_TEST_SETTINGS", "{}")),
}
if lease := os.environ.get("HELPDESK_TEST_LEASE"):
    WAGTAIL_HELPDESK["MAIL_LEASE"] = int(lease)
