"""The report about searches: what was not found, and which pages made a request superfluous."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permission_policies.pages import PagePermissionPolicy

from wagtail_helpdesk import access
from wagtail_helpdesk.dates import format_short_date
from wagtail_helpdesk.models import Category, CountedOutcome, OutcomeCount, Service
from wagtail_helpdesk.portal.search.site_pages import get_readable_pages
from wagtail_helpdesk.snippets.tables import CardTable

#: Lines of each list, the most frequent first.
MAX_LINES = 100
#: Words that only one person searched for may say who it was.
MIN_SEARCHES = 2
EDITS_PAGES = {"add", "change", "publish"}


def may_see_search_report(user: Any) -> bool:
    """Return whether a user configures a service or edits pages."""
    return (
        bool(access.configuration_privileges_of(user))
        or access.administers_helpdesk(user)
        or PagePermissionPolicy().user_has_any_permission(user, EDITS_PAGES)
    )


def count_unanswered_words() -> list[dict[str, Any]]:
    """Return the words that were searched for without result, the most frequent first."""
    rows: Any = OutcomeCount.objects.filter(outcome=CountedOutcome.NOTHING).order_by()
    counted = rows.values("words").annotate(total=Sum("count"), latest=Max("day"))
    return list(counted.filter(total__gte=MIN_SEARCHES).order_by("-total", "words")[:MAX_LINES])


def count_suggested_pages(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how often pages were suggested, opened, and solved a problem, by category.

    Of the pages that the user edits, and those suggested in the services that they configure.
    """
    user = request.user
    edited = PagePermissionPolicy().instances_user_has_any_permission_for(user, EDITS_PAGES)
    configured = Service.objects.configured_by(user)
    shown = Q(page__in=edited.order_by().values("pk")) | Q(
        category__service__in=configured.values("pk"),
        page__in=get_readable_pages(request).order_by().values("pk"),
    )
    totals = {
        outcome.value: Sum("count", filter=Q(outcome=outcome), default=0)
        for outcome in (CountedOutcome.SUGGESTED, CountedOutcome.OPENED, CountedOutcome.SOLVED)
    }
    rows: Any = OutcomeCount.objects.filter(shown, page__isnull=False).order_by()
    counted = rows.values("page", "page__title", "category").annotate(**totals)
    found = list(counted.order_by("-solved", "-suggested", "page")[:MAX_LINES])
    names = _load_names(user, configured, {row["category"] for row in found})
    return [row | {"place": names.get(row["category"], "")} for row in found]


def _load_names(user: Any, configured: Any, categories: set[Any]) -> dict[Any, str]:
    """Return the names of those categories that the user may see."""
    named = Category.objects.filter(
        Q(pk__in=Category.objects.named_to(user).values("pk"))
        | Q(service__in=configured.values("pk")),
        pk__in=categories,
    )
    rows = named.order_by().values_list("pk", "service__name", "name")
    return {pk: f"{service} › {name}" for pk, service, name in rows}


class SearchReportView(WagtailAdminTemplateMixin, TemplateView):
    """Shows both lists to service owners and editors."""

    template_name = "wagtail_helpdesk/dashboard/searches.html"
    page_title = gettext_lazy("Helpdesk searches")
    header_icon = "search"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raise ``PermissionDenied`` for users who neither configure a service nor edit pages."""
        if not may_see_search_report(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the path to the report."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add both lists."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        unanswered = count_unanswered_words()
        pages = count_suggested_pages(self.request)
        return context | {
            "unanswered": CardTable(
                [
                    Column("words", label=gettext_lazy("Words")),
                    NumberColumn("total", label=gettext_lazy("Searches")),
                    Column(
                        "latest",
                        label=gettext_lazy("Last time"),
                        accessor=lambda row: format_short_date(row["latest"]),
                    ),
                ],
                unanswered,
            )
            if unanswered
            else None,
            "pages": CardTable(
                [
                    TitleColumn(
                        "title",
                        accessor="page__title",
                        label=pgettext_lazy("page", "Page"),
                        get_url=lambda row: reverse("wagtailadmin_explore", args=[row["page"]]),
                    ),
                    Column("place", label=gettext_lazy("Category")),
                    NumberColumn("suggested", label=CountedOutcome.SUGGESTED.label),
                    NumberColumn("opened", label=CountedOutcome.OPENED.label),
                    NumberColumn("solved", label=CountedOutcome.SOLVED.label),
                ],
                pages,
            )
            if pages
            else None,
        }


class SearchesMenuItem(MenuItem):
    """The entry of the report in the menu of reports."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Helpdesk searches"),
            reverse("helpdesk_searches"),
            name="helpdesk-searches",
            icon_name="search",
            order=1310,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user has access to the report."""
        return may_see_search_report(request.user)


def get_urls() -> list[Any]:
    """Return the URL of the report (a ``register_admin_urls`` hook)."""
    return [path("helpdesk/searches/", SearchReportView.as_view(), name="helpdesk_searches")]
