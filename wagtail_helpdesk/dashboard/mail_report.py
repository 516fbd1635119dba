"""The report about mails: the state of delivery, and failed mails, which can be sent again."""

from __future__ import annotations

from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.generic import View
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.mailqueue.kinds import get_kinds
from wagtail_helpdesk.models import MailState, OutgoingMail, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.notifications import wakeup
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.page_lookup import open_helpdesk_page
from wagtail_helpdesk.snippets.object_permissions import VisibleListMixin

from . import mail_health

FAILED = (MailState.DEAD, MailState.UNCERTAIN)
#: Mails sent again with one button.
MAX_RESENT = 1000


def may_see_mail_report(user: Any) -> bool:
    """Return whether a user administers the helpdesk or edits one of its services."""
    edits = (
        Privilege.EDIT_SERVICE in privileges
        for privileges in access.configuration_privileges_of(user).values()
    )
    return any(edits) or access.administers_helpdesk(user)


class MailReportAccessMixin(PermissionCheckedMixin):
    """Refuses users without access to the report."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Raise ``PermissionDenied`` for users who administer no mails."""
        if not may_see_mail_report(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


def _get_kind_choices() -> list[tuple[str, Any]]:
    return [(kind.name, kind.label) for kind in get_kinds()]


class MailFilter(WagtailFilterSet):
    """The filters of the failed mails."""

    state = django_filters.ChoiceFilter(
        label=pgettext_lazy("column of mails", "State"),
        choices=[(state, state.label) for state in FAILED],
    )
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=_get_kind_choices)

    class Meta:
        model = OutgoingMail
        fields = ["state", "kind"]


class ResendColumn(BaseColumn):
    """The button that sends a mail again."""

    cell_template_name = "wagtail_helpdesk/dashboard/mail_again.html"


class MailsReport(MailReportAccessMixin, VisibleListMixin, ReportView):
    """The failed mails, under a summary of how mails are doing."""

    model = OutgoingMail
    page_title = gettext_lazy("Helpdesk e-mails")
    header_icon = "mail"
    template_name = "wagtail_helpdesk/dashboard/mails.html"
    index_url_name = "helpdesk_mails:list"
    index_results_url_name = "helpdesk_mails:list_results"
    filterset_class = MailFilter
    default_ordering = "-failed_at"
    list_export = ["failed_at", "state", "last_error", "attempts", "ticket_id", "message_id"]
    export_headings = {
        "failed_at": gettext_lazy("Date"),
        "state": pgettext_lazy("column of mails", "State"),
        "last_error": gettext_lazy("Reason"),
        "attempts": gettext_lazy("Attempts"),
        "ticket_id": gettext_lazy("Ticket"),
    }

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """The subject, the recipient, the error, and the button to send it again."""
        return [
            TitleColumn(
                "about",
                label=gettext_lazy("About"),
                accessor=format_subject_of_mail,
                get_url=self._get_ticket_url,
            ),
            Column(
                "recipient", label=pgettext_lazy("column of mails", "To"), accessor=format_recipient
            ),
            Column(
                "state",
                label=pgettext_lazy("column of mails", "State"),
                accessor="get_state_display",
            ),
            Column("last_error", label=gettext_lazy("Reason"), classname="helpdesk-reason"),
            NumberColumn("attempts", label=gettext_lazy("Attempts")),
            DateColumn("failed_at", label=gettext_lazy("Date")),
            ResendColumn("again", label=""),
        ]

    def order_queryset(self, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        """Let mails that failed at the same moment keep their order from page to page."""
        ordered: QuerySet[OutgoingMail] = super().order_queryset(queryset)
        return ordered.order_by(*ordered.query.order_by, "-pk")

    def _get_ticket_url(self, mail: Any) -> str | None:
        """Return the URL of the ticket, None for users who may not read it."""
        page = open_helpdesk_page(self.request)
        url = page.get_url(self.request) if page else ""
        return f"{url}tickets/{mail.ticket_id}/" if url and mail.may_read else None

    def filter_visible(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the failed mails that the user administers, annotated with ``may_read``."""
        readable = Ticket.objects.visible_to(self.request.user).filter(pk=OuterRef("ticket"))
        mails = OutgoingMail.objects.administered_by(self.request.user)
        failed = mails.filter(failed_at__isnull=False)
        return failed.annotate(may_read=Exists(readable)).select_related("user", "service")

    @cached_property
    def no_results_message(self) -> str:
        """The message of an empty list."""
        return _("No e-mail matches.") if self.is_filtering else _("No e-mail failed.")

    def get_filename(self) -> str:
        """Return the name of the exported file."""
        return "helpdesk-mails"

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the summary, which is about the whole site, for administrators."""
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        if access.administers_helpdesk(self.request.user):
            context["health"] = mail_health.build_health_summary()
        return context


def format_recipient(mail: OutgoingMail) -> str:
    """Return the recipient of a mail."""
    return get_display_name(mail.user) if mail.user else mail.email


def format_subject_of_mail(mail: OutgoingMail) -> str:
    """Return what a mail is about, without any of its content."""
    if mail.ticket_id is not None:
        return _("Ticket #%(number)s") % {"number": mail.ticket_id}
    return _("Report: %(service)s") % {"service": mail.service} if mail.service else _("Report")


class ResendMailsView(MailReportAccessMixin, View):
    """Puts one failed mail, or all failed mails, back into the queue."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Put the mails back; mails that are waiting already are left alone."""
        done = sum(queue.send_again(mail) for mail in self._find_mails(request))
        if done:
            wakeup.request_task("wagtail_helpdesk.tasks.deliver")
            message = ngettext(
                "%(count)s e-mail will be sent again.",
                "%(count)s e-mails will be sent again.",
                done,
            )
            messages.success(request, message % {"count": done})
        else:
            messages.warning(request, _("There was nothing to send again."))
        return redirect("helpdesk_mails:list")

    def _find_mails(self, request: HttpRequest) -> QuerySet[OutgoingMail]:
        mails = OutgoingMail.objects.administered_by(request.user)
        if "all" in request.POST:
            # Uncertain mails are left out: most of them have arrived.
            return mails.filter(state=MailState.DEAD)[:MAX_RESENT]
        pk: Any = parse_number(request.POST.get("mail", ""))
        chosen = mails.filter(pk=pk)
        if not chosen.exists():
            raise Http404
        return chosen


class MailsMenuItem(MenuItem):
    """The entry of the report in the menu of reports."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Helpdesk e-mails"),
            reverse("helpdesk_mails:list"),
            name="helpdesk-mails",
            icon_name="mail",
            order=1300,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user has access to the report."""
        return may_see_mail_report(request.user)


def get_urls() -> list[Any]:
    """Return the URLs of the report (a ``register_admin_urls`` hook)."""
    views = [
        path("", MailsReport.as_view(), name="list"),
        path("results/", MailsReport.as_view(results_only=True), name="list_results"),
        path("again/", ResendMailsView.as_view(), name="again"),
    ]
    return [path("helpdesk/mails/", include((views, "helpdesk_mails")))]
