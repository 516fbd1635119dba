"""The settings that the demonstration and a production installation share."""

from pathlib import Path
from typing import Any

from example.ldap import ldap_settings
from example.mail import mail_settings

BASE_DIR = Path(__file__).resolve().parents[2]
REPOSITORY = BASE_DIR.parent

INSTALLED_APPS = [
    "portal",
    "wagtail_helpdesk",
    "wagtail_helpdesk.pages",
    "wagtail_helpdesk.contrib.mail_in",
    "django_htmx",
    "django_q",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "example.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "wagtail_helpdesk.middleware.TooLargeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "example.urls"
WSGI_APPLICATION = "example.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def sqlite(path: Path) -> dict[str, object]:
    """Return a database setting under which several processes can write to one SQLite file."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            # Take the write lock when the transaction begins: a transaction that reads first and
            # writes later would fail instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People and languages

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    # Admin access for people who configure a service of the helpdesk.
    "wagtail_helpdesk.auth.ConfigurationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = "fr"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_I18N = WAGTAIL_I18N_ENABLED = True
USE_TZ = True

# Files

STATIC_URL = "/static/"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # Wagtail’s page editor posts many

# Wagtail

WAGTAIL_SITE_NAME = "Université d’Arvelle"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
# The portal loads nothing from other sites, in the admin neither.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False

# The queue of django-q2 is a table of the same database, so that its tasks commit with the action.

Q_CLUSTER = {
    "name": "helpdesk",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 300,
    "max_attempts": 3,
    "catch_up": False,
    "poll": 1,
    "save_limit": 500,
}
DEFAULT_FROM_EMAIL = "Assistance en ligne <assistance@arvelle.example>"
vars().update(mail_settings())

# Errors go to the console, for the unit or container; Django's default mails them to ADMINS.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"short": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "short"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# Only the demonstration lets visitors become any person: see settings/demo.py.
DEMO = False

WAGTAIL_HELPDESK: dict[str, Any] = {
    "ANSWER_PAGE_MODEL": "portal.ContentPage",
    "DISPATCH_CATEGORY": ("Services Généraux", "Orientation"),
}

# `LDAP_SERVER=ldaps://…` in the environment enables the directory: see example/ldap.py.
vars().update(ldap_settings(AUTHENTICATION_BACKENDS))
