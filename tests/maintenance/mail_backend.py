"""A mail back end that keeps mails as the test runner expects, and counts as one that sends."""

from django.core.mail.backends import locmem


class EmailBackend(locmem.EmailBackend):
    """Django's back end in memory, under another name."""
