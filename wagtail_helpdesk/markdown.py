"""Messages: Markdown text as people type it, and the safe HTML that pages show."""

import threading
from functools import lru_cache

import nh3
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

#: Grows when the output for the same text changes: older stored HTML is rendered again.
RENDERER = 2
#: HTML that is longer than so many times its text is not shown as Markdown.
MAX_MARKUP = 8

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


_of_thread = threading.local()


def renderer() -> int:
    """Return the version that new messages are stored with."""
    return RENDERER


def _parser() -> MarkdownIt:
    # One for each thread: older linkify-it-py keep the text at hand in the parser, and would put
    # links of one message into another that is rendered at the same time.
    if not hasattr(_of_thread, "parser"):
        _of_thread.parser = _new_parser()
    parser: MarkdownIt = _of_thread.parser
    return parser


def _new_parser() -> MarkdownIt:
    # Images would let a message make readers' browsers call other servers: they stay links.
    # Definitions of references would vanish from the page, and "[ERROR]: …" of a log looks like one.
    parser = MarkdownIt("js-default", {"html": False, "linkify": True, "breaks": True})
    return parser.enable(["linkify", "strikethrough", "table"]).disable(["image", "reference"])


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=_TAGS,
        attributes={"a": {"href"}, "th": {"align"}, "td": {"align"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow ugc",
        url_relative="deny",
    )


def render(text: str) -> SafeString:
    """Return the message as HTML that is safe to show to anybody.

    Raw HTML in the text is shown as text; headings start at level three, below those of the page.
    """
    tokens = _parser().parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = _parser().renderer.render(tokens, _parser().options, {})
    if _gone_wrong(text, html):
        html = linebreaks(text, autoescape=True)
    # The sanitiser is the last to touch the text: nothing may be added after it.
    return mark_safe(_cleaner().clean(html))  # noqa: S308


def _gone_wrong(text: str, html: str) -> bool:
    """Tell whether Markdown lost the text, or made far more of it than was written.

    A few thousand characters can say a table of a hundred thousand empty cells.
    """
    lost = bool(text.strip()) and not html.strip()
    return lost or len(html) > MAX_MARKUP * len(text) + 2000
