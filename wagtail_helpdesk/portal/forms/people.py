"""Forms in which people are named by identifier or e-mail address, or found in the directory."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import SearchOutcome, search_with_limits

from .rendering import HelpdeskForm


class PeopleSearchForm(HelpdeskForm):
    """A form with a search button that shows the form again, as it was, with what was found."""

    query = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keep_last_value("query")

    def _keep_last_value(self, name: str) -> None:
        # What was sent can hold several values of a text field: Django reads the last one too.
        value = self.initial.get(name)
        if isinstance(value, list):
            self.initial[name] = value[-1] if value else ""

    def find(self) -> None:
        """Search for ``query``; nothing to do where rendering the form searches."""


class NamedPeopleForm(PeopleSearchForm):
    """A form with a field ``people``; those ticked among the people found are added to it."""

    people: ClassVar[str]
    several: ClassVar[bool] = False
    user: Any
    found: SearchOutcome | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["query"].label = helpdesk_settings.DIRECTORY_SEARCH_LABEL
        self.fields["query"].help_text = _("Enter a name, or at least three letters of it.")
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.people] = self._add_chosen(data.getlist("chosen"), data.get(self.people, ""))
            self.data = data
        else:
            self._keep_last_value(self.people)
            chosen = self.initial.get("chosen", [])
            ticked = [chosen] if isinstance(chosen, str) else chosen
            typed = self.initial.get(self.people, "")
            # Sent several times, the last one counts, as in a form that is sent.
            last = typed[-1] if typed and isinstance(typed, list) else typed
            self.initial[self.people] = self._add_chosen(ticked, last)
            widget: Any = self.fields[self.people].widget
            widget.remember(self.initial, self.people)

    def _add_chosen(self, chosen: list[str], typed: str) -> str:
        """Return the people typed, with those ticked in the list of people found."""
        if not self.several:
            return chosen[-1] if chosen else typed
        named = [typed.strip(" ,;"), *chosen]
        return ", ".join(name for name in named if name) if chosen else typed

    def find(self) -> None:
        self.found = search_with_limits(self["query"].value() or "", by=self.user)

    @property
    def people_field(self) -> forms.BoundField:
        """The field in which people are named."""
        return self[self.people]
