"""The block that asks a service for help, by a button or a short form."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.portal.requests.source_page import find_target, get_asking_url

from .frames import PersonalBlock
from .service_choice import CategoryChooserBlock, ServiceChooserBlock, check_category

BUTTON, FORM = "button", "form"


class AskServiceBlock(PersonalBlock):
    """Asks a service for help. What the editor leaves open comes from the page's routing."""

    text = blocks.TextBlock(label=pgettext_lazy("block", "Text"), required=False, rows=2)
    display = blocks.ChoiceBlock(
        label=_("Show"),
        choices=[(BUTTON, _("a button")), (FORM, _("a short form"))],
        default=BUTTON,
    )
    button = blocks.CharBlock(
        label=_("Button text"),
        required=False,
        max_length=60,
        help_text=_("Leave blank for “Ask for help”."),
    )
    service = ServiceChooserBlock(
        label=_("Service"),
        required=False,
        help_text=_(
            "Leave blank for the service chosen for this section of the site, or for all services if none is chosen."
        ),
    )
    category = CategoryChooserBlock(
        label=_("Category"),
        required=False,
        help_text=_("Leave blank to let the person asking choose."),
    )

    class Meta:
        icon = "help"
        label = _("Ask a service")
        description = _("A button or a short form that opens a ticket without leaving the page.")
        template = "wagtail_helpdesk/blocks/ask.html"
        preview_template = "wagtail_helpdesk/blocks/preview.html"
        content = "wagtail_helpdesk/blocks/ask_button.html"
        fragment = "block_ask"
        heading = _("Need help?")
        link = _("Ask for help")
        form_layout = blocks.BlockGroup(
            children=["heading", "text", "display", "service", "category"], settings=["button"]
        )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        check_category(cleaned)
        return cleaned

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        page = context.get("page")
        service, category = find_target(page, value.get("service"), value.get("category"))
        return {
            "service": getattr(service, "pk", None),
            "category": getattr(category, "pk", None),
            "page": getattr(page, "pk", None),
        }

    def link(self, value: Any, context: dict[str, Any]) -> str:
        return get_asking_url(
            context.get("request"),
            service=value.get("service"),
            category=value.get("category"),
            page=context.get("page"),
        )

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        if value.get("display") != FORM:
            context["fragment"] = ""
        return context | {"link_label": value.get("button") or self.meta.link}

    def sample(self) -> dict[str, Any]:
        return {"link": "#", "link_label": self.meta.link}
