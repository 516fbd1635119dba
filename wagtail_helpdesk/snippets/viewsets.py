"""The menu of the helpdesk in the admin, and every URL below it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from wagtail_helpdesk.models import Category, Service

from . import (
    absences,
    aliases,
    categories,
    category_lists,
    guests,
    history,
    manager_editing,
    managers,
    members,
    permission_report,
    services,
    transfers,
)
from .canned_answers import CannedAnswerViewSet
from .choosers import ReachableChooser
from .incidents import IncidentViewSet
from .service_pages import CATEGORIES, SERVICES, ServicePageMixin
from .texts import CategoryTextViewSet, ServiceTextViewSet

LIST, RESULTS = "wagtailadmin/generic/index.html", "wagtailadmin/generic/index_results.html"


def _make_path(rest: str, view: type[ServicePageMixin], name: str) -> URLPattern:
    """Return the URL pattern of a page below a service or a category."""
    results = {"results_only": True} if name.endswith("_results") else {}
    return path(f"<int:pk>/{rest}", view.as_view(**results), name=name)


class ServiceViewSet(SnippetViewSet):
    """Services, each with its panel."""

    model = Service
    icon = "helpdesk-service"
    menu_label = _("Services")
    menu_order = 100
    url_prefix = "helpdesk/services"
    url_namespace = SERVICES
    chooser_base_url_path = "helpdesk/choose/service"
    chooser_viewset_class = ReachableChooser
    sort_order_field = "order"
    ordering = "order"
    copy_view_enabled = False
    search_fields = ["name"]
    search_backend_name = None
    index_template_name = LIST
    index_results_template_name = RESULTS
    list_export = ["name", "enabled", "everyone", "confidential", "default_subject", "algorithm"]
    edit_handler = services.EDIT_HANDLER
    index_view_class = services.ServiceList
    add_view_class = services.CreateService
    edit_view_class = services.EditService
    delete_view_class = services.DeleteService
    usage_view_class = services.ServiceUsage
    history_view_class = history.ServiceHistory
    reorder_view_class = services.ReorderServices
    delete_template_name = services.DeleteService.template_name

    def get_urlpatterns(self) -> list[Any]:
        own = [
            ("", services.ServicePanel, "panel"),
            ("categories/", category_lists.CategoryTree, "tree"),
            ("categories/results/", category_lists.CategoryTree, "tree_results"),
            (
                "categories/<int:category>/reorder/",
                category_lists.ReorderCategories,
                "tree_reorder",
            ),
            ("aliases/", aliases.AliasList, "aliases"),
            ("aliases/results/", aliases.AliasList, "aliases_results"),
            ("aliases/add/", aliases.AddAlias, "alias_add"),
            ("aliases/<int:alias>/remove/", aliases.RemoveAlias, "alias_remove"),
            ("names/add/", aliases.AddOtherName, "name_add"),
            ("names/<int:alias>/remove/", aliases.RemoveOtherName, "name_remove"),
            ("transfer/", transfers.TransferService, "transfer"),
            ("managers/", managers.ManagerList, "managers"),
            ("managers/results/", managers.ManagerList, "managers_results"),
            ("managers/add/", managers.AddManager, "manager_add"),
            ("managers/<int:manager>/", manager_editing.EditManager, "manager"),
            ("managers/<int:manager>/remove/", manager_editing.RemoveManager, "manager_remove"),
            (
                "managers/<int:manager>/reorder/",
                manager_editing.ReorderManagers,
                "managers_reorder",
            ),
            ("managers/<int:manager>/absences/", absences.AbsenceList, "absences"),
            (
                "managers/<int:manager>/absences/<int:absence>/remove/",
                absences.RemoveAbsence,
                "absence_remove",
            ),
            ("guests/", guests.GuestList, "guests"),
            ("guests/results/", guests.GuestList, "guests_results"),
            ("guests/add/", guests.AddPermanentGuest, "guest_add"),
            ("guests/<int:guest>/remove/", guests.RemovePermanentGuest, "guest_remove"),
            ("why/", permission_report.PermissionReportView, "why"),
        ]
        return [*super().get_urlpatterns(), *(_make_path(*page) for page in own)]


class CategoryViewSet(SnippetViewSet):
    """Categories, each in the tree of its service."""

    model = Category
    icon = "helpdesk-category"
    menu_label = _("Categories")
    menu_order = 110
    url_prefix = "helpdesk/categories"
    url_namespace = CATEGORIES
    chooser_base_url_path = "helpdesk/choose/category"
    chooser_viewset_class = ReachableChooser
    copy_view_enabled = False
    search_fields = ["name", "service__name"]
    search_backend_name = None
    index_template_name = LIST
    index_results_template_name = RESULTS
    list_export = ["service", "parent", "name", "takes_tickets", "hidden", "default_subject"]
    edit_handler = categories.EDIT_HANDLER
    index_view_class = category_lists.CategoryList
    add_view_class = categories.CreateCategory
    edit_view_class = categories.EditCategory
    delete_view_class = categories.DeleteCategory
    usage_view_class = categories.CategoryUsage
    history_view_class = categories.CategoryHistory
    edit_template_name = categories.EditCategory.template_name
    delete_template_name = categories.DeleteCategory.template_name

    def get_permissions_to_register(self) -> Any:
        # The privileges of managers decide; groups get no permission.
        return Permission.objects.none()

    def get_urlpatterns(self) -> list[Any]:
        own = [
            ("members/", members.EditMembers, "members"),
            ("transfer/", transfers.TransferCategory, "transfer"),
        ]
        return [*super().get_urlpatterns(), *(_make_path(*page) for page in own)]


class HelpdeskGroup(SnippetViewSetGroup):
    """The menu, extended by the hook ``register_helpdesk_admin_menu_item``."""

    items = (
        ServiceViewSet,
        CategoryViewSet,
        ServiceTextViewSet,
        CategoryTextViewSet,
        IncidentViewSet,
        CannedAnswerViewSet,
    )
    menu_label = pgettext_lazy("menu", "Helpdesk")
    # Wagtail opens every entry whose name begins with that of the open one, such as “help”.
    menu_name = "wagtail-helpdesk"
    menu_icon = "helpdesk"
    menu_order = 250
    submenu_hook = "register_helpdesk_admin_menu_item"
