"""Naming whom a page and everything beneath it asks for help: a page of the admin beside the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry, log

from wagtail_helpdesk.models import Category, Routing, Service

from .choosers import filter_reachable
from .widgets import Chooser

ROUTE = "wagtail_helpdesk.route"


class RoutingForm(forms.ModelForm):
    """A service, and perhaps one of its categories; neither: as the pages above.

    What the editor is not shown stays, until they choose something else.
    """

    #: Whether something is set that the editor may not see.
    is_withheld = False

    class Meta:
        model = Routing
        fields = ("service", "category")

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].required = False
        self.fields["service"].help_text = _("Leave blank to inherit from the parent pages.")
        self._offer("service", filter_reachable(Service, user))
        self._offer(
            "category", filter_reachable(Category, user), linked_fields={"service": "#id_service"}
        )

    def _offer(self, name: str, choices: QuerySet[Any], **options: Any) -> None:
        """Let a field choose among these; another choice that was made before is not shown."""
        field: Any = self.fields[name]
        field.queryset, field.widget = choices, Chooser(choices, **options)
        made = self.initial.get(name)
        if made and not choices.filter(pk=made).exists():
            self.initial[name], self.is_withheld = None, True
            field.help_text = ""  # empty says nothing here

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("category") and not given.get("service"):
            given["service"] = given["category"].service
        return given

    def _post_clean(self) -> None:
        # Nothing chosen is an answer here, though no routing can be kept that says nothing.
        if self.cleaned_data.get("service"):
            super()._post_clean()  # type: ignore[misc]

    def keep(self) -> None:
        """Store what was chosen, or drop the routing."""
        if self.cleaned_data.get("service"):
            self.save()
        elif self.instance.pk:
            self.instance.delete()


class PageRouting(WagtailAdminTemplateMixin, FormView):
    """The form, for whoever publishes the page."""

    form_class = RoutingForm
    template_name = "wagtail_helpdesk/admin/routing.html"
    page_title = gettext_lazy("Helpdesk routing")
    header_icon = "helpdesk"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        pages = Routing.page.field.related_model._default_manager
        self.page: Any = get_object_or_404(pages, pk=kwargs["page"])
        if not may_set_routing(self.page, request.user):
            raise PermissionDenied

    def get_form_kwargs(self) -> dict[str, Any]:
        kept = Routing.objects.filter(page=self.page).first()
        own = {"user": self.request.user, "instance": kept or Routing(page=self.page)}
        return super().get_form_kwargs() | own

    def form_valid(self, form: RoutingForm) -> HttpResponse:
        if form.has_changed():  # else what is withheld would be dropped
            form.keep()
            said = str(form.instance) if form.cleaned_data.get("service") else ""
            log(instance=self.page, action=ROUTE, user=self.request.user, data={"to": said})
        messages.success(self.request, _("Saved. It applies to this page and those below it."))
        return redirect("wagtailadmin_pages:edit", self.page.pk)

    def get_page_subtitle(self) -> str:
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        edit = reverse("wagtailadmin_pages:edit", args=[self.page.pk])
        return [
            *self.breadcrumbs_items,
            {"url": edit, "label": self.get_page_subtitle()},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "inherited": Routing.objects.above(self.page)
            .select_related("service", "category", "page")
            .order_by("-page__depth")
            .first(),
            "action_url": self.request.path,
            "submit_label": pgettext("form", "Save"),
            "media": context["form"].media,
        }


def may_set_routing(page: Any, user: Any) -> bool:
    """Tell whether somebody decides what stands on a page, and so whom it asks."""
    return bool(page.permissions_for_user(user).can_publish())


def get_header_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Lead there from the page's menu (a ``register_page_header_buttons`` hook)."""
    if may_set_routing(page, user):
        address = reverse("wagtail_helpdesk_routing", args=[page.pk])
        yield Button(_("Helpdesk routing"), address, icon_name="helpdesk", priority=75)


def get_urls() -> list[URLPattern]:
    """Return the address of the form (a ``register_admin_urls`` hook)."""
    form = PageRouting.as_view()
    return [path("helpdesk/pages/<int:page>/", form, name="wagtail_helpdesk_routing")]


def register_log_action(actions: LogActionRegistry) -> None:
    """Let the history of pages say it (a ``register_log_actions`` hook)."""
    actions.register_action(
        ROUTE, gettext_lazy("Route to the helpdesk"), gettext_lazy("Helpdesk routing changed")
    )
