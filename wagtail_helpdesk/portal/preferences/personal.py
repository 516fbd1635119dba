"""The page of a person's own preferences."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .switches import OwnSwitches


def show_preferences(request: HelpdeskRequest) -> HttpResponse:
    """Show the preferences, or record them."""
    data = request.http.POST if request.is_post else None
    is_manager = bool(request.manager_rows)
    instance = HelpdeskPreferences.of(request.user)
    form = OwnSwitches(data, instance=instance, is_manager=is_manager)
    if data is not None and form.is_valid():
        form.save()
        messages.success(request.http, _("Your preferences have been saved."))
        return SeeOther(request.url("preferences"))
    return request.render(
        "preferences.html",
        status=422 if form.errors else 200,
        form=form,
        is_manager=is_manager,
    )
