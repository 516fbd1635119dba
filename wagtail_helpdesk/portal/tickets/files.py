"""Downloads of attached files, by the users who may read their message."""

from __future__ import annotations

import logging

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import Attachment
from wagtail_helpdesk.portal.request import HelpdeskRequest

logger = logging.getLogger(__name__)


def download_file(request: HelpdeskRequest, number: int, file_id: int) -> FileResponse:
    """Return an attached file as a download, never as a page. Raises ``Http404``."""
    # By the number: an integer too large for a key finds nothing, where a relation would overflow.
    files = Attachment.objects.visible_to(request.user)
    attachment = files.filter(pk=file_id, event__ticket__number=number).first()
    if attachment is None:
        raise Http404(_("You can’t open this file, or it no longer exists."))
    response = FileResponse(
        _open(attachment),
        as_attachment=True,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    # An uploaded file must never run as a page of this site.
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _open(attachment: Attachment):  # type: ignore[no-untyped-def]
    try:
        return attachment.file.open()
    except OSError:
        logger.warning("The file of attachment %s is missing.", attachment.pk)
        raise Http404(_("This file is missing.")) from None
