"""Sophie runs Services Généraux, Nadia runs DSI; the others are managers as they come."""

import pytest
from wagtail.models import ModelLogEntry

from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES


@pytest.fixture
def get_manager_row(general):
    """Return a person's row in Services Généraux."""

    def find(user):
        return general.managers.get(user=user)

    return find


@pytest.fixture
def limit_privileges(get_manager_row):
    """Leave a person these configuration privileges and no others."""

    def leave(user, *privileges):
        manager = get_manager_row(user)
        for privilege in CONFIGURATION_PRIVILEGES:
            setattr(manager, privilege.value, privilege in privileges)
        manager.save()
        return manager

    return leave


@pytest.fixture
def sophie(people, limit_privileges):
    """Sophie, with the three configuration privileges; nobody else has any."""
    for user in (people.karim, people.julien, people.hugo):
        limit_privileges(user)
    limit_privileges(people.sophie, *CONFIGURATION_PRIVILEGES)
    return people.sophie


@pytest.fixture
def read_log():
    """Return the last entries of the log: action, author, before and after."""

    def entries(*actions):
        names = [f"wagtail_helpdesk.{action}" for action in actions]
        return [
            (entry.action.removeprefix("wagtail_helpdesk."), entry.user, entry.data)
            for entry in ModelLogEntry.objects.filter(action__in=names).order_by("pk")
        ]

    return entries
