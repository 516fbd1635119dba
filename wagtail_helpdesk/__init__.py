"""The helpdesk an intranet already has inside it: a Wagtail app."""

__version__ = "0.1.0"
