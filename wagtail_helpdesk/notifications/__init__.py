"""Telling people: who hears of an act and why, and the mails that carry it.

``listeners`` decides (pure), ``data`` reads what it decides on, ``announce`` writes down who
is to be told, ``delivery`` brings the mails to the mail server, ``alerts`` and ``reports`` say what
is in them.
"""
