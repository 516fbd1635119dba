"""Base views of the pages below a service's panel, with their permission checks."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.generic.edit import FormMixin
from wagtail.admin import messages
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import HeaderButton

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.rate_limits import exceeds_limit

from .object_permissions import CleanRequestMixin
from .tables import CardTableMixin

SERVICES = "helpdesk_services"
CATEGORIES = "helpdesk_categories"

#: Wagtail’s script puts the id of the dragged row in its place.
DRAGGED = 999999
#: Rows that can be dragged on one page.
MAX_DRAGGED = 200


def join_title(title: Any, subtitle: Any) -> str:
    """Return the title of a page with what it is about."""
    if not subtitle:
        return str(title)
    return gettext("%(title)s: %(name)s") % {"title": title, "name": subtitle}


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
        self.user_privileges = self.service.configuration_of(request.user)

    def find_service(self, pk: int) -> Service:
        """Return the service of the page; raises ``Http404`` if the user cannot see it."""
        return get_object_or_404(Service.objects.configured_by(self.request.user), pk=pk)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.privilege is not None and self.privilege not in self.user_privileges:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_url(self, name: str, *args: Any) -> str:
        """Return the URL of another page about the same service."""
        return reverse(f"{SERVICES}:{name}", args=[self.service.pk, *args])

    def get_page_subtitle(self) -> str:
        return str(self.service)

    def get_header_title(self) -> str:
        return join_title(self.get_page_title(), self.get_page_subtitle())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        here = {"label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [
            *self.breadcrumbs_items,
            {"url": reverse(f"{SERVICES}:list"), "label": _("Services")},
            {"url": self.get_page_url("panel"), "label": str(self.service)},
            *self.get_parent_breadcrumbs(),
            {"url": "", **here},
        ]

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        """Return the breadcrumbs between the service and this page."""
        return []

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = {
            privilege.name.lower(): privilege in self.user_privileges for privilege in Privilege
        }
        return super().get_context_data(service=self.service, user_privileges=held, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())


class ServiceListPage(CardTableMixin, ServicePageMixin, IndexView):
    """A listing of objects of one service, with search, filters and pages.

    ``changing`` is the privilege to add, change, order and remove them.
    """

    template_name = "wagtail_helpdesk/admin/list.html"
    any_permission_required = None
    permission_policy = None
    is_searchable = True
    paginate_by = 25
    page_name = ""
    changing: ClassVar[Privilege] = Privilege.MANAGE_MANAGERS
    results_template_name = "wagtail_helpdesk/admin/list_results.html"
    #: Shown above the list; empty for nothing.
    intro: Any = ""
    #: Shown instead of an empty list.
    empty: Any = ""

    get = IndexView.get

    @cached_property
    def may_change(self) -> bool:
        """Whether the user may change the list."""
        return self.changing in self.user_privileges

    def user_has_permission(self, permission: str) -> bool:
        return self.may_change

    def get_index_url(self) -> str:
        return self.get_page_url(self.page_name)

    def get_index_results_url(self) -> str:
        return self.get_page_url(f"{self.page_name}_results")

    def get_edit_url(self, instance: Any) -> str | None:
        return None

    def get_reorder_url(self) -> str | None:
        """Return the URL that Wagtail’s script completes with the id of the dragged row."""
        if not self.sort_order_field or not self.may_change:
            return None
        return self.get_page_url(f"{self.page_name}_reorder", DRAGGED)

    @cached_property
    def show_ordering_column(self) -> bool:
        """Whether rows can be dragged: the list is in its order, and is shown as a whole.

        A list of several pages shows more rows for this on demand.
        """
        if self.ordering != self.sort_order_field or not self.get_reorder_url():
            return False
        if self.is_searching or self.is_filtering:
            return False
        return self.is_explicitly_ordered or self.get_base_queryset().count() <= self.paginate_by

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """Wagtail’s menu, with the link to the order where rows cannot be dragged already."""
        return [] if self.show_ordering_column else super().header_more_buttons

    @cached_property
    def add_button(self) -> HeaderButton:
        """The button in the header; a phone shows its icon alone, to leave the title in sight."""
        return HeaderButton(
            self.add_item_label, url=self.add_url, icon_name="plus", classname="hd-add"
        )

    def get_paginate_by(self, queryset: Any) -> int | None:
        return MAX_DRAGGED if self.show_ordering_column else self.paginate_by

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().order_queryset(queryset).order_by(self.ordering, "pk")

    @cached_property
    def no_results_message(self) -> str:
        """What is shown instead of an empty list."""
        is_narrowed = self.is_searching or self.is_filtering
        return gettext("Nothing was found.") if is_narrowed else str(self.empty)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(intro=self.intro, **kwargs)


class PeopleListPage(ServiceListPage):
    """A listing of people of a service, which are searched like people elsewhere."""

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.is_searching:
            return queryset
        return filter_by_name(queryset, self.search_query)


def filter_by_name(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    """Return the rows whose user matches a search."""
    users = rows.model._meta.get_field("user").related_model._default_manager.all()
    return rows.filter(user__in=UserDirectory().filter_matching(query, among=users))


class CategoryPage(ServicePageMixin):
    """A page about one category, below the tree of its service."""

    privilege = Privilege.MANAGE_CATEGORIES
    header_icon = "helpdesk-category"

    def find_service(self, pk: int) -> Service:
        services = Service.objects.configured_by(self.request.user)
        categories = Category.objects.filter(service__in=services.values("pk"))
        self.category = get_object_or_404(categories.select_related("service", "parent"), pk=pk)
        return self.category.service

    def get_category_url(self, name: str, *args: Any) -> str:
        """Return the URL of another page about the same category."""
        return reverse(f"{CATEGORIES}:{name}", args=[self.category.pk, *args])

    def get_page_subtitle(self) -> str:
        return str(self.category)

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return [
            {"url": self.get_page_url("tree"), "label": _("Categories")},
            {"url": self.get_category_url("edit"), "label": str(self.category)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(category=self.category, **kwargs)


class ServiceFormPage(FormMixin, ServicePageMixin):
    """A page about one service with a form that performs an action."""

    template_name = "wagtail_helpdesk/admin/form.html"
    submit_label = pgettext_lazy("form", "Add")
    success_name = "panel"
    success_message = ""

    def get_form(self, form_class: Any = None) -> Any:
        form = super().get_form(form_class)
        # The number of people that a user can enter is limited.
        form.author = self.author
        return form

    def perform(self, form: Any) -> None:
        """Perform the action. Its refusal is shown in the form."""
        raise NotImplementedError

    def get_success_url(self) -> str:
        return self.get_page_url(self.success_name)

    def get_success_message(self) -> str:
        """Return the message that is shown once the action is performed."""
        return self.success_message

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            self.perform(form)
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, self.get_success_message())
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form)
        return self.render_to_response(context, status=429 if exceeds_limit(form) else 200)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["action_url"] = self.request.get_full_path()
        context["submit_button_label"] = self.submit_label
        context["submit_button_active_label"] = _("Saving…")
        context["media"] = context["form"].media
        return context


class ConfirmationPage(ServiceFormPage):
    """A page that asks before it removes something."""

    template_name = "wagtail_helpdesk/admin/confirm.html"
    form_class = forms.Form
    header_icon = "bin"
    page_title = submit_label = pgettext_lazy("button", "Remove")

    def get_question(self) -> str:
        """Return what will happen, as one sentence."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            question=self.get_question(), cancel_url=self.get_success_url(), **kwargs
        )


class ReorderPage(ServicePageMixin):
    """Puts a dragged row in its place, for Wagtail’s script."""

    http_method_names = ["post", "options"]

    def change_order(self, place: int | None) -> None:
        """Move the row to a place among its neighbours, counted from 0; None: to the end."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.change_order(parse_number(request.GET.get("position")))
        except NotYours as refusal:
            raise PermissionDenied from refusal
        except NotPossible as refusal:
            raise Http404 from refusal
        return JsonResponse({"success": True})
