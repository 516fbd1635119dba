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

#: Finds the service beside the category: ``body-3-value-category-chooser`` → ``body-3-value-service``.
BESIDE = {"service": {"match": r"^.*(?=category-chooser$)", "append": "service"}}


class PublicChooser(AdminSnippetChooser):
    """Wagtail's, which would show the name of what another chose, and behind any key that is sent."""

    def get_display_title(self, instance: Any) -> str:
        return str(instance.public_name)


class ServiceChooserBlock(SnippetChooserBlock):
    """Chooses among the services that the editor may ask or configures."""

    target = "wagtail_helpdesk.Service"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(self.target, **kwargs)

    @cached_property
    def widget(self) -> Any:
        return PublicChooser(self.target_model, icon=super().widget.icon)

    def render_basic(self, value: Any, context: Any = None) -> str:
        # What the comparison of two revisions shows.
        return escape(value.public_name) if value else ""

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        # As Wagtail's own block: nothing of ours is frozen into the migrations of a host.
        _path, _args, kwargs = super().deconstruct()
        return "wagtail.snippets.blocks.SnippetChooserBlock", [self.target], kwargs


class CategoryChooserBlock(ServiceChooserBlock):
    """Chooses a category; beside a ``ServiceChooserBlock`` named ``service``, one of that service."""

    target = "wagtail_helpdesk.Category"

    @cached_property
    def widget(self) -> Any:
        widget = super().widget
        widget.linked_fields = BESIDE
        return widget


def check_category(value: Any) -> None:
    """Refuse a category of another service than the one chosen beside it."""
    service, category = value.get("service"), value.get("category")
    if service and category and category.service_id != service.pk:
        problem = ValidationError(_("This category belongs to another service."))
        raise StructBlockValidationError(block_errors={"category": problem})
