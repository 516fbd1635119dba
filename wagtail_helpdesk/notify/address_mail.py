"""The mail that tells the people responsible for a service of a new extra address to alert."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import Envelope, Service, Skipped

from .addresses import Reader
from .mail import Letter, write


def compose(envelope: Envelope, reader: Reader) -> EmailMessage | Skipped:
    """Return the mail, or why there is none any more."""
    service = envelope.service
    if service is None or not _is_responsible(service, reader):
        return Skipped.NO_ACCESS
    about = envelope.about
    with translation.override(reader.language), timezone.override(reader.zone):
        return write(
            Letter(
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
                message_id=envelope.message_id,
            )
        )


def _sentence(about: dict[str, str]) -> str:
    names = {"name": about["by"] or _("The system"), **about}
    if not about["after"]:
        return _("%(name)s removed the extra address %(before)s.") % names
    if not about["before"]:
        return _("%(name)s entered the extra address %(after)s.") % names
    return _("%(name)s replaced the extra address %(before)s by %(after)s.") % names


def _is_responsible(service: Service, reader: Reader) -> bool:
    row = service.managers.filter(user=reader.user).first()
    return row is not None and (row.can_edit_service or row.can_manage_managers)
