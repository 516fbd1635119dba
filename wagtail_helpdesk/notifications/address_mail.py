"""The mail to the people responsible for a service whose alerted mailbox changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.models import Category, OutgoingMail, Service, SkipReason


class AddressComposer(MailComposer):
    """Composes the mails about a changed mailbox."""

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the mail, or why its reader is no longer to get it."""
        return compose_address_mail(mail, reader)


def compose_address_mail(mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
    """Return the mail in its reader's language, or why they are no longer to get it."""
    service = mail.service
    if service is None or not _is_responsible(service, reader):
        return SkipReason.NO_ACCESS
    about = mail.about
    with translation.override(reader.language), timezone.override(reader.zone):
        place = _get_place(service, about)
        return build_message(
            MailSpec(
                reader=reader,
                service=service,
                subject=_("Extra address to alert: %(place)s") % {"place": place},
                template="address",
                context={
                    "place": place,
                    "sentence": _sentence(about),
                    "when": format_datetime(datetime.fromisoformat(about["at"])),
                    "reason": _("You receive this because you are responsible for this service."),
                },
                message_id=mail.message_id,
            )
        )


def _get_place(service: Service, about: dict[str, Any]) -> str:
    """Return the service or the path of the category in the reader's language."""
    if about.get("category") is None:
        return str(service)
    category = Category.objects.select_related("service").filter(pk=about["category"]).first()
    return category.path if category else str(about["place"])


def _sentence(about: dict[str, Any]) -> str:
    names = {"name": about["by"] or _("The system"), **about}
    if not about["after"]:
        return _("%(name)s removed the extra address %(before)s.") % names
    if not about["before"]:
        return _("%(name)s entered the extra address %(after)s.") % names
    return _("%(name)s replaced the extra address %(before)s by %(after)s.") % names


def _is_responsible(service: Service, reader: MailReader) -> bool:
    row = service.managers.filter(user=reader.user).first()
    return row is not None and (row.can_edit_service or row.can_manage_managers)
