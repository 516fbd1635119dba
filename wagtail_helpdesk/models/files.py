"""Attached files, and uploads kept from a form that was not accepted."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage, InvalidStorageError, Storage, storages
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import access
from wagtail_helpdesk.conf import helpdesk_settings

from .events import Event


def get_private_storage() -> Storage:
    """Return the private storage of attached files, which the web server must not serve."""
    try:
        return storages[helpdesk_settings.FILE_STORAGE]
    except InvalidStorageError:
        return FileSystemStorage(location=helpdesk_settings.FILE_ROOT, base_url=None)


def make_random_path(instance: models.Model, filename: str) -> str:
    """Return an opaque path that cannot be guessed."""
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}"


class StoredFile(models.Model):
    """An uploaded file, under a random name in the private storage."""

    file = models.FileField(upload_to=make_random_path, storage=get_private_storage)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    content_type = models.CharField(_("type"), max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Attached files, and the gate to them."""

    def visible_to(self, user: Any) -> Self:
        """Narrow to the files of the messages the user may read."""
        return self.filter(access.reads_message_q(user, "event__"))


class Attachment(StoredFile):
    """A file attached to a message; it has the audience of the message."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attachments")

    objects = AttachmentQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")
        default_permissions = ()


class StagedUpload(StoredFile):
    """A file sent with a form that was not accepted, kept so that it need not be sent again."""

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        default_permissions = ()

    wagtail_reference_index_ignore = True

    def discard(self) -> None:
        """Delete the row and its file, in this order.

        A row without its file would be offered in a form; housekeeping finds a file without row.
        """
        self.delete()
        self.file.delete(save=False)
