"""A production installation, configured by its environment.

DJANGO_SECRET_KEY      long and random
SITE_HOST              the portal’s name, e.g. intranet.example.org
DATABASE_NAME, …_USER, …_PASSWORD, …_HOST, …_PORT      PostgreSQL
REDIS_URL              optional: the broker of the cluster, instead of a table
STATIC_ROOT, MEDIA_ROOT                                served by the web server in front
SMTP_HOST, …           see example/mail.py
LDAP_SERVER, …         see example/ldap.py
"""

import os

from .base import *
from .base import BASE_DIR, Q_CLUSTER, STORAGES, WAGTAIL_HELPDESK

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

STATIC_ROOT = os.environ.get("STATIC_ROOT", BASE_DIR / "static")
WAGTAIL_HELPDESK = {
    **WAGTAIL_HELPDESK,
    "FILE_ROOT": os.environ.get("FILE_ROOT", BASE_DIR / "files"),
}
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", BASE_DIR / "media")
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
