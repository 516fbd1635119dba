"""The signals of what was done to tickets. Host sites connect to ``event_recorded``."""

from django.dispatch import Signal

#: Sent after commit with ``event``, once per event. A failing receiver never affects the action.
event_recorded = Signal()

#: Sent after commit with ``bulk``, the id of a form about several tickets, when all was performed.
bulk_performed = Signal()
