"""The Wagtail hooks by which a host site or an optional app adds to the helpdesk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wagtail import hooks

#: Returns a verb of the site (a function decorated with ``site_verb``), or several.
REGISTER_VERB = "register_helpdesk_verb"
#: Returns the address to which a reader can reply to a mail about a ticket, or None.
GET_REPLY_ADDRESS = "get_helpdesk_reply_address"
#: Returns a ``Job`` of ``maintenance.housekeeping`` that ``helpdesk_housekeeping`` runs after its own.
REGISTER_HOUSEKEEPING_JOB = "register_helpdesk_housekeeping_job"
#: Returns a URL pattern, or several, beside those of ``wagtail_helpdesk.urls``.
REGISTER_URLS = "register_helpdesk_urls"


def call_hooks(name: str, *args: Any) -> Iterator[Any]:
    """Call the functions registered for a hook and yield what they return, lists item by item."""
    for function in hooks.get_hooks(name):
        returned = function(*args)
        if isinstance(returned, list | tuple):
            yield from returned
        elif returned is not None:
            yield returned
