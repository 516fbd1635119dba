"""The absences of a manager in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button, ButtonWithDropdown

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.directory.fields import PeopleInput, find_named_people
from wagtail_helpdesk.models import Absence
from wagtail_helpdesk.names import get_display_name

from .manager_editing import ManagerPage
from .service_pages import ConfirmationPage, ServiceFormPage
from .tables import CardTable, MenuTitle
from .widgets import DateInput


class ManagerAbsenceForm(forms.Form):
    """The first and last day of an absence, and an optional replacement."""

    #: The person who fills in the form, set by the view.
    author: Any = None
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DateInput)
    replacement = forms.CharField(
        label=gettext_lazy("Replacement"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Identifier or e-mail address of the replacement."),
        widget=PeopleInput,
    )

    alerts_follow = forms.BooleanField(
        label=gettext_lazy(
            "Also alert the replacement about the tickets this person is in charge of"
        ),
        required=False,
        initial=True,
    )

    def clean_replacement(self) -> Any:
        typed = self.cleaned_data["replacement"]
        if not typed:
            return None
        people = find_named_people(self, "replacement", by=self.author)
        if len(people) != 1:
            raise forms.ValidationError(_("Enter one person."))
        return people[0]


class AbsenceList(ManagerPage, ServiceFormPage):
    """The current and future absences of a manager, with a form to add one."""

    template_name = "wagtail_helpdesk/admin/absences.html"
    page_title = gettext_lazy("Absences")
    header_icon = "date"
    submit_label = gettext_lazy("Add the absence")
    form_class = ManagerAbsenceForm

    @cached_property
    def may_set(self) -> bool:
        """Whether the user may change the absences, which apply to all services of a manager."""
        return configuration.may_set_absences(self.manager.user, self.author)

    def get_list_buttons(self, absence: Absence) -> list[ButtonWithDropdown]:
        """Return the “…” menu of an absence."""
        if not self.may_set:
            return []
        url = self.get_page_url("absence_remove", self.manager.pk, absence.pk)
        return [
            ButtonWithDropdown(
                buttons=[Button(pgettext("button", "Remove"), url, icon_name="bin")],
                icon_name="dots-horizontal",
                attrs={"aria-label": _("More options for “%(title)s”") % {"title": absence}},
            )
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        absences = Absence.objects.filter(
            user=self.manager.user, ends_on__gte=timezone.localdate()
        ).select_related("replacement", "user")[:50]
        columns = [
            MenuTitle("dates", self, label=gettext_lazy("Dates"), accessor=describe_dates),
            Column("replacement", label=gettext_lazy("Replacement"), accessor=_name_replacement),
        ]
        table = CardTable(columns, absences) if absences else None
        context = super().get_context_data(table=table, may_set=self.may_set, **kwargs)
        context["media"] += CardTable([], []).media
        return context

    def perform(self, form: ManagerAbsenceForm) -> None:
        self.added = configuration.add_absence(
            self.manager.user, by=self.author, **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return self.get_page_url("absences", self.manager.pk)

    def get_success_message(self) -> str:
        return _("The absence from %(first)s to %(last)s was added.") % {
            "first": format_date(self.added.starts_on),
            "last": format_date(self.added.ends_on),
        }


class RemoveAbsence(ManagerPage, ConfirmationPage):
    """Remove an absence."""

    header_icon = "bin"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        absences = Absence.objects.filter(user=self.manager.user).select_related("user")
        self.absence = get_object_or_404(absences, pk=kwargs["absence"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not configuration.may_set_absences(self.manager.user, self.author):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        absences = {"url": self.get_success_url(), "label": _("Absences")}
        return [*super().get_parent_breadcrumbs(), absences]

    def get_question(self) -> str:
        return _("Tickets can be assigned to %(name)s %(dates)s again.") % {
            "name": self.manager,
            "dates": describe_dates(self.absence),
        }

    def perform(self, form: Any) -> None:
        configuration.remove_absence(self.absence, by=self.author)

    def get_success_url(self) -> str:
        return self.get_page_url("absences", self.manager.pk)

    def get_success_message(self) -> str:
        return _("The absence was removed.")


def describe_dates(absence: Absence) -> str:
    """Return the first and last day of an absence."""
    return _("from %(first)s to %(last)s") % {
        "first": format_date(absence.starts_on),
        "last": format_date(absence.ends_on),
    }


def _name_replacement(absence: Absence) -> str:
    return get_display_name(absence.replacement) if absence.replacement else ""
