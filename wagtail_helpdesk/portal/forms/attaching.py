"""Files that come with a form, and those kept from an attempt that was not accepted."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django import forms
from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.files import check_file, check_files, described
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import KeptFile

from .. import words
from . import fields

logger = logging.getLogger(__name__)


class WithFiles(forms.Form):
    """A form that carries files and does not ask for them twice.

    ``author`` is set by the form that mixes this in: a kept file is its sender's alone.
    """

    author: Any
    files = fields.Files(label=_("Attached files:"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = _(
            "At most %(count)s files of %(size)s each."
            " Please choose documents that everybody can read."
        ) % {
            "count": helpdesk_settings.FILES_MAX_COUNT,
            "size": words.size(helpdesk_settings.FILE_MAX_SIZE),
        }
        self.kept_files = self._sent_before()
        self._good: list[File] = []

    def _sent_before(self) -> list[KeptFile]:
        keys = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        valid = [key for key in keys if _is_uuid(key)][: helpdesk_settings.FILES_MAX_COUNT]
        if not valid:
            return []
        return list(KeptFile.objects.filter(user=self.author, key__in=valid).order_by("pk"))

    def clean_files(self) -> list[File]:
        """Check each new file by itself, so that the good ones are kept when another is not."""
        errors = []
        for file in self.cleaned_data["files"]:
            try:
                check_file(file)
            except NotPossible as problem:
                errors.append(str(problem))
            else:
                self._good.append(file)
        try:
            check_files([*self._opened(), *self._good])
        except NotPossible as problem:
            errors.append(str(problem))
        if errors:
            raise forms.ValidationError(errors)
        return [*self._opened(), *self._good]

    def _opened(self) -> list[File]:
        return [File(kept.file.open(), name=kept.name) for kept in self.kept_files]

    def keep(self) -> None:
        """Keep the good files of a form that was not accepted; they need not be sent again."""
        room = helpdesk_settings.FILES_MAX_COUNT - len(self.kept_files)
        try:
            for file in self._good[: max(room, 0)]:
                file.seek(0)
                kept = KeptFile(user=self.author, file=file, **described(file))
                # Its own savepoint: the page still has to be read when the request is atomic.
                with transaction.atomic():
                    kept.save()
                self.kept_files.append(kept)
            self._drive_out_the_oldest()
        except (OSError, ValueError):
            # A full disk, or a file the failed act closed: the page with the text must come back.
            logger.exception("A file could not be kept.")
        self._good = []

    def _drive_out_the_oldest(self) -> None:
        newest = KeptFile.objects.filter(user=self.author).order_by("-pk")
        for kept in newest[helpdesk_settings.KEPT_FILES_MAX_COUNT :]:
            kept.file.delete(save=False)
            kept.delete()

    def forget(self) -> None:
        """Drop the kept files once they are attached."""
        for kept in self.kept_files:
            kept.file.delete(save=False)
            kept.delete()


def _is_uuid(key: str) -> bool:
    try:
        uuid.UUID(key)
    except ValueError:
        return False
    return True
