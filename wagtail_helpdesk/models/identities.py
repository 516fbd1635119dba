"""Who of the directory an account belongs to, whatever the identifier becomes."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class DirectoryIdentity(models.Model):
    """The entry of the directory behind an account, by the attribute that ``DIRECTORY_STABLE_ID`` names."""

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
