"""The custom properties, tones and icons of the helpdesk's style sheet, for the style guide."""

import re
from pathlib import Path
from typing import NamedTuple

from django.contrib.staticfiles import finders


class Token(NamedTuple):
    """A custom property, what it is for, and whether it is a colour."""

    name: str
    use: str
    is_colour: bool = False


TOKENS = (
    Token("unit", "the size of text; everything else follows"),
    Token("width", "maximum width of the page"),
    Token("gutter", "space beside the page"),
    Token("radius", "corners; 0 makes everything square"),
    Token("page", "background of the page", True),
    Token("surface", "cards, fields, menus, drawers", True),
    Token("ink", "text, on the page and on surfaces", True),
    Token("accent", "links, the main button, focus, what is chosen", True),
    Token("on-accent", "text on the accent", True),
    Token("danger", "errors, what is late, buttons that cannot be undone", True),
    Token("on-danger", "text on danger", True),
    Token("note", "internal notes", True),
    Token("note-line", "their dashed line", True),
)

#: Class, and what it means.
TONES = (
    ("hd-you", "you must act"),
    ("hd-free", "free, received"),
    ("", "in progress, information"),
    ("hd-wait", "with the requester"),
    ("hd-rest", "postponed, cancelled, expired"),
    ("hd-good", "done"),
    ("hd-bad", "refused, late, an incident"),
)


def list_icons() -> list[str]:
    """Return the names of the icons of ``icons.svg``."""
    sprite = Path(str(finders.find("wagtail_helpdesk/icons.svg")))
    return re.findall(r'<symbol id="([\w-]+)"', sprite.read_text())
