"""The form fields of the configuration."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from wagtail_helpdesk.parsing import YEARS, parse_number


class RowField(forms.ModelChoiceField):
    """A choice of one row with a number as key; a key that no database can hold is invalid."""

    def to_python(self, value: Any) -> Any:
        """Return the chosen row; raise ``ValidationError`` for a key that cannot exist."""
        if value not in self.empty_values and parse_number(getattr(value, "pk", value)) is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class RowsField(forms.ModelMultipleChoiceField):
    """A choice of rows with numbers as keys; a key that no database can hold is invalid.

    Django compares such a key in the database, and SQLite raises ``OverflowError``.
    """

    def clean(self, value: Any) -> Any:
        """Return the chosen rows; raise ``ValidationError`` for a key that cannot exist."""
        for key in value if isinstance(value, list | tuple) else ():
            if parse_number(key) is None:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": key})
        return super().clean(value)


class MomentField(forms.DateTimeField):
    """A date with a time; one that time zones cannot convert is invalid."""

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment; raise ``ValidationError`` for a year outside ``parsing.YEARS``."""
        moment = super().to_python(value)
        if moment is not None and moment.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return moment
