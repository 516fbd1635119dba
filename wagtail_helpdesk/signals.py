"""The signal that host sites connect to: an event was recorded."""

from django.dispatch import Signal

#: Sent after commit with ``event``, once per event. A failing receiver never affects the action.
event_recorded = Signal()
