"""Outgoing mail as a queue in the database: claim with a lease, hand over, retry. It knows nothing of tickets."""
