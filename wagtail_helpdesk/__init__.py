"""A helpdesk that lives inside your Wagtail intranet."""

__version__ = "0.1.0"
