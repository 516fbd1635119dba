"""Files attached to a form, and those kept from an attempt that was not accepted."""

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
from wagtail_helpdesk.portal.form_limits import check_upload

from . import fields
from .rendering import HelpdeskForm

logger = logging.getLogger(__name__)


class AttachmentsForm(HelpdeskForm):
    """A form with files; those of a form that is not accepted need not be chosen again.

    The form that mixes this in sets ``user``: only the person who sent a file can use it later.
    """

    user: Any
    files = fields.MultipleFileField(label=_("Attached files:"), required=False)  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].help_text = _(
            "Up to %(count)s files, %(size)s each. Common formats (PDF, images) work best."
        ) % {
            "count": helpdesk_settings.FILES_MAX_COUNT,
            "size": labels.format_size(helpdesk_settings.FILE_MAX_SIZE),
        }
        # Read by the script that lists the files before they are sent.
        self.fields["files"].widget.attrs |= {
            "data-hd-max-count": str(helpdesk_settings.FILES_MAX_COUNT),
            "data-hd-max-size": str(helpdesk_settings.FILE_MAX_SIZE),
        }
        self._keys = self._read_keys()
        self.kept_files = self._load_kept_files()
        self._valid_files: list[File] = []

    def _read_keys(self) -> set[uuid.UUID]:
        """Return the keys of the kept files that are ticked in the form."""
        given = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        keys = given if self.is_bound else self.initial.get("kept", [])
        keys = [keys] if isinstance(keys, str) else keys
        valid = [uuid.UUID(key) for key in keys if _is_uuid(key)]
        return set(valid[: helpdesk_settings.FILES_MAX_COUNT])

    def _load_kept_files(self) -> list[StagedUpload]:
        if not self._keys:
            return []
        return list(StagedUpload.objects.filter(user=self.user, key__in=self._keys).order_by("pk"))

    def clean_files(self) -> list[File]:
        """Validate each new file by itself, so that the valid ones are kept when another is not."""
        check_upload(self.user, sum(file.size or 0 for file in self.cleaned_data["files"]))
        errors = []
        for file in self.cleaned_data["files"]:
            try:
                validate_file(file)
            except NotPossible as problem:
                errors.append(str(problem))
            else:
                self._valid_files.append(file)
        files = [*self._open_kept_files(), *self._valid_files]
        try:
            validate_files(files)
        except NotPossible as problem:
            errors.append(str(problem))
        if errors:
            raise forms.ValidationError(errors)
        return files

    def _open_kept_files(self) -> list[File]:
        """Return the kept files, opened; one that another request has just deleted is left out."""
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
        # The same form sent twice finds no kept file any more: the first time attached them.
        some_are_gone = len(self.kept_files) < len(self._keys)
        if some_are_gone and not self._was_sent(cleaned.get("submission")):
            gone = _("A file you sent earlier is no longer stored. Please attach it again.")
            self.add_error("files", gone)
        return cleaned

    def _was_sent(self, form: uuid.UUID | None) -> bool:
        return form is not None and Event.objects.filter(actor=self.user, batch=form).exists()

    def keep(self) -> None:
        """Store the valid files of a form that was not accepted, for its next attempt."""
        remaining = helpdesk_settings.FILES_MAX_COUNT - len(self.kept_files)
        try:
            for file in self._valid_files[: max(remaining, 0)]:
                file.seek(0)
                kept = StagedUpload(user=self.user, file=file, **describe_file(file))
                # In a savepoint, so that an error does not end the transaction of the request.
                with transaction.atomic():
                    kept.save()
                self.kept_files.append(kept)
            self._delete_oldest()
        except (OSError, ValueError):
            # A full disk, or a file closed by the failed action: the text must still be shown again.
            logger.exception("A file could not be kept.")
        self._valid_files = []

    def _delete_oldest(self) -> None:
        newest = StagedUpload.objects.filter(user=self.user).order_by("-pk")
        for kept in newest[helpdesk_settings.KEPT_FILES_MAX_COUNT :]:
            kept.discard()

    def forget(self) -> None:
        """Delete the kept files once they are attached."""
        for kept in self.kept_files:
            kept.discard()


class _FilesOnlyForm(AttachmentsForm):
    def __init__(self, user: Any, data: Any, files: Any) -> None:
        self.user = user
        super().__init__(data, files)


def stage_uploads(user: Any, data: Any, files: Any) -> list[str]:
    """Store the valid files of a form that is not shown again; return the keys for ``kept``."""
    form = _FilesOnlyForm(user, data, files)
    form.is_valid()
    form.keep()
    return [str(kept.key) for kept in form.kept_files]


def _is_uuid(key: str) -> bool:
    try:
        uuid.UUID(key)
    except ValueError:
        return False
    return True
