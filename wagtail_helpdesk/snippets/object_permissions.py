"""What Wagtail's generic views leave out: each asks its policy about the object, not about the model.

Each view has a hook of its own for that (wagtail #13314); a view that is not narrowed here must not
be in a viewset.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.admin import messages
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn
from wagtail.admin.views.mixins import Echo
from wagtail.permissions import policy_registry

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.parsing import clean_request, number

#: What spreadsheets take for the beginning of a formula, full-width signs included; also behind
#: blanks, and behind signs that separate cells.
_FORMULA = re.compile(r"[\t\r\n]|[\s;,]*[=+\-@＝＋－＠]")

if TYPE_CHECKING:
    #: What the mix-ins of this room are mixed into: views of Wagtail, which ships no types.
    WagtailView = Any
else:
    WagtailView = object


class ScopedMixin(WagtailView):
    """Narrows whatever a view reads to the objects that the user may at least see."""

    def scoped(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the part of a queryset that exists for the user."""
        policy = policy_registry.get_by_type(self.model)
        visible = policy.instances_user_has_permission_for(self.request.user, "view")
        return queryset.filter(pk__in=visible.values("pk"))


class ScopedList(ScopedMixin):
    """For listings, their results and their exports, in which no cell is taken for a formula."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        clean_request(request)
        super().setup(request, *args, **kwargs)

    def get_base_queryset(self) -> QuerySet[Any]:
        return self.scoped(super().get_base_queryset())

    @property
    def columns(self) -> list[Any]:
        # No bulk actions: they would go around the deeds (see bulk.py).
        return [c for c in super().columns if not isinstance(c, BulkActionsCheckboxColumn)]

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        value = super().preprocess_field_value(field, value, export_format)
        if isinstance(value, Model):
            value = str(value)
        return _harmless(value) if export_format == self.FORMAT_CSV else value

    def stream_csv(self, queryset: QuerySet[Any]) -> Iterator[Any]:
        # All quoted: a spreadsheet that separates by semicolons would make two cells of “a;=1”. And
        # with the mark that makes Excel read UTF-8.
        fields = self.list_export
        writer = csv.DictWriter(Echo(), fieldnames=fields, quoting=csv.QUOTE_ALL)
        headings = {field: self.get_heading(queryset, field) for field in fields}
        yield b"\xef\xbb\xbf" + writer.writerow(headings)
        for item in queryset:
            yield self.write_csv_row(writer, self.to_row_dict(item))


class OneObject(ScopedMixin):
    """What one may not see does not exist (404); what one sees but may not do is refused (403)."""

    def get_object(self, *args: Any) -> Any:
        found = super().get_object(*args)
        needs = self.permission_required
        if needs and not self.user_has_permission_for_instance(needs, found):
            raise PermissionDenied
        return found


class ScopedObject(OneObject):
    """For views that change one object: edit, delete."""

    def get_queryset(self) -> QuerySet[Any]:
        return self.scoped(self.model._default_manager.all())


class ScopedSubject(OneObject):
    """For lists about one object: history, usage."""

    def get_base_object_queryset(self) -> QuerySet[Any]:
        return self.scoped(super().get_base_object_queryset())


class ScopedAddress(ScopedMixin):
    """For views that take any object of their model: previews, revisions, unpublishing."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        found = self.scoped(self.model._default_manager.all())
        # Wagtail's address for comparing revisions lets anything be a key.
        if not found.filter(pk=number(kwargs["pk"])).exists():
            raise Http404
        super().setup(request, *args, **kwargs)


class ConfigurationActionView(WagtailView):
    """For forms whose saving is a deed: what it refuses is shown at the field it names."""

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


def _harmless(value: Any) -> Any:
    """Return a value of which no spreadsheet makes a formula: an apostrophe stands before it (OWASP)."""
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return value
