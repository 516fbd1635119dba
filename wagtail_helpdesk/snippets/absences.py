"""The absences of a manager in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.directory.fields import PeopleInput, named_people
from wagtail_helpdesk.models import Absence

from .managers import ManagerPage
from .service_pages import ServiceButton, ServiceFormPage
from .widgets import DateInput


class AbsenceForm(forms.Form):
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
        people = named_people(self, "replacement", by=self.author)
        if len(people) != 1:
            raise forms.ValidationError(_("Enter one person."))
        return people[0]


class AbsenceList(ManagerPage, ServiceFormPage):
    """The current and future absences of a manager, with a form to add one."""

    template_name = "wagtail_helpdesk/admin/absences.html"
    page_title = gettext_lazy("Absences")
    header_icon = "date"
    submit_label = gettext_lazy("Add the absence")
    form_class = AbsenceForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        absences = Absence.objects.filter(
            user=self.manager.user, ends_on__gte=timezone.localdate()
        ).select_related("replacement")
        may_set = configuration.may_set_absences(self.manager.user, self.author)
        return super().get_context_data(absences=absences[:50], may_set=may_set, **kwargs)

    def do(self, form: AbsenceForm) -> None:
        self.added = configuration.add_absence(
            self.manager.user, by=self.author, **form.cleaned_data
        )

    def get_success_url(self) -> str:
        return self.address("absences", self.manager.pk)

    def get_done(self) -> str:
        return _("The absence from %(first)s to %(last)s was added.") % {
            "first": format_date(self.added.starts_on),
            "last": format_date(self.added.ends_on),
        }


class RemoveAbsence(ServiceButton, ManagerPage):
    """Remove an absence."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.absence = get_object_or_404(Absence, user=self.manager.user, pk=kwargs["absence"])

    def do(self) -> None:
        configuration.remove_absence(self.absence, by=self.author)

    def get_success_url(self) -> str:
        return self.address("absences", self.manager.pk)
