"""Mixins that make Wagtail's generic views check permissions per object, not per model.

Every view of a viewset needs one of them (wagtail #13314).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.admin import messages
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.admin.views.mixins import Echo
from wagtail.permissions import policy_registry

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.parsing import clean_request, parse_number

from .tables import CardTableMixin, WagtailView

#: What spreadsheets read as the start of a formula, with full-width signs, also after spaces and
#: after characters that separate cells.
_FORMULA = re.compile(r"[\t\r\n]|[\s;,]*[=+\-@＝＋－＠]")


class CleanRequestMixin(WagtailView):
    """Removes what no database takes from the parameters before a view reads them."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        clean_request(request)
        super().setup(request, *args, **kwargs)


class VisibleObjectsMixin(WagtailView):
    """Limits a view to the objects that the user can see."""

    def filter_visible(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the objects of a queryset that the user can see."""
        policy = policy_registry.get_by_type(self.model)
        visible = policy.instances_user_has_permission_for(self.request.user, "view")
        return queryset.filter(pk__in=visible.values("pk"))


class VisibleListMixin(CleanRequestMixin, CardTableMixin, VisibleObjectsMixin):
    """For listings and their exports, whose cells are never formulas."""

    def get_base_queryset(self) -> QuerySet[Any]:
        return self.filter_visible(super().get_base_queryset())

    @property
    def columns(self) -> list[Any]:
        # No bulk actions: they would bypass permissions and logging.
        return [c for c in super().columns if not isinstance(c, BulkActionsCheckboxColumn)]

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        value = super().preprocess_field_value(field, value, export_format)
        if isinstance(value, Model):
            value = str(value)
        return _escape_formula(value) if export_format == self.FORMAT_CSV else value

    def stream_csv(self, queryset: QuerySet[Any]) -> Iterator[Any]:
        # All quoted: a spreadsheet that separates by semicolons would split “a;=1” into two cells.
        # The byte order mark makes Excel read UTF-8.
        fields = self.list_export
        writer = csv.DictWriter(Echo(), fieldnames=fields, quoting=csv.QUOTE_ALL)
        headings = {field: self.get_heading(queryset, field) for field in fields}
        yield b"\xef\xbb\xbf" + writer.writerow(headings)
        for item in queryset:
            yield self.write_csv_row(writer, self.to_row_dict(item))


class ObjectPermissionMixin(VisibleObjectsMixin):
    """Answers 404 for objects that the user cannot see, and 403 for actions they cannot take."""

    def get_object(self, *args: Any) -> Any:
        found = super().get_object(*args)
        needs = self.permission_required
        if needs and not self.user_has_permission_for_instance(needs, found):
            raise PermissionDenied
        return found


class PermittedObjectMixin(ObjectPermissionMixin):
    """For views that change one object: edit, delete."""

    def get_queryset(self) -> QuerySet[Any]:
        return self.filter_visible(self.model._default_manager.all())


class PermittedBaseObjectMixin(ObjectPermissionMixin):
    """For lists about one object: history, usage."""

    def get_base_object_queryset(self) -> QuerySet[Any]:
        return self.filter_visible(super().get_base_object_queryset())


class VisibleKeyMixin(VisibleObjectsMixin):
    """For views that accept any object of their model: previews, revisions, unpublishing."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        found = self.filter_visible(self.model._default_manager.all())
        # Wagtail's URL for comparing revisions accepts any text as a key.
        if not found.filter(pk=parse_number(kwargs["pk"])).exists():
            raise Http404
        super().setup(request, *args, **kwargs)


class ConfigurationActionView(WagtailView):
    """For forms saved by an action: a refusal is shown at its field."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            response = super().form_valid(form)
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            self.produced_error_code = "validation_error"
            self.produced_error_message = self.get_error_message()
            return self.form_invalid(form)
        if form.warning:
            messages.warning(self.request, form.warning)
        return response


def _escape_formula(value: Any) -> Any:
    """Return a value that no spreadsheet reads as a formula: it gets an apostrophe in front (OWASP)."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
