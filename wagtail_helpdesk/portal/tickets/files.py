"""Downloads of attached files, by the users who may read their message."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial

from asgiref.sync import sync_to_async
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import Attachment
from wagtail_helpdesk.portal.request import HelpdeskRequest

logger = logging.getLogger(__name__)


class DownloadResponse(FileResponse):
    """A file that ASGI servers send in chunks too; Django would read all of it first, with a warning."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the chunks."""
        content = self.streaming_content
        if isinstance(content, AsyncIterator):  # a middleware of the site has replaced it
            async for chunk in content:
                yield chunk
            return
        while chunk := await sync_to_async(partial(next, content, b""))():
            yield chunk


def download_file(request: HelpdeskRequest, number: int, file_id: int) -> DownloadResponse:
    """Return an attached file as a download, never as a page. Raises ``Http404``."""
    # By the number: an integer too large for a key finds nothing, where a relation would overflow.
    files = Attachment.objects.visible_to(request.user)
    attachment = files.filter(pk=file_id, event__ticket__number=number).first()
    if attachment is None:
        raise Http404(_("You can’t open this file, or it no longer exists."))
    response = DownloadResponse(
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
