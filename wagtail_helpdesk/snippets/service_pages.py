"""Base views of the pages below a service's panel, with their permission checks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views import View
from django.views.generic.edit import FormMixin
from wagtail.admin import messages
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service

from .object_permissions import CleanRequestMixin

SERVICES = "helpdesk_services"
CATEGORIES = "helpdesk_categories"


class ServicePageMixin(CleanRequestMixin, WagtailAdminTemplateMixin, View):
    """A page about one service.

    It answers 404 without any configuration privilege in the service, and 403 without ``privilege``
    (None: any of them is enough).
    """

    privilege: ClassVar[Privilege | None] = None
    header_icon = "helpdesk-service"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        #: Typed as Any: the admin admits only logged-in users.
        self.author: Any = request.user
        self.service = self.find_service(kwargs["pk"])
        self.holds = self.service.configuration_of(request.user)

    def find_service(self, pk: int) -> Service:
        """Return the service of the page; raises ``Http404`` if the user cannot see it."""
        return get_object_or_404(Service.objects.configured_by(self.request.user), pk=pk)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.privilege is not None and self.privilege not in self.holds:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def address(self, name: str, *args: Any) -> str:
        """Return the URL of another page about the same service."""
        return reverse(f"{SERVICES}:{name}", args=[self.service.pk, *args])

    def get_page_subtitle(self) -> str:
        return str(self.service)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": self.address("panel"), "label": str(self.service)},
            *self.crumbs(),
            {"url": "", "label": self.get_page_title()},
        ]

    def crumbs(self) -> list[dict[str, Any]]:
        """Return the breadcrumbs between the service and this page."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = {privilege.name.lower(): privilege in self.holds for privilege in Privilege}
        return super().get_context_data(service=self.service, holds=held, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())


class ServiceListPage(ServicePageMixin, BaseListingView):
    """A paginated list of objects of one service."""

    paginate_by = 25
    page_name = ""

    get = BaseListingView.get

    def get_index_url(self) -> str:
        return self.address(self.page_name)


class CategoryPage(ServicePageMixin):
    """A page about one category, below the tree of its service."""

    privilege = Privilege.MANAGE_CATEGORIES
    header_icon = "helpdesk-category"

    def find_service(self, pk: int) -> Service:
        services = Service.objects.configured_by(self.request.user)
        categories = Category.objects.filter(service__in=services.values("pk"))
        self.category = get_object_or_404(categories.select_related("service", "parent"), pk=pk)
        return self.category.service

    def here(self, name: str, *args: Any) -> str:
        """Return the URL of another page about the same category."""
        return reverse(f"{CATEGORIES}:{name}", args=[self.category.pk, *args])

    def get_page_subtitle(self) -> str:
        return str(self.category)

    def crumbs(self) -> list[dict[str, Any]]:
        return [
            {"url": self.address("tree"), "label": _("Categories")},
            {"url": self.here("edit"), "label": str(self.category)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(category=self.category, **kwargs)


class ServiceFormPage(FormMixin, ServicePageMixin):
    """A page about one service with a form that performs an action."""

    template_name = "wagtail_helpdesk/admin/form.html"
    submit_label = pgettext_lazy("form", "Add")
    success_name = "panel"
    done = ""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        # The number of people that a user can enter is limited.
        form.author = self.author
        return form

    def do(self, form: Any) -> None:
        """Perform the action. Its refusal is shown in the form."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return self.address(self.success_name)

    def get_done(self) -> str:
        """Return the confirmation."""
        return self.done

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.do(form)
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.get_done())
        return HttpResponseRedirect(self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["action_url"] = self.request.get_full_path()
        context["submit_label"] = self.submit_label
        context["media"] = context["form"].media
        return context


class ServiceButton(ServicePageMixin):
    """An action of one button, without a page of its own."""

    http_method_names = ["post", "options"]
    success_name = "panel"

    def do(self) -> None:
        """Perform the action. Its refusal is shown as a message."""
        raise NotImplementedError

    def get_done(self) -> str:
        """Return the confirmation; empty for none."""
        return ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.do()
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            messages.error(request, str(refusal))
        else:
            if done := self.get_done():
                messages.success(request, done)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.address(self.success_name)
