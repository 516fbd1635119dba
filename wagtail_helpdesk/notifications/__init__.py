"""Who is notified of an event and why, and the mails about tickets.

``recipient_rules`` decides (pure functions), ``recipient_data`` loads what it decides on, ``dispatch``
stores one notification per recipient, ``alert_mail`` composes the mails, ``delivery_log`` reports
what became of them.
"""
