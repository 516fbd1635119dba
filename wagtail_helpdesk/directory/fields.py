"""The form field for people, with the confirmation of unverified e-mail addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.rate_limits import TOO_MANY

from .errors import DirectoryError, TooManyLookups, UnresolvedPeople
from .lookup import find_people

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PeopleInput(forms.TextInput):
    """A text field with a checkbox for each account to confirm."""

    template_name = "wagtail_helpdesk/widgets/people.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        #: Identifiers of accounts that the user confirmed or ticked in a list.
        self.confirmed: list[str] = []
        #: Accounts identified only by an unverified e-mail address.
        self.unconfirmed: list[User] = []

    def remember(self, sent: Any, name: str) -> None:
        """Read the confirmed accounts from form data."""
        values = [_get_values(sent, key) for key in (_get_confirmation_name(name), "chosen")]
        self.confirmed = list(dict.fromkeys(value for some in values for value in some))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the text, and remember the confirmed accounts."""
        self.remember(data, name)
        return super().value_from_datadict(data, files, name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Return the context with the accounts to confirm and those confirmed."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "confirming": _get_confirmation_name(name),
            "confirmed": self.confirmed,
            "unconfirmed": [
                {
                    "identifier": user.get_username(),
                    "name": get_display_name(user),
                    "id": f"{context['widget']['attrs'].get('id', name)}_confirm_{number}",
                }
                for number, user in enumerate(self.unconfirmed)
            ],
        }
        return context


def find_named_people(
    form: forms.BaseForm, name: str, *, by: Any, external: bool = False, hint: Any = ""
) -> list[User]:
    """Return the users entered in a field whose widget is a ``PeopleInput``, all or none.

    ``by`` is the user of the form: the number of people they can enter is limited.

    Raises ``ValidationError`` about the unknown and unconfirmed people, followed by ``hint``.
    """
    widget: Any = form.fields[name].widget
    try:
        return find_people(
            form.cleaned_data[name], external=external, confirmed=widget.confirmed, by=by
        )
    except DirectoryError as problem:
        if isinstance(problem, UnresolvedPeople):
            widget.unconfirmed = problem.unconfirmed
        raise make_validation_error(problem, hint) from problem


def make_validation_error(problem: DirectoryError, hint: Any = "") -> ValidationError:
    """Return the error of a field; its code says whether it is about a limit."""
    code = TOO_MANY if isinstance(problem, TooManyLookups) else None
    return ValidationError(" ".join(filter(None, [str(problem), str(hint)])), code=code)


def _get_confirmation_name(name: str) -> str:
    return f"{name}-confirmed"


def _get_values(sent: Any, key: str) -> list[str]:
    if hasattr(sent, "getlist"):
        return list(sent.getlist(key))
    value = sent.get(key, [])
    return [value] if isinstance(value, str) else list(value)
