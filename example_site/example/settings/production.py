"""A production installation, configured by its environment.

DJANGO_SECRET_KEY      long and random
SITE_HOST              the portal’s name, e.g. intranet.example.org
DATABASE_NAME, …_USER, …_PASSWORD, …_HOST, …_PORT      PostgreSQL
DATABASE_FILE          optional: SQLite in this file instead, on one machine
REDIS_URL              optional: shared cache, and the broker of the clusters instead of a table
WITHOUT_CLUSTER        1: timers instead of a cluster
OPENSEARCH_URL         optional: search tickets with OpenSearch instead of the database
STATIC_ROOT, MEDIA_ROOT                                served by the web server in front
FILE_ROOT              files attached to tickets; served by the portal only
SMTP_HOST, …           see example/mail.py
FROM_EMAIL             optional: the sender of mails; default: helpdesk@SITE_HOST
MAIL_IN_ADDRESS        optional: the address to which people reply
LDAP_SERVER, …         see example/ldap.py

All variables are in `deploy/portal.env.example`; docs/how-to/deploy.md explains them.
"""

import os
from pathlib import Path

from .base import *
from .base import (
    BASE_DIR,
    INSTALLED_APPS,
    Q_CLUSTER,
    STORAGES,
    WAGTAIL_HELPDESK,
    WAGTAILSEARCH_BACKENDS,
    sqlite,
)

DEBUG = False
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]

SITE_HOST = os.environ["SITE_HOST"]
ALLOWED_HOSTS = [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [f"https://{SITE_HOST}"]
WAGTAILADMIN_BASE_URL = f"https://{SITE_HOST}"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("DATABASE_NAME", "portal"),
        "USER": os.environ.get("DATABASE_USER", "portal"),
        "PASSWORD": os.environ.get("DATABASE_PASSWORD", ""),
        "HOST": os.environ.get("DATABASE_HOST", ""),
        "PORT": os.environ.get("DATABASE_PORT", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
if database_file := os.environ.get("DATABASE_FILE"):
    DATABASES = {"default": sqlite(Path(database_file))}
else:
    # Required by Wagtail's search on PostgreSQL; needs psycopg.
    INSTALLED_APPS = [*INSTALLED_APPS, "django.contrib.postgres"]

DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("FROM_EMAIL", f"helpdesk@{SITE_HOST}")

if redis_url := os.environ.get("REDIS_URL"):
    Q_CLUSTER = {key: value for key, value in Q_CLUSTER.items() if key != "orm"} | {
        "redis": redis_url
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
        }
    }

if os.environ.get("WITHOUT_CLUSTER") == "1":
    # Without a cluster, nothing would fetch its tasks.
    INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "django_q"]

STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "static")
WAGTAIL_HELPDESK = {
    **WAGTAIL_HELPDESK,
    "FILE_ROOT": os.environ.get("FILE_ROOT", BASE_DIR / "files"),
}
# Replies by e-mail, if the mail server delivers them: docs/how-to/receive-mail.md.
if mail_in_address := os.environ.get("MAIL_IN_ADDRESS"):
    WAGTAIL_HELPDESK["MAIL_IN_ADDRESS"] = mail_in_address
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", BASE_DIR / "media")
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"

if opensearch_url := os.environ.get("OPENSEARCH_URL"):
    WAGTAILSEARCH_BACKENDS = {
        **WAGTAILSEARCH_BACKENDS,
        "helpdesk": {
            "BACKEND": "wagtail.search.backends.opensearch3",
            "URLS": [opensearch_url],
            "INDEX_PREFIX": "portal_",
        },
    }
    WAGTAIL_HELPDESK["SEARCH_BACKEND"] = "helpdesk"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
