"""The public descriptions of services and categories in the admin, one per language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django.contrib.auth.models import Permission
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    ObjectList,
    PublishingPanel,
)
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.admin.widgets import BooleanRadioSelect
from wagtail.models import Locale
from wagtail.permissions import policy_registry
from wagtail.snippets.views import snippets as generic
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.models.texts import MAX_RELATED_PAGES, Text
from wagtail_helpdesk.parsing import parse_number

from .fields import MomentField
from .object_permissions import (
    CleanRequestMixin,
    PermittedBaseObjectMixin,
    PermittedObjectMixin,
    VisibleKeyMixin,
    VisibleListMixin,
)
from .service_pages import CATEGORIES, SERVICES, join_title
from .tables import WagtailView
from .widgets import TEXTAREA, DateTimeInput, IconRadios

SERVICE_TEXTS = "helpdesk_service_texts"
CATEGORY_TEXTS = "helpdesk_category_texts"


class DescriptionForm(WagtailAdminModelForm):
    """A description in one language. Its service or category never changes and is not a field."""

    class Meta:
        field_classes: ClassVar = {"go_live_at": MomentField, "expire_at": MomentField}

    def clean(self) -> Any:
        cleaned = super().clean()
        # Django skips constraints on model fields that the form lacks.
        self.instance.validate_constraints()
        return cleaned


def make_edit_handler(*more: str, mails: Sequence[str] = ()) -> ObjectList:
    """Return the form of a text with additional fields, and the fields of texts of e-mails."""
    fields = [
        FieldPanel("title", required_on_save=True),
        FieldPanel("summary"),
        FieldPanel("description", widget=TEXTAREA),
        *(FieldPanel(name) for name in more),
    ]
    template = [FieldPanel("default_subject"), FieldPanel("default_message", widget=TEXTAREA)]
    return ObjectList(
        [
            MultiFieldPanel(fields, heading=gettext_lazy("Public description"), icon="globe"),
            FieldPanel("synonyms"),
            FieldPanel("icon", widget=IconRadios),
            MultiFieldPanel(template, heading=gettext_lazy("Ticket template"), icon="form"),
            *_make_mail_panels(mails),
            MultipleChooserPanel(
                "related_pages",
                chooser_field_name="page",
                max_num=MAX_RELATED_PAGES,
                heading=gettext_lazy("Related pages"),
                label=pgettext_lazy("page", "Page"),
                panels=[FieldPanel("page")],
            ),
            make_publishing_panel(),
        ],
        base_form_class=DescriptionForm,
    )


def _make_mail_panels(fields: Sequence[str]) -> list[MultiFieldPanel]:
    panels = [FieldPanel(name, widget=TEXTAREA) for name in fields]
    return [MultiFieldPanel(panels, heading=gettext_lazy("E-mails"), icon="mail")] if panels else []


def make_publishing_panel() -> PublishingPanel:
    """Return Wagtail’s panel for scheduling, whose fields keep what was typed."""
    panel = PublishingPanel()
    for field in panel.children:
        field.widget = DateTimeInput(
            attrs=field.widget.attrs,
            js_overlay_parent_selector=field.widget.js_overlay_parent_selector,
        )
    return panel


def find_texts(target: Service | Category) -> list[dict[str, Any]]:
    """Return the URL and the state of the text in each language of the site."""
    space, query = _get_namespace(target)
    written = {text.locale_id: text for text in target.texts.all()}
    return [
        {
            "language": locale.get_display_name(),
            "url": _get_text_url(space, written.get(locale.pk), query, locale),
            "status": _get_status(written.get(locale.pk)),
        }
        for locale in Locale.objects.all()
    ]


def _get_namespace(target: Service | Category) -> tuple[str, dict[str, Any]]:
    if isinstance(target, Service):
        return SERVICE_TEXTS, {"service": target.pk}
    return CATEGORY_TEXTS, {"category": target.pk}


def _get_text_url(space: str, text: Any, query: dict[str, Any], locale: Locale) -> str:
    if text is not None:
        return reverse(f"{space}:edit", args=[text.pk])
    return f"{reverse(f'{space}:add')}?{urlencode(query | {'language': locale.language_code})}"


def _get_status(text: Any) -> str:
    if text is None:
        return _("(not written)")
    return "" if text.live else pgettext("text", "(draft)")


def make_new_text(model: type[Text], request: HttpRequest) -> Text:
    """Return a new text about the service or category, and in the language, given in the URL."""
    asked = parse_number(request.GET.get(model.ABOUT, ""))
    locale = get_object_or_404(Locale, language_code=request.GET.get("language", ""))
    about: Any = model._meta.get_field(model.ABOUT).related_model
    text = model(locale=locale, **{model.ABOUT: get_object_or_404(about, pk=asked)})
    policy = policy_registry.get_by_type(model)
    if not policy.user_has_permission_for_instance(request.user, "add", text):
        raise Http404
    return text


class TextFilters(WagtailFilterSet):
    """The filters of texts of both kinds."""

    locale = django_filters.ModelChoiceFilter(
        label=pgettext_lazy("text", "Language"), queryset=Locale.objects.all()
    )
    live = django_filters.BooleanFilter(
        label=pgettext_lazy("description", "Published"), widget=BooleanRadioSelect
    )


class ServiceTextFilters(TextFilters):
    """The filters of texts about services."""

    class Meta:
        model = ServiceText
        fields: ClassVar[list[str]] = []


class CategoryTextFilters(TextFilters):
    """The filters of texts about categories."""

    service = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Service"),
        field_name="category__service",
        queryset=lambda request: Service.objects.configured_by(
            request.user, Privilege.MANAGE_CATEGORIES
        ),
    )

    class Meta:
        model = CategoryText
        fields: ClassVar[list[str]] = []


class TextList(VisibleListMixin, generic.IndexView):
    """The texts about services and categories that the user configures."""

    default_ordering = "title"

    @cached_property
    def filterset_class(self) -> type[TextFilters]:
        """The filters of this kind of text."""
        return ServiceTextFilters if self.model is ServiceText else CategoryTextFilters

    @cached_property
    def list_display(self) -> list[Any]:
        return [
            "title",
            Column("about", label=pgettext_lazy("text", "About"), accessor="about"),
            Column("locale", label=pgettext_lazy("text", "Language"), accessor="locale"),
            UpdatedAtColumn(),
            LiveStatusTagColumn(),
        ]

    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related(self.model.ABOUT, "locale")

    def get_add_url(self) -> None:
        # Texts are added in the panel of their service or category.
        return None


class CompleteFormMixin(WagtailView):
    """Answers 400 to a form that lacks what it announces: Wagtail's lists of related pages would fail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except MultiValueDictKeyError as missing:
            raise BadRequest(str(missing)) from missing


class TextBreadcrumbsMixin(WagtailView):
    """Adds breadcrumbs to the service or category of a text."""

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

    def get_page_subtitle(self) -> str:
        language = self.object.locale.get_display_name()
        return _("%(name)s (%(language)s)") % {"name": self.object.about, "language": language}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": get_panel_url(self.object.about), "label": str(self.object.about)},
            {"url": "", "label": self.get_page_subtitle()},
        ]

    def get_success_message(self, instance: Any = None) -> str:
        """Return Wagtail’s sentence, followed by the date of a scheduled publication."""
        message = str(super().get_success_message(instance))
        moment = (instance or self.object).go_live_at
        if self.action != "publish" or moment is None or moment <= timezone.now():
            return message
        sentence = _("It goes live on %(date)s.") % {"date": format_datetime(moment)}
        return f"{message} {sentence}"

    def get_success_url(self) -> str:
        if self.draftstate_enabled and self.action in ("create", "edit"):
            return super().get_success_url()
        return get_panel_url(self.object.about)


def get_panel_url(target: Service | Category) -> str:
    """Return the URL of the panel of a service or a category."""
    if isinstance(target, Service):
        return reverse(f"{SERVICES}:panel", args=[target.pk])
    return reverse(f"{CATEGORIES}:edit", args=[target.pk])


class AddText(CleanRequestMixin, CompleteFormMixin, TextBreadcrumbsMixin, generic.CreateView):
    """Begin a text; if there is one already, that one is opened."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = make_new_text(self.model, request)
        there = self.model.objects.filter(locale=text.locale, **{self.model.ABOUT: text.about})
        if found := there.first():
            return redirect(self.edit_url_name, found.pk)
        return super().get(request, *args, **kwargs)

    def get_initial_form_instance(self) -> Text:
        return make_new_text(self.model, self.request)

    def get_add_url(self) -> str:
        return self.request.get_full_path()

    def get_preview_url(self) -> str:
        return f"{super().get_preview_url()}?{self.request.GET.urlencode()}"


class EditText(CompleteFormMixin, TextBreadcrumbsMixin, PermittedObjectMixin, generic.EditView):
    """Edit a text, and publish it now or later."""


class DeleteText(PermittedObjectMixin, generic.DeleteView):
    """Delete a text with its versions."""


class TextUsage(PermittedBaseObjectMixin, generic.UsageView):
    """The usage of a text, always empty."""


class TextHistory(PermittedBaseObjectMixin, generic.HistoryView):
    """The versions of a text."""


class PreviewNewText(CleanRequestMixin, CompleteFormMixin, generic.PreviewOnCreateView):
    """The preview of a new text."""

    def get_object(self) -> Text:
        text = make_new_text(self.model, self.request)
        self.parent_object_id = f"{text.about.pk}-{text.locale.pk}"
        return text


class PreviewText(CompleteFormMixin, VisibleKeyMixin, generic.PreviewOnEditView):
    """The preview of unsaved changes."""


class PreviewVersion(VisibleKeyMixin, generic.PreviewRevisionView):
    """The preview of an earlier version."""


class CompareVersions(VisibleKeyMixin, generic.RevisionsCompareView):
    """The differences between two versions."""


class UnpublishText(VisibleKeyMixin, generic.UnpublishView):
    """Unpublish a text and keep it as a draft."""


class UnscheduleText(VisibleKeyMixin, generic.RevisionsUnscheduleView):
    """Cancel a scheduled publication."""

    def get_next_url(self) -> str:
        """Return the URL to go to, which is the history unless the form gives a path."""
        url = str(super().get_next_url())
        # Django takes a text without a slash for the name of a view.
        return url if "/" in url else reverse(self.history_url_name, args=[self.object.pk])


class TextViewSet(SnippetViewSet):
    """Texts of one kind."""

    icon = "globe"
    copy_view_enabled = False
    search_fields = ["title"]
    search_backend_name = None
    index_template_name = "wagtailadmin/generic/index.html"
    index_results_template_name = "wagtailadmin/generic/index_results.html"
    index_view_class = TextList
    add_view_class = AddText
    edit_view_class = EditText
    delete_view_class = DeleteText
    usage_view_class = TextUsage
    history_view_class = TextHistory
    preview_on_add_view_class = PreviewNewText
    preview_on_edit_view_class = PreviewText
    revisions_view_class = PreviewVersion
    revisions_compare_view_class = CompareVersions
    unpublish_view_class = UnpublishText
    revisions_unschedule_view_class = UnscheduleText

    def get_permissions_to_register(self) -> Any:
        # The privileges of managers decide; groups get no permission.
        return Permission.objects.none()

    def register_chooser_viewset(self) -> None:
        """Register no chooser for texts."""


class ServiceTextViewSet(TextViewSet):
    """Texts about services."""

    model = ServiceText
    menu_label = gettext_lazy("Service descriptions")
    menu_order = 120
    url_prefix = "helpdesk/texts/services"
    url_namespace = SERVICE_TEXTS
    edit_handler = make_edit_handler(
        "contact", "hours", mails=("mail_introduction", "mail_signature")
    )


class CategoryTextViewSet(TextViewSet):
    """Texts about categories."""

    model = CategoryText
    menu_label = gettext_lazy("Category descriptions")
    menu_order = 130
    url_prefix = "helpdesk/texts/categories"
    url_namespace = CATEGORY_TEXTS
    edit_handler = make_edit_handler()
