"""Three-way merge for forms: concurrent edits of other fields are kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _


class ConcurrentEditForm(forms.ModelForm):
    """A form for a row that others can change at the same time.

    Only fields changed by the user are written. A field that another person has changed since is an
    error once: the form shows the current value, and the next save overwrites it.
    """

    #: The values shown to the user, because the row may have changed since. Signed to keep its shape;
    #: a false value harms only its sender.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = {
            name: self._serialise(name, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name != "seen"
        }
        self._seen = self._now | self._read_token()
        self.initial["seen"] = self._make_token()

    @property
    def _salt(self) -> str:
        return f"{self.instance._meta.label}.{self.instance.pk}"

    def _make_token(self) -> str:
        return signing.dumps(self._seen, salt=self._salt, compress=True)

    def _read_token(self) -> dict[str, Any]:
        try:
            seen = signing.loads(self.data.get(self.add_prefix("seen"), ""), salt=self._salt)
        except signing.BadSignature:
            return {}
        return {name: value for name, value in seen.items() if name in self._now}

    def _serialise(self, name: str, value: Any) -> Any:
        """Return a value of a field as the token holds it, in JSON."""
        return _normalise(self.fields[name].prepare_value(value))

    def _differs(self, name: str, values: dict[str, Any]) -> bool:
        """Return whether what was typed in a field differs from one of these serialised values."""
        return bool(self.fields[name].has_changed(values[name], self[name].data))

    @cached_property
    def changed_data(self) -> list[str]:
        """The names of the fields that the user changed."""
        return [
            name for name in self.fields if name in self._seen and self._differs(name, self._seen)
        ]

    @property
    def changes(self) -> dict[str, Any]:
        """The values that the user changed, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self.changed_data}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("seen", None)
        overtaken = [
            name
            for name in self.changed_data
            if self._seen[name] != self._now[name] and self._differs(name, self._now)
        ]
        for name in overtaken:
            self.add_error(name, self._describe_conflict(name))
            self._seen[name] = self._now[name]
        if overtaken:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = self._make_token()
            self.data = data
        return cleaned

    def _describe_conflict(self, name: str) -> str:
        return _("Another person has just set this to “%(value)s”. Save again to overwrite it.") % {
            "value": self._format_value(name, self._now[name])
        }

    def _format_value(self, name: str, value: Any) -> str:
        """Return a serialised value of a field in words."""
        return _format_value(self.fields[name], value)


def _normalise(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _format_value(field: Any, value: Any) -> str:
    # Never a checkbox: both people can only have chosen the same state.
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    keys = [
        "" if key is None else str(key) for key in (value if isinstance(value, list) else [value])
    ]
    return Truncator(", ".join(labels.get(key, key) for key in keys)).chars(200) or "–"
