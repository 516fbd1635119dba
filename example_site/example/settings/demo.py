"""The demonstration: for one person, on one machine, in one folder. Never expose it to a network.

DEMO_PORT        port of the web server (8000)
DEMO_SMTP_PORT   port of the mail catcher (8025)
DEMO_STATE       folder of the database, the files and the mails (.state/demo)
"""

import os

from django.core.management.utils import get_random_secret_key

from .base import *
from .base import (
    INSTALLED_APPS,
    LOGGING,
    REPOSITORY,
    TEMPLATES,
    WAGTAIL_HELPDESK,
    Path,
    mail_settings,
    sqlite,
)

DEMO = True
DEBUG = False

DEMO_PORT = int(os.environ.get("DEMO_PORT", "8000"))
DEMO_SMTP_PORT = int(os.environ.get("DEMO_SMTP_PORT", "8025"))
DEMO_STATE = Path(os.environ.get("DEMO_STATE", REPOSITORY / ".state" / "demo")).resolve()
DEMO_STATE.mkdir(parents=True, exist_ok=True, mode=0o700)

ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
WAGTAILADMIN_BASE_URL = f"http://localhost:{DEMO_PORT}"
INSTALLED_APPS = ["demo", *INSTALLED_APPS]
TEMPLATES[0]["OPTIONS"]["context_processors"].append("demo.context.demo")


def _secret_key() -> str:
    """Return a key that is created once and kept, so that sessions survive restarts."""
    path = DEMO_STATE / "secret_key"
    if not path.exists():
        path.write_text(get_random_secret_key())
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = _secret_key()
DATABASES = {"default": sqlite(DEMO_STATE / "db.sqlite3")}
MEDIA_ROOT = DEMO_STATE / "media"
WAGTAIL_HELPDESK = {
    **WAGTAIL_HELPDESK,
    "FILE_ROOT": DEMO_STATE / "files",
    # The tour shows each e-mail as soon as it is sent.
    "ALERT_MERGE_SECONDS": 0,
    # The button “Reply” of the mail catcher delivers to it.
    "MAIL_IN_ADDRESS": "assistance@arvelle.example",
}
vars().update(mail_settings("127.0.0.1", DEMO_SMTP_PORT))

LOGGING = LOGGING | {
    "filters": {
        "pages": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: "/static/" not in record.getMessage(),
        }
    },
    "loggers": {"django.server": {"filters": ["pages"]}},
}
