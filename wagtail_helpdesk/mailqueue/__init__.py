"""Outgoing mail as a queue in the database: claim with a lease, hand over, retry.

It does not know what mails are about: the packages that compose them register their kinds
(``kinds.register_kind``).
"""
