"""The frame of what is personal: the page holds a link, the reader's browser loads the rest.

So a page with these blocks is the same for everybody, and may be cached.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url


class PersonalBlock(blocks.StructBlock):
    """A block whose content depends on its reader. ``Meta`` says what is in it:

    ``fragment`` names the address it is loaded from, ``content`` the template of what is there,
    ``path`` where below the helpdesk the link leads that stands in its place, and ``link`` what
    the link says; ``heading`` is shown unless the editor writes another.
    """

    heading = blocks.CharBlock(
        label=pgettext_lazy("block", "Heading"),
        required=False,
        max_length=120,
        help_text=_("Leave blank for the usual heading."),
    )

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        """Return what the fragment must know, as it stands in its address."""
        return {}

    def link(self, value: Any, context: dict[str, Any]) -> str:
        """Return where the link leads; empty where there is no helpdesk."""
        home = get_helpdesk_url(context.get("request"))
        return f"{home}{self.meta.path}" if home else ""

    def sample(self) -> dict[str, Any]:
        """Return what the preview shows as content."""
        return {}

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {
            "heading": value.get("heading") or self.meta.heading,
            "fragment": self.fragment_address(value, context),
            "link": self.link(value, context),
            "link_label": self.meta.link,
        }

    def fragment_address(self, value: Any, context: dict[str, Any]) -> str:
        """Return where the content is loaded from; empty in a site without our addresses."""
        try:
            address = reverse(f"wagtail_helpdesk:{self.meta.fragment}")
        except NoReverseMatch:
            return ""
        return add_query(address, self.parameters(value, context))

    def get_preview_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        shown = {"heading": self.meta.heading, "content": self.meta.content, "base": "#"}
        return {**(parent_context or {}), **shown, **self.sample()}

    class Meta:
        icon = "helpdesk"
        group = _("Helpdesk")
        template = "wagtail_helpdesk/blocks/frame.html"
        preview_template = "wagtail_helpdesk/blocks/preview.html"
        preview_value: dict[str, Any] = {}
        fragment = ""
        content = ""
        path = ""
        heading = ""
        link = ""


def add_query(address: str, parameters: dict[str, Any]) -> str:
    """Return an address with those of the parameters that say something; no address stays none."""
    said = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{address}?{urlencode(said, doseq=True)}" if address and said else address


def format_maximum(default: int, most: int = 25) -> blocks.IntegerBlock:
    """Return the setting for the length of a list."""
    return blocks.IntegerBlock(
        label=_("Maximum number"), default=default, min_value=1, max_value=most
    )
