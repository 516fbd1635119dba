"""Rows of the helpdesk in tables of other apps, which ``migrate … zero`` does not delete."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import QuerySet
from wagtail.models import Page, Site

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.links import get_helpdesk_page_models
from wagtail_helpdesk.maintenance.schedules import PREFIX

#: The labels of the helpdesk's apps.
APPS = ("wagtail_helpdesk", "wagtail_helpdesk_pages")


class Leftovers:
    """Schedules, pages, content types and permissions of the helpdesk."""

    @property
    def files(self) -> str:
        """The folder of the attached files."""
        return helpdesk_settings.FILE_ROOT

    @property
    def schedules(self) -> Any:
        """The schedules of django-q2, or None where it is not installed."""
        if not apps.is_installed("django_q"):
            return None
        from django_q.models import Schedule

        return Schedule.objects.filter(name__startswith=PREFIX)

    @cached_property
    def pages(self) -> list[Page]:
        """All helpdesk pages, with drafts and translations; empty once the table is gone."""
        tables = connection.introspection.table_names()
        models = [model for model in get_helpdesk_page_models() if model._meta.db_table in tables]
        return [page for model in models for page in model._default_manager.order_by("pk")]

    @property
    def content_types(self) -> QuerySet[ContentType]:
        """The content types of the helpdesk. Revisions, references and permissions are deleted with them."""
        return ContentType.objects.filter(app_label__in=APPS)

    @property
    def permissions(self) -> QuerySet[Permission]:
        """The permissions of the helpdesk's models."""
        return Permission.objects.filter(content_type__in=self.content_types)

    def list_names(self) -> dict[str, list[str]]:
        """Return the names of the rows, by kind."""
        schedules = [] if self.schedules is None else [row.name for row in self.schedules]
        return {
            "Schedules": sorted(schedules),
            "Pages": [f"{page.title} ({page.url_path})" for page in self.pages],
            "Content types": sorted(f"{one.app_label}.{one.model}" for one in self.content_types),
            "Permissions": sorted(permission.codename for permission in self.permissions),
        }

    def find_problems(self) -> list[str]:
        """Return the reasons against removal: pages of the site would be deleted as well."""
        ours = {page.pk for page in self.pages}
        found = []
        for page in self.pages:
            if Site.objects.filter(root_page=page.pk).exists():
                found.append(
                    f"“{page.title}” is the root page of a site: choose another in Settings › Sites."
                )
            if page.get_descendants().exclude(pk__in=ours).exists():
                found.append(f"“{page.title}” has pages below it: move them first.")
        return found

    @transaction.atomic
    def remove(self) -> None:
        """Remove everything in one transaction."""
        if self.schedules is not None:
            self.schedules.delete()
        for page in self.pages:
            page.delete()
        self.content_types.delete()
        ContentType.objects.clear_cache()
