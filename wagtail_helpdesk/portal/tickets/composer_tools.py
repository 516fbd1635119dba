"""The tools above a message: buttons that format its Markdown, and those of a host site."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component

from wagtail_helpdesk.portal.extensions import collect


class ComposerTool(Component):
    """A tool above a message: what ``register_helpdesk_composer_tool`` returns.

    The function registered is called with the bound field of the message; its ``form`` may have
    ``user`` and ``ticket``.
    """

    order = 1000
    #: Whether it comes first in the toolbar; only that tool is in the tab order (ARIA toolbar).
    is_first = False

    def __init__(self, field: Any) -> None:
        self.field = field

    def is_shown(self) -> bool:
        """Return whether the tool is shown above this message."""
        return True

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return the context of the template: the tool as ``tool``."""
        return {"tool": self}


class FormatButton(ComposerTool):
    """A button that puts Markdown around the selected text, by the helpdesk's JavaScript."""

    def __init__(self, field: Any, *, syntax: str, label: Any, symbol: str, order: int) -> None:
        super().__init__(field)
        self.syntax, self.label, self.symbol, self.order = syntax, label, symbol, order

    def render_html(self, parent_context: Any = None) -> SafeString:
        """Return the button."""
        return format_html(
            '<button class="hd-b hd-q hd-ib hd-s" type="button" data-hd-format="{}" aria-label="{}"'
            ' title="{}"{}>{}</button>',
            self.syntax,
            self.label,
            self.label,
            SafeString("" if self.is_first else ' tabindex="-1"'),
            SafeString(self.symbol),
        )


_FORMATS = (
    ("bold", _("Bold"), '<b aria-hidden="true">B</b>', 100),
    ("italic", _("Italic"), '<i aria-hidden="true">I</i>', 200),
    ("list", _("List"), '<span aria-hidden="true">•–</span>', 300),
    ("quote", _("Quote"), '<span aria-hidden="true">❝</span>', 400),
    ("link", _("Link"), '<span aria-hidden="true">↗</span>', 500),
    ("code", _("Code"), '<span aria-hidden="true">‹›</span>', 600),
)


def register_format_buttons() -> None:
    """Register the helpdesk's own tools, through the hook that host sites use."""
    for syntax, label, symbol, order in _FORMATS:
        tool = partial(FormatButton, syntax=syntax, label=label, symbol=symbol, order=order)
        hooks.register("register_helpdesk_composer_tool", tool)


def collect_composer_tools(field: Any) -> list[Any]:
    """Return the tools above a message, in order."""
    tools = collect("register_helpdesk_composer_tool", field)
    shown = [tool for tool in tools if tool.is_shown()]
    for tool in shown[:1]:
        tool.is_first = True
    return shown
