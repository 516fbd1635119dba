"""The canned answers of services and of the site in the admin, with their versions."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.contrib.auth.models import Permission
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, NumberColumn
from wagtail.permissions import policy_registry
from wagtail.snippets.views import snippets as generic
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk import access, category_tree
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import CannedAnswer, Category, Service
from wagtail_helpdesk.models.translated_texts import get_other_languages
from wagtail_helpdesk.parsing import parse_number

from .fields import RowField
from .object_permissions import (
    CleanRequestMixin,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
    VisibleKeyMixin,
    VisibleListMixin,
)
from .service_pages import SERVICES, join_title
from .tables import WagtailView
from .widgets import RADIOS, SELECT, TEXTAREA

CANNED_ANSWERS = "helpdesk_canned_answers"


class CannedAnswerForm(WagtailAdminModelForm):
    """An answer. Its service never changes and is not a field."""

    class Meta:
        field_classes: ClassVar[dict[str, Any]] = {"category": RowField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not get_other_languages():
            del self.fields["texts"]
        service = self.instance.service
        if service is None:
            del self.fields["category"]
            return
        category: Any = self.fields["category"]
        category.queryset = Category.objects.filter(service=service)
        tree = category_tree.build_tree(service.categories.all())
        named = [(node.pk, node.indented_name) for node in tree]
        category.choices = [("", _("All categories")), *named]


EDIT_HANDLER = ObjectList(
    [
        FieldPanel("title", required_on_save=True),
        FieldPanel("text", widget=TEXTAREA, required_on_save=True),
        FieldPanel("texts"),
        FieldPanel("action", widget=RADIOS),
        FieldPanel("category", widget=SELECT),
    ],
    base_form_class=CannedAnswerForm,
)


def find_editable_services(user: Any) -> Any:
    """Return the services whose answers the user can write."""
    return Service.objects.configured_by(user, Privilege.EDIT_SERVICE)


def make_new_answer(request: HttpRequest) -> CannedAnswer:
    """Return a new answer of the service in the URL, without one of the whole site."""
    asked = request.GET.get("service", "")
    answer = CannedAnswer()
    if asked:
        services = find_editable_services(request.user)
        answer.service = get_object_or_404(services, pk=parse_number(asked))
    policy = policy_registry.get_by_type(CannedAnswer)
    if not policy.user_has_permission_for_instance(request.user, "add", answer):
        raise Http404
    return answer


class CannedAnswerFilters(WagtailFilterSet):
    """The filters of the list."""

    service = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Service"), queryset=lambda request: find_editable_services(request.user)
    )

    class Meta:
        model = CannedAnswer
        fields: ClassVar[list[str]] = []


class CannedAnswerList(VisibleListMixin, generic.IndexView):
    """The answers that the user can write, with how often each was sent."""

    default_ordering = "title"
    filterset_class = CannedAnswerFilters

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            "title",
            Column("place", label=pgettext_lazy("canned answer", "Where"), accessor=describe_place),
            Column(
                "action",
                label=pgettext_lazy("canned answer", "Action"),
                accessor="get_action_display",
            ),
            NumberColumn("times", label=gettext_lazy("Used"), accessor=get_times_used),
        ]

    def get_base_queryset(self) -> Any:
        found = super().get_base_queryset()
        return found.select_related("service", "category", "usage")

    def get_add_url(self) -> str | None:
        """Return where an answer of the chosen service is added, or of the only one, or of the site."""
        service = parse_number(self.request.GET.get("service", ""))
        services = find_editable_services(self.request.user)
        if service is None and not access.administers_helpdesk(self.request.user):
            of_user = list(services[:2])
            if len(of_user) != 1:
                # The panel of each service leads to the form.
                return None
            service = of_user[0].pk
        query = f"?{urlencode({'service': service})}" if service is not None else ""
        return f"{reverse(self.add_url_name)}{query}"


def describe_place(answer: CannedAnswer) -> str:
    """Return the service and the category of an answer, or that it is of the whole site."""
    if answer.service is None:
        return _("All services")
    if answer.category is None:
        return str(answer.service)
    return f"{answer.service} › {answer.category}"


def get_times_used(answer: CannedAnswer) -> int:
    """Return how often an answer was sent."""
    return answer.usage.times if hasattr(answer, "usage") else 0


class AnswerCrumbs(WagtailView):
    """Adds breadcrumbs to the service of an answer."""

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        service = self.object.service
        crumbs = [{"url": reverse(f"{SERVICES}:list"), "label": _("Services")}]
        if service is not None:
            url = reverse(f"{SERVICES}:panel", args=[service.pk])
            crumbs.append({"url": url, "label": str(service)})
        return [
            *self.breadcrumbs_items,
            *crumbs,
            {"url": get_list_url(self.object), "label": _("Canned answers")},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_success_url(self) -> str:
        return get_list_url(self.object)


def get_list_url(answer: CannedAnswer) -> str:
    """Return the list of the answers of the same service."""
    query = f"?{urlencode({'service': answer.service_id})}" if answer.service_id else ""
    return f"{reverse(f'{CANNED_ANSWERS}:list')}{query}"


class AddCannedAnswer(CleanRequestMixin, AnswerCrumbs, generic.CreateView):
    """Add an answer to a service or to the site."""

    def get_initial_form_instance(self) -> CannedAnswer:
        self.object = make_new_answer(self.request)
        return self.object

    def get_page_subtitle(self) -> str:
        return describe_place(make_new_answer(self.request))

    def get_add_url(self) -> str:
        return self.request.get_full_path()


class EditCannedAnswer(AnswerCrumbs, PermittedObjectMixin, generic.EditView):
    """Edit an answer; each version is kept."""


class DeleteCannedAnswer(PermittedObjectMixin, generic.DeleteView):
    """Delete an answer with its versions."""


class CannedAnswerUsage(PermittedBaseObjectMixin, generic.UsageView):
    """The usage of an answer in content, always empty."""


class CannedAnswerHistory(PermittedBaseObjectMixin, generic.HistoryView):
    """The versions of an answer."""


class CompareCannedAnswers(VisibleKeyMixin, generic.RevisionsCompareView):
    """The differences between two versions."""


class CannedAnswerViewSet(SnippetViewSet):
    """The canned answers of services and of the site; personal ones are never shown."""

    model = CannedAnswer
    icon = "comment"
    menu_label = gettext_lazy("Canned answers")
    menu_order = 140
    url_prefix = "helpdesk/answers"
    url_namespace = CANNED_ANSWERS
    copy_view_enabled = False
    search_fields = ["title", "text"]
    search_backend_name = None
    index_template_name = "wagtailadmin/generic/index.html"
    index_results_template_name = "wagtailadmin/generic/index_results.html"
    list_export = ["title", "service", "category", "action", "text"]
    edit_handler = EDIT_HANDLER
    index_view_class = CannedAnswerList
    add_view_class = AddCannedAnswer
    edit_view_class = EditCannedAnswer
    delete_view_class = DeleteCannedAnswer
    usage_view_class = CannedAnswerUsage
    history_view_class = CannedAnswerHistory
    revisions_compare_view_class = CompareCannedAnswers

    def get_permissions_to_register(self) -> Any:
        # The privileges of managers decide; groups get no permission.
        return Permission.objects.none()

    def register_chooser_viewset(self) -> None:
        """Register no chooser for answers."""
