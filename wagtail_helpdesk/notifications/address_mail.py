"""The mail that tells the people responsible for a service of a new extra address to alert."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.models import OutgoingMail, Service, SkipReason


def compose_address_mail(mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
    """Return the mail, or why there is none any more."""
    service = mail.service
    if service is None or not _is_responsible(service, reader):
        return SkipReason.NO_ACCESS
    about = mail.about
    with translation.override(reader.language), timezone.override(reader.zone):
        return build_message(
            MailSpec(
                reader=reader,
                service=service,
                subject=_("Extra address to alert: %(place)s") % {"place": about["place"]},
                template="address",
                context={
                    "place": about["place"],
                    "sentence": _sentence(about),
                    "when": datetime.fromisoformat(about["at"]),
                    "why": _("You receive this because you are responsible for this service."),
                },
                message_id=mail.message_id,
            )
        )


def _sentence(about: dict[str, str]) -> str:
    names = {"name": about["by"] or _("The system"), **about}
    if not about["after"]:
        return _("%(name)s removed the extra address %(before)s.") % names
    if not about["before"]:
        return _("%(name)s entered the extra address %(after)s.") % names
    return _("%(name)s replaced the extra address %(before)s by %(after)s.") % names


def _is_responsible(service: Service, reader: MailReader) -> bool:
    row = service.managers.filter(user=reader.user).first()
    return row is not None and (row.can_edit_service or row.can_manage_managers)
