"""The form that sets the helpdesk service of a page and the pages below it."""

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
from .service_pages import join_title
from .widgets import Chooser

ROUTE = "wagtail_helpdesk.route"


class RoutingForm(forms.ModelForm):
    """A service and an optional category; blank inherits from the parent pages.

    A value hidden from the editor stays until they choose another.
    """

    #: Whether the value is hidden from the editor.
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
        """Set the choices of a field. A value outside them is hidden."""
        field: Any = self.fields[name]
        field.queryset, field.widget = choices, Chooser(choices, **options)
        made = self.initial.get(name)
        if made and not choices.filter(pk=made).exists():
            self.initial[name], self.is_withheld = None, True
            field.help_text = ""  # blank does not inherit here

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("category") and not given.get("service"):
            given["service"] = given["category"].service
        return given

    def _post_clean(self) -> None:
        # A blank form is valid and removes the routing.
        if self.cleaned_data.get("service"):
            super()._post_clean()  # type: ignore[misc]

    def store(self) -> None:
        """Save the routing, or delete it if the form is blank."""
        if self.cleaned_data.get("service"):
            self.save()
        elif self.instance.pk:
            self.instance.delete()


class PageRouting(WagtailAdminTemplateMixin, FormView):
    """The form, for people who can publish the page."""

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
        if form.has_changed():  # otherwise a hidden value would be deleted
            form.store()
            target = str(form.instance) if form.cleaned_data.get("service") else ""
            log(instance=self.page, action=ROUTE, user=self.request.user, data={"to": target})
        messages.success(self.request, _("Saved. It applies to this page and those below it."))
        return redirect("wagtailadmin_pages:edit", self.page.pk)

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

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
            "submit_button_label": pgettext("form", "Save"),
            "submit_button_active_label": _("Saving…"),
            "media": context["form"].media,
        }


def may_set_routing(page: Any, user: Any) -> bool:
    """Return whether a user can set the helpdesk service of a page."""
    return bool(page.permissions_for_user(user).can_publish())


def get_header_buttons(
    page: Any, user: Any, view_name: str, next_url: str | None = None
) -> Iterator[Button]:
    """Yield the button in the page's menu (a ``register_page_header_buttons`` hook)."""
    if may_set_routing(page, user):
        url = reverse("wagtail_helpdesk_routing", args=[page.pk])
        yield Button(_("Helpdesk routing"), url, icon_name="helpdesk", priority=75)


def get_urls() -> list[URLPattern]:
    """Return the URL of the form (a ``register_admin_urls`` hook)."""
    form = PageRouting.as_view()
    return [path("helpdesk/pages/<int:page>/", form, name="wagtail_helpdesk_routing")]


def register_log_action(actions: LogActionRegistry) -> None:
    """Register the log action of the form (a ``register_log_actions`` hook)."""
    actions.register_action(
        ROUTE, gettext_lazy("Route to the helpdesk"), gettext_lazy("Helpdesk routing changed")
    )
