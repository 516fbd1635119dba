"""Forms to add people by identifier or e-mail address, with a directory search (guide III.2, III.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import search_with_limits
from wagtail_helpdesk.directory.fields import PeopleInput, find_named_people

from .service_pages import ServiceFormPage


class PeopleForm(forms.Form):
    """Identifiers and e-mail addresses typed in a field, together with ticked search results."""

    #: The user, set by the view: the number of people they can enter is limited.
    author: Any = None
    people = forms.CharField(required=False, max_length=5000, widget=PeopleInput)
    query = forms.CharField(
        required=False,
        max_length=100,
        help_text=gettext_lazy("Enter a name, or at least three letters of it."),
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            data = data.copy()
            data["people"] = _join_people(data)
        super().__init__(data, *args, **kwargs)
        self.fields["people"].label = _("%(identifier)s or e-mail address") % {
            "identifier": helpdesk_settings.IDENTIFIER_LABEL
        }
        self.fields["query"].label = helpdesk_settings.DIRECTORY_SEARCH_LABEL
        self.fields["people"].help_text = _("Separate several people with commas.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "people" not in cleaned:
            return cleaned
        if not cleaned["people"]:
            raise forms.ValidationError({"people": _("Enter a person, or tick a name below.")})
        try:
            cleaned["users"] = find_named_people(self, "people", by=self.author)
        except forms.ValidationError as error:
            self.add_error("people", error)
        return cleaned


class AddPeople(ServiceFormPage):
    """A page that adds several people, all or none.

    The search is a button of the same form, so it needs no script and keeps what was typed.
    """

    form_class = PeopleForm
    template_name = "wagtail_helpdesk/admin/people.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "search" in request.POST:
            context = self._find_candidates()
            return self.render_to_response(context, status=context["found"].status)
        return super().post(request, *args, **kwargs)

    def perform(self, form: PeopleForm) -> None:
        with transaction.atomic():
            self.added = [self.add(user) for user in form.cleaned_data["users"]]

    def add(self, user: Any) -> Any:
        """Add one person."""
        raise NotImplementedError

    def _find_candidates(self) -> dict[str, Any]:
        # Not validated: a form that searches is not complete yet.
        data = self.request.POST
        query = data.get("query", "")
        form = PeopleForm(initial={"people": _join_people(data), "query": query})
        widget: Any = form.fields["people"].widget
        widget.remember(data, "people")
        return self.get_context_data(form=form, found=search_with_limits(query, by=self.author))

    def join_names(self) -> str:
        """Return the names of those who were added."""
        return ", ".join(str(row) for row in self.added)


def _join_people(data: Any) -> str:
    """Return the typed and the ticked people. Ticks survive another search."""
    return ", ".join(filter(None, [data.get("people", "").strip(" ,;"), *data.getlist("chosen")]))
