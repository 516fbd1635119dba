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
from wagtail_helpdesk.actions.files import describe_file, validate_file, validate_files
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Event, StagedUpload
from wagtail_helpdesk.portal import labels
from wagtail_helpdesk.portal.rate_limits import check_upload

from . import fields

logger = logging.getLogger(__name__)


class WithFiles(forms.Form):
    """A form that carries files and does not ask for them twice.

    ``author`` is set by the form that mixes this in: a kept file is its sender's alone.
    """

    author: Any
    files = fields.MultipleFileField(label=_("Attached files:"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = _(
            "At most %(count)s files of %(size)s each."
            " Please choose documents that everybody can read."
        ) % {
            "count": helpdesk_settings.FILES_MAX_COUNT,
            "size": labels.format_size(helpdesk_settings.FILE_MAX_SIZE),
        }
        self._keys = self._ticked()
        self.kept_files = self._sent_before()
        self._good: list[File] = []

    def _ticked(self) -> set[uuid.UUID]:
        """Return the keys of the files that were kept and are to go with this."""
        given = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        keys = given if self.is_bound else self.initial.get("kept", [])
        valid = [uuid.UUID(key) for key in keys if _is_uuid(key)]
        return set(valid[: helpdesk_settings.FILES_MAX_COUNT])

    def _sent_before(self) -> list[StagedUpload]:
        if not self._keys:
            return []
        return list(
            StagedUpload.objects.filter(user=self.author, key__in=self._keys).order_by("pk")
        )

    def clean_files(self) -> list[File]:
        """Check each new file by itself, so that the good ones are kept when another is not."""
        check_upload(self.author, sum(file.size or 0 for file in self.cleaned_data["files"]))
        errors = []
        for file in self.cleaned_data["files"]:
            try:
                validate_file(file)
            except NotPossible as problem:
                errors.append(str(problem))
            else:
                self._good.append(file)
        files = [*self._opened(), *self._good]
        try:
            validate_files(files)
        except NotPossible as problem:
            errors.append(str(problem))
        if errors:
            raise forms.ValidationError(errors)
        return files

    def _opened(self) -> list[File]:
        """Open the kept files; one that another request drops at this moment counts as gone."""
        opened = {}
        for kept in self.kept_files:
            try:
                opened[kept] = File(kept.file.open(), name=kept.name)
            except OSError:
                logger.warning("The file of kept file %s is missing.", kept.pk)
        self.kept_files = list(opened)
        return list(opened.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # The same form sent twice finds no file any more: the first time took them.
        some_are_gone = len(self.kept_files) < len(self._keys)
        if some_are_gone and not self._was_sent(cleaned.get("submission")):
            gone = _("A file you had sent is no longer kept: please attach it again.")
            self.add_error("files", gone)
        return cleaned

    def _was_sent(self, form: uuid.UUID | None) -> bool:
        return form is not None and Event.objects.filter(actor=self.author, batch=form).exists()

    def keep(self) -> None:
        """Keep the good files of a form that was not accepted; they need not be sent again."""
        room = helpdesk_settings.FILES_MAX_COUNT - len(self.kept_files)
        try:
            for file in self._good[: max(room, 0)]:
                file.seek(0)
                kept = StagedUpload(user=self.author, file=file, **describe_file(file))
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
        newest = StagedUpload.objects.filter(user=self.author).order_by("-pk")
        for kept in newest[helpdesk_settings.KEPT_FILES_MAX_COUNT :]:
            kept.discard()

    def forget(self) -> None:
        """Drop the kept files once they are attached."""
        for kept in self.kept_files:
            kept.discard()


class _Aside(WithFiles):
    def __init__(self, author: Any, data: Any, files: Any) -> None:
        self.author = author
        super().__init__(data, files)


def stage_uploads(author: Any, data: Any, files: Any) -> list[str]:
    """Keep the good files of a form that is not shown again; return what another one claims them by."""
    form = _Aside(author, data, files)
    form.is_valid()
    form.keep()
    return [str(kept.key) for kept in form.kept_files]


def _is_uuid(key: str) -> bool:
    try:
        uuid.UUID(key)
    except ValueError:
        return False
    return True
