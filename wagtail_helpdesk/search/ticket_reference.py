"""Recognising that a query only refers to one ticket."""

from __future__ import annotations

import re

_NUMBER = r"(?P<number>[0-9]{1,18})"
_FORMS = [
    # “1031”, “#1031”, “n° 1031”, “ticket no. 1031”, “demande nº1031”, “Ticket #1031”
    rf"(?:(?:the\s+|le\s+)?(?:ticket|request|demande)\s*)?(?:#|№|n\s*[°ºo]?\s*\.?|no\s*\.?|num[eé]ro|number)?\s*{_NUMBER}\s*[.?!:,]?",
    # The URL of the ticket, of one of its actions or of one of its messages.
    rf"(?:https?://|/)\S*/tickets/{_NUMBER}(?:[/?#]\S*)?",
    # The subject line of an e-mail about it: “Re: [Heating #1031] The radiator is cold”, “[Chauffage n° 1031]”
    rf"(?:[a-zé]{{1,4}}\s*(?:\[[0-9]+\])?\s*:\s*)*\[[^\[]*(?:#|№|\bno?\s*[°º.]\s*){_NUMBER}\].*",
]
_REFERENCES = [re.compile(form, re.ASCII | re.IGNORECASE | re.DOTALL) for form in _FORMS]
#: In characters: longer than the subject of any e-mail.
MAX_REFERENCE_LENGTH = 500


def parse_ticket_reference(text: str) -> int | None:
    """Return the number of the ticket to which the whole text refers, None for any other text."""
    # No-break spaces are spaces: mails in French have them after “n°”.
    stripped = " ".join(text[:MAX_REFERENCE_LENGTH].split())
    for reference in _REFERENCES:
        if found := reference.fullmatch(stripped):
            return int(found["number"])
    return None
