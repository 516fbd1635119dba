"""The settings of outgoing mail, for Django before and after 6.1."""

import os
from typing import Any

import django

# A silent mail server must not block a worker of the cluster: its tasks end after 60 s.
TIMEOUT = 20


def mail_settings(host: str = "localhost", port: int = 25) -> dict[str, Any]:
    """Return the mail settings; the variables SMTP_HOST, …_PORT, …_USER, …_PASSWORD, …_TLS override."""
    options = {
        "host": os.environ.get("SMTP_HOST", host),
        "port": int(os.environ.get("SMTP_PORT", port)),
        "username": os.environ.get("SMTP_USER", ""),
        "password": os.environ.get("SMTP_PASSWORD", ""),
        "use_tls": os.environ.get("SMTP_TLS", "") == "1",
        "timeout": TIMEOUT,
    }
    if django.VERSION >= (6, 1):
        backend = "django.core.mail.backends.smtp.EmailBackend"
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    options["host_user"], options["host_password"] = (
        options.pop("username"),
        options.pop("password"),
    )
    return {f"EMAIL_{name.upper()}": value for name, value in options.items()}
