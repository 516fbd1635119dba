"""The frame of personal blocks: the page holds a link, and the reader's browser loads the content.

The page is therefore the same for everybody and may be cached.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from wagtail_helpdesk.languages import get_shown_language
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url

from . import preview_data


class PersonalBlock(blocks.StructBlock):
    """A block whose content depends on its reader.

    Its ``Meta`` has ``fragment``, the name of the URL that its content is loaded from;
    ``content``, the template of this content; ``route``, the route of the helpdesk page to which
    the link leads that stands there until then; ``link``, the text of the link; and ``heading``,
    shown unless the editor writes another.
    """

    heading = blocks.CharBlock(
        label=pgettext_lazy("block", "Heading"),
        required=False,
        max_length=120,
        help_text=_("Leave blank for the usual heading."),
    )

    def parameters(self, value: Any, context: dict[str, Any]) -> dict[str, Any]:
        """Return the query parameters of the fragment."""
        return {}

    def link(self, value: Any, context: dict[str, Any]) -> str:
        """Return the URL of the link, empty without a helpdesk page."""
        return get_helpdesk_url(context.get("request"), self.meta.route)

    def sample(self) -> dict[str, Any]:
        """Return the context of the content in a preview."""
        return {}

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {
            "heading": value.get("heading") or self.meta.heading,
            "fragment": self.fragment_url(value, context),
            "link": self.link(value, context),
            "link_label": self.meta.link,
            "helpdesk_language": get_shown_language(),
        }

    def fragment_url(self, value: Any, context: dict[str, Any]) -> str:
        """Return the URL of the content, empty on a site that does not include our URLs."""
        try:
            url = reverse(f"wagtail_helpdesk:{self.meta.fragment}")
        except NoReverseMatch:
            return ""
        return add_query(url, self.parameters(value, context))

    def get_preview_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        shown = {
            "heading": self.meta.heading,
            "content": self.meta.content,
            "base": "#",
            "helpdesk": preview_data.PreviewHelpdesk(),
        }
        return {**(parent_context or {}), **shown, **self.sample()}

    class Meta:
        icon = "helpdesk"
        group = _("Helpdesk")
        template = "wagtail_helpdesk/blocks/frame.html"
        preview_template = "wagtail_helpdesk/blocks/preview.html"
        preview_value: dict[str, Any] = {}
        # When the block is folded: else the first setting that has a value, such as “5” or “Yes”.
        label_format = "{heading}"
        fragment = ""
        content = ""
        route = "home"
        heading = ""
        link = ""


def add_query(url: str, parameters: dict[str, Any]) -> str:
    """Return a URL with the parameters that have a value; an empty URL stays empty."""
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{url}?{urlencode(given, doseq=True)}" if url and given else url


def make_length_block(default: int, max_value: int = 25) -> blocks.IntegerBlock:
    """Return the setting for the length of a list."""
    return blocks.IntegerBlock(
        label=_("Maximum number"), default=default, min_value=1, max_value=max_value
    )
