"""Choosing a service and one of its categories in the settings of a block."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import escape
from django.utils.translation import gettext as _
from wagtail.blocks import StructBlockValidationError
from wagtail.snippets.blocks import SnippetChooserBlock
from wagtail.snippets.widgets import AdminSnippetChooser

#: From the id of the category field to that of the service field of the same block:
#: ``body-3-value-category-chooser`` → ``body-3-value-service``.
LINKED_FIELDS = {"service": {"match": r"^.*(?=category-chooser$)", "append": "service"}}


class PublicNameChooser(AdminSnippetChooser):
    """Wagtail's chooser with the public name: the page may be edited by people who cannot see more."""

    def get_display_title(self, instance: Any) -> str:
        return str(instance.public_name)


class ServiceChooserBlock(SnippetChooserBlock):
    """Chooses one of the services that the editor can ask or configures."""

    target = "wagtail_helpdesk.Service"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.target, **kwargs)

    @cached_property
    def widget(self) -> Any:
        return PublicNameChooser(self.target_model, icon=super().widget.icon)

    def render_basic(self, value: Any, context: Any = None) -> str:
        # Shown when two revisions are compared.
        return escape(value.public_name) if value else ""

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        # As Wagtail's own block, so that the migrations of a host name nothing of this package.
        _path, _args, kwargs = super().deconstruct()
        return "wagtail.snippets.blocks.SnippetChooserBlock", [self.target], kwargs


class CategoryChooserBlock(ServiceChooserBlock):
    """Chooses a category: of the service in the field ``service`` of the same block, if there is one."""

    target = "wagtail_helpdesk.Category"

    @cached_property
    def widget(self) -> Any:
        widget = super().widget
        widget.linked_fields = LINKED_FIELDS
        return widget


def check_category(value: Any) -> None:
    """Raise ``StructBlockValidationError`` when the category belongs to another service."""
    service, category = value.get("service"), value.get("category")
    if service and category and category.service_id != service.pk:
        problem = ValidationError(_("This category belongs to another service."))
        raise StructBlockValidationError(block_errors={"category": problem})
