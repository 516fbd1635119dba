"""The public hook for host sites: what happened to a ticket, told after it is certain."""

from django.dispatch import Signal

#: Sent after commit with ``event``, once for each event; a failing receiver never harms the act.
event_recorded = Signal()
