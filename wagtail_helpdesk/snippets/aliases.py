"""Aliases in the admin: other names in the catalogue that point to services and categories."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import Button

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.category_tree import build_tree
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Alias, Category, Service

from .choosers import filter_reachable, find_reachable_services
from .forms import make_category_choices
from .service_pages import ConfirmationPage, ServiceFormPage, ServiceListPage, ServicePageMixin
from .tables import MenuTitle
from .widgets import Chooser


class AliasForm(forms.Form):
    """The name of an alias, its place in the tree and its target."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    parent = forms.ModelChoiceField(
        label=gettext_lazy("Shown under the category"),
        queryset=Category.objects.none(),
        required=False,
    )
    to_category = forms.ModelChoiceField(
        label=gettext_lazy("Points to the category"),
        queryset=Category.objects.none(),
        required=False,
    )
    to_service = forms.ModelChoiceField(
        label=gettext_lazy("or to the whole service"),
        queryset=Service.objects.none(),
        required=False,
    )

    def __init__(self, *args: Any, service: Service, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent: Any = self.fields["parent"]
        parent.queryset = service.categories.all()
        parent.choices = make_category_choices(build_tree(parent.queryset), _("None (top level)"))
        for name, model in (("to_category", Category), ("to_service", Service)):
            target: Any = self.fields[name]
            target.queryset = filter_reachable(model, user)
            target.widget = Chooser(target.queryset)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        targets = [cleaned.get("to_category"), cleaned.get("to_service")]
        if sum(target is not None for target in targets) != 1:
            raise forms.ValidationError(_("Choose either a category or a service."))
        cleaned["to"] = targets[0] or targets[1]
        return cleaned


class AddAlias(ServiceFormPage, ServicePageMixin):
    """Add an alias to the tree of the service."""

    privilege = Privilege.MANAGE_CATEGORIES
    page_title = gettext_lazy("Add an alias")
    header_icon = "link"
    success_name = "aliases"
    form_class = AliasForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "service": self.service, "user": self.author}

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return _list_breadcrumbs(self)

    def perform(self, form: AliasForm) -> None:
        data = form.cleaned_data
        configuration.add_alias(
            data["name"],
            data["to"],
            by=self.author,
            service=self.service,
            parent=data["parent"],
        )

    def get_success_message(self) -> str:
        return _("The alias was added.")


def _list_breadcrumbs(page: ServicePageMixin) -> list[dict[str, Any]]:
    return [
        {"url": page.get_page_url("tree"), "label": _("Categories")},
        {"url": page.get_page_url("aliases"), "label": _("Aliases")},
    ]


class OtherNameForm(forms.Form):
    """Another name for the service or one of its categories, at the top level of the catalogue."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    category = forms.ModelChoiceField(
        label=gettext_lazy("Points to"), queryset=Category.objects.none(), required=False
    )

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category: Any = self.fields["category"]
        category.queryset = service.categories.all()
        category.choices = make_category_choices(
            build_tree(category.queryset), _("The whole service")
        )


class AddOtherName(ServiceFormPage, ServicePageMixin):
    """Add another name for the service or one of its categories at the top level of the catalogue."""

    privilege = Privilege.MANAGE_CATEGORIES
    page_title = gettext_lazy("Add another name")
    header_icon = "link"
    success_name = "aliases"
    form_class = OtherNameForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "service": self.service}

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return _list_breadcrumbs(self)

    def perform(self, form: OtherNameForm) -> None:
        target = form.cleaned_data["category"] or self.service
        configuration.add_alias(form.cleaned_data["name"], target, by=self.author)

    def get_success_message(self) -> str:
        return _("The other name was added.")


class AliasFilters(WagtailFilterSet):
    """The filter of the aliases of a service."""

    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"),
        method="filter_kind",
        choices=[
            ("here", gettext_lazy("shown in the tree of this service")),
            ("elsewhere", gettext_lazy("other names of this service")),
        ],
    )

    class Meta:
        model = Alias
        fields: ClassVar[list[str]] = []

    def filter_kind(self, aliases: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Return the aliases in the tree, or those that point to the service."""
        return aliases.filter(is_here=value == "here")


class AliasList(ServiceListPage):
    """The aliases in the tree of a service, and the other names of the service elsewhere.

    A service that the reader cannot see is not named.
    """

    model = Alias
    privilege = changing = Privilege.MANAGE_CATEGORIES
    page_title = gettext_lazy("Aliases")
    header_icon = "link"
    page_name = "aliases"
    add_item_label = gettext_lazy("Add an alias")
    filterset_class = AliasFilters
    default_ordering = "name"
    empty = gettext_lazy("This service has no alias.")
    search_fields = ("name",)
    search_backend_name = None
    intro = gettext_lazy(
        "An alias shows a category or a service under a second name. Its tickets arrive in the"
        " original category or service."
    )

    @cached_property
    def columns(self) -> list[Column]:
        """The name, the target, and where the alias is shown."""
        return [
            MenuTitle("name", self, label=gettext_lazy("Name"), sort_key="name"),
            Column("target", label=gettext_lazy("Points to"), accessor=describe_target),
            Column("place", label=gettext_lazy("Shown"), accessor=describe_place),
        ]

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.get_page_url("tree"), "label": _("Categories")}]

    def get_add_url(self) -> str:
        return self.get_page_url("alias_add")

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """Add another name for the service."""
        return [Button(_("Add another name"), self.get_page_url("name_add"), icon_name="plus")]

    def get_list_more_buttons(self, instance: Any) -> list[Button]:
        """Return the menu of an alias; those in other services are removed there."""
        if instance.is_here:
            page = "alias_remove"
        elif instance.service_id is None:
            page = "name_remove"
        else:
            return []
        label = pgettext("button", "Remove")
        return [Button(label, self.get_page_url(page, instance.pk), icon_name="bin")]

    def get_base_queryset(self) -> QuerySet[Alias]:
        return find_aliases(self.service, reader=self.author)


def find_aliases(service: Service, *, reader: Any) -> QuerySet[Alias]:
    """Return the aliases in the tree of a service and those that point to it.

    ``is_here`` is whether an alias is in the tree, ``is_known`` whether the reader can see the
    other service: that of the target, or that of the place.
    """
    is_here = Q(service=service)
    points_here = Q(to_service=service) | Q(to_category__service=service)
    reachable = find_reachable_services(reader)
    target = Coalesce(OuterRef("to_service"), OuterRef("to_category__service"))
    return (
        Alias.objects.filter(is_here | points_here)
        .annotate(
            is_here=Case(When(is_here, then=Value(True)), default=Value(False)),
            is_known=Case(
                When(is_here, then=Exists(reachable.filter(pk=target))),
                default=Exists(reachable.filter(pk=OuterRef("service"))),
            ),
        )
        .select_related("parent", "service", "to_service", "to_category__service")
    )


def describe_target(alias: Any) -> str:
    """Return the name of the category or service that an alias points to."""
    if alias.is_here and not alias.is_known:
        return pgettext("target of an alias", "another service")
    if not alias.to_category:
        return str(alias.to_service)
    return f"{alias.to_category.service} › {alias.to_category}"


def describe_place(alias: Any) -> str:
    """Return where an alias is shown."""
    if alias.is_here:
        if alias.parent:
            return _("under %(parent)s") % {"parent": alias.parent}
        return _("in the tree of this service")
    if alias.service_id is None:
        return _("at the top level of the catalogue")
    return (
        _("in %(place)s") % {"place": alias.service} if alias.is_known else _("in another service")
    )


class RemoveAlias(ConfirmationPage):
    """Remove an alias from the tree."""

    privilege = Privilege.MANAGE_CATEGORIES
    success_name = "aliases"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        aliases: Any = find_aliases(self.service, reader=self.author)
        self.alias = get_object_or_404(self.filter_own(aliases), pk=kwargs["alias"])

    def filter_own(self, aliases: Any) -> Any:
        """Return the aliases that are removed here."""
        return aliases.filter(is_here=True)

    def get_page_subtitle(self) -> str:
        return str(self.alias.name)

    def get_parent_breadcrumbs(self) -> list[dict[str, Any]]:
        return _list_breadcrumbs(self)

    def get_question(self) -> str:
        return _("“%(name)s” will not be shown in the catalogue any more. No ticket changes.") % {
            "name": self.alias.name
        }

    def perform(self, form: Any) -> None:
        configuration.remove_alias(self.alias, by=self.author)

    def get_success_message(self) -> str:
        return _("“%(name)s” was removed.") % {"name": self.alias.name}


class RemoveOtherName(RemoveAlias):
    """Remove another name of the service from the top level of the catalogue."""

    def filter_own(self, aliases: QuerySet[Any]) -> QuerySet[Any]:
        return aliases.filter(service=None)
