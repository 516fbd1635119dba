"""Preferences: everybody's own switches."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.models import HelpdeskPreferences

from .act import SeeOther
from .forms.switches import OwnSwitches
from .visit import Visit, takes_forms


@takes_forms
def show(visit: Visit) -> HttpResponse:
    """Show the switches, or record them."""
    data = visit.request.POST if visit.posted else None
    form = OwnSwitches(data, instance=HelpdeskPreferences.of(visit.user))
    if data is not None and form.is_valid():
        form.save()
        messages.success(visit.request, _("Your preferences have been saved."))
        return SeeOther(f"{visit.base}preferences/")
    return visit.render(
        "preferences.html",
        status=422 if form.errors else 200,
        form=form,
        is_manager=bool(visit.managed),
    )
