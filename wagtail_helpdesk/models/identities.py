"""The directory entries of accounts, by an attribute that never changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DirectoryIdentity(models.Model):
    """The directory entry of an account: the value of the attribute ``DIRECTORY_STABLE_ID``."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="helpdesk_identity",
    )
    stable_id = models.CharField(max_length=255, unique=True)

    class Meta:
        default_permissions = ()

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.stable_id
