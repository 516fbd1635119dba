"""Files attached to a message: limits, detected type, storage."""

from __future__ import annotations

import hashlib
import logging
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePosixPath

import puremagic
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Attachment, Event
from wagtail_helpdesk.models.files import get_private_storage, make_random_path

from .errors import NotPossible, NotStored

logger = logging.getLogger(__name__)

UNKNOWN_TYPE = "application/octet-stream"
#: Bytes read to detect the type: neither the name nor the browser decides it.
_HEAD = 4096


def attach_files(event: Event, files: Sequence[File]) -> list[Attachment]:
    """Attach files to a message.

    Raises ``NotPossible("files", …)`` when one is not acceptable, ``NotStored`` when the storage
    fails.
    """
    validate_files(files)
    paths = [make_random_path(event, "") for file in files]
    try:
        return [_store(event, file, path) for file, path in zip(files, paths, strict=True)]
    except BaseException as error:
        # The transaction removes the rows; the files, a half-written one included, would stay.
        _delete_files(paths)
        if isinstance(error, OSError):
            logger.exception("A file could not be stored")
            raise NotStored(error) from error
        raise


def _store(event: Event, file: File, path: str) -> Attachment:
    return Attachment.objects.create(
        event=event, file=get_private_storage().save(path, file), **describe_file(file)
    )


def _delete_files(paths: Sequence[str]) -> None:
    for path in paths:
        with suppress(OSError):
            get_private_storage().delete(path)


def validate_files(files: Sequence[File]) -> None:
    """Raise ``NotPossible("files", …)`` when there are too many, or one is empty or too large."""
    limit = helpdesk_settings.FILES_MAX_COUNT
    if len(files) > limit:
        raise NotPossible(
            "files",
            ngettext("Attach at most %(limit)s file.", "Attach at most %(limit)s files.", limit)
            % {"limit": limit},
        )
    for file in files:
        validate_file(file)


def validate_file(file: File) -> None:
    """Raise ``NotPossible("files", …)`` when the file is empty or too large, naming it."""
    name, largest = clean_name(file.name or ""), helpdesk_settings.FILE_MAX_SIZE
    if not file.size:
        raise NotPossible("files", _("“%(name)s” is empty.") % {"name": name})
    if file.size > largest:
        raise NotPossible(
            "files",
            _("“%(name)s” is larger than %(size)s MB.")
            % {"name": name, "size": largest // (1024 * 1024)},
        )


def describe_file(file: File) -> dict[str, str | int]:
    """Return name, size in bytes and detected type of a file."""
    return {
        "name": clean_name(file.name or ""),
        "size": file.size,
        "content_type": detect_content_type(file),
    }


def clean_name(name: str) -> str:
    """Return a file name without folders, control or invisible characters, at most 150 long."""
    # Normalised first, checked after: an invisible character must not hide a suffix.
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(". \t")
    stem, suffix = PurePosixPath(name).stem[:130], PurePosixPath(name).suffix[:20]
    return f"{stem}{suffix}" or pgettext("attachment", "file")


def detect_content_type(file: File) -> str:
    """Return the media type according to the first bytes of a file.

    The name decides only between types whose first bytes are the same, such as those stored as zip archives.
    """
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    try:
        return (
            puremagic.from_string(head, mime=True, filename=clean_name(file.name or ""))
            or UNKNOWN_TYPE
        )
    except (puremagic.PureError, ValueError):
        return UNKNOWN_TYPE


def hash_file(file: File) -> str:
    """Return the SHA-256 of a file's content, and leave it at its beginning."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
