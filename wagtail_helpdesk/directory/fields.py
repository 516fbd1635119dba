"""The form field in which people are named, with what confirms an address that nothing vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from wagtail_helpdesk.names import get_display_name

from .errors import DirectoryError, UnresolvedPeople
from .lookup import find_people

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PeopleInput(forms.TextInput):
    """A text field, followed by a checkbox for each account that is to be confirmed."""

    template_name = "wagtail_helpdesk/widgets/people.html"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs)
        #: Identifiers of the accounts that the reader has confirmed, or chosen from a list.
        self.confirmed: list[str] = []
        #: The accounts that an address names and nothing else confirms.
        self.unconfirmed: list[User] = []

    def remember(self, sent: Any, name: str) -> None:
        """Take over what was confirmed in a form that is shown again."""
        values = [_values(sent, key) for key in (_confirming(name), "chosen")]
        self.confirmed = list(dict.fromkeys(value for some in values for value in some))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the text; what was confirmed is kept beside it."""
        self.remember(data, name)
        return super().value_from_datadict(data, files, name)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """Add the accounts to confirm, and those confirmed before."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "confirming": _confirming(name),
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


def named_people(
    form: forms.BaseForm, name: str, *, by: Any, external: bool = False, otherwise: Any = ""
) -> list[User]:
    """Return the users named in a field whose widget is a ``PeopleInput``, all or nobody.

    ``by`` is the person who fills in the form: the number of people they may name is limited.

    Raises ``ValidationError`` naming those who are unknown or to be confirmed, followed by ``otherwise``.
    """
    widget: Any = form.fields[name].widget
    try:
        return find_people(
            form.cleaned_data[name], external=external, confirmed=widget.confirmed, by=by
        )
    except DirectoryError as problem:
        if isinstance(problem, UnresolvedPeople):
            widget.unconfirmed = problem.unconfirmed
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem


def _confirming(name: str) -> str:
    return f"{name}-confirmed"


def _values(sent: Any, key: str) -> list[str]:
    if hasattr(sent, "getlist"):
        return list(sent.getlist(key))
    value = sent.get(key, [])
    return [value] if isinstance(value, str) else list(value)
