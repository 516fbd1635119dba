"""The extra address to alert: which are allowed, and who is notified of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import Category, OutgoingMail, Service
from wagtail_helpdesk.models.inheritance import may_be_alerted
from wagtail_helpdesk.names import get_display_name

from ..errors import NotPossible

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

#: The kind of mail about a change of the extra address.
ADDRESS = "address"


def check_alert_address(changes: dict[str, Any]) -> None:
    """Raise ``NotPossible`` for a new address outside ``ALERT_ADDRESS_DOMAINS``."""
    address = changes.get("alert_address")
    if address and not may_be_alerted(address):
        domains = ", ".join(sorted(helpdesk_settings.ALERT_ADDRESS_DOMAINS))
        raise NotPossible(
            "alert_address",
            _("Only addresses in these domains can be alerted: %(domains)s.")
            % {"domains": domains},
        )


def queue_address_mails(
    target: Service | Category,
    before: dict[str, Any],
    after: dict[str, Any],
    by: AbstractUser | None,
) -> None:
    """Queue a mail about a new address for everybody who answers for the service, its author excepted.

    These are the active managers who may edit the service or manage its managers.
    """
    if after.get("alert_address", "") == before.get("alert_address", ""):
        return
    service = target if isinstance(target, Service) else target.service
    responsible = Q(can_edit_service=True) | Q(can_manage_managers=True)
    owners = service.managers.filter(responsible, user__is_active=True)
    if by is not None:
        owners = owners.exclude(user=by.pk)
    about = {
        # The name when the category has been deleted before the mail is sent.
        "place": target.path if isinstance(target, Category) else target.name,
        "category": target.pk if isinstance(target, Category) else None,
        "before": before.get("alert_address", ""),
        "after": after.get("alert_address", ""),
        "by": get_display_name(by) if by else "",
        "at": timezone.now().isoformat(),
    }
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            kind=ADDRESS,
            user_id=owner,
            service=service,
            about=about,
            message_id=make_message_id("a"),
        )
        for owner in owners.values_list("user", flat=True)
    )
