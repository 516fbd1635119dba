"""What the helpdesk keeps in tables of other apps, where ``migrate … zero`` does not reach it."""

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
from wagtail_helpdesk.links import helpdesk_page_models
from wagtail_helpdesk.maintenance.schedules import PREFIX

#: The labels of our apps.
APPS = ("wagtail_helpdesk", "wagtail_helpdesk_pages")


class Leftovers:
    """Schedules, pages, content types and permissions, with what hangs on them."""

    @property
    def files(self) -> str:
        """Where the attached files are."""
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
        """All helpdesk pages, drafts and translations included; none once their table is gone."""
        tables = connection.introspection.table_names()
        models = [model for model in helpdesk_page_models() if model._meta.db_table in tables]
        return [page for model in models for page in model._default_manager.order_by("pk")]

    @property
    def content_types(self) -> QuerySet[ContentType]:
        """The content types of our models: revisions, references and permissions go with them."""
        return ContentType.objects.filter(app_label__in=APPS)

    @property
    def permissions(self) -> QuerySet[Permission]:
        """The permissions about our models."""
        return Permission.objects.filter(content_type__in=self.content_types)

    def listed(self) -> dict[str, list[str]]:
        """Return what there is, by kind."""
        schedules = [] if self.schedules is None else [row.name for row in self.schedules]
        return {
            "Schedules": sorted(schedules),
            "Pages": [f"{page.title} ({page.url_path})" for page in self.pages],
            "Content types": sorted(f"{one.app_label}.{one.model}" for one in self.content_types),
            "Permissions": sorted(permission.codename for permission in self.permissions),
        }

    def problems(self) -> list[str]:
        """Return why nothing may be removed yet: what would take pages of the site with it."""
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
        """Remove all of it, or nothing."""
        if self.schedules is not None:
            self.schedules.delete()
        for page in self.pages:
            page.delete()
        self.content_types.delete()
        ContentType.objects.clear_cache()
