"""Aliases in the admin: other names in the catalogue that point to services and categories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Alias, Category, Service

from .choosers import filter_reachable, find_reachable_services
from .service_pages import ServiceButton, ServiceFormPage, ServicePageMixin
from .tree import indent_name, walk_tree
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
        parent.choices = [
            ("", _("None (top level)")),
            *[
                (n.category.pk, indent_name(n.category, n.depth))
                for n in walk_tree(parent.queryset)
            ],
        ]
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
    success_name = "tree"
    form_class = AliasForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "service": self.service, "user": self.author}

    def crumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.address("tree"), "label": _("Categories")}]

    def do(self, form: AliasForm) -> None:
        data = form.cleaned_data
        configuration.add_alias(
            data["name"],
            data["to"],
            by=self.author,
            service=self.service,
            parent=data["parent"],
        )

    def get_done(self) -> str:
        return _("The alias was added.")


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
        category.choices = [
            ("", _("The whole service")),
            *[
                (n.category.pk, indent_name(n.category, n.depth))
                for n in walk_tree(category.queryset)
            ],
        ]


class AddOtherName(ServiceFormPage, ServicePageMixin):
    """Add another name for the service or one of its categories at the top level of the catalogue."""

    privilege = Privilege.MANAGE_CATEGORIES
    page_title = gettext_lazy("Add another name")
    header_icon = "link"
    success_name = "tree"
    form_class = OtherNameForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "service": self.service}

    def crumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.address("tree"), "label": _("Categories")}]

    def do(self, form: OtherNameForm) -> None:
        target = form.cleaned_data["category"] or self.service
        configuration.add_alias(form.cleaned_data["name"], target, by=self.author)

    def get_done(self) -> str:
        return _("The other name was added.")


def find_aliases_in(service: Service, *, reader: Any) -> QuerySet[Alias]:
    """Return the aliases in the tree of a service; ``known`` says whether the reader can see the target."""
    targets = find_reachable_services(reader).filter(
        pk=Coalesce(OuterRef("to_service"), OuterRef("to_category__service"))
    )
    aliases = Alias.objects.filter(service=service).annotate(known=Exists(targets))
    return aliases.select_related("parent", "to_service", "to_category__service")


def find_aliases_of(service: Service, *, reader: Any) -> QuerySet[Alias]:
    """Return the aliases of a service and its categories; ``known`` says whether the reader can see the place."""
    places = find_reachable_services(reader).filter(pk=OuterRef("service"))
    aliases = Alias.objects.filter(Q(to_service=service) | Q(to_category__service=service))
    return aliases.annotate(known=Exists(places)).select_related("service", "to_category")


class RemoveOtherName(ServiceButton):
    """Remove another name of the service from the top level of the catalogue."""

    privilege = Privilege.MANAGE_CATEGORIES
    success_name = "tree"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        top_level = find_aliases_of(self.service, reader=self.author).filter(service=None)
        self.alias = get_object_or_404(top_level, pk=kwargs["alias"])

    def do(self) -> None:
        configuration.remove_alias(self.alias, by=self.author)


class RemoveAlias(ServiceButton):
    """Remove an alias from the tree."""

    privilege = Privilege.MANAGE_CATEGORIES
    success_name = "tree"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.alias = get_object_or_404(Alias, service=self.service, pk=kwargs["alias"])

    def do(self) -> None:
        configuration.remove_alias(self.alias, by=self.author)
