"""A helpdesk that lives inside your Wagtail intranet."""

__version__ = "1.0.0rc1"
