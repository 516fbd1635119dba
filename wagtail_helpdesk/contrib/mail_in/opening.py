"""Tickets opened by e-mail: an address for a category, for people whom the directory knows."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.utils import translation

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions import Result, perform
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import DirectoryError, DirectoryUnavailable, find_person
from wagtail_helpdesk.directory.guests import is_external
from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.models.services import build_category_q

from .fitting import fit_to_form
from .parse import ReceivedMail
from .tokens import hide_tokens

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def find_category(mail: ReceivedMail) -> Category | None:
    """Return the category of an address to which a mail was sent, None for other mails."""
    addresses = {
        address.lower(): named for address, named in helpdesk_settings.MAIL_IN_CATEGORIES.items()
    }
    named = next((addresses[one] for one in mail.recipients if one in addresses), None)
    if named is None:
        return None
    categories = Category.objects.select_related("service").filter(build_category_q(named))
    return categories.order_by("pk").first()


def find_author(mail: ReceivedMail) -> User | None:
    """Return the person whom the directory knows by the address of the sender, None for others.

    Raises ``DirectoryUnavailable``.
    """
    try:
        user = find_person(mail.sender)
    except DirectoryUnavailable:
        raise
    except DirectoryError:
        return None
    return None if is_external(user) else user


def open_by_mail(
    mail: ReceivedMail, category: Category, user: User, submission: uuid.UUID
) -> Result:
    """Open a ticket of a person with what a mail says, quotations included."""
    language = get_reader(user).language
    with translation.override(language):
        # Of a forwarded mail, what is quoted is what the ticket is about.
        text, files = fit_to_form(hide_tokens(mail.whole_text), mail.files)
    data = {
        "subject": mail.subject[: helpdesk_settings.SUBJECT_MAX_LENGTH],
        "text": text,
        "files": files,
    }
    return perform(
        lifecycle.OPEN_TICKET.name,
        category,
        user,
        data,
        submission,
        source=Source.MAIL,
        digest=mail.fingerprint,
    )
