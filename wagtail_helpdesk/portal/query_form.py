"""Forms that are read from the query string, where any value can arrive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from wagtail_helpdesk import parsing


class SearchTextField(forms.CharField):
    """A text to search for: cut where it is too long, without NUL, which PostgreSQL refuses."""

    def __init__(self, *, max_chars: int, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.max_chars = max_chars
        self.widget.attrs["maxlength"] = str(max_chars)

    def to_python(self, value: Any) -> str:
        return parsing.clean_query(str(value or ""), self.max_chars)


class RowIdField(forms.Field):
    """The id of a row; None for anything that no id can be."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> int | None:
        return parsing.parse_number(value)


class IdChoiceField(forms.TypedChoiceField):
    """A choice among rows by their ids."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)


class QueryForm(forms.Form):
    """A form that is sent as a query string.

    Plain forms and not ``django_filters.FilterSet``: a filter set turns each field into a
    condition, but here a queue or an order is another query with an index of its own, and a
    category stands for its whole branch. What is needed of a library is the cleaning of values,
    and Django's fields do it.

    A link that is old or written by hand is answered all the same: ``read()`` replaces each value
    that is not accepted by its default and collects the labels of these fields in ``ignored``,
    so that a page can say which filter it left out.
    """

    def __init__(self, query: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__({name: query[name] for name in query}, **kwargs)
        self.ignored: list[str] = []

    def get_default(self, name: str) -> Any:
        """Return the value of a field that is not given."""
        return self.fields[name].initial

    def read(self) -> dict[str, Any]:
        """Return a value for every field: the one given, else the default."""
        for name in self.fields:
            if self.data.get(name) in (None, ""):
                self._set(name, self.get_default(name))
        self.full_clean()
        for name in list(self.errors):
            if name in self.fields:
                self._ignore(name)
        return self.cleaned_data

    def peek(self, name: str) -> Any:
        """Return the value of one field before the others are cleaned."""
        given = self.data.get(name)
        try:
            value = self.fields[name].clean(given)
        except ValidationError:
            value = None
        return self.get_default(name) if value in (None, "") else value

    def _ignore(self, name: str) -> None:
        if not self.fields[name].widget.is_hidden:
            self.ignored.append(str(self.fields[name].label))
        default = self.get_default(name)
        self._set(name, default)
        self.cleaned_data[name] = default
        del self.errors[name]

    def _set(self, name: str, value: Any) -> None:
        self.data[name] = "" if value is None else value  # type: ignore[index]

    @property
    def chosen(self) -> dict[str, Any]:
        """The values that differ from their defaults, for a query string."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", False) and value != self.get_default(name)
        }
