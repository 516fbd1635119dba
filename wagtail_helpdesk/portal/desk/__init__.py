"""The work queue of managers and the figures beside it."""
