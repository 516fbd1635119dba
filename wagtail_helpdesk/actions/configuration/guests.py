"""The permanent guests of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import PermanentGuest, Service
from wagtail_helpdesk.names import get_display_name

from ..errors import NotPossible, refuse_inactive
from .change import change_service_locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    Author = User | None


def add_permanent_guest(service: Service, user: User, *, by: Author) -> PermanentGuest:
    """Add a user who is invited to every later ticket of the service (guide III.3).

    Not retroactive, and no mail: the creation alert says why it came.
    """
    with change_service_locked(service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        refuse_inactive("people", user)
        guest, new = PermanentGuest.objects.get_or_create(service=change.service, user=user)
        if not new:
            raise NotPossible(
                "people",
                _("%(name)s is already a permanent guest.") % {"name": get_display_name(user)},
            )
        change.record("add_permanent_guest", name=get_display_name(user), user=user.pk)
    return guest


def remove_permanent_guest(guest: PermanentGuest, *, by: Author) -> None:
    """Remove a permanent guest; the user remains a guest of present tickets."""
    with change_service_locked(guest.service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        if PermanentGuest.objects.filter(pk=guest.pk).delete()[0]:
            change.record("remove_permanent_guest", name=str(guest), user=guest.user_id)
