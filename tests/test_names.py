"""Names of people as pages and mails show them."""

import pytest
from django.contrib.auth.models import User

from wagtail_helpdesk.names import get_display_name


@pytest.mark.parametrize(
    ("first_name", "last_name", "shown"),
    [
        ("Léa", "Fournier", "Léa Fournier"),
        ("Léa\u202e", "reinruoF\u2066", "Léa reinruoF"),
        ("Léa\r\nDSI", "Fournier", "Léa DSI Fournier"),
        ("\u3164", "\u200b", "lea"),
        ("", "", "lea"),
        ("رضا", "می\u200cخواهم", "رضا می\u200cخواهم"),
    ],
)
def test_a_name_changes_nothing_beside_it(first_name, last_name, shown):
    person = User(username="lea", first_name=first_name, last_name=last_name)
    assert get_display_name(person) == shown
