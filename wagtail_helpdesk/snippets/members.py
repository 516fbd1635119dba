"""The members of a category in the admin: inherited or chosen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.paginator import WagtailPaginator

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import ServiceManager
from wagtail_helpdesk.parsing import clean_query

from .fields import RowsField
from .service_pages import CategoryPage, ServiceFormPage, filter_by_name

PER_PAGE = 25
#: In characters.
MAX_QUERY_LENGTH = 100


class MembersForm(forms.Form):
    """Inherits the members, or chooses them among one page of managers at a time."""

    INHERIT, NAME = "inherit", "name"

    members = forms.ChoiceField(
        label=gettext_lazy("Members"),
        widget=forms.RadioSelect,
        choices=[
            (INHERIT, gettext_lazy("Inherit the members of the parent category or of the service")),
            (NAME, gettext_lazy("Only the managers ticked below")),
        ],
        help_text=gettext_lazy(
            "By default, only these members are alerted when a ticket is created in this category."
        ),
    )
    chosen = RowsField(
        queryset=ServiceManager.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    #: The managers on the page: the others keep their membership.
    shown = RowsField(
        queryset=ServiceManager.objects.none(), required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: Any, managers: QuerySet[ServiceManager], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["chosen"]
        shown: Any = self.fields["shown"]
        chosen.queryset = shown.queryset = managers


class EditMembers(CategoryPage, ServiceFormPage):
    """Choose the members of a category."""

    template_name = "wagtail_helpdesk/admin/members.html"
    page_title = gettext_lazy("Members")
    header_icon = "group"
    submit_label = pgettext_lazy("form", "Save")
    form_class = MembersForm

    @cached_property
    def named(self) -> set[int]:
        return set(self.category.named_members.values_list("manager", flat=True))

    @cached_property
    def managers(self) -> QuerySet[ServiceManager]:
        return self.service.managers.select_related("user")

    def get_form_kwargs(self) -> dict[str, Any]:
        inherits = self.category.inherits_members
        initial = {"members": MembersForm.INHERIT if inherits else MembersForm.NAME}
        return {**super().get_form_kwargs(), "initial": initial, "managers": self.managers}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = clean_query(self.request.GET.get("q", ""), MAX_QUERY_LENGTH)
        page = WagtailPaginator(filter_by_name(self.managers, query), PER_PAGE).get_page(
            self.request.GET.get("p")
        )
        sent = self.request.POST
        ticked = set(sent.getlist("chosen")) if sent else {str(pk) for pk in self.named}
        return super().get_context_data(
            page=page,
            query=query,
            rows=[{"manager": m, "ticked": str(m.pk) in ticked} for m in page],
            source=self.category.list_in_force(),
            effective=self.category.effective_members().select_related("user")[:10],
            count=self.category.effective_members().count(),
            **kwargs,
        )

    def perform(self, form: MembersForm) -> None:
        managers: list[ServiceManager] | None = None
        if form.cleaned_data["members"] == MembersForm.NAME:
            shown = {manager.pk for manager in form.cleaned_data["shown"]}
            elsewhere = self.managers.filter(pk__in=self.named - shown)
            managers = [*elsewhere, *form.cleaned_data["chosen"]]
        configuration.set_members(self.category, managers, by=self.author)

    def form_valid(self, form: Any) -> HttpResponse:
        if problem := self._find_problem(form.cleaned_data):
            form.add_error("members", problem)
            return self.form_invalid(form)
        return super().form_valid(form)

    def _find_problem(self, data: dict[str, Any]) -> str:
        """Return why the choice and the ticks do not fit together; empty if they do."""
        chosen = {manager.pk for manager in data["chosen"]}
        if data["members"] == MembersForm.INHERIT:
            # Managers named before are still ticked when the category returns to inheriting.
            if chosen - self.named:
                return _(
                    "You ticked managers: choose “Only the managers ticked below”, or untick them."
                )
            return ""
        if not chosen and not self.named - {manager.pk for manager in data["shown"]}:
            return _("Tick at least one manager, or let the category inherit.")
        return ""

    def get_success_url(self) -> str:
        return self.get_category_url("members")

    def get_success_message(self) -> str:
        return _("The members of “%(name)s” were saved.") % {"name": self.category}
