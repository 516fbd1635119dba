"""What somebody saw when they filled in a form: it writes what they made of it, and undoes nobody else's work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _


class ConcurrentEditForm(forms.ModelForm):
    """A form about a row that others may change meanwhile.

    Only what its reader changed is written. Where somebody else was faster the form comes back once,
    with everything typed, and says what is there now.
    """

    #: Django compares what is sent with the row, which may not be what was shown. Signed, so that
    #: it has the shape that was written; that it is true matters to nobody but its sender.
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = {
            name: _plain(field.prepare_value(self.get_initial_for_field(field, name)))
            for name, field in self.fields.items()
            if name != "seen"
        }
        self._seen = self._now | self._brought()
        self.initial["seen"] = self._signed()

    @property
    def _salt(self) -> str:
        return f"{self.instance._meta.label}.{self.instance.pk}"

    def _signed(self) -> str:
        return signing.dumps(self._seen, salt=self._salt, compress=True)

    def _brought(self) -> dict[str, Any]:
        try:
            brought = signing.loads(self.data.get(self.add_prefix("seen"), ""), salt=self._salt)
        except signing.BadSignature:
            return {}
        return {name: value for name, value in brought.items() if name in self._now}

    def _differs(self, name: str, values: dict[str, Any]) -> bool:
        return bool(self.fields[name].has_changed(values[name], self[name].data))

    @cached_property
    def changed_data(self) -> list[str]:
        """The names of the fields that the reader changed."""
        return [
            name for name in self.fields if name in self._seen and self._differs(name, self._seen)
        ]

    @property
    def changes(self) -> dict[str, Any]:
        """What the reader changed, once the form is valid."""
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
            self.add_error(name, self._news(name))
            self._seen[name] = self._now[name]
        if overtaken:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = self._signed()
            self.data = data
        return cleaned

    def _news(self, name: str) -> str:
        return _("Somebody else has just set this to “%(value)s”. Save again to overwrite it.") % {
            "value": _legible(self.fields[name], self._now[name])
        }


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _legible(field: Any, value: Any) -> str:
    # Never a box: of its two states both people chose the same.
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    keys = [
        "" if key is None else str(key) for key in (value if isinstance(value, list) else [value])
    ]
    return Truncator(", ".join(labels.get(key, key) for key in keys)).chars(200) or "–"
