"""Saved views of the desk: saving a list under a name, sharing it, choosing the one to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.actions.desk import (
    choose_default_view,
    delete_view,
    may_edit_service,
    save_view,
)
from wagtail_helpdesk.characters import clean_line, has_visible
from wagtail_helpdesk.models import HelpdeskPreferences, SavedView, Service
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.list_query import clean_list_query
from wagtail_helpdesk.portal.request import HelpdeskRequest

#: Views beside the list of a manager; the page of the views has them all.
MAX_SHOWN_VIEWS = 40
#: Parameters that belong to a moment, not to a view.
_MOMENTARY = ("after", "at", "view")


class SavedViewForm(forms.Form):
    """The name of a view, and for whom it is."""

    name = forms.CharField(label=pgettext_lazy("view", "Name"), max_length=60)
    service = forms.TypedChoiceField(
        label=gettext_lazy("For"), coerce=int, empty_value=None, required=False
    )
    is_default = forms.BooleanField(
        label=gettext_lazy("Open the work queue with this view"), required=False
    )

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shared = [(s.pk, _("all managers of %(service)s") % {"service": s}) for s in services]
        self.fields["service"].choices = [("", _("myself")), *shared]  # type: ignore[attr-defined]
        if not shared:
            del self.fields["service"]

    def clean_name(self) -> str:
        """Return the name on one line."""
        name = clean_line(self.cleaned_data["name"])
        if not has_visible(name):
            raise forms.ValidationError(_("Please enter a name."), code="required")
        return name


def clean_view_query(query: str) -> str:
    """Return a query string as a view keeps it: the list, without the place in it."""
    pairs = parse_qsl(clean_list_query(query))
    return urlencode([(name, value) for name, value in pairs if name not in _MOMENTARY])


def load_views(user: Any) -> list[SavedView]:
    """Return the views that a manager can use: their own, then those of their services."""
    views = SavedView.objects.usable_by(user).select_related("service")
    return sorted(views, key=lambda view: (view.service_id is not None, view.name.casefold()))


def handle_views(request: HelpdeskRequest) -> HttpResponse:
    """Show the views of a manager with a form for another one, or change them."""
    if not request.manager_rows:
        raise NotYours
    posted = request.http.POST
    if request.is_post and "delete" in posted:
        return _delete(request, posted["delete"])
    if request.is_post and "default" in posted:
        return _choose_default(request, posted["default"])
    services = [s for s in request.services if may_edit_service(request.user, s.pk)]
    data = posted if request.is_post else None
    form = SavedViewForm(data, services=services, label_suffix="")
    source = posted if request.is_post else request.http.GET
    query = clean_view_query(source.get("list", ""))
    if data is not None and form.is_valid() and (answer := _save(request, form, query)):
        return answer
    return request.render(
        "saved_views.html",
        status=422 if form.errors else 200,
        form=form,
        query=query,
        views=[
            {"view": view, "is_deletable": _may_delete(request.user, view)}
            for view in load_views(request.user)
        ],
        default_view=HelpdeskPreferences.of(request.user).default_view_id,
    )


def _save(request: HelpdeskRequest, form: SavedViewForm, query: str) -> HttpResponse | None:
    """Save the view and lead to it; None, with an error in the form, when that is impossible."""
    chosen = form.cleaned_data
    try:
        view = save_view(request.user, chosen["name"], query, service=chosen.get("service"))
    except NotPossible as problem:
        form.add_error(problem.field, str(problem))
        return None
    if chosen["is_default"]:
        choose_default_view(request.user, view)
    messages.success(request.http, _("The view “%(name)s” has been saved.") % {"name": view.name})
    return SeeOther(request.get_desk_url(f"view={view.pk}"))


def _delete(request: HelpdeskRequest, typed: str) -> HttpResponse:
    delete_view(request.user, _find_view(request, typed))
    messages.success(request.http, _("The view has been deleted."))
    return SeeOther(request.url("desk_views"))


def _choose_default(request: HelpdeskRequest, typed: str) -> HttpResponse:
    choose_default_view(request.user, _find_view(request, typed) if typed else None)
    messages.success(request.http, _("Your preferences have been saved."))
    return SeeOther(request.url("desk_views"))


def _find_view(request: HelpdeskRequest, typed: str) -> SavedView:
    number = parse_number(typed)
    usable = SavedView.objects.usable_by(request.user)
    view = None if number is None else usable.filter(pk=number).first()
    if view is None:
        raise Http404(_("This view does not exist, or is of a service that you do not manage."))
    return view


def _may_delete(user: Any, view: SavedView) -> bool:
    return view.service_id is None or may_edit_service(user, view.service_id)
