"""Messages: the text as people type it, with the formatting they add on purpose, as safe HTML.

Every word and sign of the text shows. The rules are in ``docs/decisions/messages-in-markdown.md``.
Each line is read a bounded number of times and each character of a line once, whatever the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape

import nh3
from django.utils.encoding import iri_to_uri
from django.utils.safestring import SafeString, mark_safe

from .characters import clean_text

#: Grows when the output for the same text changes. Stored with each text.
RENDERER_VERSION = 3
#: URLs that become links in one text. A URL makes fifteen times as much HTML as text.
MAX_LINKS = 200
#: In characters, of a URL that becomes a link.
MAX_URL = 2000
#: How many times as long as its words the HTML of a message that is cut may be.
MAX_MARKUP = 20
#: Levels of quotes and of lists inside one another; what is deeper shows as it was typed.
MAX_QUOTES, MAX_LISTS = 2, 3

_FENCE = re.compile(r"```[\w+#.-]{0,30}\s*")
_QUOTE = re.compile(rf"\s*+>(?:\s?>){{0,{MAX_QUOTES - 1}}}(?:\s++|$)(?!>)")
_LIST_ITEM = re.compile(r" ?-\s++(?=\S)")
_INDENT = re.compile(r"  |\t")

#: General categories of digits and other numbers, of signs of arithmetic and of currencies.
_QUANTITIES = frozenset(["Nd", "Nl", "No", "Sm", "Sc"])
_START_OF_WORD = frozenset("([{\"'«“‘‹¿¡—–*~")
_END_OF_WORD = frozenset(")]}\"'»”’›.,;:!?…—–*~")
_END_OF_URL = ".,;:!?…\"'»”’›*~。，、！？；：）】」"
_MARKS = {"*": "em", "**": "strong", "~~": "s"}

# Every repetition is possessive or excludes what follows it: no expression goes back over the text.
_INLINE = re.compile(
    r"""
    (?<![\w`]) ` (?P<code>[^`\n]++) ` (?![\w`])
    | \[ (?P<label>[^\[\]\n]++) \]
      \( (?P<target>(?:https?://(?=[^\W_])|mailto:|tel:)
          [^\s()<>"]++ (?:\([^\s()<>"]*+\)[^\s()<>"]*+)*+) \)
    | (?<!\w) (?P<url>https?://(?=[^\W_])[^\s<>"`|]++ | (?<![@./-])www\.(?=[^\W_])[^\s<>"`|]++)
    | (?<![\w.+%@-]) (?P<email>[\w.+%-]++@[\w-]++(?:\.[\w-]++)++)
    | (?P<mark>\*++|~++)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_WWW = re.compile(r"www\.(?:[\w-]++\.)++[^\W\d_]{2}", re.IGNORECASE)
_TOP_LEVEL = re.compile(r"(?:[^\W\d_]{2,63}|xn--[\w-]{1,59})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TAG_OR_TEXT = re.compile(r"(<[^<>]*>)|([^<>]+)")


@lru_cache(maxsize=1)
def _get_sanitiser() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={"a", "blockquote", "br", "code", "em", "li", "p", "pre", "s", "strong", "ul"},
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow ugc",
        url_relative="deny",
    )


def get_renderer_version() -> int:
    """Return the version that new messages are stored with."""
    return RENDERER_VERSION


def render_message(text: str) -> SafeString:
    """Return a text as HTML that is safe to show to anybody. Raw HTML in the text shows as text."""
    blocks = _BlockRenderer()
    html = "".join(f"{block}\n" for block in blocks.render(clean_text(text).split("\n")))
    # The sanitiser is the last to touch the text: nothing may be added after it.
    return mark_safe(_get_sanitiser().clean(html))  # noqa: S308


# -- blocks: code, quotes, lists, paragraphs ---------------------------------------------------


@dataclass
class _BlockRenderer:
    """Renders lines; counts what is limited for the text as a whole."""

    links: int = 0

    def render(self, lines: Sequence[str], quotes: int = 0, lists: int = 0) -> Iterator[str]:
        """Return each block of these lines as HTML, for so many levels of quotes and lists above."""
        fences = _pair_fences(lines)
        paragraph: list[str] = []
        at = 0
        while at < len(lines):
            end, block = self._render_block_at(lines, at, fences, quotes, lists)
            if not block and lines[at].strip():
                paragraph += lines[at:end]
            else:
                yield from self._render_paragraph(paragraph)
                paragraph = []
            if block:
                yield block
            at = end
        yield from self._render_paragraph(paragraph)

    def _render_block_at(
        self, lines: Sequence[str], at: int, fences: dict[int, int], quotes: int, lists: int
    ) -> tuple[int, str]:
        """Return where the block that begins at a line ends, and its HTML: none for plain lines."""
        line = lines[at]
        if at in fences:
            return fences[at] + 1, _render_code(lines[at : fences[at]])
        if quotes < MAX_QUOTES and _QUOTE.match(line):
            end = _find_end(lines, at, lambda line: bool(_QUOTE.match(line)))
            return end, self._render_quote(lines[at:end], quotes, lists)
        if lists < MAX_LISTS and _LIST_ITEM.match(line):
            end = _find_end(
                lines, at, lambda line: bool(_LIST_ITEM.match(line)) or _is_indented(line)
            )
            return end, self._render_list(lines[at:end], quotes, lists)
        return at + 1, ""

    def _render_paragraph(self, lines: Sequence[str]) -> Iterator[str]:
        if lines:
            yield f"<p>{self._render_lines(lines)}</p>"

    def _render_lines(self, lines: Sequence[str]) -> str:
        inline = _ParagraphRenderer(
            "\n".join(line.strip() for line in lines), MAX_LINKS - self.links
        )
        html = inline.render()
        self.links += inline.links
        return html

    def _render_quote(self, lines: Sequence[str], quotes: int, lists: int) -> str:
        quoted = [_QUOTE.sub("", line, count=1) for line in lines]
        is_empty = not any(line.strip() for line in quoted)
        # “> 30 °C” is no quotation, nor is a line of signs, except between two others.
        if any(map(_begins_with_quantity, quoted)) or is_empty:
            return "\n" if is_empty and quotes else ""
        inner = [re.sub(r"\s*+>\s?", "", line, count=1) for line in lines]
        return _wrap_in_tag("blockquote", self.render(inner, quotes + 1, lists))

    def _render_list(self, lines: Sequence[str], quotes: int, lists: int) -> str:
        items: list[list[str]] = []
        for line in lines:
            if item := _LIST_ITEM.match(line):
                items.append([line[item.end() :]])
            else:
                items[-1].append(_INDENT.sub("", line, count=1))
        # “- 5 °C” is no list, nor is the dash before a signature.
        if len(items) < 2 or any(_begins_with_quantity(item[0]) for item in items):
            return ""
        return _wrap_in_tag("ul", (self._render_item(item, quotes, lists) for item in items))

    def _render_item(self, lines: Sequence[str], quotes: int, lists: int) -> str:
        first, *others = self.render(lines, quotes, lists + 1)
        # The words of an item stand in it without a paragraph of their own.
        words = first.removeprefix("<p>").removesuffix("</p>")
        return "<li>" + "\n".join([words, *others]) + "</li>"


def _pair_fences(lines: Sequence[str]) -> dict[int, int]:
    """Return the first line and the last of each block of code; what is never closed is none."""
    pairs, begun = {}, None
    for number, line in enumerate(lines):
        if begun is None:
            begun = number if _FENCE.fullmatch(line) else None
        elif line.rstrip() == "```":
            if any(inside.strip() for inside in lines[begun + 1 : number]):
                pairs[begun] = number
            begun = None
    return pairs


def _render_code(lines: Sequence[str]) -> str:
    language = lines[0].strip("` \t")
    shown = f"<p>{escape(language)}</p>\n" if language else ""
    code = escape("\n".join(lines[1:]), quote=False)
    return f"{shown}<pre><code>{code}\n</code></pre>"


def _wrap_in_tag(tag: str, blocks: Iterable[str]) -> str:
    return "\n".join([f"<{tag}>", *blocks, f"</{tag}>"])


def _find_end(lines: Sequence[str], at: int, belongs: Callable[[str], bool]) -> int:
    end = at + 1
    while end < len(lines) and belongs(lines[end]):
        end += 1
    return end


def _is_indented(line: str) -> bool:
    return bool(_INDENT.match(line)) and bool(line.strip())


def _begins_with_quantity(line: str) -> bool:
    first = line.lstrip()[:1]
    return bool(first) and (first in ".,-+/%=" or unicodedata.category(first)[:2] in _QUANTITIES)


# -- inside a paragraph: emphasis, code, links -------------------------------------------------


@dataclass
class _ParagraphRenderer:
    """Renders the text of one paragraph, its tokens from first to last."""

    text: str
    max_links: int
    links: int = 0
    pieces: list[str] = field(default_factory=list)
    #: The opening marks that wait for their closing one: mark, piece, place in the text.
    open: list[tuple[str, int, int]] = field(default_factory=list)

    def render(self) -> str:
        """Return the HTML of the paragraph."""
        at = 0
        while found := _INLINE.search(self.text, at):
            self._add_text(self.text[at : found.start()])
            at = getattr(self, f"_add_{found.lastgroup}")(found)
        self._add_text(self.text[at:])
        return "".join(self.pieces)

    def _add_text(self, text: str) -> None:
        self.pieces.append(escape(text, quote=False).replace("\n", "<br>\n"))

    def _add_code(self, found: re.Match[str]) -> int:
        self.pieces.append(f"<code>{escape(found['code'], quote=False)}</code>")
        return found.end()

    def _add_target(self, found: re.Match[str]) -> int:
        self._add_link(found["label"], found["target"], found[0])
        return found.end()

    def _add_url(self, found: re.Match[str]) -> int:
        url = _trim_url(found["url"])
        named = url[:4].lower() != "www."
        if named or _WWW.match(url):
            self._add_link(url, url if named else f"http://{url}", url)
        else:
            self._add_text(url)
        return found.start() + len(url)

    def _add_email(self, found: re.Match[str]) -> int:
        email = found["email"]
        local, _, domain = email.rpartition("@")
        is_email = len(local) <= 64 and len(domain) <= 255 and local.strip(".")
        if is_email and _TOP_LEVEL.fullmatch(domain.rpartition(".")[2]):
            self._add_link(email, f"mailto:{email}", email)
        else:
            self._add_text(email)
        return found.end()

    def _add_link(self, label: str, target: str, typed: str) -> None:
        if self.links < self.max_links and len(target) <= MAX_URL:
            self.links += 1
            href = escape(iri_to_uri(target))
            self.pieces.append(f'<a href="{href}">{escape(label, quote=False)}</a>')
        else:
            self._add_text(typed)

    def _add_mark(self, found: re.Match[str]) -> int:
        mark, start, end = found["mark"], *found.span()
        before, after = self.text[start - 1 : start] or " ", self.text[end : end + 1] or " "
        if mark not in _MARKS:
            self._add_text(mark)
        elif self._is_closing(mark, before, after):
            self._close_mark(mark, start)
        else:
            if not after.isspace() and (before.isspace() or before in _START_OF_WORD):
                self.open = [entry for entry in self.open if entry[0] != mark]
                self.open.append((mark, len(self.pieces), end))
            self._add_text(mark)
        return end

    def _is_closing(self, mark: str, before: str, after: str) -> bool:
        ends_word = not before.isspace() and (after.isspace() or after in _END_OF_WORD)
        return ends_word and any(entry[0] == mark for entry in self.open)

    def _close_mark(self, mark: str, start: int) -> None:
        while (entry := self.open.pop())[0] != mark:
            pass
        tag, (_, piece, begun) = _MARKS[mark], entry
        # One word between single stars may be a password or a pattern: it keeps them.
        kept = mark if mark == "*" and len(self.text[begun:start].split()) < 2 else ""
        self.pieces[piece] = f"<{tag}>{kept}"
        self.pieces.append(f"{kept}</{tag}>")


def _trim_url(url: str) -> str:
    """Return a URL without the punctuation of the sentence around it."""
    end, unclosed = len(url), url.count("(") - url.count(")")
    while end > 0:
        if url[end - 1] == ")" and unclosed < 0:
            unclosed += 1
        elif url[end - 1] not in _END_OF_URL and url[end - 1] not in "]}":
            break
        end -= 1
    return url[:end]


# -- functions on stored HTML ------------------------------------------------------------------


def strip_html(html: str) -> str:
    """Return the text of the HTML of a message on one line, with signs for lists and quotes."""
    html = html.replace("<li>", "- ").replace("<blockquote>", "> ")
    return " ".join(unescape(_TAG.sub("", html)).split())


def truncate_html(html: str, length: int) -> SafeString:
    """Return the beginning of the HTML of a message: at most ``length`` visible characters.

    Less where the URLs of links make the HTML much longer.
    """
    kept, unclosed, remaining, size = [], list[str](), length, 0
    for tag, text in _TAG_OR_TEXT.findall(html):
        shown = unescape(text)
        if len(shown) > remaining:
            kept.append(escape(shown[:remaining], quote=False))
            break
        remaining -= len(shown)
        size += len(tag or text)
        if size > MAX_MARKUP * length + 500:
            break
        kept.append(tag or text)
        if tag.startswith("</"):
            unclosed.pop()
        elif tag and tag != "<br>":
            unclosed.append(tag.split()[0].strip("<>"))
    ends = "".join(f"</{name}>" for name in reversed(unclosed))
    return mark_safe("".join(kept) + ends)  # noqa: S308 - what nh3 left, and the ends of its tags
