"""Naming people in a form: by identifier or address, with a search of the directory beside the field."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import SearchOutcome, search_with_limits


class FindsPeople(forms.Form):
    """A form with a button that looks for what to choose and sends nothing: it comes back as it was."""

    query = forms.CharField(
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def find(self) -> None:
        """Look for what ``query`` describes, unless showing the form does so."""


class NamesPeople(FindsPeople):
    """Asks for people in the field ``people``; whoever is ticked among those found moves into it."""

    people: ClassVar[str]
    several: ClassVar[bool] = False
    author: Any
    found: SearchOutcome | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["query"].label = helpdesk_settings.DIRECTORY_SEARCH_LABEL
        self.fields["query"].help_text = _("Enter a name, or at least three letters of it.")
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.people] = self._with(data.getlist("chosen"), data.get(self.people, ""))
            self.data = data
        else:
            chosen = self.initial.get("chosen", [])
            ticked = [chosen] if isinstance(chosen, str) else chosen
            self.initial[self.people] = self._with(ticked, self.initial.get(self.people, ""))
            widget: Any = self.fields[self.people].widget
            widget.remember(self.initial, self.people)

    def _with(self, chosen: list[str], typed: str) -> str:
        """Return who is named: what is not ticked any more after the next search stays in the field."""
        if not self.several:
            return chosen[-1] if chosen else typed
        named = [typed.strip(" ,;"), *chosen]
        return ", ".join(name for name in named if name) if chosen else typed

    def find(self) -> None:
        self.found = search_with_limits(self["query"].value() or "", by=self.author)

    @property
    def naming(self) -> forms.BoundField:
        """The field in which people are named."""
        return self[self.people]
