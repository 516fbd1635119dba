"""The report about incoming mails that became no comment, for administrators."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views.reports import ReportView

from wagtail_helpdesk import access

from .models import IncomingMail, IncomingReason, IncomingState

SHOWN = [state for state in IncomingState if state is not IncomingState.DONE]


class IncomingMailFilter(WagtailFilterSet):
    """The filters of the report."""

    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("column of mails", "State"),
        choices=[(state, state.label) for state in SHOWN],
    )
    reason = django_filters.ChoiceFilter(
        label=gettext_lazy("Reason"), choices=IncomingReason.choices
    )

    class Meta:
        model = IncomingMail
        fields = ["state", "reason"]


class IncomingMailsReport(ReportView):
    """The mails that were held, refused, ignored or set aside, without their content."""

    model = IncomingMail
    page_title = gettext_lazy("Incoming helpdesk e-mails")
    header_icon = "mail"
    index_url_name = "helpdesk_incoming:list"
    index_results_url_name = "helpdesk_incoming:list_results"
    filterset_class = IncomingMailFilter
    default_ordering = "-received_at"
    is_searchable = False
    list_export = ["received_at", "sender", "subject", "state", "reason", "detail", "message_id"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise ``PermissionDenied`` for all but the administrators of the helpdesk."""
        if not access.administers_helpdesk(request.user):
            raise PermissionDenied
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Subject, sender, state, reason, detail and date."""
        return [
            Column("subject", label=gettext_lazy("Subject")),
            Column("sender", label=pgettext_lazy("column of mails", "From")),
            Column(
                "state",
                label=pgettext_lazy("column of mails", "State"),
                accessor="get_state_display",
            ),
            Column("reason", label=gettext_lazy("Reason"), accessor="get_reason_display"),
            Column("detail", label=gettext_lazy("Detail")),
            DateColumn("received_at", label=gettext_lazy("Date")),
        ]

    def get_base_queryset(self) -> QuerySet[IncomingMail]:
        """Return the mails that became no comment."""
        return IncomingMail.objects.filter(state__in=SHOWN).defer("raw", "text", "cut")

    @cached_property
    def no_results_message(self) -> str:
        """The message of an empty list."""
        return (
            _("No e-mail matches.")
            if self.is_filtering
            else _("Every e-mail was added to a ticket.")
        )

    def get_filename(self) -> str:
        """Return the name of the exported file."""
        return "helpdesk-incoming-mails"


class IncomingMailsMenuItem(MenuItem):
    """The entry of the report in the menu of reports."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Incoming helpdesk e-mails"),
            reverse("helpdesk_incoming:list"),
            name="helpdesk-incoming",
            icon_name="mail",
            order=1310,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user administers the helpdesk."""
        return access.administers_helpdesk(request.user)


def get_urls() -> list[Any]:
    """Return the URLs of the report (a ``register_admin_urls`` hook)."""
    views = [
        path("", IncomingMailsReport.as_view(), name="list"),
        path("results/", IncomingMailsReport.as_view(results_only=True), name="list_results"),
    ]
    return [path("helpdesk/incoming/", include((views, "helpdesk_incoming")))]
